//! Findings: what a rule says about a place, with how sure we are and the steps that led there.
//! Leaves what to do about them to `plan`, how to show them to `report`.

pub mod chains;
pub mod entries;
pub mod state;
pub mod uses;

mod handlers;
mod positions;
mod starts;
pub(crate) mod matching;

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::project::Project;
use crate::project::Step;
use crate::project::value::{Place, SiteKind};
use crate::rules::{FindingKind, Fix, Meaning, Rule};
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::{Kind, NodeId};
use matching::{fix_of, needs_socket, rule_for};
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
    /// How the server came here, its construction first; when `likely`, the place that was guessed at first.
    pub steps: Vec<Step>,
    /// It is about a server in a file that nothing loads which the project starts.
    pub is_dead: bool,
    /// The same over moved lines: a hash of rule, path, normalised snippet and ordinal, in hexadecimal.
    pub fingerprint: String,
}

/// What to do about code that nothing loads.
const DEAD_HELP: &str = "Nothing that the project starts loads this file: delete it, or name it in `exclude` of \
                         `iomigrate.toml`; if something does start it, name that in `entry`.";

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
        for meaning in said(project, uses, it) {
            if let Some(rule) = rule_for(project, it, meaning, rules) {
                findings.push(finding(project, text, it, meaning, rule));
            }
        }
    }
    findings.sort_by(|a, b| (a.file, a.span, &a.rule).cmp(&(b.file, b.span, &b.rule)));
    findings.dedup_by(|a, b| (a.file, a.span, &a.rule) == (b.file, b.span, &b.rule));
    number(project, sources, &mut findings);
    findings
}

/// What is said of a use: what it means, how it obtains the server, and where a server goes that is handed on where it
/// is made.
fn said(project: &Project, uses: &[Use], it: &Use) -> Vec<Meaning> {
    let goes_along =
        speaks_for_access(it) || it.meaning == Meaning::Guard && is_followed(project, uses, it);
    let access = it
        .access
        .filter(|access| *access == Meaning::Construction || !goes_along);
    let is_made_here = it.meaning == Meaning::Construction && it.chain.links.is_empty();
    let handed_on = is_made_here
        .then(|| positions::position(project, &it.chain))
        .filter(|it| hands_on(*it));
    [Some(it.meaning), access, handed_on]
        .into_iter()
        .flatten()
        .collect()
}

/// A chain says itself what it is asked of: ``req.app.get('io').emit(e)`` is one finding, and so is a handle that is
/// handed on where it is obtained.
fn speaks_for_access(it: &Use) -> bool {
    let is_at_once = it.chain.links.is_empty() && hands_on(it.meaning);
    let takes_namespace = it.meaning == Meaning::Alias
        && it
            .chain
            .last()
            .is_some_and(|it| it.name.as_deref() == Some("of"));
    is_at_once
        || takes_namespace
        || matches!(
            it.meaning,
            Meaning::Emission
                | Meaning::Question
                | Meaning::Control
                | Meaning::Registration
                | Meaning::Configuration
                | Meaning::SetupCall
                | Meaning::Attach
        )
}

fn hands_on(meaning: Meaning) -> bool {
    matches!(
        meaning,
        Meaning::SettingWrite
            | Meaning::PropertyWrite
            | Meaning::Export
            | Meaning::Argument
            | Meaning::Attach
            | Meaning::Return
            | Meaning::Escape
    )
}

/// Whether the function of a guard does more with the server than asking whether it is there: then the guard goes with
/// what it guards.
fn is_followed(project: &Project, uses: &[Use], guard: &Use) -> bool {
    let file = guard.chain.root.file;
    let tree = &project.facts(file).tree;
    let function = tree
        .enclosing_function(guard.chain.root.node)
        .unwrap_or(tree.root());
    let span = tree.span(function);
    uses.iter().any(|it| {
        it.chain.root.file == file
            && it.meaning != Meaning::Guard
            && span.contains(tree.span(it.chain.root.node))
    })
}

fn finding(project: &Project, text: &str, it: &Use, meaning: Meaning, rule: &Rule) -> Finding {
    let tree = &project.facts(it.chain.root.file).tree;
    let node = if it.access == Some(meaning) {
        it.chain.root.node
    } else {
        it.chain.end
    };
    let span = shown_span(project, it, meaning, node);
    let confidence = confidence(project, part_place(project, it));
    let mut steps = project.steps(part_place(project, it)).to_vec();
    if steps.is_empty() && meaning == Meaning::SetupCall {
        steps.extend(starts::started(project, it.chain.root));
    }
    let is_dead = is_dead(project, it);
    let code = shorten(&text[tree.span(node).range()]);
    Finding {
        file: it.chain.root.file,
        node,
        span,
        rule: rule.id.clone(),
        kind: rule.kind,
        fix: fix_of(project, it, rule),
        confidence,
        message: match needs_socket(project, &it.chain, rule) {
            true => format!(
                "{}; a missing one throws today and would be passed over",
                rule.message
            ),
            false => rule.message.clone(),
        }
        .replace("{code}", &code),
        help: match is_dead {
            true => DEAD_HELP.to_owned(),
            false => rule.help().to_owned(),
        },
        steps,
        is_dead,
        fingerprint: String::new(),
    }
}

/// An import is shown as its whole statement, everything else as the expression itself.
fn shown_span(project: &Project, it: &Use, meaning: Meaning, node: NodeId) -> Span {
    let tree = &project.facts(it.chain.root.file).tree;
    match meaning {
        Meaning::Import | Meaning::AdapterClient => tree.span(tree.enclosing_statement(node)),
        // Its head: what is in it has findings of its own.
        Meaning::SetupFunction => {
            let whole = tree.span(node);
            let body = tree.function(node).and_then(|it| it.body);
            Span {
                start: whole.start,
                end: body.map_or(whole.end, |it| tree.span(it).start),
            }
        }
        _ => tree.span(node),
    }
}

/// The node that holds the part: the value of a destructured property, the root of anything else.
pub(crate) fn part_place(project: &Project, it: &Use) -> Place {
    let root = it.chain.root;
    match project.facts(root.file).tree.kind(root.node) {
        Kind::PatternProperty { value, .. } => Place {
            file: root.file,
            node: *value,
        },
        _ => root,
    }
}

/// Whether the server at `root` is one that a framework makes: where it leads can't be rewritten.
pub(crate) fn is_of_framework(project: &Project, root: Place) -> bool {
    let site = project.part(root).and_then(|it| it.site());
    site.is_some_and(|it| project.site(it).kind == SiteKind::Framework)
}

/// Whether a use is about a server that is never made: one in a file that nothing loads which the project starts. What
/// such a file does with a living server counts, since it may be loaded in a way that the text doesn't show.
pub(crate) fn is_dead(project: &Project, it: &Use) -> bool {
    let is_living = |site| project.site(site).kind != SiteKind::Dead;
    let mut sites = project
        .values(part_place(project, it))
        .filter_map(|it| it.site());
    project.role(it.chain.root.file).is_dead && !sites.any(is_living)
}

/// How sure it is that the server is at `root`.
pub(crate) fn confidence(project: &Project, root: Place) -> Confidence {
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
