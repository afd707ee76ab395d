//! The commands that write: `apply` and `undo`.

mod choose;
mod questions;
mod summary;

use std::path::Path;

use super::arguments::{Apply, Undo};
use super::complaint::Complaint;
use super::output::Output;
use super::{ExitCode, Run};
use crate::apply::{self, Changed, UndoOptions, WriteOptions};
use crate::diff;
use crate::load;
use crate::migrate;
use crate::plan::{Level, Plan};
use crate::proof::Failure;
use crate::prove;
use crate::readiness::Verdict;
use crate::report::{Format, Ink, counted};
use summary::Summary;

/// A plan and what it comes to.
struct Outcome {
    plan: Plan,
    changed: Vec<Changed>,
    failures: Vec<Failure>,
}

impl Outcome {
    fn of(run: &Run<'_>, options: &Apply) -> Self {
        let level = if options.unsafe_fixes {
            Level::Unsafe
        } else {
            Level::Safe
        };
        let plan = migrate(&run.analysis, level);
        let changed = apply::preview(&run.analysis.loaded.files, &plan);
        let failures = prove(&run.analysis, &plan, &changed, level);
        Self {
            plan,
            changed,
            failures,
        }
    }

    /// A plan that does not stand its own proof is never written.
    fn stands(&self) -> Result<(), Complaint> {
        refused(&self.failures).map_or(Ok(()), Err)
    }
}

/// Carries the plan out, or what a user chooses of it.
pub(super) fn apply(
    run: &mut Run<'_>,
    options: &Apply,
    state: &Path,
    output: &mut Output,
) -> Result<ExitCode, Complaint> {
    let mut outcome = Outcome::of(run, options);
    outcome.stands()?;
    if outcome.changed.is_empty() {
        return nothing_to_do(run, &Summary::of(run, options, &outcome), output);
    }
    let write = WriteOptions {
        allow_dirty: options.allow_dirty,
        state: state.to_owned(),
    };
    if options.interactive {
        // Whoever answers twenty questions wants no refusal after the last.
        apply::may_write(&run.analysis.loaded.root, &outcome.changed, &write)?;
        let Some(chosen) = choose::choose(run, options, outcome, output)? else {
            output.note("nothing was written\n");
            return Ok(ExitCode::Left);
        };
        outcome = chosen;
    }
    let summary = Summary::of(run, options, &outcome);
    apply::write(&run.analysis.loaded.root, &outcome.changed, &write)?;
    run.write(&summary.report, output)?;
    let sign = output.errors.sign("✔", "ok:");
    output.conclude(Ink::Good, sign, &summary.headline(""));
    summary.files(output);
    summary.notes(output);
    summary.left(output);
    output.suggest(&summary.next());
    Ok(if outcome.plan.left.is_empty() {
        ExitCode::Done
    } else {
        ExitCode::Left
    })
}

/// Shows what an apply would do.
pub(super) fn preview(
    run: &Run<'_>,
    options: &Apply,
    output: &mut Output,
) -> Result<ExitCode, Complaint> {
    let outcome = Outcome::of(run, options);
    show_diff(run, &outcome.changed, output)?;
    outcome.stands()?;
    let summary = Summary::of(run, options, &outcome);
    run.write_files(&summary.report, output)?;
    if outcome.changed.is_empty() {
        nothing_to_show(&summary, output);
        return Ok(ExitCode::Done);
    }
    let sign = output.errors.sign("✔", "ok:");
    let headline = format!("{}; nothing was written", summary.headline("would be "));
    output.note("\n");
    output.conclude(Ink::Good, sign, &headline);
    summary.files(output);
    summary.notes(output);
    summary.left(output);
    summary.open(output);
    let command = run.command(&options.command());
    let mut next = vec![(command, "writes it, all files or none")];
    next.extend(summary.unsafe_too(" --dry-run"));
    output.suggest(&next);
    Ok(if options.exit_code {
        ExitCode::Left
    } else {
        ExitCode::Done
    })
}

/// Takes the last apply back.
pub(super) fn undo(
    options: &Undo,
    state: &Path,
    output: &mut Output,
) -> Result<ExitCode, Complaint> {
    let root = load::root(&options.paths)?;
    let undone = apply::undo(
        &root,
        &UndoOptions {
            force: options.force,
            state: state.to_owned(),
        },
    )?;
    let sign = output.errors.sign("✔", "ok:");
    let files = counted(undone.paths.len(), "file");
    output.conclude(Ink::Good, sign, &format!("{files} as before the apply"));
    for path in &undone.paths {
        output.note(&format!("  {path}\n"));
    }
    Ok(ExitCode::Done)
}

fn refused(failures: &[Failure]) -> Option<Complaint> {
    let first = failures.first()?;
    let more = match failures.len() {
        1 => String::new(),
        count => format!(", and {} more", count - 1),
    };
    Some(Complaint::refused(
        "the plan does not stand its proof, so nothing is written",
        format!("{first}{more}"),
        "this is a bug of iomigrate; please report it with the lines that it is about",
    ))
}

/// The whole change as one diff, and nothing else, on stdout.
fn show_diff(run: &Run<'_>, changed: &[Changed], output: &mut Output) -> Result<(), Complaint> {
    let mut formats = run.shared.format.iter();
    if formats.any(|it| it.path.is_none() && it.format != Format::Human) {
        return Err(
            Complaint::usage("a dry run prints a diff and nothing else to stdout")
                .help("give the format a file: `--format json=left.json`"),
        );
    }
    let diff = diff::unified(&for_git(run, changed));
    output.result(&output.results.diff(&diff))?;
    if !run.patching.is_here && !changed.is_empty() {
        let sign = output.errors.paint(Ink::Name, "note:");
        let root = &run.root;
        output.note(&format!("\n{sign} `git -C {root} apply` takes this diff\n"));
    }
    Ok(())
}

/// The same with the paths that git expects.
fn for_git(run: &Run<'_>, changed: &[Changed]) -> Vec<Changed> {
    let mut seen = changed.to_vec();
    if !run.patching.start.is_empty() {
        for it in &mut seen {
            it.path = format!("{}/{}", run.patching.start, it.path);
        }
    }
    seen
}

/// What a dry run says when there is no diff: all is done, or a person has to decide first.
fn nothing_to_show(summary: &Summary<'_>, output: &mut Output) {
    if summary.report.findings.is_empty() {
        output.note(&crate::report::summary(&summary.report, output.errors));
        return;
    }
    summary.notes(output);
    summary.left(output);
    summary.open(output);
    output.suggest(summary.unsafe_too(" --dry-run").as_slice());
}

/// When a plan changes no file: either all is done, or a person has to decide first.
fn nothing_to_do(
    run: &Run<'_>,
    summary: &Summary<'_>,
    output: &mut Output,
) -> Result<ExitCode, Complaint> {
    let report = &summary.report;
    if report.verdict == Verdict::Ready {
        let sign = output.errors.sign("✔", "ok:");
        summary.notes(output);
        output.conclude(
            Ink::Good,
            sign,
            "nothing to do: there is no in-process Socket.IO",
        );
        run.write_files(report, output)?;
        return Ok(ExitCode::Done);
    }
    run.show(report, output)?;
    summary.left(output);
    output.suggest(summary.unsafe_too("").as_slice());
    Ok(if report.findings.is_empty() {
        ExitCode::Done
    } else {
        ExitCode::Left
    })
}

#[cfg(test)]
mod tests;
