//! One small case a construct, as an S-expression of the tree.

use super::{Parsed, parse};
use crate::source::{Language, SourceFile};
use crate::syntax::{Key, Kind, NodeId, Tree};

pub(super) fn read(language: Language, text: &str) -> Parsed {
    let path = "file".to_owned();
    parse(&SourceFile {
        path,
        text: text.to_owned(),
        language,
    })
}

/// The statements of a valid file, one a line.
fn dump_as(language: Language, text: &str) -> String {
    let parsed = read(language, text);
    assert_eq!(parsed.errors, [], "{text}");
    statements(&parsed.tree)
}

pub(super) fn statements(tree: &Tree) -> String {
    let lines: Vec<String> = tree
        .children(tree.root())
        .iter()
        .map(|it| sexp(tree, *it))
        .collect();
    lines.join("\n")
}

pub(super) fn js(text: &str) -> String {
    dump_as(Language::JavaScript, text)
}

pub(super) fn ts(text: &str) -> String {
    dump_as(Language::TypeScript, text)
}

pub(super) fn tsx(text: &str) -> String {
    dump_as(Language::Tsx, text)
}

/// The statements of a file with errors.
fn broken(text: &str) -> String {
    let parsed = read(Language::JavaScript, text);
    assert_ne!(parsed.errors, [], "{text}");
    statements(&parsed.tree)
}

/// The kind's name, what it knows apart from its parts, and its parts.
fn sexp(tree: &Tree, id: NodeId) -> String {
    let kind = tree.kind(id);
    let debug = format!("{kind:?}");
    let mut out: Vec<String> = vec![debug.split([' ', '(']).next().unwrap().to_owned()];
    out.extend(details(kind));
    if out[0] == "ExpressionStatement" {
        out.clear();
    }
    out.extend(tree.children(id).iter().map(|it| sexp(tree, *it)));
    match out.as_slice() {
        [only] => only.clone(),
        _ => format!("({})", out.join(" ")),
    }
}

fn details(kind: &Kind) -> Vec<String> {
    let flag = |is_set: &bool, name: &str| {
        if *is_set {
            name.to_owned()
        } else {
            String::new()
        }
    };
    let out = match kind {
        Kind::Name { name } => vec![name.clone()],
        Kind::BindingName { name, annotation } => {
            vec![name.clone(), flag(&annotation.is_some(), ":type")]
        }
        Kind::Variables { keyword, .. } => vec![format!("{keyword:?}").to_lowercase()],
        Kind::ForEach { keyword, is_of, .. } => {
            vec![flag(is_of, "of"), format!("{keyword:?}").to_lowercase()]
        }
        Kind::String { value } => vec![format!("{value:?}")],
        Kind::Boolean { value } => vec![value.to_string()],
        Kind::Template { texts, .. } => vec![format!("{texts:?}")],
        Kind::Member {
            property, optional, ..
        } => vec![flag(optional, "?."), key(property)],
        Kind::Call { optional, .. } => vec![flag(optional, "?.")],
        Kind::Property {
            key: name,
            shorthand,
            ..
        }
        | Kind::PatternProperty {
            key: name,
            shorthand,
            ..
        } => {
            vec![key(name), flag(shorthand, "shorthand")]
        }
        Kind::ClassMember {
            key: name,
            is_static,
            annotation,
            ..
        } => {
            vec![
                flag(is_static, "static"),
                key(name),
                flag(&annotation.is_some(), ":type"),
            ]
        }
        Kind::Function(it) => vec![
            flag(&it.is_async, "async"),
            flag(&it.is_generator, "*"),
            format!("{:?}", it.style).to_lowercase(),
            flag(&it.body.is_none(), "bodiless"),
        ],
        Kind::Class(it) => vec![flag(&it.is_declaration, "declaration")],
        Kind::Unary { operator, .. }
        | Kind::Binary { operator, .. }
        | Kind::Assign { operator, .. } => vec![operator.clone()],
        Kind::Logical { operator, .. } => vec![format!("{operator:?}").to_lowercase()],
        Kind::Array { elements } | Kind::ArrayPattern { elements } => elements
            .iter()
            .map(|it| flag(&it.is_none(), "hole"))
            .collect(),
        Kind::Enum { members, .. } => vec![format!("{members:?}")],
        _ => module_details(kind),
    };
    out.into_iter().filter(|it| !it.is_empty()).collect()
}

fn module_details(kind: &Kind) -> Vec<String> {
    match kind {
        Kind::Import {
            source,
            names,
            is_type,
            ..
        } => {
            let mut out = vec![format!("{source:?}")];
            out.extend(names.iter().map(|it| {
                let sort = if it.is_type { "type " } else { "" };
                format!("[{sort}{}]", it.imported.as_deref().unwrap_or("*"))
            }));
            out.extend(is_type.then(|| "type".to_owned()));
            out
        }
        Kind::ExportNames {
            source,
            names,
            is_type,
        } => {
            let mut out: Vec<String> = source.iter().map(|it| format!("{it:?}")).collect();
            out.extend(is_type.then(|| "type".to_owned()));
            out.extend(names.iter().map(|it| {
                format!(
                    "[{} as {}]",
                    it.imported.as_deref().unwrap_or("local"),
                    it.exported
                )
            }));
            out
        }
        Kind::ExportAll { source, name } => vec![format!("{source:?} {name:?}")],
        Kind::ExportDefault {
            is_assignment: true,
            ..
        } => vec!["=".to_owned()],
        _ => Vec::new(),
    }
}

fn key(key: &Key) -> String {
    match key {
        Key::Static(name) => format!(".{name}"),
        Key::Private(name) => format!("#{name}"),
        Key::Computed(_) => "[]".to_owned(),
    }
}

#[track_caller]
pub(super) fn check(actual: &str, expected: &str) {
    let lines: Vec<&str> = expected
        .lines()
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .collect();
    assert_eq!(actual, lines.join("\n"));
}

#[test]
fn declarations() {
    check(
        &js(
            "'use strict'\nvar a = 1, { b, c: d = 2, ...e } = f\nlet [g, , h = i, ...j] = k\nusing l = m",
        ),
        r#"
        (String "use strict")
        (Variables var (Declarator (BindingName a) Literal) (Declarator (ObjectPattern (PatternProperty .b shorthand (BindingName b)) (PatternProperty .c (DefaultPattern (BindingName d) Literal)) (RestPattern (BindingName e))) (Name f)))
        (Variables let (Declarator (ArrayPattern hole (BindingName g) (DefaultPattern (BindingName h) (Name i)) (RestPattern (BindingName j))) (Name k)))
        (Variables const (Declarator (BindingName l) (Name m)))
        "#,
    );
}

#[test]
fn directives_hashbang_and_comments() {
    check(
        &js("#!/usr/bin/env node
'use strict';
x;
<!-- html
--> comment
y // z"),
        r#"
        (String "use strict")
        (Name x)
        (Name y)
        "#,
    );
}

#[test]
fn comments_after_let() {
    check(
        &js("let // a\n b;\nlet /* c */\n d = e, f; { let // g\n h = i }"),
        "
        (Variables let (Declarator (BindingName b)))
        (Variables let (Declarator (BindingName d) (Name e)) (Declarator (BindingName f)))
        (Block (Variables let (Declarator (BindingName h) (Name i))))
        ",
    );
}

#[test]
fn missing_semicolons() {
    check(
        &js("a = b
++c
let d
e"),
        "
        (Assign = (Name a) (Name b))
        (Update (Name c))
        (Variables let (Declarator (BindingName d)))
        (Name e)
        ",
    );
}

#[test]
fn loops() {
    check(
        &js("for (var i = 0, n; i < n; i++) {} for (;;) ;
for (const k in o); for (a.b of c) {} for (var z = 1 in y);
for (let [p] of q) {} for ([r, { s }] of t); for (u in v);
label: while (a) { break label }
do b; while (c)"),
        "
        (For (Variables var (Declarator (BindingName i) Literal) (Declarator (BindingName n))) (Binary < (Name i) (Name n)) (Update (Name i)) Block)
        (For Simple)
        (ForEach some(const) (BindingName k) (Name o) Simple)
        (ForEach of none (Member .b (Name a)) (Name c) Block)
        (ForEach some(var) (DefaultPattern (BindingName z) Literal) (Name y) Simple)
        (ForEach of some(let) (ArrayPattern (BindingName p)) (Name q) Block)
        (ForEach of none (ArrayPattern (Name r) (ObjectPattern (PatternProperty .s shorthand (Name s)))) (Name t) Simple)
        (ForEach none (Name u) (Name v) Simple)
        (Labeled (While (Name a) (Block Simple)))
        (DoWhile (Name b) (Name c))
        ",
    );
}

#[test]
fn branches() {
    check(
        &js("if ((a)) b; else c
try {} catch {} finally { d }
try {} catch ({ e }) {}
switch (f) { case g: h; default: i }
with (j) k;
function l() { return; return m }
throw n"),
        "
        (If (Parenthesized (Name a)) (Name b) (Name c))
        (Try Block (Catch Block) (Block (Name d)))
        (Try Block (Catch (ObjectPattern (PatternProperty .e shorthand (BindingName e))) Block))
        (Switch (Name f) (Case (Name g) (Name h)) (Case (Name i)))
        (With (Name j) (Name k))
        (Function declaration (BindingName l) (Block Return (Return (Name m))))
        (Throw (Name n))
        ",
    );
}

#[test]
fn members() {
    check(
        &js("a?.b?.[c]?.(d); a['b'][`c`][0]; a.#p; new.target; import.meta.url; #p in o; super.x"),
        "
        (Call ?. (Member ?. [] (Member ?. .b (Name a)) (Name c)) (Name d))
        (Member .0 (Member .c (Member .b (Name a))))
        (Member #p (Name a))
        Other
        (Member .url Other)
        (Binary in Other (Name o))
        (Member .x Super)
        ",
    );
}

#[test]
fn calls() {
    check(
        &js(r"f(a, ...b); new X; new a.B(1); import('x'); f`a${b}\n${c}d`"),
        r#"
        (Call (Name f) (Name a) (Spread (Name b)))
        (New (Name X))
        (New (Member .B (Name a)) Literal)
        (Call ImportKeyword (String "x"))
        (TaggedTemplate (Name f) (Template ["a", "\\n", "d"] (Name b) (Name c)))
        "#,
    );
}

#[test]
fn awaiting_parentheses() {
    check(
        &js("async () => await (a, b.c)(d).e; async () => await (f)[g]()"),
        "
        (Function async arrow (Await (Member .e (Call (Parenthesized (Sequence (Name a) (Member .c (Name b)))) (Name d)))))
        (Function async arrow (Await (Call (Member [] (Parenthesized (Name f)) (Name g)))))
        ",
    );
}

#[test]
fn assignments() {
    check(
        &js("a = b.c ||= d; [a, b.c, { d: e.f, g, h = 1, ...i }] = j; (k) = l; m++; --n.o"),
        "
        (Assign = (Name a) (Assign ||= (Member .c (Name b)) (Name d)))
        (Assign = (ArrayPattern (Name a) (Member .c (Name b)) (ObjectPattern (PatternProperty .d (Member .f (Name e))) (PatternProperty .g shorthand (Name g)) (PatternProperty .h shorthand (DefaultPattern (Name h) Literal)) (RestPattern (Name i)))) (Name j))
        (Assign = (Parenthesized (Name k)) (Name l))
        (Update (Name m))
        (Update (Member .o (Name n)))
        ",
    );
}

#[test]
fn operators() {
    check(
        &js(
            "a ? b : c; a && b || c ?? d; (typeof a, -b); !a; /x/g; 1n; null; true; this; undefined",
        ),
        "
        (Conditional (Name a) (Name b) (Name c))
        (Logical coalesce (Logical or (Logical and (Name a) (Name b)) (Name c)) (Name d))
        (Parenthesized (Sequence (Unary typeof (Name a)) (Unary - (Name b))))
        (Unary ! (Name a))
        Literal
        Literal
        Null
        (Boolean true)
        This
        (Name undefined)
        ",
    );
}

#[test]
fn jsx() {
    check(
        &tsx("const a = <Foo.Bar x={y} {...z} w='1'>t {u} <div /><Comp<T> /></Foo.Bar>; <></>"),
        r#"
        (Variables const (Declarator (BindingName a) (Other (Other (Member .Bar (Name Foo)) (Other (Other (Name y))) (Other (Spread (Name z))) (Other (String "1"))) (Other (Name u)) Other (Other (Name Comp)) (Other (Member .Bar (Name Foo))))))
        (Other Other Other)
        "#,
    );
}

#[test]
fn broken_text_is_kept() {
    check(
        &broken("let a = ;
f(b c)
io.emit(d @@ e)
g"),
        "
        (Variables let (Broken (Declarator (BindingName a) (Call (Name f) (Name b) (Broken (Name c)))) Broken))
        (Call (Member .emit (Name io)) (Broken (Name d)) (Name e))
        (Name g)
        ",
    );
}

/// The text of the first node for which `wanted` holds.
fn text_of(text: &str, wanted: impl Fn(&Kind) -> bool) -> &str {
    let tree = read(Language::JavaScript, text).tree;
    let node = tree
        .descendants(tree.root())
        .find(|it| wanted(tree.kind(*it)));
    &text[tree.span(node.unwrap()).range()]
}

#[test]
fn spans_are_those_of_the_text() {
    let statement = |it: &Kind| it.is_statement() && !matches!(it, Kind::Program { .. });
    assert_eq!(text_of("\u{feff} a ; b", statement), "a ;");
    assert_eq!(text_of("let a = 1;\n", statement), "let a = 1;");
    assert_eq!(text_of("a\nb", statement), "a");
    assert_eq!(
        text_of("function f() {} \n\n a", statement),
        "function f() {}"
    );
    assert_eq!(
        text_of("(a);", |it| matches!(it, Kind::Parenthesized { .. })),
        "(a)"
    );
    assert_eq!(
        text_of(" a ", |it| matches!(it, Kind::Program { .. })),
        " a "
    );
    let is_member = |it: &Kind| matches!(it, Kind::Member { .. });
    assert_eq!(text_of("async () => await (a).b.c()", is_member), "(a).b.c");
    let tree = read(Language::JavaScript, "f ( a )['b']").tree;
    let spans = tree
        .descendants(tree.root())
        .find_map(|it| match tree.kind(it) {
            Kind::Member {
                object,
                property_span,
                ..
            } => match tree.kind(*object) {
                Kind::Call { arguments_span, .. } => {
                    Some((arguments_span.range(), property_span.range()))
                }
                _ => None,
            },
            _ => None,
        });
    assert_eq!(spans, Some((2..7, 8..11)));
}

#[test]
fn comments_are_kept_beside_the_tree() {
    let text = "// a\nf(/* b */ c // d\n);\n<!-- e";
    let comments = read(Language::JavaScript, text).tree.comments;
    let texts: Vec<&str> = comments.iter().map(|it| &text[it.span.range()]).collect();
    assert_eq!(texts, ["// a", "/* b */", "// d", "<!-- e"]);
}

#[test]
fn errors_are_where_text_is_skipped_or_missing() {
    let spans = |text| {
        let errors = read(Language::JavaScript, text).errors.into_iter();
        errors
            .map(|it| (it.span.start, it.span.end))
            .collect::<Vec<_>>()
    };
    assert_eq!(spans("f(a b)"), [(4, 5)]);
    assert_eq!(spans("f(a;"), [(3, 3)]);
    assert_eq!(spans(""), []);
}

#[test]
fn nesting_needs_no_stack() {
    let deep = 10_000;
    let texts = [
        format!("a{}", ".b()".repeat(deep)),
        format!("a{}", " + a".repeat(deep)),
        format!("{}a{}", "[".repeat(deep), "]".repeat(deep)),
        format!("{}a{}", "(function () {".repeat(deep), "})".repeat(deep)),
        format!("{};", "if (a) {} else ".repeat(deep)),
        format!("var {}a{} = b", "[".repeat(deep), "]".repeat(deep)),
        "([{".repeat(deep),
    ];
    let read_all = move || texts.map(|it| read(Language::JavaScript, &it).tree.len());
    let small = std::thread::Builder::new()
        .stack_size(128 << 10)
        .spawn(read_all)
        .unwrap();
    let sizes = small.join().unwrap();
    assert!(sizes[..6].iter().all(|it| *it >= deep), "{sizes:?}");
}
