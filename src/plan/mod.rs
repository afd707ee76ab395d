//! The plan: for every file the edits that carry a migration out, and the files to create. Pure: nothing here
//! touches the disk. Applying the edits is `apply`'s work.

pub mod edits;

mod attach;
mod draft;
mod layout;
mod rewrite;

use std::collections::BTreeSet;

use crate::findings::Finding;
use crate::findings::uses::Use;
use crate::load::TextFile;
use crate::project::Project;
use crate::project::value::SiteKind;
use crate::rules::Rule;
use crate::source::{FileId, SourceFile};
use draft::Draft;
use edits::EditList;
use rewrite::Left;

/// Which fixes are carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Only those that keep behaviour.
    Safe,
    /// Those that change it in a way that they name, too.
    Unsafe,
}

/// What a plan is made from.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The programs.
    pub sources: &'a [SourceFile],
    /// `package.json`, PM2 files and the like.
    pub manifests: &'a [TextFile],
    /// Which expressions hold the server.
    pub project: &'a Project,
    /// Every use of it.
    pub uses: &'a [Use],
    /// The reported ones.
    pub findings: &'a [Finding],
    /// The rules.
    pub rules: &'a [Rule],
}

/// Makes the plan: the whole migration if nothing stands against it, else as much as keeps the application working
/// with the server where it is.
pub fn plan(input: &Input<'_>, level: Level) -> Plan {
    let mut left = rewrite::unfixable(input, level);
    if left.is_empty() && has_destination(input) {
        match attempt(input, &left, true) {
            Ok(plan) => return plan,
            Err(found) => left = found,
        }
    }
    loop {
        match attempt(input, &left, false) {
            Ok(plan) => return plan,
            // Each round leaves at least one use more, so this ends.
            Err(found) => left.extend(found),
        }
    }
}

/// Whether there is a server to move, or a dedicated one that it was moved to before.
fn has_destination(input: &Input<'_>) -> bool {
    input.project.sites().iter().any(|it| it.kind != SiteKind::Guessed)
}

/// Makes the whole plan, or a partial one. What turns out not to fit is returned; then the plan has to leave it.
fn attempt(input: &Input<'_>, left: &[Left], is_full: bool) -> Result<Plan, Vec<Left>> {
    let mut draft = Draft::new(input);
    let without: BTreeSet<usize> = left.iter().map(|it| it.index).collect();
    let done = rewrite::rewrite(&mut draft, &without, is_full)?;
    if !is_full && !draft.is_empty() {
        if let Err(obstacle) = attach::attach(&mut draft, rewrite::broadcaster_name) {
            return Ok(nothing(input, obstacle.reason()));
        }
    }
    let left = findings_left(input, left, &done);
    rewrite::import_broadcaster(&mut draft, "src/utils/socketBroadcaster.js");
    let edited = draft.into_edits().into_iter().map(|(file, edits)| FileEdits { file, edits }).collect();
    Ok(Plan { edited, left, is_partial: !is_full, ..Plan::default() })
}

/// A plan that changes nothing, because not even a part can be migrated.
fn nothing(input: &Input<'_>, reason: &str) -> Plan {
    let left = input.findings.iter().cloned().map(|mut it| {
        it.help = format!("left: {reason}. {}", it.help);
        it
    });
    Plan { left: left.collect(), is_partial: true, ..Plan::default() }
}

/// The findings of uses that are not done, each with the reason where there is one.
fn findings_left(input: &Input<'_>, left: &[Left], done: &BTreeSet<usize>) -> Vec<Finding> {
    let mut remaining = Vec::new();
    for finding in input.findings {
        let is_of = |it: &Use| {
            it.chain.root.file == finding.file && (it.chain.root.node == finding.node || it.chain.end == finding.node)
        };
        let uses = input.uses.iter().enumerate().filter(|it| is_of(it.1)).map(|it| it.0);
        let Some(open) = uses.into_iter().find(|it| !done.contains(it)) else { continue };
        let mut finding = finding.clone();
        if let Some(reason) = left.iter().find(|it| it.index == open) {
            finding.help = format!("left: {}. {}", reason.reason, finding.help);
        }
        remaining.push(finding);
    }
    remaining
}

/// Everything that an apply would do.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Edits of existing program files, sorted by file.
    pub edited: Vec<FileEdits>,
    /// Files that are created, or existing other files (`package.json`, PM2 file) with their whole new text.
    pub written: Vec<WrittenFile>,
    /// Findings that the plan leaves, each with the reason in its message.
    pub left: Vec<Finding>,
    /// The in-process server stays, attached to the broadcaster, because something is left.
    pub is_partial: bool,
    /// What a person should know that is no finding ("the Redis client `pub` stays: the cache uses it").
    pub notes: Vec<String>,
}

/// The edits of one program file.
#[derive(Clone, Debug)]
pub struct FileEdits {
    /// The file.
    pub file: FileId,
    /// Sorted and disjoint.
    pub edits: EditList,
}

/// A file with its whole new text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// Relative to the root, with `/`.
    pub path: String,
    /// Its text before, `None` if it is created.
    pub before: Option<String>,
    /// Its text afterwards.
    pub after: String,
}
