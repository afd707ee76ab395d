//! The commands that write: `apply` and `undo`.

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
use crate::report::{Format, Ink, Report, Style, counted, summary};
use crate::rules::Fix;

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
}

/// Carries the plan out.
pub(super) fn apply(
    run: &Run<'_>,
    options: &Apply,
    state: &Path,
    output: &mut Output,
) -> Result<ExitCode, Complaint> {
    let Outcome {
        plan,
        changed,
        failures,
    } = Outcome::of(run, options);
    if let Some(refusal) = refused(&failures) {
        return Err(refusal);
    }
    if changed.is_empty() {
        return nothing_to_do(run, &plan, output);
    }
    let write = WriteOptions {
        allow_dirty: options.allow_dirty,
        state: state.to_owned(),
    };
    apply::write(&run.analysis.loaded.root, &changed, &write)?;
    tell(run, &plan, &changed, output)
}

/// Shows what an apply would do.
pub(super) fn preview(
    run: &Run<'_>,
    options: &Apply,
    output: &mut Output,
) -> Result<ExitCode, Complaint> {
    let Outcome {
        plan,
        changed,
        failures,
    } = Outcome::of(run, options);
    show_diff(run, &changed, output)?;
    if let Some(refusal) = refused(&failures) {
        return Err(refusal);
    }
    let report = report(run, &plan);
    run.write_files(&report, output)?;
    if changed.is_empty() {
        nothing_to_show(run, &report, &plan, output);
        return Ok(ExitCode::Done);
    }
    let sign = output.errors.sign("✔", "ok:");
    let migrated = migrated(run, &plan);
    output.note("\n");
    output.conclude(
        Ink::Good,
        sign,
        &format!(
            "{migrated} would be migrated, {}; nothing was written",
            shape(&changed, "would be ")
        ),
    );
    list(&report, &changed, output);
    notes(&report, output);
    left(run, &plan, output);
    open(&report, &plan, output);
    let command = if options.unsafe_fixes {
        "apply --unsafe-fixes"
    } else {
        "apply"
    };
    let mut next = vec![(run.command(command), "writes it, all files or none")];
    next.extend(unsafe_too(run, &plan, "apply --dry-run"));
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

/// What a plan leaves, with everything that a person should know about it.
fn report<'a>(run: &'a Run<'_>, plan: &'a Plan) -> Report<'a> {
    let mut report = run.report(&plan.left);
    report.notes.extend(plan.notes.iter().cloned());
    report
}

/// A plan that does not stand its own proof is never written.
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
    output.result(&painted(&diff::unified(changed), output.results))
}

/// What a dry run says when there is no diff: all is done, or a person has to decide first.
fn nothing_to_show(run: &Run<'_>, report: &Report<'_>, plan: &Plan, output: &mut Output) {
    if report.findings.is_empty() {
        output.note(&summary(report, output.errors));
        return;
    }
    notes(report, output);
    left(run, plan, output);
    open(report, plan, output);
    output.suggest(&unsafe_too(run, plan, "apply --dry-run"));
}

/// When a plan changes no file: either all is done, or a person has to decide first.
fn nothing_to_do(run: &Run<'_>, plan: &Plan, output: &mut Output) -> Result<ExitCode, Complaint> {
    let report = report(run, plan);
    if report.verdict == Verdict::Ready {
        let sign = output.errors.sign("✔", "ok:");
        notes(&report, output);
        output.conclude(
            Ink::Good,
            sign,
            "nothing to do: there is no in-process Socket.IO",
        );
        run.write_files(&report, output)?;
        return Ok(ExitCode::Done);
    }
    run.show(&report, output)?;
    left(run, plan, output);
    output.suggest(&unsafe_too(run, plan, "apply"));
    Ok(if report.findings.is_empty() {
        ExitCode::Done
    } else {
        ExitCode::Left
    })
}

/// After a write: what changed, what is left and why, what to do next.
fn tell(
    run: &Run<'_>,
    plan: &Plan,
    changed: &[Changed],
    output: &mut Output,
) -> Result<ExitCode, Complaint> {
    let report = report(run, plan);
    run.write(&report, output)?;
    let sign = output.errors.sign("✔", "ok:");
    let done = format!("{} migrated, {}", migrated(run, plan), shape(changed, ""));
    output.conclude(Ink::Good, sign, &done);
    list(&report, changed, output);
    notes(&report, output);
    left(run, plan, output);
    output.suggest(&next(run, plan, changed));
    Ok(if plan.left.is_empty() {
        ExitCode::Done
    } else {
        ExitCode::Left
    })
}

/// Every file with what happens to it.
fn list(report: &Report<'_>, changed: &[Changed], output: &mut Output) {
    let style = output.errors;
    for file in diff::files(changed) {
        let verb = match file.kind {
            diff::Kind::Changed => "changed".to_owned(),
            diff::Kind::Created => style.paint(Ink::Good, "created"),
            diff::Kind::Deleted => style.paint(Ink::Bad, "deleted"),
        };
        let (added, removed) = file.counts();
        let added = style.paint(Ink::Good, &format!("+{added}"));
        let removed = style.paint(Ink::Bad, &format!("-{removed}"));
        let path = report.shown_path(file.path);
        output.note(&format!("  {verb} {path} {added} {removed}\n"));
    }
}

fn notes(report: &Report<'_>, output: &mut Output) {
    let style = output.errors;
    for note in &report.notes {
        output.note(&format!(
            "{} {}\n",
            style.paint(Ink::Name, "note:"),
            style.wrap(6, note)
        ));
    }
}

/// How to go further than safe fixes, if that leads anywhere.
fn unsafe_too(run: &Run<'_>, plan: &Plan, command: &str) -> Vec<(String, &'static str)> {
    let is_possible = plan.left.iter().any(|it| it.fix == Fix::Unsafe);
    let command = run.command(&format!("{command} --unsafe-fixes"));
    let purpose = "also makes the changes of behaviour that the messages name";
    is_possible
        .then_some((command, purpose))
        .into_iter()
        .collect()
}

/// What a person does after an apply.
fn next(run: &Run<'_>, plan: &Plan, changed: &[Changed]) -> Vec<(String, &'static str)> {
    let name = |it: &Changed| it.path.rsplit('/').next().unwrap_or_default().to_owned();
    let mut next = Vec::new();
    if changed.iter().any(|it| name(it) == "package.json") {
        next.push(("npm install".to_owned(), "installs what the new files need"));
    }
    if let Some(processes) = changed.iter().find(|it| name(it).starts_with("ecosystem")) {
        let command = format!("pm2 start {}", processes.path);
        next.push((command, "starts the Socket.IO server and the API's workers"));
    }
    let purpose = if plan.left.is_empty() {
        "proves that nothing in-process is left; put it into CI"
    } else {
        "fails until nothing in-process is left; put it into CI"
    };
    next.push((run.command("check"), purpose));
    next.extend(unsafe_too(run, plan, "apply"));
    next.push((run.command("undo"), "takes all of this back, byte for byte"));
    next
}

/// That the server stays, and what keeps it.
fn left(run: &Run<'_>, plan: &Plan, output: &mut Output) {
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
    let Some((first, others)) = plan.stays.split_first() else {
        return;
    };
    let place = first
        .place
        .as_ref()
        .map_or_else(String::new, |it| format!("{}: ", shown(run, it)));
    let more = match others.len() {
        0 => String::new(),
        count => format!(" (and {count} more)"),
    };
    let style = output.errors;
    let why = style.wrap(7, &format!("{place}{}{more}", first.reason));
    output.note(&format!("  {} {why}\n", style.paint(Ink::Dim, "why:")));
}

/// A place as it can be opened from where the user stands.
fn shown(run: &Run<'_>, place: &str) -> String {
    match run.root.as_str() {
        "." => place.to_owned(),
        root => format!("{}/{place}", root.trim_end_matches('/')),
    }
}

/// Every finding that is left: its place, its rule and what it waits for, one a line.
fn open(report: &Report<'_>, plan: &Plan, output: &mut Output) {
    for (finding, reason) in report.findings.iter().zip(&plan.reasons) {
        let position = report.position(finding.file, finding.span.start);
        let path = report.shown_path(report.path(finding.file));
        let rule = output.errors.paint(Ink::Name, &finding.rule);
        output.note(&format!("  {path}:{position} {rule} {reason}\n"));
    }
}

fn migrated(run: &Run<'_>, plan: &Plan) -> String {
    let all = run.analysis.findings.len();
    let done = all.saturating_sub(plan.left.len());
    if plan.left.is_empty() {
        counted(done, "touch point")
    } else {
        format!("{done} of {}", counted(all, "touch point"))
    }
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

/// A diff as a terminal shows it; without colours it is what `git apply` reads.
fn painted(diff: &str, style: Style) -> String {
    if !style.has_color {
        return diff.to_owned();
    }
    let lines = diff.split_inclusive('\n').map(|line| {
        let ink = match line.as_bytes() {
            [b'd', b'i', b'f', b'f', b' ', ..]
            | [b'-', b'-', b'-', b' ', ..]
            | [b'+', b'+', b'+', b' ', ..] => Ink::Bold,
            [b'@', b'@', ..] => Ink::Name,
            [b'+', ..] => Ink::Good,
            [b'-', ..] => Ink::Bad,
            _ => return line.to_owned(),
        };
        let text = line.trim_end_matches(['\n', '\r']);
        style.paint(ink, text) + &line[text.len()..]
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::refused;
    use crate::cli::ExitCode;
    use crate::proof::Failure;
    use crate::report::Style;

    #[test]
    fn a_plan_that_fails_its_proof_is_refused() {
        let failure = |path: &str| Failure {
            path: path.to_owned(),
            problem: "`io` would refer to nothing".to_owned(),
        };
        assert!(refused(&[]).is_none());
        let refusal = refused(&[failure("a.js"), failure("b.js")]).unwrap();
        assert_eq!(refusal.code, ExitCode::Refused);
        let text = refusal.render(Style::plain());
        assert!(
            text.contains("why: a.js: `io` would refer to nothing, and 1 more"),
            "{text}"
        );
    }
}
