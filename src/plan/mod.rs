//! The plan: for every file the edits that carry a migration out, and the files to create. Pure: nothing here
//! touches the disk. Applying the edits is `apply`'s work.

pub mod edits;
pub mod queries;

mod adapter;
mod apart;
mod attach;
mod awaiting;
mod draft;
mod front_end;
mod getters;
mod half_done;
mod imports;
mod layout;
mod leftovers;
mod loading;
mod manifests;
mod project_files;
mod retyping;
mod rewrite;
mod setup;
mod surroundings;
#[cfg(test)]
mod tests;
mod toplevel;

use std::collections::BTreeSet;

use crate::config::Settings;
use crate::findings::Finding;
use crate::findings::matching::rule_for;
use crate::findings::uses::Use;
use crate::load::{SkipReason, Skipped, TextFile};
use crate::project::Project;
use crate::project::value::{Place, SiteKind};
use crate::rules::{FindingKind, Meaning, Rule};
use crate::source::{FileId, LineIndex, SourceFile, Span};
use draft::Draft;
use edits::EditList;
use queries::Queries;
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
    /// What the configuration says.
    pub settings: &'a Settings,
    /// The programs that were asked about; the others stay as they are. `None` if that is all of them.
    pub focus: Option<&'a [String]>,
    /// What could not be analysed.
    pub skipped: &'a [Skipped],
    /// State that the API asks the dedicated server for. Nothing at first.
    pub queries: &'a Queries,
}

impl Input<'_> {
    /// Why the user does not want a use to be rewritten.
    fn unwanted(&self, it: &Use) -> Option<String> {
        let path = self.project.path(it.chain.root.file);
        if self
            .focus
            .is_some_and(|asked| !asked.iter().any(|it| it == path))
        {
            return Some("its file is none of those that were named".to_owned());
        }
        let choice = &self.settings.choice;
        if choice.declined.contains(&it.place(self.project)) {
            return Some("declined".to_owned());
        }
        self.rules_of(it).find_map(|rule| {
            if self.settings.is_off(&rule.id) {
                return Some(format!("the rule `{}` is off", rule.id));
            }
            // A handle and what it is used for go together: who asks for the one gets the other.
            let is_plumbing = matches!(rule.kind, FindingKind::Access | FindingKind::Inject);
            choice.refuses(&rule.id, is_plumbing)
        })
    }

    /// The rules that speak for a use: for what it means, and for how it obtains the server.
    fn rules_of(&self, it: &Use) -> impl Iterator<Item = &Rule> {
        let meanings = [Some(it.meaning), it.access].into_iter().flatten();
        meanings.filter_map(|meaning| rule_for(self.project, it, meaning, self.rules))
    }
}

/// Makes the plan: the whole migration if nothing stands against it, else as much as keeps the application working
/// with the server where it is.
pub fn plan(input: &Input<'_>, level: Level) -> Plan {
    if let Some(half_done) = half_done::found(input) {
        let adopted = half_done.adopted.filter(|_| level == Level::Unsafe);
        return Plan {
            adopted,
            ..nothing(input, &half_done.reason, half_done.notes)
        };
    }
    let obstacles = project_files::obstacles(input);
    if let Some(obstacle) = obstacles.first() {
        return nothing(input, &obstacle.message, notes_of(input, &obstacles));
    }
    let mut left = rewrite::unfixable(input, level);
    let mut notes = Vec::new();
    let unread = unread(input);
    if rewrite::are_apart(input, &left) && unread.is_empty() && has_destination(input) {
        match whole(input, &left) {
            Ok(plan) => return plan,
            Err(mut stand) => {
                match asking(input, &left, level) {
                    Some(Ok(plan)) => return plan,
                    Some(Err(offer)) => stand.notes.push(offer),
                    None => {}
                }
                left.extend(stand.left);
                notes = stand.notes;
            }
        }
    }
    loop {
        match partial(input, &left, &notes) {
            Ok(mut plan) => {
                plan.stays.splice(0..0, unread);
                return plan;
            }
            // Each round leaves at least one use more, so this ends.
            Err(found) => left.extend(found),
        }
    }
}

/// Files that may use the server and that nobody could look into: while there are any, it stays. Bundles are made from
/// other files, or for browsers, so they do not count.
fn unread(input: &Input<'_>) -> Vec<Stay> {
    let is_bundle =
        |it: &Skipped| matches!(it.reason, SkipReason::Minified | SkipReason::TooLarge(_));
    let unread = input
        .skipped
        .iter()
        .filter(|it| it.mentions_socketio && !is_bundle(it));
    let stay = |it: &Skipped| {
        let line = it.line.map_or_else(String::new, |it| format!(":{it}"));
        Stay {
            place: Some(format!("{}{line}", it.path)),
            reason: format!(
                "{}: the file mentions Socket.IO and could not be analysed; repair it, or `exclude` it in \
                 `iomigrate.toml` if it is no part of the API",
                it.reason.as_str()
            ),
        }
    };
    unread.map(stay).collect()
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

/// The whole migration where the API asks the dedicated server for state; what it would ask for, if that is not wanted.
/// `None` if that does not help.
fn asking(input: &Input<'_>, left: &[Left], level: Level) -> Option<Result<Plan, String>> {
    let queries = queries::found(input);
    if queries.is_empty() {
        return None;
    }
    let asking = Input {
        queries: &queries,
        ..*input
    };
    let plan = whole(&asking, left).ok()?;
    Some(match level {
        Level::Unsafe => Ok(plan),
        Level::Safe => Err(queries.offer()),
    })
}

/// The whole migration: the server leaves the process, and all that handed it on goes. `left` has nothing to do with it.
fn whole(input: &Input<'_>, left: &[Left]) -> Result<Plan, Stand> {
    let slice = setup::slice(input).map_err(|blockers| Stand {
        left: rewrite::set_up(input, blockers.first().map_or("", |it| &it.message)),
        notes: notes_of(input, &blockers),
    })?;
    let mut draft = Draft::new(input);
    if let Some(slice) = &slice {
        slice.carry_out(&mut draft);
    }
    let moves = |place: Place, span: Span| {
        slice
            .as_ref()
            .is_some_and(|it| it.takes(input, place, span))
    };
    let set_up = rewrite::set_up(input, "");
    let without: BTreeSet<usize> = left.iter().chain(&set_up).map(|it| it.index).collect();
    let scope = rewrite::Scope {
        left: &without,
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
        if input.settings.choice.roll_back_switch {
            notes.push(slice.put_switch(&mut draft));
        }
    }
    leftovers::names::remove_names(&mut draft);
    leftovers::comments::note_logs(&mut draft);
    let mut stranded = rewrite::stranded(&mut draft, &mut done);
    stranded.retain(|it| !without.contains(&it.index));
    if !stranded.is_empty() {
        return Err(stand(stranded));
    }
    leftovers::members::remove(&mut draft, &moves);
    leftovers::names::remove_types(&mut draft);
    retyping::retype(&mut draft, &moves);
    leftovers::names::note_types(&mut draft, &moves);
    let (findings, reasons) = findings_left(input, left, &done);
    Ok(finish(
        draft,
        slice.as_ref(),
        Plan {
            left: findings,
            reasons,
            notes,
            ..Plan::default()
        },
    ))
}

/// As much as can be rewritten while the server stays. What turns out not to fit is returned; the plan has to leave it.
fn partial(input: &Input<'_>, left: &[Left], notes: &[String]) -> Result<Plan, Vec<Left>> {
    let mut draft = Draft::new(input);
    let set_up = rewrite::set_up(input, "");
    let without: BTreeSet<usize> = left.iter().chain(&set_up).map(|it| it.index).collect();
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
    let (findings, reasons) = findings_left(input, left, &done);
    let plan = Plan {
        left: findings,
        reasons,
        stays: stays(input, left),
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
    imports::add(&mut draft, &project_files::broadcaster_path(input));
    let is_needed = slice.is_some() || !draft.is_empty() || input.settings.choice.adopts;
    plan.dropped_comments = std::mem::take(&mut draft.dropped_comments);
    plan.notes.append(&mut draft.notes);
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
        let written = project_files::written(input, slice, plan.is_partial);
        plan.written = written.files;
        plan.notes.extend(written.notes);
    }
    let manifests = manifests::written(input, slice);
    plan.written.extend(manifests.files);
    plan.notes.extend(manifests.notes);
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
        reasons: vec![reason.to_owned(); input.findings.len()],
        stays: vec![Stay {
            place: None,
            reason: reason.to_owned(),
        }],
        notes,
        is_partial: true,
        ..Plan::default()
    }
}

/// What keeps the server, of the uses that are left. Guards and names go with what they serve, so they are told only if
/// there is nothing else.
fn stays(input: &Input<'_>, left: &[Left]) -> Vec<Stay> {
    let is_told = |it: &Left| input.rules_of(&input.uses[it.index]).next().is_some();
    let is_any_told = left.iter().any(is_told);
    let told = left.iter().filter(|it| is_told(it) || !is_any_told);
    told.map(|it| stay(input, it)).collect()
}

/// The reason why a use is left, with its place.
fn stay(input: &Input<'_>, left: &Left) -> Stay {
    let root = input.uses[left.index].chain.root;
    let source = &input.sources[root.file.index()];
    let span = input.project.facts(root.file).tree.span(root.node);
    let position = LineIndex::new(&source.text).position(&source.text, span.start);
    Stay {
        place: Some(format!("{}:{position}", source.path)),
        reason: left.reason.clone(),
    }
}

/// The findings of uses that are not done, and the reason for each.
fn findings_left(
    input: &Input<'_>,
    left: &[Left],
    done: &BTreeSet<usize>,
) -> (Vec<Finding>, Vec<String>) {
    let mut remaining = Vec::new();
    let mut reasons = Vec::new();
    for finding in input.findings {
        if finding.is_dead {
            remaining.push(finding.clone());
            reasons.push("nothing that the project starts loads the file".to_owned());
            continue;
        }
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
        let reason = left.iter().find(|it| it.index == open);
        let is_switch = input.uses[open].meaning == Meaning::Switch;
        let stays = match is_switch && input.settings.choice.roll_back_switch {
            true => "`--roll-back-switch` asks for it",
            false => "stays as long as the server does",
        };
        let reason = reason.map_or(stays, |it| &it.reason);
        reasons.push(rewrite::told(reason, &finding.help));
        let mut finding = finding.clone();
        finding.help = format!("left: {reason}. {}", finding.help);
        remaining.push(finding);
    }
    (remaining, reasons)
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
    /// Why, for each of `left`.
    pub reasons: Vec<String>,
    /// What keeps the server in the process, most telling first; not all of it has to be reported as left.
    pub stays: Vec<Stay>,
    /// The in-process server stays, attached to the broadcaster, because something is left.
    pub is_partial: bool,
    /// How a dedicated server that was made by hand becomes one of the runtime's. What that leaves is to be planned anew.
    pub adopted: Option<Adopted>,
    /// Places that two edits wanted: each is a bug of this program.
    pub conflicts: Vec<(FileId, Span)>,
    /// Comments that go with code that can no longer run, and those of which the text changes.
    pub dropped_comments: Vec<String>,
    /// What a person should know that is no finding ("the Redis client `pub` stays: the cache uses it").
    pub notes: Vec<String>,
}

/// A dedicated server that was made by hand.
#[derive(Clone, Debug)]
pub struct Adopted {
    /// The edits of its file.
    pub edits: FileEdits,
    /// What a person should know: what such work got wrong elsewhere, too.
    pub notes: Vec<String>,
}

impl Plan {
    /// The plan that makes a server of the runtime's out of one that was made by hand, with `rest`, which is of its outcome;
    /// the same as before if that leaves something.
    pub fn finished(self, adopted: Adopted, mut rest: Self) -> Self {
        let file = adopted.edits.file;
        let is_apart = rest.edited.iter().all(|it| it.file != file);
        if rest.is_partial || !is_apart || rest.written.is_empty() {
            return self;
        }
        rest.edited.push(adopted.edits);
        rest.edited.sort_by_key(|it| it.file);
        rest.notes.splice(0..0, adopted.notes);
        rest
    }
}

/// Something that keeps the server in the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// `path:line:column`, if it is somewhere.
    pub place: Option<String>,
    /// Why nothing can be done about it.
    pub reason: String,
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
