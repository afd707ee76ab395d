//! Where the answer to a question can be awaited without anybody noticing.

use super::{Input, project_files};
use crate::project::Project;
use crate::project::value::{Place, Value};
use crate::source::{FileId, Language};
use crate::syntax::{Function, FunctionStyle, Kind, NodeId, Tree};

/// Where the answer of a question can be awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Awaiting {
    /// Right there.
    Here,
    /// After the function at this node has become `async`.
    InAsync(NodeId),
    /// Nowhere: somebody waits for the function's result at once.
    Nowhere,
    /// In a request handler that would become `async`, but its failure would end the process: only Express 5 looks at
    /// the promise. <https://expressjs.com/en/guide/error-handling.html>
    Uncaught,
}

/// Where the answer to a question at `place` can be awaited.
pub(in crate::plan) fn awaiting(input: &Input<'_>, place: Place) -> Awaiting {
    let project = input.project;
    let tree = &project.facts(place.file).tree;
    let Some(node) = tree.enclosing_function(place.node) else {
        return if project.role(place.file).is_module {
            Awaiting::Here
        } else {
            Awaiting::Nowhere
        };
    };
    let Some(function) = tree.function(node) else {
        return Awaiting::Nowhere;
    };
    // The default value of a parameter can't await.
    let is_in_body = function
        .body
        .is_some_and(|it| tree.span(it).contains(tree.span(place.node)));
    match function {
        _ if !is_in_body || function.is_generator => Awaiting::Nowhere,
        Function { is_async: true, .. } => Awaiting::Here,
        _ if !is_request_handler(project, Place { node, ..place }, function) => Awaiting::Nowhere,
        _ if !returns_nothing_typed(input, place.file, function) => Awaiting::Nowhere,
        _ if project_files::catches_handlers(input, place.file) || is_tried(tree, place.node) => {
            Awaiting::InAsync(node)
        }
        _ => Awaiting::Uncaught,
    }
}

/// Whether `await x` in the place of an expression needs parentheses. Before an operator they are for the reader, and for
/// `**`.
pub(in crate::plan) fn needs_parentheses(tree: &Tree, expression: NodeId) -> bool {
    let parent = tree.parent(expression);
    parent.is_some_and(|it| match tree.kind(it) {
        Kind::Member { .. }
        | Kind::TaggedTemplate { .. }
        | Kind::Binary { .. }
        | Kind::Logical { .. }
        | Kind::Unary { .. }
        | Kind::Spread { .. } => true,
        Kind::Conditional { test, .. } => *test == expression,
        _ => false,
    })
}

/// Whether a failure at `node` is caught in its own function.
fn is_tried(tree: &Tree, node: NodeId) -> bool {
    let span = tree.span(node);
    tree.ancestors(node)
        .take_while(|it| tree.function(*it).is_none())
        .any(|it| match tree.kind(it) {
            Kind::Try {
                block,
                handler: Some(_),
                ..
            } => tree.span(*block).contains(span),
            _ => false,
        })
}

/// Express calls request handlers and does not look at what they return: one that is written where it is registered, or
/// one that nothing but registrations ever gets.
fn is_request_handler(project: &Project, place: Place, function: &Function) -> bool {
    let takes_request = function.parameters.iter().any(|it| {
        project
            .values(Place { node: *it, ..place })
            .any(|value| *value == Value::Request)
    });
    let is_plain = matches!(
        function.style,
        FunctionStyle::Arrow | FunctionStyle::Expression | FunctionStyle::Declaration
    );
    let tree = &project.facts(place.file).tree;
    takes_request
        && is_plain
        && (is_registered(project, place)
            || tree.parent(place.node).is_some_and(|it| carries(tree, it))
                && is_only_registered(project, place))
}

/// Whether an expression is an argument of `router.get(…)` and the like.
fn is_registered(project: &Project, place: Place) -> bool {
    let tree = &project.facts(place.file).tree;
    tree.parent(tree.wrapped(place.node))
        .and_then(|it| tree.method_call(it))
        .is_some_and(|it| {
            let mut values = project.values(place.beside(it.object));
            values.any(|it| matches!(it, Value::App | Value::Router))
        })
}

/// Whether a function goes nowhere but to registrations, and to one at least.
fn is_only_registered(project: &Project, function: Place) -> bool {
    let held = Value::Function(function);
    let mut is_used = false;
    for (file, facts) in project.files() {
        let places = facts.tree.ids().map(|node| Place { file, node });
        for place in places.filter(|it| project.values(*it).any(|it| *it == held)) {
            if is_registered(project, place) {
                is_used = true;
            } else if !stays_value(&facts.tree, place.node) {
                return false;
            }
        }
    }
    is_used && project.calls_of(function).is_empty()
}

/// Whether nothing is done with an expression but keeping it under a name.
fn stays_value(tree: &Tree, node: NodeId) -> bool {
    let is_pattern = matches!(
        tree.kind(node),
        Kind::BindingName { .. } | Kind::PatternProperty { .. }
    );
    is_pattern || tree.parent(node).is_none_or(|it| carries(tree, it))
}

fn carries(tree: &Tree, parent: NodeId) -> bool {
    matches!(
        tree.kind(parent),
        Kind::Declarator { .. }
            | Kind::Assign { .. }
            | Kind::Property { .. }
            | Kind::PatternProperty { .. }
            | Kind::ExpressionStatement { .. }
            | Kind::ExportNames { .. }
            | Kind::ExportDefault { .. }
            | Kind::ExportDeclaration { .. }
            | Kind::Import { .. }
            | Kind::Block { .. }
            | Kind::Program { .. }
            | Kind::Parenthesized { .. }
            | Kind::Cast { .. }
    )
}

/// Whether a function has no declared type that would be wrong once it is `async`. Types are no part of the tree: one
/// stands between the parameters and the body.
fn returns_nothing_typed(input: &Input<'_>, file: FileId, function: &Function) -> bool {
    let source = &input.sources[file.index()];
    let tree = &input.project.facts(file).tree;
    let (Some(last), Some(body)) = (function.parameters.last(), function.body) else {
        return true;
    };
    let between = &source.text[tree.span(*last).end as usize..tree.span(body).start as usize];
    let declared = between.split_once(')').and_then(|it| it.1.split_once(':'));
    source.language == Language::JavaScript
        || declared.is_none_or(|it| it.1.trim_start().starts_with("Promise"))
}
