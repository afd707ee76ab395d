//! What the two sides of the runtime have to agree on: the key of their channels in Redis, and the adapter.

use super::entry::{broadcaster_path, wire_path};
use super::{manifest, text_at};
use crate::config::adapter::Adapter;
use crate::plan::Input;

/// Packages through which a project already meets others in Redis, under the key `socket.io` unless told otherwise.
const MEETING_POINTS: &[&str] = &[
    "@socket.io/redis-adapter",
    "@socket.io/redis-emitter",
    "socket.io-emitter",
    "socket.io-redis",
];

/// The agreement, as it is written into the runtime.
pub(super) struct Wire {
    /// Separates the events of this application from those of others on the same Redis, unless the environment says
    /// otherwise. The package's name; `socket.io` if an adapter or an emitter of the project has been using that.
    pub(super) redis_key: String,
    /// What carries the events.
    pub(super) adapter: Adapter,
}

impl Wire {
    /// What was written once stays, because processes of two versions have to meet during a deployment. Only an adapter
    /// that was asked for replaces the former one.
    pub(super) fn of(input: &Input<'_>) -> Self {
        let path = wire_path(&broadcaster_path(input));
        let written = text_at(input, &path).unwrap_or_default();
        let redis_key = quoted_after(written, "process.env.SOCKET_IO_REDIS_KEY || ")
            .unwrap_or_else(|| fresh_key(input, &path));
        let adapter = quoted_after(written, "const ADAPTER = ").and_then(|it| it.parse().ok());
        Self {
            redis_key,
            adapter: input.settings.adapter.or(adapter).unwrap_or_default(),
        }
    }
}

fn fresh_key(input: &Input<'_>, path: &str) -> String {
    if manifest::depends_on(input, path, MEETING_POINTS) {
        "socket.io".to_owned()
    } else {
        manifest::name(input, path)
    }
}

/// The text between the quotes that follow `start`.
fn quoted_after(text: &str, start: &str) -> Option<String> {
    let (_, rest) = text.split_once(start)?;
    let (quoted, _) = rest.strip_prefix('\'')?.split_once('\'')?;
    Some(quoted.to_owned())
}
