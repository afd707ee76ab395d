//! Socket.IO's public API is classified as a whole: a member of the installed `socket.io` that `project::api` does not
//! know would be followed nowhere. A new version that brings one makes this test fail.

#![expect(
    clippy::disallowed_methods,
    reason = "a test reads the types of an installed package"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use iomigrate::project::api::{Receiver, member};
use oxc_allocator::Allocator;
use oxc_ast::ast::{Class, ClassElement, Declaration, Statement, TSAccessibility};
use oxc_parser::Parser;
use oxc_span::SourceType;

#[test]
fn every_member_of_the_server_is_classified() {
    expect_classified("index.d.ts", "Server", Receiver::Server);
}

#[test]
fn every_member_of_a_namespace_is_classified() {
    expect_classified("namespace.d.ts", "Namespace", Receiver::Namespace);
    expect_classified(
        "parent-namespace.d.ts",
        "ParentNamespace",
        Receiver::Namespace,
    );
}

#[test]
fn every_member_of_an_operator_is_classified() {
    expect_classified(
        "broadcast-operator.d.ts",
        "BroadcastOperator",
        Receiver::Operator,
    );
}

#[test]
fn every_member_of_an_emitter_is_classified() {
    expect_classified("typed-events.d.ts", "StrictEventEmitter", Receiver::Server);
}

fn expect_classified(file: &str, class: &str, receiver: Receiver) {
    let found = public_members(&installed().join(file), class);
    assert!(
        found.len() > 3,
        "`{class}` of `{file}` has too few members: {found:?}"
    );
    let is_known = |name: &str| {
        // How a dynamic namespace makes its children: nobody else calls it.
        matches!(name, "constructor" | "createChild")
            || member(receiver, name, true).is_some()
            || member(receiver, name, false).is_some()
    };
    let unknown: Vec<&String> = found.iter().filter(|it| !is_known(it)).collect();
    assert!(
        unknown.is_empty(),
        "`{class}` of socket.io has members that `src/project/api.rs` does not classify: {unknown:?}"
    );
}

fn installed() -> PathBuf {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/runtime/node_modules/socket.io/dist");
    assert!(
        folder.exists(),
        "socket.io is not installed: run tests/run.sh first, or `npm ci --prefix tests/runtime`"
    );
    folder
}

/// The members of a class in a file of declarations that are neither private nor protected, nor called `_…`.
fn public_members(file: &Path, class: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(file)
        .unwrap_or_else(|it| panic!("{} can't be read: {it}", file.display()));
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, &text, SourceType::d_ts()).parse();
    assert!(
        parsed.diagnostics.is_empty(),
        "{} can't be parsed",
        file.display()
    );
    let classes = parsed.program.body.iter().filter_map(declared_class);
    let wanted = classes
        .into_iter()
        .find(|it| it.id.as_ref().is_some_and(|it| it.name == class));
    let wanted = wanted.unwrap_or_else(|| panic!("{} has no class {class}", file.display()));
    wanted
        .body
        .body
        .iter()
        .filter_map(public_name)
        .filter(|it| !it.starts_with('_'))
        .collect()
}

fn declared_class<'a>(statement: &'a Statement<'a>) -> Option<&'a Class<'a>> {
    match statement {
        Statement::ClassDeclaration(class) => Some(class),
        Statement::ExportDeclaration(export) => match &export.declaration {
            Declaration::ClassDeclaration(class) => Some(class),
            _ => None,
        },
        _ => None,
    }
}

fn public_name(element: &ClassElement<'_>) -> Option<String> {
    let (name, accessibility) = match element {
        ClassElement::MethodDefinition(it) => (it.key.static_name(), it.accessibility),
        ClassElement::PropertyDefinition(it) => (it.key.static_name(), it.accessibility),
        ClassElement::AccessorProperty(it) => (it.key.static_name(), it.accessibility),
        _ => return None,
    };
    let is_public = !matches!(
        accessibility,
        Some(TSAccessibility::Private | TSAccessibility::Protected)
    );
    name.filter(|_| is_public).map(|it| it.into_owned())
}
