//! The JSON that other programs read: every key of the contract, with its type and its meaning.

use serde_json::Value;

use crate::world::World;

const KINDS: [&str; 7] = [
    "setup", "inject", "access", "emit", "handler", "query", "control",
];

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

fn count(value: &Value) -> u64 {
    value
        .as_u64()
        .unwrap_or_else(|| panic!("{value} is no count"))
}

fn one_of(value: &Value, words: &[&str]) {
    assert!(
        words.contains(&value.as_str().unwrap()),
        "{value} is none of {words:?}"
    );
}

fn sum(counts: &Value, words: &[&str]) -> u64 {
    assert!(keys(counts).iter().all(|it| words.contains(it)), "{counts}");
    counts.as_object().unwrap().values().map(count).sum()
}

#[test]
fn every_key_has_its_type() {
    let world = World::app();
    world.put("broken.js", "// of socket.io\nconst a = (\n");
    world.put("\u{e9}t\u{e9}.min.js", "x=1");
    let report = world.json(&["scan"]);
    assert_eq!(
        keys(&report),
        [
            "schema_version",
            "tool",
            "root",
            "verdict",
            "summary",
            "findings",
            "skipped",
            "notes"
        ]
    );
    assert_eq!(report["schema_version"], 1);
    assert_eq!(keys(&report["tool"]), ["name", "version"]);
    assert_eq!(report["tool"]["name"], "iomigrate");
    assert_eq!(report["tool"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(report["root"], ".");
    assert_eq!(report["verdict"], "not-ready");
    assert!(
        report["notes"]
            .as_array()
            .unwrap()
            .iter()
            .all(Value::is_string)
    );

    let findings = report["findings"].as_array().unwrap();
    let skipped = report["skipped"].as_array().unwrap();
    let summary = &report["summary"];
    assert_eq!(
        keys(summary),
        [
            "files_seen",
            "files_parsed",
            "files_skipped",
            "findings",
            "by_kind",
            "by_fix"
        ]
    );
    assert_eq!(
        (
            count(&summary["files_seen"]),
            count(&summary["files_parsed"])
        ),
        (4, 2)
    );
    assert_eq!(count(&summary["files_skipped"]), skipped.len() as u64);
    assert_eq!(count(&summary["findings"]), findings.len() as u64);
    assert_eq!(sum(&summary["by_kind"], &KINDS), findings.len() as u64);
    assert_eq!(
        sum(&summary["by_fix"], &["safe", "unsafe", "manual"]),
        findings.len() as u64
    );
    assert!(findings.len() > 5);
    for finding in findings {
        check_finding(finding, &world);
    }
    assert_eq!(skipped.len(), 2);
    assert_eq!(
        keys(&skipped[0]),
        ["path", "reason", "line", "mentions_socketio"]
    );
    assert_eq!(skipped[0]["path"], "broken.js");
    assert_eq!(skipped[0]["reason"], "syntax-error");
    assert_eq!(
        (
            count(&skipped[0]["line"]),
            skipped[0]["mentions_socketio"].as_bool()
        ),
        (2, Some(true))
    );
    assert_eq!(keys(&skipped[1]), ["path", "reason", "mentions_socketio"]);
    assert_eq!(skipped[1]["path"], "\u{e9}t\u{e9}.min.js");
    assert_eq!(skipped[1]["reason"], "minified");
}

fn check_finding(finding: &Value, world: &World) {
    assert_eq!(
        keys(finding),
        [
            "path",
            "line",
            "column",
            "end_line",
            "end_column",
            "byte_start",
            "byte_end",
            "kind",
            "rule",
            "fix",
            "confidence",
            "dead",
            "message",
            "help",
            "fingerprint",
            "steps"
        ]
    );
    let text = |key: &str| finding[key].as_str().unwrap();
    let number = |key: &str| usize::try_from(count(&finding[key])).unwrap();
    one_of(&finding["kind"], &KINDS);
    one_of(&finding["fix"], &["safe", "unsafe", "manual"]);
    one_of(&finding["confidence"], &["proven", "likely"]);
    assert!(finding["dead"].is_boolean());
    for key in ["rule", "message", "help", "fingerprint"] {
        assert!(!text(key).is_empty(), "{key} of {finding}");
    }
    for step in finding["steps"].as_array().unwrap() {
        assert_eq!(keys(step), ["path", "line", "column", "label"]);
        assert!(count(&step["line"]) > 0 && count(&step["column"]) > 0);
    }
    let file = world.text(text("path"));
    let found = &file[number("byte_start")..number("byte_end")];
    for (offset, line, column) in [
        (number("byte_start"), "line", "column"),
        (number("byte_end"), "end_line", "end_column"),
    ] {
        let before = &file[..offset];
        let start = before.rfind('\n').map_or(0, |it| it + 1);
        let characters = before[start..]
            .trim_start_matches('\u{feff}')
            .chars()
            .count();
        assert_eq!(number(line), before.matches('\n').count() + 1, "{found}");
        assert_eq!(number(column), characters + 1, "{found}");
    }
}

#[test]
fn columns_count_characters_and_bytes_count_bytes() {
    let world = World::app();
    world.put(
        "wide.js",
        "module.exports = (req) => { const s = '\u{1f600}\u{e9}'; req.app.get('io').emit('x', s); };\r\n",
    );
    world.put(
        "marked.js",
        "\u{feff}module.exports = (req) => req.app.get('io').emit('\u{e9}', 1);\n",
    );
    let report = world.json(&["scan"]);
    let findings = report["findings"].as_array().unwrap();
    let at = |path: &str| findings.iter().find(|it| it["path"] == path).unwrap();
    for finding in findings {
        check_finding(finding, &world);
    }
    assert_eq!(
        (
            count(&at("wide.js")["column"]),
            count(&at("wide.js")["byte_start"])
        ),
        (45, 48)
    );
    assert_eq!(
        (
            count(&at("marked.js")["column"]),
            count(&at("marked.js")["byte_start"])
        ),
        (27, 29)
    );
}

#[test]
fn one_object_a_line_says_the_same() {
    let world = World::app();
    let report = world.json(&["scan"]);
    let lines = world.run(&["scan", "--format", "jsonl"]).out;
    let lines: Vec<Value> = lines
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    let (last, findings) = lines.split_last().unwrap();
    assert_eq!(last["type"], "summary");
    assert_eq!(last["summary"], report["summary"]);
    assert_eq!(findings.len(), report["findings"].as_array().unwrap().len());
    for (line, finding) in findings.iter().zip(report["findings"].as_array().unwrap()) {
        let mut line = line.clone();
        assert_eq!(
            line.as_object_mut().unwrap().shift_remove("type").unwrap(),
            "finding"
        );
        assert_eq!(&line, finding);
    }
}
