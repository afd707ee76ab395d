//! GitHub workflow commands: one annotation a finding.

use super::{Report, counted};
use crate::findings::Finding;

/// GitHub shows this many annotations of a level for each step and drops the rest without a word.
const SHOWN_BY_GITHUB: usize = 10;

/// One `::error` a finding and a skipped file that matters, and a notice when GitHub will not show them all.
pub(super) fn render(report: &Report<'_>) -> String {
    // What a person has to decide comes first, so that it is among those that are shown.
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|it| std::cmp::Reverse(it.fix));
    let skips = report.relevant_skips().map(|it| {
        let place = it
            .line
            .map_or_else(String::new, |line| format!(",line={line}"));
        let file = property(&report.shown_path(&it.path));
        let reason = it.reason.as_str();
        format!(
            "::error file={file}{place},title=not analysed::{}\n",
            data(&format!("not analysed: {reason}"))
        )
    });
    let mut text: String = skips
        .chain(findings.iter().map(|it| annotation(report, it)))
        .collect();
    let count = text.lines().count();
    if count > SHOWN_BY_GITHUB {
        let total = counted(report.findings.len(), "finding");
        let line = format!(
            "::notice title=iomigrate::{total}; GitHub shows the first {SHOWN_BY_GITHUB} here, the log has them all\n"
        );
        text.push_str(&line);
    }
    text
}

fn annotation(report: &Report<'_>, finding: &Finding) -> String {
    let start = report.position(finding.file, finding.span.start);
    let end = report.position(finding.file, finding.span.end);
    // Columns are only understood within one line.
    let columns = if start.line == end.line {
        format!(",col={},endColumn={}", start.column, end.column)
    } else {
        String::new()
    };
    format!(
        "::error file={},line={},endLine={}{columns},title={}::{}\n",
        property(&report.shown_path(report.path(finding.file))),
        start.line,
        end.line,
        property(&finding.rule),
        data(&format!("{}\n{}", finding.message, finding.help)),
    )
}

fn data(text: &str) -> String {
    text.trim_end()
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
