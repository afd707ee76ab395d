//! The plan: for every file the edits that carry a migration out, and the files to create. Pure: nothing here
//! touches the disk. Applying the edits is `apply`'s work.

pub mod edits;

mod adapter;
mod attach;
mod draft;
mod imports;
mod layout;
mod lists;
mod loading;
mod project_files;
mod rewrite;
mod setup;
mod toplevel;

use std::collections::BTreeSet;

use crate::findings::Finding;
use crate::findings::uses::Use;
use crate::load::TextFile;
use crate::project::Project;
use crate::project::value::{Place, SiteKind};
use crate::rules::Rule;
use crate::source::{FileId, LineIndex, SourceFile, Span};
use draft::Draft;
use edits::EditList;
use rewrite::Left;
use setup::{Blocker, Slice};

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
    let obstacles = project_files::obstacles(input);
    if let Some(obstacle) = obstacles.first() {
        return nothing(input, &obstacle.message, notes_of(input, &obstacles));
    }
    let mut left = rewrite::unfixable(input, level);
    let mut notes = Vec::new();
    if left.is_empty() && has_destination(input) {
        match whole(input) {
            Ok(plan) => return plan,
            Err(stand) => (left, notes) = (stand.left, stand.notes),
        }
    }
    loop {
        match partial(input, &left, &notes) {
            Ok(plan) => return plan,
            // Each round leaves at least one use more, so this ends.
            Err(found) => left.extend(found),
        }
    }
}

/// Whether there is a server to move, or a dedicated one that it was moved to before.
fn has_destination(input: &Input<'_>) -> bool {
    input
        .project
        .sites()
        .iter()
        .any(|it| it.kind != SiteKind::Guessed)
}

/// What stands against the whole migration.
struct Stand {
    left: Vec<Left>,
    notes: Vec<String>,
}

/// The whole migration: the server leaves the process, and all that handed it on goes.
fn whole(input: &Input<'_>) -> Result<Plan, Stand> {
    let slice = setup::slice(input).map_err(|blockers| Stand {
        left: rewrite::set_up(input, blockers.first().map_or("", |it| &it.message)),
        notes: notes_of(input, &blockers),
    })?;
    let mut draft = Draft::new(input);
    if let Some(slice) = &slice {
        slice.carry_out(&mut draft);
    }
    let moves = |place: Place, span: Span| slice.as_ref().is_some_and(|it| it.takes(place, span));
    let scope = rewrite::Scope {
        left: &BTreeSet::new(),
        moves: &moves,
        is_full: true,
    };
    let stand = |left| Stand {
        left,
        notes: Vec::new(),
    };
    let mut done = rewrite::rewrite(&mut draft, &scope).map_err(stand)?;
    let mut notes = slice
        .as_ref()
        .map(|it| it.notes.clone())
        .unwrap_or_default();
    if let Some(slice) = &slice {
        notes.extend(project_files::edit_pm2(&mut draft, slice));
        slice.sweep(&mut draft);
    }
    let stranded = rewrite::stranded(&mut draft, &mut done);
    if !stranded.is_empty() {
        return Err(stand(stranded));
    }
    let left = findings_left(input, &[], &done);
    Ok(finish(
        draft,
        slice.as_ref(),
        Plan {
            left,
            notes,
            ..Plan::default()
        },
    ))
}

/// As much as can be rewritten while the server stays. What turns out not to fit is returned; the plan has to leave it.
fn partial(input: &Input<'_>, left: &[Left], notes: &[String]) -> Result<Plan, Vec<Left>> {
    let mut draft = Draft::new(input);
    let without: BTreeSet<usize> = left.iter().map(|it| it.index).collect();
    let scope = rewrite::Scope {
        left: &without,
        moves: &|_, _| false,
        is_full: false,
    };
    let done = rewrite::rewrite(&mut draft, &scope)?;
    if !draft.is_empty()
        && let Err(obstacle) = attach::attach(&mut draft, rewrite::broadcaster_name)
    {
        return Ok(nothing(input, obstacle.reason(), notes.to_vec()));
    }
    let left = findings_left(input, left, &done);
    let plan = Plan {
        left,
        notes: notes.to_vec(),
        is_partial: true,
        ..Plan::default()
    };
    Ok(if draft.is_empty() {
        plan
    } else {
        finish(draft, None, plan)
    })
}

/// Imports the broadcaster where it is called and adds the files that the migration needs.
fn finish(mut draft: Draft<'_>, slice: Option<&Slice>, mut plan: Plan) -> Plan {
    let input = draft.input;
    rewrite::import_broadcaster(&mut draft, &project_files::broadcaster_path(input));
    let is_needed = slice.is_some() || !draft.is_empty();
    plan.dropped_comments = std::mem::take(&mut draft.dropped_comments);
    plan.conflicts = draft
        .conflicts
        .iter()
        .map(|(file, it)| (*file, it.with))
        .collect();
    plan.edited = draft
        .into_edits()
        .into_iter()
        .map(|(file, edits)| FileEdits { file, edits })
        .collect();
    if is_needed {
        let written = project_files::written(input, slice);
        plan.written = written.files;
        plan.notes.extend(written.notes);
    }
    plan
}

fn notes_of(input: &Input<'_>, blockers: &[Blocker]) -> Vec<String> {
    let note = |it: &Blocker| {
        let source = &input.sources[it.file.index()];
        let position = LineIndex::new(&source.text).position(&source.text, it.span.start);
        format!("{}:{position}: {}; {}", source.path, it.message, it.help)
    };
    blockers.iter().map(note).collect()
}

/// A plan that changes nothing, because not even a part can be migrated.
fn nothing(input: &Input<'_>, reason: &str, notes: Vec<String>) -> Plan {
    let left = input.findings.iter().cloned().map(|mut it| {
        it.help = format!("left: {reason}. {}", it.help);
        it
    });
    Plan {
        left: left.collect(),
        notes,
        is_partial: true,
        ..Plan::default()
    }
}

/// The findings of uses that are not done, each with the reason where there is one.
fn findings_left(input: &Input<'_>, left: &[Left], done: &BTreeSet<usize>) -> Vec<Finding> {
    let mut remaining = Vec::new();
    for finding in input.findings {
        let is_of = |it: &Use| {
            it.chain.root.file == finding.file
                && (it.chain.root.node == finding.node || it.chain.end == finding.node)
        };
        let uses = input
            .uses
            .iter()
            .enumerate()
            .filter(|it| is_of(it.1))
            .map(|it| it.0);
        let Some(open) = uses.into_iter().find(|it| !done.contains(it)) else {
            continue;
        };
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
    /// Places that two edits wanted: each is a bug of this program.
    pub conflicts: Vec<(FileId, Span)>,
    /// Comments that go with code that can no longer run.
    pub dropped_comments: Vec<String>,
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
