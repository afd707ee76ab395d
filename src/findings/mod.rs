//! Findings: what a rule says about a place, with how sure we are and the steps that led there.
//! Leaves what to do about them to `plan`, how to show them to `report`.

use crate::rules::{FindingKind, Fix};
use crate::source::{FileId, Span};
use crate::syntax::NodeId;

/// How sure the tool is that a finding is about Socket.IO.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// The value flows from a server whose construction was found.
    Proven,
    /// The name of its carrier says so; no construction is in sight.
    Likely,
}

impl Confidence {
    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Likely => "likely",
        }
    }
}

/// One station of a value on its way to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where the station is.
    pub file: FileId,
    /// Its range.
    pub span: Span,
    /// What happens there: "server created", "set as `io`", "read as `io`".
    pub label: String,
}

/// One touch point with the in-process server.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Where it is.
    pub file: FileId,
    /// The expression or statement itself.
    pub node: NodeId,
    /// What a reader is pointed at.
    pub span: Span,
    /// The rule's id.
    pub rule: String,
    /// The rule's kind.
    pub kind: FindingKind,
    /// What may be done without asking; may be stricter than the rule's own.
    pub fix: Fix,
    /// How sure we are.
    pub confidence: Confidence,
    /// What was found and why it matters, one sentence without a full stop.
    pub message: String,
    /// What to do, one or two sentences.
    pub help: String,
    /// How the server came here, its construction first. Empty when `likely`.
    pub steps: Vec<Step>,
    /// The same over moved lines: a hash of rule, path, normalised snippet and ordinal, in hexadecimal.
    pub fingerprint: String,
}
