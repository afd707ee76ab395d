//! What the grammars can't read by themselves, and what must stay an error all the same.

use crate::parse::tests::{check, js, read, statements, ts, tsx};
use crate::source::Language;
use crate::syntax::Kind;

/// The texts that are reported as errors, each with where it starts.
fn errors(language: Language, text: &str) -> Vec<(u32, &str)> {
    let errors = read(language, text).errors.into_iter();
    errors
        .map(|it| (it.span.start, &text[it.span.range()]))
        .collect()
}

#[test]
fn ampersands_in_text() {
    let text = "a = <p>Cats & dogs</p>
b = <p>Q&A {io} &{' '} &amp; {c} & {d} & <b>e & &f;</b> && © & &frac12; (g & h)</p>
function f() { return (<div><h1>A & B</h1><p>{x && y && io.emit('&')}</p></div>) }
io.on('x', () => a & b)";
    let tree = "
        (Assign = (Name a) (Other Other Other))
        (Assign = (Name b) (Other Other (Other (Name io)) (Other (String \" \")) (Other (Name c)) (Other (Name d)) (Other Other Other) Other))
        (Function declaration (BindingName f) (Block (Return (Parenthesized (Other Other (Other Other Other) (Other Other (Other (Logical and (Logical and (Name x) (Name y)) (Call (Member .emit (Name io)) (String \"&\")))) Other) Other)))))
        (Call (Member .on (Name io)) (String \"x\") (Function arrow (Binary & (Name a) (Name b))))
        ";
    check(&js(text), tree);
    check(&tsx(text), tree);
}

#[test]
fn ampersands_in_attributes() {
    let text = "a = <img src=\"/p?w=1&h=2\" alt='ä & b&c' on={io}/>; b = <I s='a&b'>{'&c'}</I>";
    let tree = r#"
        (Assign = (Name a) (Other (Other (String "/p?w=1&h=2")) (Other (String "ä & b&c")) (Other (Other (Name io)))))
        (Assign = (Name b) (Other (Other (Name I) (Other (String "a&b"))) (Other (String "&c")) (Other (Name I))))
        "#;
    check(&js(text), tree);
    check(&tsx(text), tree);
}

#[test]
fn reserved_words_name_attributes() {
    let text = "a = <a class=\"b\" for = {c} default in/>
b = <Fade in={io} typeof='t'><track default src='s' /><i in {...p}/></Fade>
class C {}
for (const k in a) { new C(typeof k) }";
    let tree = r#"
        (Assign = (Name a) (Other (Other (String "b")) (Other (Other (Name c))) Other Other))
        (Assign = (Name b) (Other (Other (Name Fade) (Other (Other (Name io))) (Other (String "t"))) (Other Other (Other (String "s"))) (Other Other (Other (Spread (Name p)))) (Other (Name Fade))))
        (Class declaration (BindingName C))
        (ForEach some(const) (BindingName k) (Name a) (Block (New (Name C) (Unary typeof (Name k)))))
        "#;
    check(&js(text), tree);
    check(&tsx(text), tree);
}

#[test]
fn type_arguments_of_templates() {
    let text = "const a = await p.$queryRaw<Row[]>`select ${b}`
const c = sql<{ a: string; /* ä */ b: Row }>`d`
const e = f(io, g<
  // h
  [A, B]
>`i`)
const j = await k<L>`m`, n = o(P)<Q<R>, S>`<t>`, u = `v<w>`
const x = y < z || A > B";
    let tree = r#"
        (Variables const (Declarator (BindingName a) (Await (TaggedTemplate (Member .$queryRaw (Name p)) (Template ["select ", ""] (Name b))))))
        (Variables const (Declarator (BindingName c) (TaggedTemplate (Name sql) (Template ["d"]))))
        (Variables const (Declarator (BindingName e) (Call (Name f) (Name io) (TaggedTemplate (Name g) (Template ["i"])))))
        (Variables const (Declarator (BindingName j) (Await (TaggedTemplate (Name k) (Template ["m"])))) (Declarator (BindingName n) (TaggedTemplate (Call (Name o) (Name P)) (Template ["<t>"]))) (Declarator (BindingName u) (Template ["v<w>"])))
        (Variables const (Declarator (BindingName x) (Logical or (Binary < (Name y) (Name z)) (Binary > (Name A) (Name B)))))
        "#;
    check(&ts(text), tree);
    check(&tsx(text), tree);
    let comments = read(Language::TypeScript, text).tree.comments;
    let texts: Vec<&str> = comments.iter().map(|it| &text[it.span.range()]).collect();
    assert_eq!(texts, ["/* ä */", "// h"]);
}

#[test]
fn imports_in_types() {
    check(
        &ts(
            "f<typeof import('x')>(io)
let x: import('socket.io').Server<any> = y as import( 'ä' ).S<T>
declare module 'express' { interface Request { io: import(\"socket.io\").Server<any>; s?: import('a').B } }
const r = g(h)<{ a: import('csstype').Property.Width\n b: import('csstype').Property.Height\n }>(io)
const z = import('z'); import('w').then(v)",
        ),
        r#"
        (Call (Name f) (Name io))
        (Variables let (Declarator (BindingName x :type) (Cast (Name y))))
        Type
        (Variables const (Declarator (BindingName r) (Call (Call (Name g) (Name h)) (Name io))))
        (Variables const (Declarator (BindingName z) (Call ImportKeyword (String "z"))))
        (Call (Member .then (Call ImportKeyword (String "w"))) (Name v))
        "#,
    );
}

#[test]
fn calls_with_types_are_read_as_such() {
    check(
        &ts("const io = app.get<import('socket.io').Server>('io')
const e = await b.d<T>(io).f, t = !b<T /* x */>(!c<U, V[]>(), a + d<{ e: T }>(i))
const a = await b<typeof import('c')>('c').h<{ i: J<typeof import('k')> }>(), g = h<I>`j`
const k = l < import('m') > n"),
        r#"
        (Variables const (Declarator (BindingName io) (Call (Member .get (Name app)) (String "io"))))
        (Variables const (Declarator (BindingName e) (Await (Member .f (Call (Member .d (Name b)) (Name io))))) (Declarator (BindingName t) (Unary ! (Call (Name b) (Unary ! (Call (Name c))) (Binary + (Name a) (Call (Name d) (Name i)))))))
        (Variables const (Declarator (BindingName a) (Await (Call (Member .h (Call (Name b) (String "c")))))) (Declarator (BindingName g) (TaggedTemplate (Name h) (Template ["j"]))))
        (Variables const (Declarator (BindingName k) (Binary > (Binary < (Name l) (Call ImportKeyword (String "m"))) (Name n))))
        "#,
    );
}

#[test]
fn spans_are_those_of_the_written_text() {
    let text = "let x: import('socket.io').Server<any>; f(<p class='ä' in>ö & ü {io}</p>)";
    let tree = read(Language::Tsx, text).tree;
    let spans = tree.descendants(tree.root()).filter_map(|it| {
        let span = match tree.kind(it) {
            Kind::BindingName { annotation, .. } => *annotation,
            Kind::Name { .. } | Kind::String { .. } => Some(tree.span(it)),
            _ => None,
        };
        span.map(|it| &text[it.range()])
    });
    let spans: Vec<&str> = spans.collect();
    assert_eq!(spans, ["import('socket.io').Server<any>", "f", "'ä'", "io"]);
}

#[test]
fn real_errors_are_reported() {
    let js = |text| errors(Language::JavaScript, text);
    assert_eq!(js("a & & b"), [(4, "&")]);
    assert_eq!(js("a = 'b' & ;"), [(8, "&")]);
    assert_ne!(js("a = <p>b & c; d()"), []);
    assert_ne!(js("a = <p class='b'><i>c</p>"), []);
    assert_ne!(js("class = 'b'"), []);
    assert_ne!(js("f(class='b')"), []);
    assert_ne!(js("import('x').A<b>;"), []);
    let ts = |text| errors(Language::TypeScript, text);
    assert_ne!(ts("f<Row[>`a`"), []);
    assert_ne!(ts("let x: import('a').B<C> d e;"), []);
    assert_ne!(ts("let x: import('a').B<"), []);
}

#[test]
fn a_gap_does_not_hide_an_error() {
    let text = "a = <p class='x'>b & c</p>;\nf(d @ e);\ng = <i>h & {io}</i>";
    assert_eq!(errors(Language::JavaScript, text), [(30, "d @")]);
    check(
        &statements(&read(Language::JavaScript, text).tree),
        "
        (Assign = (Name a) (Other (Other (Other (String \"x\"))) Other))
        (Call (Name f) (Broken (Name d)) (Name e))
        (Assign = (Name g) (Other Other (Other (Name io)) Other))
        ",
    );
    let text = "let a: import('b').C<D>;\nf(e e);\ng<H[]>`i`";
    assert_eq!(errors(Language::TypeScript, text), [(29, "e")]);
}
