//! Findings: what a rule says about a place, with how sure we are and the steps that led there.
//! Leaves what to do about them to `plan`, how to show them to `report`.

pub mod chains;
pub mod entries;
pub mod uses;

mod handlers;
mod positions;
pub(crate) mod matching;

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::project::Project;
use crate::project::Step;
use crate::project::value::{Place, SiteKind};
use crate::rules::{FindingKind, Fix, Meaning, Rule};
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::{Kind, NodeId};
use uses::Use;

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

/// The findings among the uses, sorted by file and place. `sources` are the texts, for snippets.
pub fn find(
    project: &Project,
    sources: &[SourceFile],
    uses: &[Use],
    rules: &[Rule],
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for it in uses.iter().filter(|it| it.inside.is_none()) {
        let text = &sources[it.chain.root.file.index()].text;
        let meanings = [
            Some(it.meaning),
            it.access.filter(|access| {
                *access == Meaning::Construction || !speaks_for_access(it.meaning)
            }),
        ];
        for meaning in meanings.into_iter().flatten() {
            if let Some(rule) = matching::rule_for(project, it, meaning, rules) {
                findings.push(finding(project, text, it, meaning, rule));
            }
        }
    }
    findings.sort_by(|a, b| (a.file, a.span, &a.rule).cmp(&(b.file, b.span, &b.rule)));
    findings.dedup_by(|a, b| (a.file, a.span, &a.rule) == (b.file, b.span, &b.rule));
    number(project, sources, &mut findings);
    findings
}

/// A chain says itself what it is asked of: ``req.app.get('io').emit(e)`` is one finding.
fn speaks_for_access(meaning: Meaning) -> bool {
    matches!(
        meaning,
        Meaning::Emission
            | Meaning::Question
            | Meaning::Control
            | Meaning::Registration
            | Meaning::Configuration
            | Meaning::SetupCall
    )
}

fn finding(project: &Project, text: &str, it: &Use, meaning: Meaning, rule: &Rule) -> Finding {
    let tree = &project.facts(it.chain.root.file).tree;
    let node = if it.access == Some(meaning) {
        it.chain.root.node
    } else {
        it.chain.end
    };
    let span = shown_span(project, it, meaning, node);
    let confidence = confidence(project, it.chain.root);
    let steps = match confidence {
        Confidence::Proven => project.steps(part_place(project, it)).to_vec(),
        Confidence::Likely => Vec::new(),
    };
    let code = shorten(&text[tree.span(node).range()]);
    Finding {
        file: it.chain.root.file,
        node,
        span,
        rule: rule.id.clone(),
        kind: rule.kind,
        fix: rule.fix,
        confidence,
        message: rule.message.replace("{code}", &code),
        help: rule.help().to_owned(),
        steps,
        fingerprint: String::new(),
    }
}

/// An import is shown as its whole statement, everything else as the expression itself.
fn shown_span(project: &Project, it: &Use, meaning: Meaning, node: NodeId) -> Span {
    let tree = &project.facts(it.chain.root.file).tree;
    match meaning {
        Meaning::Import | Meaning::AdapterClient => tree.span(tree.enclosing_statement(node)),
        _ => tree.span(node),
    }
}

/// The node that holds the part: the value of a destructured property, the root of anything else.
fn part_place(project: &Project, it: &Use) -> Place {
    let root = it.chain.root;
    match project.facts(root.file).tree.kind(root.node) {
        Kind::PatternProperty { value, .. } => Place {
            file: root.file,
            node: *value,
        },
        _ => root,
    }
}

fn confidence(project: &Project, root: Place) -> Confidence {
    let is_guess = |it: &crate::project::value::Value| {
        it.site()
            .is_some_and(|site| project.site(site).kind == SiteKind::Guessed)
    };
    let mut parts = project
        .values(root)
        .filter(|it| it.site().is_some())
        .peekable();
    if parts.peek().is_some() && parts.all(is_guess) {
        Confidence::Likely
    } else {
        Confidence::Proven
    }
}

/// Code on one line, cut after 60 characters.
fn shorten(code: &str) -> String {
    let line = code.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

/// Gives each finding its fingerprint: rule, path, snippet without white space, and the how many-th of these it is.
fn number(project: &Project, sources: &[SourceFile], findings: &mut [Finding]) {
    let mut seen: BTreeMap<(String, FileId, String), usize> = BTreeMap::new();
    for it in findings {
        let code = &sources[it.file.index()].text[it.span.range()];
        let snippet: String = code.split_whitespace().collect();
        let ordinal = seen
            .entry((it.rule.clone(), it.file, snippet.clone()))
            .or_default();
        let digest = Sha256::digest(format!(
            "{}\0{}\0{snippet}\0{ordinal}",
            it.rule,
            project.path(it.file)
        ));
        it.fingerprint = digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        *ordinal += 1;
    }
}
