//! One small case a rule. `check` lists what every name resolves to.

use super::{BindingKind, FileFacts, ScopeId, ScopeKind, facts};
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

#[test]
fn functions_are_hoisted_and_merge_with_var() {
    check(
        "f();\nvar f = 1;\nfunction f() {}\nfunction f() {}",
        &["1:f Function 2,3,4"],
    );
}

#[test]
fn block_functions_of_sloppy_code_are_visible_outside() {
    check(
        "f;\n{ f;\nfunction f() {} }\nif (a)\nfunction g() {}\ng",
        &[
            "1:f Function 3",
            "2:f Function 3",
            "4:a free",
            "6:g Function 5",
        ],
    );
    // Something between has the name, or the function is no plain one.
    check("f; { let f; {\nfunction f() {} } }", &["1:f free"]);
    check(
        "let f\nf; {\nfunction f() {} f }",
        &["2:f Let 1", "3:f Function 3"],
    );
    check("f; { async function f() {} }", &["1:f free"]);
    check(
        "function g(f) {\nf; {\nfunction f() {} f } }",
        &["2:f Parameter 1", "3:f Function 3"],
    );
}

#[test]
fn block_functions_of_strict_code_stay_inside() {
    check(
        "'use strict'; f; { function f() {} f }",
        &["1:f free", "1:f Function 1"],
    );
    check("export {}; f; { function f() {} }", &["1:f free"]);
    check(
        "function g() { 'use strict'; { function f() {} } f }",
        &["1:f free"],
    );
    check_ts("f; { function f() {} }", &["1:f free"]);
}

#[test]
fn let_const_and_class_live_in_their_block() {
    check(
        "let a; const b = 1; class C {}\n{ let a; const b = 1; class C {}\na; b; C }\na; b; C",
        &[
            "3:a Let 2",
            "3:b Const 2",
            "3:C Class 2",
            "4:a Let 1",
            "4:b Const 1",
            "4:C Class 1",
        ],
    );
    check("{ a;\nlet a }", &["1:a Let 2"]);
    check(
        "let x\nswitch (x) { case x: let x; default: x }",
        &["2:x Let 1", "2:x Let 2", "2:x Let 2"],
    );
}

#[test]
fn loops_have_a_scope() {
    check(
        "var i\nfor (let i = 0; i < 1; i++) { i }\ni",
        &["2:i Let 2", "2:i Let 2", "2:i Let 2", "3:i Var 1"],
    );
    check(
        "for (const [a = b] of c) a\na",
        &["1:b free", "1:c free", "1:a Const 1", "2:a free"],
    );
    check("for (var a in b);\na", &["1:b free", "2:a Var 1"]);
    check("let a\nfor (a of b);", &["2:a Let 1", "2:b free"]);
}

#[test]
fn parameters_are_visible_in_the_function() {
    check(
        "function f(a, { b, c: [d] }, ...e) { a; b; d; e; c }\na",
        &[
            "1:a Parameter 1",
            "1:b Parameter 1",
            "1:d Parameter 1",
            "1:e Parameter 1",
            "1:c free",
            "2:a free",
        ],
    );
    check("a =>\na", &["2:a Parameter 1"]);
    check("function f(a) {\nvar a; a }", &["2:a Parameter 1,2"]);
}

#[test]
fn default_values_do_not_see_the_body() {
    check(
        "let x\nfunction f(a = x, b = a) {\nvar x; x; a }",
        &[
            "2:x Let 1",
            "2:a Parameter 2",
            "3:x Var 3",
            "3:a Parameter 2",
        ],
    );
    check("function f(a = 1) {\nvar a; a }", &["2:a Parameter 1,2"]);
    check(
        "let k\nfunction f({ [k]: a }) {\nvar k; k }",
        &["2:k Let 1", "3:k Var 3"],
    );
}

#[test]
fn catch_parameters() {
    check(
        "try {} catch ({ e }) {\ne } e",
        &["2:e Catch 1", "2:e free"],
    );
    check(
        "try {} catch (e) {\nvar e; e } e",
        &["2:e Catch 1", "2:e Var 2"],
    );
}

#[test]
fn expressions_know_their_own_name() {
    check(
        "(function f() { f });\nf",
        &["1:f FunctionName 1", "2:f free"],
    );
    check("(function f() {\nvar f; f })", &["2:f Var 2"]);
    check("(class A { b = A });\nA", &["1:A ClassName 1", "2:A free"]);
    check("let f\nf = function f() {}", &["2:f Let 1"]);
}

#[test]
fn classes() {
    check(
        "class A extends (A, b) { [A] = A; static { var c; c; A } d() { d; c } }",
        &[
            "1:A Class 1",
            "1:b free",
            "1:A Class 1",
            "1:A Class 1",
            "1:c Var 1",
            "1:A Class 1",
            "1:d free",
            "1:c free",
        ],
    );
    check(
        "@a class A { @b.c(A) d() {} }",
        &["1:a free", "1:b free", "1:A Class 1"],
    );
}

#[test]
fn arguments_belong_to_a_function() {
    check(
        "arguments; function f() { arguments; () => arguments; { arguments } }",
        &[
            "1:arguments free",
            "1:arguments arguments",
            "1:arguments arguments",
            "1:arguments arguments",
        ],
    );
    check(
        "function f(arguments) { arguments }",
        &["1:arguments Parameter 1"],
    );
    check("let arguments;\n() => arguments", &["2:arguments Let 1"]);
}

#[test]
fn imports_and_exports() {
    check(
        "import a, { b as c, d } from 'e'; import * as f from 'g'\na; b; c; d; f\nexport { a as h, i }; export { a } from 'j'\nexport default function k() {} k",
        &[
            "2:a Import 1",
            "2:b free",
            "2:c Import 1",
            "2:d Import 1",
            "2:f Import 1",
            "3:a Import 1",
            "3:i free",
            "4:k Function 4",
        ],
    );
}

#[test]
fn labels_and_keys_are_no_references() {
    check(
        "a: for (;;) break a; ({ b: 1, c() {} }).d; ({ e })",
        &["1:e free"],
    );
    check(
        "var { a: b, [c]: d } = e; ({ a: b } = e)",
        &["1:c free", "1:e free", "1:b Var 1", "1:e free"],
    );
}

#[test]
fn with_and_eval_leave_doubt() {
    check(
        "let a; with (b) { let c; a; c; d }",
        &["1:b free", "1:a Let 1 ?", "1:c Let 1", "1:d free ?"],
    );
    check(
        "let a; function f(b) { eval(''); a; b; () => a }\na",
        &[
            "1:eval free ?",
            "1:a Let 1 ?",
            "1:b Parameter 1",
            "1:a Let 1 ?",
            "2:a Let 1",
        ],
    );
    check(
        "'use strict'; let a; function f() { eval(''); a }",
        &["1:eval free", "1:a Let 1"],
    );
}

#[test]
fn typescript_declares_more() {
    check_ts(
        "enum E { A, B = A | C }\nnamespace N { export const x = 1; x }\nE; N; x\nimport r = require('r'); r\nimport s = N.x; s",
        &[
            "1:A EnumMember ",
            "1:C free",
            "2:x Const 2",
            "3:E Enum 1",
            "3:N Namespace 2",
            "3:x free",
            "4:r Import 4",
            "5:N Namespace 2",
            "5:s Const 5",
        ],
    );
    check_ts(
        "namespace A.B.C {\nexport const d = 1; A; B; C; d }\nA; B; C",
        &[
            "2:A Namespace 1",
            "2:B Namespace 1",
            "2:C Namespace 1",
            "2:d Const 2",
            "3:A Namespace 1",
            "3:B free",
            "3:C free",
        ],
    );
    check_ts(
        "class A { constructor(private b: B, @c() public d = b) { b; d } }",
        &[
            "1:c free",
            "1:b Parameter 1",
            "1:b Parameter 1",
            "1:d Parameter 1",
        ],
    );
    check_ts(
        "function f(a: string): void; function f(a) {}\nf",
        &["2:f Function 1,1"],
    );
    check_ts(
        "function f(this: A, b: typeof c) { b as D }",
        &["1:b Parameter 1"],
    );
}

#[test]
fn names_that_only_types_know_are_apart() {
    check_ts(
        "interface A {} type B = A; declare const c: B\nA; B; c",
        &["2:A free", "2:B free", "2:c free"],
    );
    let (_, facts) = read(
        "file.ts",
        "import type { A } from 'a'; import { type B, C } from 'b'",
    );
    let kind = |name| {
        facts
            .binding(facts.lookup(ScopeId::MODULE, name).unwrap())
            .kind
    };
    assert_eq!(kind("A"), BindingKind::TypeImport);
    assert_eq!(kind("B"), BindingKind::TypeImport);
    assert_eq!(kind("C"), BindingKind::Import);
}

#[test]
fn broken_declarations_declare() {
    let text = "let a @ = b\nfunction f(c @@) { c }\na";
    let file = SourceFile {
        path: "file.js".to_owned(),
        text: text.to_owned(),
        language: Language::JavaScript,
    };
    let parsed = parse(&file);
    assert_ne!(parsed.errors, []);
    let facts = facts(&file, parsed);
    let names: Vec<&str> = facts.bindings().map(|(_, it)| it.name.as_str()).collect();
    assert_eq!(names, ["a", "f", "c"]);
    assert_eq!(facts.free_names().keys().collect::<Vec<_>>(), ["b"]);
}

#[test]
fn reads_and_writes() {
    let text =
        "a = b; c += 1; d++; [e, { f: g = h, ...i }] = j; for (k of l); (m) = 1; n.o = 2; p(q)";
    let (_, facts) = read("file.js", text);
    let with = |wanted: fn(&FileFacts, NodeId) -> bool| -> String {
        let nodes = facts
            .free_names()
            .iter()
            .filter(|it| wanted(&facts, it.1[0]));
        nodes.map(|it| it.0.as_str()).collect()
    };
    assert_eq!(with(FileFacts::is_write), "acdegikm");
    assert_eq!(with(FileFacts::is_read), "bcdhjlnpq");
}

#[test]
fn scopes_can_be_asked() {
    let (_, facts) = read(
        "file.js",
        "let a; function f(b) { c(); let d }\ntry {} catch (e) {}",
    );
    let call = facts.free_names()["c"][0];
    let scope = facts.scope_of(call);
    assert_eq!(facts.scope(scope).kind, ScopeKind::Function);
    assert_eq!(
        facts.scope(scope).names.keys().collect::<Vec<_>>(),
        ["b", "d"]
    );
    let name = |it: &str| facts.lookup(scope, it).map(|it| facts.binding(it).kind);
    assert_eq!(name("a"), Some(BindingKind::Let));
    assert_eq!(name("d"), Some(BindingKind::Let));
    assert_eq!(name("e"), None);
    let kinds: Vec<ScopeKind> = facts.scopes().map(|it| it.1.kind).collect();
    assert_eq!(
        kinds,
        [
            ScopeKind::Module,
            ScopeKind::Function,
            ScopeKind::Block,
            ScopeKind::Catch,
            ScopeKind::Block
        ]
    );
    let binding = facts.bindings().find(|it| it.1.name == "b").unwrap();
    assert_eq!(facts.binding_of(binding.1.declarations[0]), Some(binding.0));
}
