//! Which of Socket.IO's adapters for Redis carries the events to the dedicated server.

use std::str::FromStr;

use serde::Deserialize;

use super::names::unknown;

/// `adapter = "streams"`. Both sides of the runtime are written for the same one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Adapter {
    /// Publish and subscribe; the one that most projects have already.
    #[default]
    Classic,
    /// A stream, which keeps what is sent while the server restarts.
    Streams,
    /// Sharded publish and subscribe, for clusters of Redis 7.
    Sharded,
}

impl Adapter {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Classic, Self::Streams, Self::Sharded];

    /// Its name, in the configuration and in the runtime.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::Streams => "streams",
            Self::Sharded => "sharded",
        }
    }
}

impl FromStr for Adapter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|it| it.as_str() == text);
        known.ok_or_else(|| unknown("adapter", text, &Self::ALL.map(Self::as_str)))
    }
}
