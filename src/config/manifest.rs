//! What may run the two processes, or stand in front of them, besides PM2 and nginx.

use std::str::FromStr;

use super::names::unknown;

/// `apply --with NAME`: whose files are written, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Manifest {
    /// Caddy, in front.
    Caddy,
    /// Docker Compose: both processes, Redis and a proxy.
    Compose,
    /// `HAProxy`, in front.
    Haproxy,
    /// Kubernetes: both processes and an ingress.
    Kubernetes,
    /// Units of systemd for both processes.
    Systemd,
    /// Traefik, in front.
    Traefik,
}

impl Manifest {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Caddy,
        Self::Compose,
        Self::Haproxy,
        Self::Kubernetes,
        Self::Systemd,
        Self::Traefik,
    ];

    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Caddy => "caddy",
            Self::Compose => "compose",
            Self::Haproxy => "haproxy",
            Self::Kubernetes => "kubernetes",
            Self::Systemd => "systemd",
            Self::Traefik => "traefik",
        }
    }
}

impl FromStr for Manifest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|it| it.as_str() == text);
        known.ok_or_else(|| unknown("manifest", text, &Self::ALL.map(Self::as_str)))
    }
}
