//! What a change comes to, told to the person who reads along: files, notes, what is left and why, what to do next.

use super::Outcome;
use crate::apply::Changed;
use crate::cli::Run;
use crate::cli::arguments::Apply;
use crate::cli::output::Output;
use crate::diff;
use crate::plan::Stay;
use crate::report::{Ink, Report, counted, notes};
use crate::rules::Fix;

/// An outcome, and the report about what it leaves.
pub(super) struct Summary<'a> {
    pub(super) report: Report<'a>,
    run: &'a Run<'a>,
    options: &'a Apply,
    outcome: &'a Outcome,
}

impl<'a> Summary<'a> {
    pub(super) fn of(run: &'a Run<'_>, options: &'a Apply, outcome: &'a Outcome) -> Self {
        let mut report = run.report(&outcome.plan.left);
        report.notes.extend(outcome.plan.notes.iter().cloned());
        Self {
            report,
            run,
            options,
            outcome,
        }
    }

    /// How much changes. `verb` is what stands before each participle: `would be `, or nothing when it is done.
    pub(super) fn headline(&self, verb: &str) -> String {
        let all = self.run.analysis.findings.len();
        let left = self.outcome.plan.left.len();
        let done = match left {
            0 => counted(all, "touch point"),
            _ => format!(
                "{} of {}",
                all.saturating_sub(left),
                counted(all, "touch point")
            ),
        };
        let files = shape(&self.outcome.changed, verb);
        format!("{done} {verb}migrated, {files}")
    }

    /// Every file with what happens to it.
    pub(super) fn files(&self, output: &mut Output) {
        let style = output.errors;
        for file in diff::files(&self.outcome.changed) {
            let verb = match file.kind {
                diff::Kind::Changed => "changed".to_owned(),
                diff::Kind::Created => style.paint(Ink::Good, "created"),
                diff::Kind::Deleted => style.paint(Ink::Bad, "deleted"),
            };
            let (added, removed) = file.counts();
            let added = style.paint(Ink::Good, &format!("+{added}"));
            let removed = style.paint(Ink::Bad, &format!("-{removed}"));
            let path = self.report.shown_path(file.path);
            output.note(&format!("  {verb} {path} {added} {removed}\n"));
        }
    }

    /// What else a person should know.
    pub(super) fn notes(&self, output: &mut Output) {
        output.note(&notes(&self.report, output.errors));
    }

    /// That the server stays, and what keeps it: every reason once, with the first place and how many more there are.
    pub(super) fn left(&self, output: &mut Output) {
        let plan = &self.outcome.plan;
        if plan.left.is_empty() && !plan.is_partial {
            return;
        }
        let sign = output.errors.sign("⚠", "!");
        let count = counted(plan.left.len(), "touch point");
        let consequence = if !plan.is_partial {
            "each says what has to be decided"
        } else if plan.edited.is_empty() {
            "and the in-process server stays as it is"
        } else {
            "and the in-process server stays, with the broadcaster attached to it: clients notice nothing"
        };
        output.conclude(Ink::Caution, sign, &format!("{count} left, {consequence}"));
        let style = output.errors;
        for (index, (first, more)) in by_reason(&plan.stays).into_iter().enumerate() {
            let place = first.place.as_ref().map_or_else(String::new, |it| {
                format!("{}: ", self.report.shown_path(it))
            });
            let more = match more {
                0 => String::new(),
                count => format!(" (and {count} more)"),
            };
            let head = if index == 0 { "why:" } else { "    " };
            let reason = self.report.shown_note(&first.reason);
            let why = style.wrap(7, &format!("{place}{reason}{more}"));
            output.note(&format!("  {} {why}\n", style.paint(Ink::Dim, head)));
        }
    }

    /// Every finding that is left: its place, its rule and what it waits for, one a line.
    pub(super) fn open(&self, output: &mut Output) {
        let report = &self.report;
        for (finding, reason) in report.findings.iter().zip(&self.outcome.plan.reasons) {
            let position = report.position(finding.file, finding.span.start);
            let path = report.shown_path(report.path(finding.file));
            let rule = output.errors.paint(Ink::Name, &finding.rule);
            let reason = report.shown_note(reason);
            output.note(&format!("  {path}:{position} {rule} {reason}\n"));
        }
    }

    /// How to go further than safe fixes, if that leads anywhere. `flag` is what stands behind the command: ` --dry-run`.
    pub(super) fn unsafe_too(&self, flag: &str) -> Option<(String, &'static str)> {
        let mut left = self.outcome.plan.left.iter();
        let is_possible = !self.options.unsafe_fixes && left.any(|it| it.fix == Fix::Unsafe);
        let command = format!("{}{flag} --unsafe-fixes", self.options.command());
        let purpose = "also makes the changes of behaviour that the messages name";
        is_possible.then(|| (self.run.command(&command), purpose))
    }

    /// What a person does after an apply.
    pub(super) fn next(&self) -> Vec<(String, &'static str)> {
        let changed = &self.outcome.changed;
        let name = |it: &Changed| it.path.rsplit('/').next().unwrap_or_default().to_owned();
        let mut next = Vec::new();
        if changed.iter().any(|it| name(it) == "package.json") {
            let command = match self.report.root.as_str() {
                "." => "npm install".to_owned(),
                root => format!("npm install --prefix {root}"),
            };
            next.push((command, "installs what the new files need"));
        }
        if let Some(processes) = changed.iter().find(|it| name(it).starts_with("ecosystem")) {
            let command = format!("pm2 start {}", self.report.shown_path(&processes.path));
            next.push((command, "starts the Socket.IO server and the API's workers"));
        }
        let purpose = match self.outcome.plan.left.is_empty() {
            true if self.options.roll_back_switch => {
                "fails until an `apply` without `--roll-back-switch`; put it into CI then"
            }
            true => "proves that nothing in-process is left; put it into CI",
            false => "fails until nothing in-process is left; put it into CI",
        };
        next.push((self.run.command("check"), purpose));
        next.extend(self.unsafe_too(""));
        let undo = self.run.command("undo");
        next.push((undo, "takes all of this back, byte for byte"));
        next
    }
}

/// Each reason once, in the order in which it comes up first, with the number of further places that it holds for.
fn by_reason(stays: &[Stay]) -> Vec<(&Stay, usize)> {
    let mut reasons: Vec<(&Stay, usize)> = Vec::new();
    for stay in stays {
        match reasons.iter_mut().find(|it| it.0.reason == stay.reason) {
            Some((_, more)) => *more += 1,
            None => reasons.push((stay, 0)),
        }
    }
    reasons
}

/// How many files change in which way.
fn shape(changed: &[Changed], verb: &str) -> String {
    let created = changed.iter().filter(|it| it.before.is_none()).count();
    let edited = changed.len() - created;
    match (edited, created) {
        (_, 0) => format!("{} {verb}changed", counted(edited, "file")),
        (0, _) => format!("{} {verb}created", counted(created, "file")),
        _ => format!(
            "{} {verb}changed and {created} created",
            counted(edited, "file")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::by_reason;
    use crate::plan::Stay;

    #[test]
    fn a_reason_is_told_once_with_its_first_place() {
        let stay = |place: &str, reason: &str| Stay {
            place: Some(place.to_owned()),
            reason: reason.to_owned(),
        };
        let all = [stay("a:1", "x"), stay("b:1", "y"), stay("c:1", "x")];
        assert_eq!(by_reason(&all), [(&all[0], 1), (&all[1], 0)]);
    }
}
