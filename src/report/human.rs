//! The form for a terminal: a block with a code frame for each finding, the readiness checks, the summary.

use super::frame::frame;
use super::{Ink, Report, Style, counted};
use crate::findings::{Confidence, Finding};
use crate::load::Skipped;
use crate::project::Step;
use crate::readiness::{Check, CheckState, Readiness, Verdict};
use crate::rules::Fix;
use crate::source::FileId;

/// Pieces of evidence that a check shows before it counts the rest.
const EVIDENCE_SHOWN: usize = 5;

/// The findings, or the readiness checks when the report has them.
pub(super) fn render(report: &Report<'_>, style: Style) -> String {
    match &report.readiness {
        Some(readiness) => assessment(report, readiness, style),
        None => findings(report, style),
    }
}

/// What the findings add up to: counts, what was skipped, the verdict.
pub fn summary(report: &Report<'_>, style: Style) -> String {
    let mut text = String::new();
    // An assessment has said what could not be analysed.
    for skipped in report
        .skipped
        .iter()
        .filter(|it| report.readiness.is_none() || !it.mentions_socketio)
    {
        text.push_str(&skipped_line(report, skipped, style));
    }
    text.push_str(&notes(report, style));
    if !text.is_empty() {
        text.push('\n');
    }
    if report.readiness.is_none() {
        text.push_str(&totals(report, style));
    }
    text
}

/// What else a person should know, one paragraph each.
pub fn notes(report: &Report<'_>, style: Style) -> String {
    let head = style.paint(Ink::Name, "note:");
    let note = |it: &String| format!("{head} {}\n", style.wrap(6, &report.shown_note(it)));
    report.notes.iter().map(note).collect()
}

fn findings(report: &Report<'_>, style: Style) -> String {
    let mut text = String::new();
    let mut said = Said::default();
    for in_file in report.by_file() {
        for finding in in_file {
            text.push_str(&block(report, finding, &mut said, style));
        }
    }
    text
}

/// What the reader has been told, so that it is not said again at every finding.
#[derive(Default)]
struct Said<'a> {
    /// In the whole report.
    helps: Vec<&'a str>,
    /// In the file at hand.
    ways: Vec<&'a [Step]>,
    file: Option<FileId>,
}

impl<'a> Said<'a> {
    /// The steps to show: up to where the way enters the file, once for each file; every step in verbose style.
    fn way(&mut self, finding: &'a Finding, style: Style) -> &'a [Step] {
        if style.is_verbose {
            return &finding.steps;
        }
        if self.file.replace(finding.file) != Some(finding.file) {
            self.ways.clear();
        }
        let foreign = finding.steps.iter().rposition(|it| it.file != finding.file);
        let way = &finding.steps[..foreign.map_or(0, |it| it + 1)];
        if self.ways.contains(&way) {
            return &[];
        }
        self.ways.push(way);
        way
    }
}

fn block<'a>(
    report: &Report<'a>,
    finding: &'a Finding,
    said: &mut Said<'a>,
    style: Style,
) -> String {
    let position = report.position(finding.file, finding.span.start);
    let place = format!(
        "{}:{position}",
        report.shown_path(report.path(finding.file))
    );
    let likely = match finding.confidence {
        Confidence::Proven => String::new(),
        Confidence::Likely => format!(" {}", style.paint(Ink::Caution, "likely")),
    };
    let mut text = format!(
        "{} {} {} {}{likely}\n  {}\n",
        style.paint(Ink::Bold, &place),
        style.paint(Ink::Name, &finding.rule),
        style.paint(Ink::Dim, finding.kind.as_str()),
        style.paint(fix_ink(finding.fix), finding.fix.as_str()),
        style.wrap(2, &finding.message),
    );
    text.push_str(&frame(report, finding, style));
    let way = said.way(finding, style);
    if !way.is_empty() {
        text.push_str(&entry("via:", &report.trail(way, style), Ink::Dim, style));
    }
    // A safe fix is explained once; what a person has to weigh is said at every place.
    let is_new_help = !said.helps.contains(&finding.help.as_str());
    if is_new_help || style.is_verbose || finding.fix != Fix::Safe {
        text.push_str(&entry("help:", &finding.help, Ink::Name, style));
        said.helps.push(&finding.help);
    }
    text.push('\n');
    text
}

fn entry(name: &str, what: &str, ink: Ink, style: Style) -> String {
    format!(
        "  {} {}\n",
        style.paint(ink, &format!("{name:>5}")),
        style.wrap(8, what)
    )
}

fn fix_ink(fix: Fix) -> Ink {
    match fix {
        Fix::Safe => Ink::Good,
        Fix::Unsafe => Ink::Caution,
        Fix::Manual => Ink::Bad,
    }
}

fn skipped_line(report: &Report<'_>, skipped: &Skipped, style: Style) -> String {
    let line = skipped.line.map_or_else(String::new, |it| format!(":{it}"));
    let place = format!("{}{line}", report.shown_path(&skipped.path));
    let reason = skipped.reason.as_str();
    let (ink, concern) = if skipped.mentions_socketio {
        (
            Ink::Bad,
            "it mentions Socket.IO, so the verdict cannot be ready",
        )
    } else {
        (Ink::Dim, "it does not mention Socket.IO")
    };
    format!(
        "{} {place}: {reason}; {concern}\n",
        style.paint(ink, "skipped")
    )
}

fn totals(report: &Report<'_>, style: Style) -> String {
    let parsed = format!(
        "{} of {} analysed",
        report.counts.files_parsed,
        counted(report.counts.files_seen, "file")
    );
    if report.findings.is_empty() {
        let (ink, sign) = match report.verdict {
            Verdict::Ready => (Ink::Good, style.sign("✔", "ok")),
            Verdict::NotReady => (Ink::Caution, style.sign("⚠", "!")),
        };
        return format!(
            "{} no in-process Socket.IO found; {parsed}\n",
            style.paint(ink, sign)
        );
    }
    let kinds = report
        .by_kind()
        .into_iter()
        .map(|it| format!("{} {}", it.1, it.0.as_str()));
    let fixes = report
        .by_fix()
        .into_iter()
        .map(|it| style.paint(fix_ink(it.0), &format!("{} {}", it.1, it.0.as_str())));
    let separator = format!(" {} ", style.sign("·", "-"));
    format!(
        "{} in {}; {parsed}\n  by kind  {}\n  by fix   {}\n",
        style.paint(
            Ink::Bold,
            &format!(
                "{} with in-process Socket.IO",
                counted(report.findings.len(), "touch point")
            )
        ),
        counted(report.by_file().count(), "file"),
        kinds.collect::<Vec<_>>().join(&separator),
        fixes.collect::<Vec<_>>().join(&separator),
    )
}

fn assessment(report: &Report<'_>, readiness: &Readiness, style: Style) -> String {
    let (ink, word) = match readiness.verdict {
        Verdict::Ready => (Ink::BoldGood, "READY"),
        Verdict::NotReady => (Ink::BoldBad, "NOT READY"),
    };
    let mut text = format!("{} {}\n\n", style.paint(ink, word), readiness.scope());
    for check in &readiness.checks {
        text.push_str(&check_block(report, check, style));
    }
    if !report.findings.is_empty() {
        text.push('\n');
        text.push_str(&table(report, style));
        text.push('\n');
        text.push_str(&totals(report, style));
    }
    text
}

fn check_block(report: &Report<'_>, check: &Check, style: Style) -> String {
    let (ink, sign) = match check.state {
        CheckState::Pass => (Ink::Good, style.sign("✔", "ok")),
        CheckState::Fail => (Ink::Bad, style.sign("✘", "x")),
        CheckState::Warn => (Ink::Caution, style.sign("⚠", "!")),
        CheckState::Unknown => (Ink::Dim, "?"),
    };
    let title = match check.state {
        CheckState::Fail | CheckState::Warn => style.paint(Ink::Bold, &check.title),
        CheckState::Pass | CheckState::Unknown => check.title.clone(),
    };
    let padding = " ".repeat(2usize.saturating_sub(sign.chars().count()));
    let mut text = format!("{padding}{} {}\n", style.paint(ink, sign), title);
    for evidence in check.evidence.iter().take(if style.is_verbose {
        usize::MAX
    } else {
        EVIDENCE_SHOWN
    }) {
        let line = evidence
            .line
            .map_or_else(String::new, |it| format!(":{it}"));
        let place = format!("{}{line}", report.shown_path(&evidence.path));
        let row = format!("     {} {}\n", style.paint(Ink::Dim, &place), evidence.text);
        text.push_str(&row);
    }
    let hidden = check.evidence.len().saturating_sub(EVIDENCE_SHOWN);
    if hidden > 0 && !style.is_verbose {
        text.push_str(&style.paint(
            Ink::Dim,
            &format!("     and {hidden} more (--verbose shows them)\n"),
        ));
    }
    if !check.advice.is_empty() && check.state != CheckState::Pass {
        let arrow = style.sign("→", "->");
        let line = format!(
            "   {} {}\n",
            style.paint(Ink::Name, arrow),
            style.wrap(5, &check.advice)
        );
        text.push_str(&line);
    }
    text
}

/// Findings by file and kind, most first.
fn table(report: &Report<'_>, style: Style) -> String {
    let kinds = report.by_kind();
    let mut files: Vec<&[Finding]> = report.by_file().collect();
    files.sort_by_key(|it| std::cmp::Reverse(it.len()));
    let path = |it: &[Finding]| report.shown_path(report.path(it[0].file));
    let width = files
        .iter()
        .map(|it| path(it).chars().count())
        .max()
        .unwrap_or_default();
    let heads: String = kinds
        .iter()
        .map(|it| format!("  {}", it.0.as_str()))
        .collect();
    let mut text = style.paint(Ink::Dim, &format!("  {:width$}{heads}", "file")) + "\n";
    for in_file in files {
        let cells = kinds.iter().map(|(kind, _)| {
            let count = in_file.iter().filter(|it| it.kind == *kind).count();
            let cell = if count == 0 {
                style.sign("·", ".").to_owned()
            } else {
                count.to_string()
            };
            format!("  {cell:>wide$}", wide = kind.as_str().len())
        });
        let line = format!("  {:width$}{}\n", path(in_file), cells.collect::<String>());
        text.push_str(&line);
    }
    text
}
