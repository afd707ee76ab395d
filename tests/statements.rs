//! Statements of a request handler, before and after: `tests/statements/<subject>.txt`. A case begins with `=== ` and its
//! name, in parentheses `async` or `unsafe` if the handler is that or the fixes are; then come the statements, a line
//! `---`, and what has to be left of them. `(stays)` there: nothing is done about them, and the server stays.

#[expect(dead_code, reason = "this test looks at no findings")]
mod support;

use std::path::Path;

use iomigrate::plan::Level;
use iomigrate::{apply, migrate, prove};
use rayon::prelude::*;

const SERVER: &str = "const { Server } = require('socket.io');
const app = require('express')();
const server = require('http').createServer(app);
const io = new Server(server);
app.set('io', io);
app.post('/', require('./handler'));
server.listen(3001);
";

const MANIFEST: &str = "{ \"main\": \"server.js\", \"dependencies\": { \"express\": \"^5.0.0\" } }";

struct Case<'t> {
    name: &'t str,
    is_async: bool,
    level: Level,
    before: &'t str,
    after: &'t str,
}

fn cases(text: &str) -> Vec<Case<'_>> {
    let parts = text.split("=== ").skip(1);
    let case = |part| {
        let (name, statements) = str::split_once(part, '\n').expect("a name has its line");
        let (before, after) = statements.split_once("---\n").expect("there are two sides");
        let level = match name.contains("unsafe)") {
            true => Level::Unsafe,
            false => Level::Safe,
        };
        Case {
            name,
            is_async: name.contains("(async"),
            level,
            before: before.trim_end(),
            after: after.trim_end(),
        }
    };
    parts.map(case).collect()
}

/// What is left of the statements.
fn left(case: &Case<'_>) -> String {
    let start = if case.is_async { "async " } else { "" };
    let body = case.before.replace('\n', "\n  ");
    let handler = format!("module.exports = {start}(req, res) => {{\n  {body}\n}};\n");
    let files = [
        ("package.json", MANIFEST),
        ("server.js", SERVER),
        ("handler.js", handler.as_str()),
    ];
    let files = files.map(|it| (it.0.to_owned(), it.1.to_owned()));
    let analysis = support::analyse_files(files.into_iter());
    let plan = migrate(&analysis, case.level);
    let changed = apply::preview(&analysis.loaded.files, &plan);
    let failures = prove(&analysis, &plan, &changed, case.level);
    assert_eq!(failures, [], "{}", case.name);
    let after = changed.into_iter().find(|it| it.path == "handler.js");
    let Some(text) = after.and_then(|it| it.after) else {
        return "(stays)".to_owned();
    };
    let body = text.split_once("=> {\n").expect("the handler is there").1;
    let body = body.strip_suffix("};\n").expect("it ends the file");
    let lines = body.lines().map(|it| it.strip_prefix("  ").unwrap_or(it));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the cases are files")]
fn every_statement() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/statements");
    let entries = std::fs::read_dir(folder).expect("the cases are there");
    let texts: Vec<String> = entries
        .map(|it| it.expect("it can be read").path())
        .map(|it| std::fs::read_to_string(it).expect("it is text"))
        .collect();
    let cases: Vec<Case<'_>> = texts.iter().flat_map(|it| cases(it)).collect();
    let failures = cases.par_iter().filter_map(|case| {
        let left = left(case);
        (left != case.after).then(|| format!("{} became\n{left}\n", case.name))
    });
    let failures: Vec<String> = failures.collect();
    assert!(cases.len() >= 40, "the cases are not where they should be");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
