//! One small case a rule. `check` lists what every name resolves to.

use super::{BindingKind, FileFacts, ScopeId, facts};
use crate::parse::parse;
use crate::source::{Language, LineIndex, SourceFile};
use crate::syntax::{Kind, NodeId};

fn read(path: &str, text: &str) -> (SourceFile, FileFacts) {
    let language = Language::of_path(path).unwrap();
    let file = SourceFile {
        path: path.to_owned(),
        text: text.to_owned(),
        language,
    };
    let parsed = parse(&file);
    assert_eq!(parsed.errors, [], "{text}");
    let facts = facts(&file, parsed);
    (file, facts)
}

/// One line a name that refers: its line, the name, and the lines and kind of its declarations.
fn resolve(path: &str, text: &str) -> Vec<String> {
    let (file, facts) = read(path, text);
    let index = LineIndex::new(&file.text);
    let line = |it: NodeId| index.position(&file.text, facts.tree.span(it).start).line;
    let mut names: Vec<NodeId> = facts
        .tree
        .ids()
        .filter(|it| matches!(facts.tree.kind(*it), Kind::Name { .. }))
        .collect();
    names.sort_by_key(|it| facts.tree.span(*it));
    let lines = names.into_iter().map(|node| {
        let answer = match facts.binding_of(node).map(|it| facts.binding(it)) {
            Some(it) => {
                let lines = it.declarations.iter().map(|it| line(*it).to_string());
                format!("{:?} {}", it.kind, lines.collect::<Vec<_>>().join(","))
            }
            None if facts.arguments_of(node).is_some() => "arguments".to_owned(),
            None => "free".to_owned(),
        };
        let doubt = if facts.is_uncertain(node) { " ?" } else { "" };
        format!(
            "{}:{} {answer}{doubt}",
            line(node),
            facts.tree.name(node).unwrap()
        )
    });
    lines.collect()
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(resolve("file.js", text), expected, "{text}");
}

#[track_caller]
fn check_ts(text: &str, expected: &[&str]) {
    assert_eq!(resolve("file.ts", text), expected, "{text}");
}

#[test]
fn var_is_hoisted_to_the_function() {
    check(
        "x; f\nfunction f() { y\n { var y = x } }\nif (a) { var x }",
        &[
            "1:x Var 4",
            "1:f Function 2",
            "2:y Var 3",
            "3:x Var 4",
            "4:a free",
        ],
    );
}
