//! Proofs about a plan, made before the first byte is written: what `apply` would leave is analysed like any backend.
//! A proof that fails is a bug of this program, and the plan is refused.

use std::collections::BTreeSet;

use crate::apply::Changed;
use crate::findings::Finding;
use crate::plan::Plan;
use crate::scope::FileFacts;
use crate::source::{LineIndex, SourceFile};

/// Names that Node.js itself gives to every file; a new file may use them though nothing of the project did.
const NODE_NAMES: &[&str] = &[
    "require",
    "__dirname",
    "__filename",
    "module",
    "exports",
    "process",
    "console",
    "Buffer",
    "setTimeout",
    "clearTimeout",
    "setInterval",
    "clearInterval",
    "setImmediate",
    "queueMicrotask",
    "Promise",
    "Map",
    "Set",
    "WeakMap",
    "WeakSet",
    "Object",
    "Array",
    "Number",
    "String",
    "Boolean",
    "JSON",
    "Math",
    "Date",
    "Error",
    "TypeError",
    "RangeError",
    "AggregateError",
    "Symbol",
    "BigInt",
    "Reflect",
    "Proxy",
    "undefined",
    "NaN",
    "Infinity",
    "globalThis",
    "ArrayBuffer",
    "Uint8Array",
    "DataView",
    "isNaN",
    "parseInt",
    "parseFloat",
    "decodeURIComponent",
    "Function",
    "SharedArrayBuffer",
    "structuredClone",
    "URL",
];

/// One side of a migration: its programs with their facts.
pub struct Side<'a> {
    /// The programs.
    pub files: &'a [SourceFile],
    /// Their facts, in the same order.
    pub facts: Vec<&'a FileFacts>,
    /// What was found in them.
    pub findings: &'a [Finding],
    /// The findings that are there and not reported.
    pub unreported: &'a [Finding],
}

/// A proof that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct Failure {
    /// The file, relative to the root.
    pub path: String,
    /// What is wrong with what would be written.
    pub problem: String,
}

/// Proves that carrying out `plan` turns `before` into `after` without breaking anything. `again` is what a second
/// apply would change.
pub fn prove(
    plan: &Plan,
    changed: &[Changed],
    before: &Side<'_>,
    after: &Side<'_>,
    again: &[Changed],
) -> Vec<Failure> {
    let mut failures = Vec::new();
    for file in changed {
        failures.extend(parses(&file.path, before, after));
        failures.extend(leaves_no_name_dangling(plan, &file.path, before, after));
    }
    failures.extend(keeps_comments(plan, changed, before));
    failures.extend(nothing_is_left(plan, before, after));
    failures.extend(again.iter().map(|it| Failure {
        path: it.path.clone(),
        problem: "a second apply would change it again".to_owned(),
    }));
    failures
}

impl<'a> Side<'a> {
    fn file(&self, path: &str) -> Option<(&'a SourceFile, &'a FileFacts)> {
        let index = self.files.iter().position(|it| it.path == path)?;
        Some((&self.files[index], self.facts[index]))
    }
}

/// Every output parses as well as its input did.
fn parses(path: &str, before: &Side<'_>, after: &Side<'_>) -> Option<Failure> {
    let (file, facts) = after.file(path)?;
    let had_errors = before.file(path).is_some_and(|it| !it.1.errors.is_empty());
    let error = facts.errors.first().filter(|_| !had_errors)?;
    let position = LineIndex::new(&file.text).position(&file.text, error.span.start);
    Some(Failure {
        path: path.to_owned(),
        problem: format!("a syntax error would be at {position}"),
    })
}

/// No name refers to nothing that referred to something, or was not there, before.
fn leaves_no_name_dangling(
    plan: &Plan,
    path: &str,
    before: &Side<'_>,
    after: &Side<'_>,
) -> Vec<Failure> {
    let Some((_, facts)) = after.file(path) else {
        return Vec::new();
    };
    let old = before.file(path).filter(|_| !is_generated(plan, path));
    let known: BTreeSet<&str> = match old {
        Some((_, old)) => old.free_names().keys().map(String::as_str).collect(),
        // Code in a new file was moved from some file of the project.
        None => before
            .facts
            .iter()
            .flat_map(|it| it.free_names().keys())
            .map(String::as_str)
            .collect(),
    };
    let dangling = facts
        .free_names()
        .keys()
        .filter(|it| !known.contains(it.as_str()));
    dangling
        // The broadcaster is imported, or on the global object; a roll-back asks the environment.
        .filter(|it| !matches!(it.as_str(), "require" | "global" | "process"))
        .filter(|it| old.is_some() || !NODE_NAMES.contains(&it.as_str()))
        .map(|it| Failure {
            path: path.to_owned(),
            problem: format!("`{it}` would refer to nothing"),
        })
        .collect()
}

/// Whether a file is written as a whole: if it is there, it is ours, from an earlier version of this program perhaps.
fn is_generated(plan: &Plan, path: &str) -> bool {
    plan.written.iter().any(|it| it.path == path)
}

/// Every comment is still somewhere, unless it stood in code that can no longer run.
fn keeps_comments(plan: &Plan, changed: &[Changed], before: &Side<'_>) -> Vec<Failure> {
    let mut kept = String::new();
    for file in changed {
        kept.push_str(&squeezed(file.after.as_deref().unwrap_or_default()));
    }
    let mut failures = Vec::new();
    for file in changed.iter().filter(|it| !is_generated(plan, &it.path)) {
        let Some((source, facts)) = before.file(&file.path) else {
            continue;
        };
        let texts = facts
            .tree
            .comments
            .iter()
            .map(|it| &source.text[it.span.range()]);
        let lost = texts.filter(|it| {
            !kept.contains(&words(it)) && !plan.dropped_comments.iter().any(|gone| gone == it)
        });
        failures.extend(lost.map(|it| Failure {
            path: file.path.clone(),
            problem: format!(
                "the comment `{}` would be lost",
                it.lines().next().unwrap_or(it)
            ),
        }));
    }
    failures
}

/// A comment's text without its delimiters: it may have become a block comment.
fn words(comment: &str) -> String {
    let text = comment
        .trim_start_matches(['/', '*'])
        .trim_end_matches(['/', '*']);
    squeezed(text)
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|it| !it.is_whitespace()).collect()
}

/// Nothing in-process is left, or only what the plan says it leaves, and the line that attaches the broadcaster or serves a
/// roll-back.
fn nothing_is_left(plan: &Plan, before: &Side<'_>, after: &Side<'_>) -> Vec<Failure> {
    let attached = |side: &Side<'_>| {
        let all = side.findings.iter().chain(side.unreported);
        all.filter(|it| matches!(it.rule.as_str(), "broadcaster-attach" | "roll-back-switch"))
            .count()
    };
    let inserted = attached(after).saturating_sub(attached(before));
    let all = after.findings.iter().chain(after.unreported);
    if all.clone().count() - inserted <= plan.left.len() + before.unreported.len() {
        return Vec::new();
    }
    let surplus = all.map(|it| Failure {
        path: after.files[it.file.index()].path.clone(),
        problem: format!("{} would be left: {}", it.rule, it.message),
    });
    surplus.collect()
}
