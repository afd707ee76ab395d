//! Rules as data: reads the embedded `rules/*/rule.toml` and checks them. Matching them is `findings`' work,
//! carrying out their rewrites `plan`'s.

use serde::Deserialize;

include!(concat!(env!("OUT_DIR"), "/rule_files.rs"));

/// What a touch point is to the in-process server; the `kind` of the JSON contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// Imported, constructed, attached, configured.
    Setup,
    /// Handed on to other code.
    Inject,
    /// Obtained from where it was handed on.
    Access,
    /// A broadcast emission.
    Emit,
    /// Registered on the server: `io.on`, `io.use`.
    Handler,
    /// A question that the server answers.
    Query,
    /// Joins, leaves, disconnects, closes.
    Control,
}

impl FindingKind {
    /// Every kind, in the order of the contract.
    pub const ALL: [Self; 7] =
        [Self::Setup, Self::Inject, Self::Access, Self::Emit, Self::Handler, Self::Query, Self::Control];

    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Inject => "inject",
            Self::Access => "access",
            Self::Emit => "emit",
            Self::Handler => "handler",
            Self::Query => "query",
            Self::Control => "control",
        }
    }
}

/// What may be done about a finding without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fix {
    /// Applied by default: clients receive the same, comments are kept.
    Safe,
    /// Applied only with `--unsafe-fixes`: behaviour changes in a way that the message names.
    Unsafe,
    /// Never applied: a person decides, and the in-process server stays until then.
    Manual,
}

impl Fix {
    /// Every value, in the order of the contract.
    pub const ALL: [Self; 3] = [Self::Safe, Self::Unsafe, Self::Manual];

    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::Manual => "manual",
        }
    }
}
