//! One small case a construct, as an S-expression of the tree.

use super::{Parsed, parse};
use crate::source::{Language, SourceFile};
use crate::syntax::{Key, Kind, NodeId, Tree};

fn read(language: Language, text: &str) -> Parsed {
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

fn statements(tree: &Tree) -> String {
    let lines: Vec<String> = tree
        .children(tree.root())
        .iter()
        .map(|it| sexp(tree, *it))
        .collect();
    lines.join("\n")
}

fn js(text: &str) -> String {
    dump_as(Language::JavaScript, text)
}

fn ts(text: &str) -> String {
    dump_as(Language::TypeScript, text)
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
fn check(actual: &str, expected: &str) {
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
