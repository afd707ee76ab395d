//! The JSON of the contract, `schema_version` 1. Its structs are its own, so that inner types can change
//! while the keys stay.

use serde::Serialize;
use serde_json::{Map, Value};

use super::Report;
use crate::findings::Finding;
use crate::load::Skipped;
use crate::project::Step;
use crate::readiness::{Check, Evidence, Readiness};

const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct JsonReport<'a> {
    schema_version: u32,
    tool: JsonTool,
    root: &'a str,
    verdict: &'static str,
    summary: JsonSummary,
    findings: Vec<JsonFinding<'a>>,
    skipped: Vec<JsonSkipped<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checks: Option<Vec<JsonCheck<'a>>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct JsonTool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct JsonSummary {
    files_seen: usize,
    files_parsed: usize,
    files_skipped: usize,
    findings: usize,
    by_kind: Map<String, Value>,
    by_fix: Map<String, Value>,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    path: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    byte_start: u32,
    byte_end: u32,
    kind: &'static str,
    rule: &'a str,
    fix: &'static str,
    confidence: &'static str,
    /// Nothing that the project starts loads the file: a copy of the entry that was left behind.
    dead: bool,
    message: &'a str,
    help: &'a str,
    fingerprint: &'a str,
    steps: Vec<JsonStep<'a>>,
}

#[derive(Serialize)]
struct JsonStep<'a> {
    path: &'a str,
    line: usize,
    column: usize,
    label: &'a str,
}

#[derive(Serialize)]
struct JsonSkipped<'a> {
    path: &'a str,
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    mentions_socketio: bool,
}

#[derive(Serialize)]
struct JsonCheck<'a> {
    id: &'static str,
    title: &'a str,
    state: &'static str,
    evidence: Vec<JsonEvidence<'a>>,
    advice: &'a str,
}

#[derive(Serialize)]
struct JsonEvidence<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    text: &'a str,
}

/// One line of the `jsonl` format.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum JsonLine<'a> {
    Finding(JsonFinding<'a>),
    Skipped(JsonSkipped<'a>),
    Check(JsonCheck<'a>),
    Summary {
        schema_version: u32,
        tool: JsonTool,
        root: &'a str,
        verdict: &'static str,
        summary: JsonSummary,
    },
}

/// The whole report as one object.
pub(super) fn object(report: &Report<'_>) -> String {
    let object = JsonReport {
        schema_version: SCHEMA_VERSION,
        tool: tool(),
        root: &report.root,
        verdict: report.verdict.as_str(),
        summary: summary(report),
        findings: report
            .findings
            .iter()
            .map(|it| finding(report, it))
            .collect(),
        skipped: report.skipped.iter().map(skipped).collect(),
        checks: report.readiness.as_ref().map(checks),
        notes: &report.notes,
    };
    let mut text =
        serde_json::to_string_pretty(&object).expect("plain data with text keys serialises");
    text.push('\n');
    text
}

/// The report as one object a line, the summary last.
pub(super) fn lines(report: &Report<'_>) -> String {
    let findings = report
        .findings
        .iter()
        .map(|it| JsonLine::Finding(finding(report, it)));
    let skips = report
        .skipped
        .iter()
        .map(|it| JsonLine::Skipped(skipped(it)));
    let checks = report
        .readiness
        .iter()
        .flat_map(checks)
        .map(JsonLine::Check);
    let last = JsonLine::Summary {
        schema_version: SCHEMA_VERSION,
        tool: tool(),
        root: &report.root,
        verdict: report.verdict.as_str(),
        summary: summary(report),
    };
    findings
        .chain(skips)
        .chain(checks)
        .chain(std::iter::once(last))
        .map(|it| serde_json::to_string(&it).expect("plain data with text keys serialises") + "\n")
        .collect()
}

fn tool() -> JsonTool {
    JsonTool {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
    }
}

fn summary(report: &Report<'_>) -> JsonSummary {
    let by_kind = report
        .by_kind()
        .into_iter()
        .map(|it| (it.0.as_str().to_owned(), it.1.into()));
    let by_fix = report
        .by_fix()
        .into_iter()
        .map(|it| (it.0.as_str().to_owned(), it.1.into()));
    JsonSummary {
        files_seen: report.counts.files_seen,
        files_parsed: report.counts.files_parsed,
        files_skipped: report.skipped.len(),
        findings: report.findings.len(),
        by_kind: by_kind.collect(),
        by_fix: by_fix.collect(),
    }
}

fn finding<'a>(report: &Report<'a>, finding: &'a Finding) -> JsonFinding<'a> {
    let start = report.position(finding.file, finding.span.start);
    let end = report.position(finding.file, finding.span.end);
    JsonFinding {
        path: report.path(finding.file),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        byte_start: finding.span.start,
        byte_end: finding.span.end,
        kind: finding.kind.as_str(),
        rule: &finding.rule,
        fix: finding.fix.as_str(),
        confidence: finding.confidence.as_str(),
        dead: finding.is_dead,
        message: &finding.message,
        help: &finding.help,
        fingerprint: &finding.fingerprint,
        steps: finding.steps.iter().map(|it| step(report, it)).collect(),
    }
}

fn step<'a>(report: &Report<'a>, step: &'a Step) -> JsonStep<'a> {
    let start = report.position(step.file, step.span.start);
    JsonStep {
        path: report.path(step.file),
        line: start.line,
        column: start.column,
        label: &step.label,
    }
}

fn skipped(skipped: &Skipped) -> JsonSkipped<'_> {
    JsonSkipped {
        path: &skipped.path,
        reason: skipped.reason.as_str(),
        line: skipped.line,
        mentions_socketio: skipped.mentions_socketio,
    }
}

fn checks(readiness: &Readiness) -> Vec<JsonCheck<'_>> {
    readiness.checks.iter().map(check).collect()
}

fn check<'a>(check: &'a Check) -> JsonCheck<'a> {
    let evidence = |it: &'a Evidence| JsonEvidence {
        path: &it.path,
        line: it.line,
        text: &it.text,
    };
    JsonCheck {
        id: check.id,
        title: &check.title,
        state: check.state.as_str(),
        evidence: check.evidence.iter().map(evidence).collect(),
        advice: &check.advice,
    }
}
