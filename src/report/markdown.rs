//! The form for a pull request's comment or a step summary: verdict, checks, findings as tables.

use super::{Report, counted};
use crate::findings::Finding;
use crate::readiness::{Check, CheckState, Evidence, Readiness, Verdict};

/// A comment on GitHub has room for 65,536 characters.
const ROOM: usize = 64_000;
/// Pieces of evidence in a table's cell.
const EVIDENCE_SHOWN: usize = 5;

/// The whole report; rows that do not fit are counted instead.
pub(super) fn render(report: &Report<'_>) -> String {
    let mut text = verdict(report);
    if let Some(readiness) = &report.readiness {
        text.push_str("\n| | Check | Evidence | What to do |\n| --- | --- | --- | --- |\n");
        text.extend(readiness.checks.iter().map(|it| check_row(report, it)));
    }
    text.push_str(&skips(report));
    if !report.findings.is_empty() {
        text.push_str(&kinds_table(report));
        let rows = report.findings.iter().map(|it| finding_row(report, it));
        let head = "\n| Place | Kind | Rule | Fix | What |\n| --- | --- | --- | --- | --- |\n";
        text.push_str(head);
        push_rows(&mut text, rows.collect(), "finding");
    }
    for note in &report.notes {
        if text.chars().count() + note.chars().count() < ROOM {
            let line = format!("\n> {}\n", escaped(note));
            text.push_str(&line);
        }
    }
    text
}

fn verdict(report: &Report<'_>) -> String {
    let verdict = match report.verdict {
        Verdict::Ready => "✅ READY",
        Verdict::NotReady => "❌ NOT READY",
    };
    let left = match report.findings.len() {
        0 => "No in-process Socket.IO".to_owned(),
        count => format!(
            "{} with in-process Socket.IO in {}",
            counted(count, "touch point"),
            counted(report.by_file().count(), "file")
        ),
    };
    let scope = report
        .readiness
        .as_ref()
        .map_or("to run on several workers".to_owned(), Readiness::scope);
    format!(
        "## {verdict} {scope}\n\n{left}; {} of {} analysed, {} skipped.\n",
        report.counts.files_parsed,
        counted(report.counts.files_seen, "file"),
        report.skipped.len(),
    )
}

fn check_row(report: &Report<'_>, check: &Check) -> String {
    let state = match check.state {
        CheckState::Pass => "✅",
        CheckState::Fail => "❌",
        CheckState::Warn => "⚠️",
        CheckState::Unknown => "❔",
    };
    let mut evidence: Vec<String> = check
        .evidence
        .iter()
        .take(EVIDENCE_SHOWN)
        .map(|it| evidence_text(report, it))
        .collect();
    let hidden = check.evidence.len().saturating_sub(EVIDENCE_SHOWN);
    if hidden > 0 {
        evidence.push(format!("and {hidden} more"));
    }
    let advice = if check.state == CheckState::Pass {
        ""
    } else {
        check.advice.as_str()
    };
    format!(
        "| {state} | {} | {} | {} |\n",
        escaped(&check.title),
        evidence.join("<br>"),
        escaped(advice)
    )
}

fn evidence_text(report: &Report<'_>, evidence: &Evidence) -> String {
    let line = evidence
        .line
        .map_or_else(String::new, |it| format!(":{it}"));
    let place = code(&format!("{}{line}", report.shown_path(&evidence.path)));
    let text = if evidence.is_code {
        code(&evidence.text)
    } else {
        escaped(&evidence.text)
    };
    format!("{place} {text}")
}

fn skips(report: &Report<'_>) -> String {
    if report.skipped.is_empty() {
        return String::new();
    }
    let rows = report.skipped.iter().map(|it| {
        let line = it.line.map_or_else(String::new, |line| format!(":{line}"));
        let concern = if it.mentions_socketio {
            "mentions Socket.IO"
        } else {
            "no mention of Socket.IO"
        };
        let place = code(&format!("{}{line}", report.shown_path(&it.path)));
        format!("| {place} | {} | {concern} |\n", it.reason.as_str())
    });
    let mut text = "\n| Not analysed | Reason | |\n| --- | --- | --- |\n".to_owned();
    push_rows(&mut text, rows.take(100).collect(), "file");
    text
}

fn kinds_table(report: &Report<'_>) -> String {
    let kinds = report.by_kind();
    let heads: String = kinds
        .iter()
        .map(|it| format!(" {} |", it.0.as_str()))
        .collect();
    let rule: String = kinds.iter().map(|_| " ---: |").collect();
    let mut text = format!("\n| File |{heads}\n| --- |{rule}\n");
    let rows = report.by_file().map(|in_file| {
        let cells: String = kinds
            .iter()
            .map(
                |(kind, _)| match in_file.iter().filter(|it| it.kind == *kind).count() {
                    0 => "  |".to_owned(),
                    count => format!(" {count} |"),
                },
            )
            .collect();
        format!(
            "| {} |{cells}\n",
            code(&report.shown_path(report.path(in_file[0].file)))
        )
    });
    push_rows(&mut text, rows.take(200).collect(), "file");
    text
}

fn finding_row(report: &Report<'_>, finding: &Finding) -> String {
    let line = report.position(finding.file, finding.span.start).line;
    let place = code(&format!(
        "{}:{line}",
        report.shown_path(report.path(finding.file))
    ));
    let what = code(&report.snippet(finding.file, finding.span));
    let fix = finding.fix.as_str();
    let help = if finding.fix == crate::rules::Fix::Safe {
        String::new()
    } else {
        format!("<br>{}", escaped(&finding.help))
    };
    format!(
        "| {place} | {} | {} | {fix} | {what}<br>{}{help} |\n",
        finding.kind.as_str(),
        code(&finding.rule),
        escaped(&finding.message),
    )
}

/// Adds rows while there is room, and says how many had none.
fn push_rows(text: &mut String, rows: Vec<String>, noun: &str) {
    let mut used = text.chars().count();
    let mut left = rows.len();
    for row in rows {
        used += row.chars().count();
        if used > ROOM {
            let line = format!(
                "\n{} more; `iomigrate scan` lists them all.\n",
                counted(left, noun)
            );
            text.push_str(&line);
            return;
        }
        text.push_str(&row);
        left -= 1;
    }
}

/// Text in a table's cell: nothing in it may end the cell, the row or start markup of its own.
/// Backticks stay, as messages put names in them.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '|' => safe.push_str("\\|"),
            '<' => safe.push_str("&lt;"),
            '\n' | '\r' => safe.push(' '),
            _ => safe.push(it),
        }
    }
    safe
}

/// A code span. A cell's `|` has to be escaped even inside one; a backtick needs a longer fence.
fn code(text: &str) -> String {
    let text = text.replace('|', "\\|").replace(['\n', '\r'], " ");
    if text.contains('`') {
        format!("`` {text} ``")
    } else {
        format!("`{text}`")
    }
}

#[cfg(test)]
mod tests {
    use super::{code, escaped, push_rows};

    #[test]
    fn nothing_ends_a_cell() {
        assert_eq!(escaped("a | b\nc <img>"), "a \\| b c &lt;img>");
        assert_eq!(code("a || `b`"), "`` a \\|\\| `b` ``");
    }

    #[test]
    fn rows_that_do_not_fit_are_counted() {
        let mut text = String::new();
        push_rows(
            &mut text,
            vec!["x".repeat(40_000), "y".repeat(40_000), "z".to_owned()],
            "finding",
        );
        assert!(text.len() < 65_000);
        assert!(text.ends_with("\n2 findings more; `iomigrate scan` lists them all.\n"));
    }
}
