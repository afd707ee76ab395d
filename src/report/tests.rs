//! Every format of one small report.

use super::{Counts, Format, Report, Style, render, summary};
use crate::findings::{Confidence, Finding};
use crate::load::{SkipReason, Skipped};
use crate::project::Step;
use crate::rules::{FindingKind, Fix};
use crate::source::{FileId, Language, SourceFile, Span};
use crate::syntax::NodeId;

const SERVER: &str = "\u{feff}const io = new Server(server);\r\napp.set('io', io);\r\n";
const ROUTE: &str = "const io = req.app.get('io');\nlog('č'); io.emit('a|b', x);\n";

fn file(path: &str, text: &str) -> SourceFile {
    let language = Language::JavaScript;
    SourceFile {
        path: path.to_owned(),
        text: text.to_owned(),
        language,
    }
}

fn span(text: &str, part: &str) -> Span {
    let start = text.find(part).unwrap();
    Span::new(start, start + part.len())
}

fn finding(file: u32, span: Span, fix: Fix) -> Finding {
    Finding {
        file: FileId(file),
        node: NodeId(0),
        span,
        rule: "emit-to-all".to_owned(),
        kind: FindingKind::Emit,
        fix,
        confidence: Confidence::Proven,
        message: "sends to everyone: 100 %".to_owned(),
        help: "let `apply` do it".to_owned(),
        steps: Vec::new(),
        is_dead: false,
        fingerprint: "f1".to_owned(),
    }
}

/// A finding in a route, with its way from the server.
fn emission() -> Finding {
    let step = |file, span, label: &str| Step {
        file: FileId(file),
        span,
        label: label.to_owned(),
    };
    let steps = vec![
        step(1, span(SERVER, "new Server(server)"), "server created"),
        step(1, span(SERVER, "app.set('io', io)"), "set as `io`"),
        step(0, span(ROUTE, "req.app.get('io')"), "read as `io`"),
    ];
    Finding {
        steps,
        ..finding(0, span(ROUTE, "io.emit('a|b', x)"), Fix::Safe)
    }
}

fn rendered(findings: &[Finding], format: Format, style: Style) -> String {
    let files = [file("routes/a.js", ROUTE), file("server.js", SERVER)];
    let skipped = [Skipped {
        path: "broken.js".to_owned(),
        reason: SkipReason::SyntaxError,
        line: Some(7),
        mentions_socketio: true,
    }];
    let counts = Counts {
        files_seen: 3,
        files_parsed: 2,
    };
    render(
        &Report::new(".", &files, findings, &skipped, counts),
        format,
        style,
    )
}

/// The human form of one finding that spans the whole of `text`.
fn framed(text: &str, style: Style) -> String {
    let files = [file("a.js", text)];
    let findings = [finding(0, Span::new(0, text.len()), Fix::Safe)];
    let counts = Counts::default();
    let report = Report::new("back end", &files, &findings, &[], counts);
    render(&report, Format::Human, style)
}

#[test]
fn json_is_the_contract() {
    let text = rendered(&[emission()], Format::Json, Style::plain());
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["schema_version"], 1);
    assert_eq!(json["verdict"], "not-ready");
    let summary = serde_json::json!({
        "files_seen": 3, "files_parsed": 2, "files_skipped": 1, "findings": 1,
        "by_kind": { "emit": 1 }, "by_fix": { "safe": 1 },
    });
    assert_eq!(json["summary"], summary);
    let finding = serde_json::json!({
        "path": "routes/a.js", "line": 2, "column": 11, "end_line": 2, "end_column": 28,
        "byte_start": 41, "byte_end": 58,
        "kind": "emit", "rule": "emit-to-all", "fix": "safe", "confidence": "proven", "dead": false,
        "message": "sends to everyone: 100 %", "help": "let `apply` do it", "fingerprint": "f1",
        "steps": [
            // The byte order mark before it is no column.
            { "path": "server.js", "line": 1, "column": 12, "label": "server created" },
            { "path": "server.js", "line": 2, "column": 1, "label": "set as `io`" },
            { "path": "routes/a.js", "line": 1, "column": 12, "label": "read as `io`" },
        ],
    });
    assert_eq!(json["findings"], serde_json::json!([finding]));
    let skipped = serde_json::json!([
        { "path": "broken.js", "reason": "syntax-error", "line": 7, "mentions_socketio": true },
    ]);
    assert_eq!(json["skipped"], skipped);
}

#[test]
fn each_line_of_jsonl_is_an_object_and_the_last_the_summary() {
    let text = rendered(&[emission()], Format::Jsonl, Style::plain());
    let types: Vec<String> = text
        .lines()
        .map(|it| serde_json::from_str::<serde_json::Value>(it).unwrap())
        .map(|it| it["type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(types, ["finding", "skipped", "summary"]);
}

#[test]
fn annotations_are_escaped_and_what_needs_a_person_is_first() {
    let manual = finding(1, span(SERVER, "new Server(server)"), Fix::Manual);
    let text = rendered(&[emission(), manual], Format::Github, Style::plain());
    let expected = "\
::error file=broken.js,line=7,title=not analysed::not analysed: syntax-error
::error file=server.js,line=1,endLine=1,col=12,endColumn=30,title=emit-to-all::sends to everyone: 100 %25%0Alet `apply` do it
::error file=routes/a.js,line=2,endLine=2,col=11,endColumn=28,title=emit-to-all::sends to everyone: 100 %25%0Alet `apply` do it
";
    assert_eq!(text, expected);
}

#[test]
fn markdown_cells_stay_whole() {
    let text = rendered(&[emission()], Format::Markdown, Style::plain());
    let row = "| `routes/a.js:2` | emit | `emit-to-all` | safe | `io.emit('a\\|b', x)`<br>sends to everyone: 100 % |";
    assert!(text.lines().any(|it| it == row), "{text}");
}

#[test]
fn a_finding_is_a_block_that_starts_with_its_place() {
    let text = rendered(&[emission()], Format::Human, Style::plain());
    let expected = "\
routes/a.js:2:11 emit-to-all emit safe
  sends to everyone: 100 %
 2 │ log('č'); io.emit('a|b', x);
   ·           ─────────────────
   via: server created server.js:1 → set as `io` server.js:2
  help: let `apply` do it

";
    assert_eq!(text, expected);
}

#[test]
fn verbose_frames_have_context_and_the_steps_of_the_file() {
    let style = Style {
        is_verbose: true,
        ..Style::plain()
    };
    let text = rendered(&[emission()], Format::Human, style);
    let expected = "\
routes/a.js:2:11 emit-to-all emit safe
  sends to everyone: 100 %
   ╭─[1:12]
 1 │ const io = req.app.get('io');
   ·            ────────┬────────
   ·                    ╰── read as `io`
 2 │ log('č'); io.emit('a|b', x);
   ·           ────────┬────────
   ·                   ╰── emit
   ╰────
   via: server created server.js:1 → set as `io` server.js:2 → read as `io` routes/a.js:1
  help: let `apply` do it

";
    assert_eq!(text, expected);
}

#[test]
fn ascii_is_enough() {
    let style = Style {
        has_unicode: false,
        ..Style::plain()
    };
    let findings = [Finding {
        steps: Vec::new(),
        is_dead: false,
        ..emission()
    }];
    let text = rendered(&findings, Format::Human, style);
    let frame = " 2 | log('č'); io.emit('a|b', x);\n   :           ^^^^^^^^^^^^^^^^^\n";
    assert!(text.contains(frame), "{text}");
}

#[test]
fn a_long_span_is_shown_by_its_beginning() {
    let text = framed(
        "io.on('connection', (socket) => {\n a();\n b();\n c();\n d();\n});",
        Style::plain(),
    );
    assert!(text.starts_with("back end/a.js:1:1 "), "{text}");
    assert!(text.contains("(socket) => {\n   · ─"), "{text}");
    assert!(!text.contains("a()"), "{text}");
    let chain = framed(
        "io\n .to('a')\n .to('b')\n .to('c')\n .emit('x');",
        Style::plain(),
    );
    assert!(
        chain.contains(".to('b')") && !chain.contains(".to('c')"),
        "{chain}"
    );
}

#[test]
fn a_minified_line_is_cut() {
    let text = format!("{}io.emit('x');{}", "a();".repeat(500), "b();".repeat(500));
    let files = [file("a.js", &text)];
    let findings = [finding(0, span(&text, "io.emit('x')"), Fix::Safe)];
    let report = Report::new(".", &files, &findings, &[], Counts::default());
    let shown = render(&report, Format::Human, Style::plain());
    assert!(shown.lines().all(|it| it.chars().count() < 200), "{shown}");
    assert!(shown.contains("… a();"), "{shown}");
}

#[test]
fn the_paths_in_a_note_can_be_opened() {
    let files = [file("routes/a.js", ROUTE), file("server.js", SERVER)];
    let report = Report::new("desk", &files, &[], &[], Counts::default());
    let note = "server.js:5:7: `x` is read at routes/a.js:8, and (server.js) not in old/server.js";
    assert_eq!(
        report.shown_note(note),
        "desk/server.js:5:7: `x` is read at desk/routes/a.js:8, and (desk/server.js) not in old/server.js"
    );
}

#[test]
fn the_summary_counts() {
    let files = [file("routes/a.js", ROUTE), file("server.js", SERVER)];
    let findings = [emission(), finding(1, span(SERVER, "io"), Fix::Manual)];
    let counts = Counts {
        files_seen: 2,
        files_parsed: 2,
    };
    let report =
        Report::new(".", &files, &findings, &[], counts).with_notes(vec!["a note".to_owned()]);
    let expected = "\
note: a note

2 touch points with in-process Socket.IO in 2 files; 2 of 2 files analysed
  by kind  2 emit
  by fix   1 safe · 1 manual
";
    assert_eq!(summary(&report, Style::plain()), expected);
}
