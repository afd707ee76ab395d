//! The commands that look and change nothing: `scan`, `check`, `report`.

use super::complaint::Complaint;
use super::output::Output;
use super::{ExitCode, Run};
use crate::findings::Finding;
use crate::readiness::{self, ReadinessInput, Verdict};
use crate::report::{Counts, Format, Ink, Report, Style, render, summary};
use crate::scope::FileFacts;

/// Lists every touch point.
pub(super) fn scan(run: &Run<'_>, output: &mut Output) -> Result<ExitCode, Complaint> {
    let report = run.report(&run.analysis.findings);
    run.show(&report, output)?;
    if report.findings.is_empty() {
        output.suggest(&[(run.command("report"), "says what else several workers need")]);
    } else {
        output.suggest(&[
            (
                run.command("apply --dry-run"),
                "shows the whole change as one diff",
            ),
            (run.command("report"), "says what else several workers need"),
            (
                format!("iomigrate explain {}", report.findings[0].rule),
                "explains a rule",
            ),
        ]);
    }
    Ok(ExitCode::Done)
}

/// Fails while anything in-process remains.
pub(super) fn check(run: &Run<'_>, output: &mut Output) -> Result<ExitCode, Complaint> {
    let report = run.report(&run.analysis.findings);
    run.show(&report, output)?;
    let code = gate(&report);
    let style = output.errors;
    match code {
        ExitCode::Done => output.conclude(Ink::Good, style.sign("✔", "ok:"), "check passed"),
        ExitCode::Incomplete => {
            output.conclude(
                Ink::Bad,
                style.sign("✘", "x"),
                "check failed: files that mention Socket.IO were not analysed",
            );
        }
        _ => output.conclude(
            Ink::Bad,
            style.sign("✘", "x"),
            "check failed: in-process Socket.IO remains",
        ),
    }
    Ok(code)
}

/// Assesses whether the API may run on several workers.
pub(super) fn report(run: &Run<'_>, output: &mut Output) -> Result<ExitCode, Complaint> {
    let analysis = &run.analysis;
    let files = &analysis.loaded.files;
    let observations = readiness::observe(&analysis.project, files);
    let readiness = readiness::assess(&ReadinessInput {
        files,
        findings: &analysis.findings,
        skipped: &analysis.skipped,
        observations: &observations,
        manifests: &analysis.loaded.manifests,
    });
    let report = run.report(&analysis.findings).with_readiness(readiness);
    run.show(&report, output)?;
    Ok(gate(&report))
}

fn gate(report: &Report<'_>) -> ExitCode {
    match report.verdict {
        Verdict::Ready => ExitCode::Done,
        Verdict::NotReady if report.findings.is_empty() => ExitCode::Incomplete,
        Verdict::NotReady => ExitCode::Left,
    }
}

impl Run<'_> {
    /// A report about `findings`.
    pub(super) fn report<'a>(&'a self, findings: &'a [Finding]) -> Report<'a> {
        let analysis = &self.analysis;
        let is_parsed = |it: &FileFacts| it.errors.is_empty();
        let files_parsed = analysis
            .project
            .files()
            .filter(|it| is_parsed(it.1))
            .count();
        let counts = Counts {
            files_seen: analysis.loaded.files_seen,
            files_parsed,
        };
        Report::new(
            &self.root,
            &analysis.loaded.files,
            findings,
            &analysis.skipped,
            counts,
        )
        .with_notes(self.notes.clone())
    }

    /// Writes `report` in every format that was asked for, and its summary for the person who reads along.
    pub(super) fn show(&self, report: &Report<'_>, output: &mut Output) -> Result<(), Complaint> {
        self.write(report, output)?;
        output.note(&summary(report, output.errors));
        Ok(())
    }

    /// Writes `report` in every format that was asked for.
    pub(super) fn write(&self, report: &Report<'_>, output: &mut Output) -> Result<(), Complaint> {
        self.write_files(report, output)?;
        let asked = self
            .shared
            .format
            .iter()
            .filter(|it| it.path.is_none())
            .map(|it| it.format);
        let mut asked: Vec<Format> = asked.collect();
        if asked.is_empty() {
            asked.push(Format::Human);
        }
        for format in asked {
            output.result(&render(report, format, output.results))?;
        }
        Ok(())
    }

    /// Writes `report` into the files that were named.
    pub(super) fn write_files(
        &self,
        report: &Report<'_>,
        output: &mut Output,
    ) -> Result<(), Complaint> {
        let style = Style {
            is_verbose: output.results.is_verbose,
            width: usize::MAX,
            ..Style::plain()
        };
        for target in &self.shared.format {
            let Some(path) = &target.path else { continue };
            let mut text = render(report, target.format, style);
            if target.format == Format::Human {
                text.push_str(&summary(report, style));
            }
            output.result_file(path, &text)?;
        }
        Ok(())
    }

    /// One of this tool's commands, for the same paths.
    pub(super) fn command(&self, command: &str) -> String {
        match self.target.as_str() {
            "." => format!("iomigrate {command}"),
            target => format!("iomigrate {command} {target}"),
        }
    }
}
