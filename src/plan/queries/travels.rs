//! What can go from one process to another: data, not sockets, functions or timers.

use std::collections::BTreeSet;

use super::reads::{self, Collection, Read};
use super::touches::Touches;
use crate::plan::Input;
use crate::plan::toplevel::{Statements, purity};
use crate::project::value::{Place, Value};
use crate::scope::ScopeId;
use crate::syntax::{FunctionStyle, Kind, NodeId, Tree};

/// Whether an expression gives data, for all that is known.
pub(super) fn is_data(input: &Input<'_>, place: Place) -> bool {
    let facts = input.project.facts(place.file);
    let tree = &facts.tree;
    let node = tree.bare(place.node);
    let at = |node: NodeId| place.beside(node);
    let is_known_otherwise = input
        .project
        .values(at(node))
        .any(|it| !matches!(it, Value::Object(_)));
    if is_known_otherwise {
        return false;
    }
    match tree.kind(node) {
        Kind::Function(_) | Kind::Class(_) | Kind::Yield { .. } | Kind::This => false,
        Kind::Spread { argument } => is_data(input, at(*argument)),
        Kind::New { callee, .. } => tree.name(*callee) == Some("Date"),
        Kind::Call { callee, .. } => !matches!(
            tree.name(*callee),
            Some("setTimeout" | "setInterval" | "setImmediate" | "Symbol")
        ),
        Kind::Object { properties } => properties.iter().all(|it| match tree.kind(*it) {
            Kind::Property { value, .. } => is_data(input, at(*value)),
            _ => is_data(input, at(*it)),
        }),
        Kind::Array { elements } => elements.iter().flatten().all(|it| is_data(input, at(*it))),
        Kind::Conditional {
            consequent,
            alternate,
            ..
        } => is_data(input, at(*consequent)) && is_data(input, at(*alternate)),
        Kind::Name { .. } => {
            let binding = facts.binding_of(node).map(|it| facts.binding(it));
            let declaration = binding.and_then(|it| it.declarations.first());
            match declaration
                .and_then(|it| tree.parent(*it))
                .map(|it| tree.kind(it))
            {
                Some(Kind::Declarator {
                    init: Some(init), ..
                }) if matches!(tree.kind(tree.bare(*init)), Kind::Name { .. }) => true,
                Some(Kind::Declarator {
                    init: Some(init), ..
                }) => is_data(input, at(*init)),
                _ => true,
            }
        }
        _ => true,
    }
}

/// Whether everything that is put into the state is data.
pub(super) fn values_of(touches: &Touches<'_, '_>) -> bool {
    let input = touches.statements.input;
    touches.all.iter().all(|state| {
        let tree = &input.project.facts(state.file).tree;
        let put = put_in(tree, tree.wrapped(state.node));
        put.into_iter().all(|it| is_data(input, state.beside(it)))
    })
}

/// What a place puts into the state that it names.
fn put_in(tree: &Tree, state: NodeId) -> Vec<NodeId> {
    let mut here = state;
    let mut last = None;
    while let Some(parent) = tree.parent(here) {
        match tree.kind(parent) {
            Kind::Member {
                object, property, ..
            } if *object == here => last = property.name(),
            Kind::Cast { .. } | Kind::Parenthesized { .. } => {}
            Kind::Call {
                callee, arguments, ..
            } if *callee == here => {
                return match last {
                    Some("set" | "add" | "push" | "unshift") => arguments.clone(),
                    _ => Vec::new(),
                };
            }
            Kind::Assign { target, value, .. } if *target == here => return vec![*value],
            _ => return Vec::new(),
        }
        here = parent;
    }
    Vec::new()
}

/// Whether what a function that reads the state gives back is data.
pub(super) fn gives_data(touches: &Touches<'_, '_>, function: NodeId) -> bool {
    let input = touches.statements.input;
    let facts = touches.statements.facts;
    let tree = &facts.tree;
    let given = given(tree, function);
    let own = tree.span(function);
    let is_inside =
        |it: &&Place| it.file == touches.statements.file && own.contains(tree.span(it.node));
    // Without the values of the state, what is told of it can be sent.
    let is_told = |it: &Place| Read::told(touches, *it).is_some();
    let has_data = values_of(touches) || touches.all.iter().filter(is_inside).all(is_told);
    // A map, and what goes through one, is none.
    let is_whole = |node: &NodeId| {
        let node = tree.bare(*node);
        let is_state = |it: NodeId| facts.binding_of(it) == Some(touches.state.1);
        let is_map = reads::collection(touches) != Collection::Plain;
        is_map
            && match tree.kind(node) {
                Kind::Name { .. } => is_state(node),
                Kind::Call { callee, .. } => match tree.kind(*callee) {
                    Kind::Member {
                        object, property, ..
                    } => {
                        is_state(*object)
                            && matches!(property.name(), Some("keys" | "values" | "entries"))
                    }
                    _ => false,
                },
                _ => false,
            }
    };
    has_data
        && given
            .iter()
            .all(|it| !is_whole(it) && is_data(input, touches.at(*it)))
}

/// What a function returns.
fn given(tree: &Tree, function: NodeId) -> Vec<NodeId> {
    let Some(body) = tree.function(function).and_then(|it| it.body) else {
        return Vec::new();
    };
    if !matches!(tree.kind(body), Kind::Block { .. }) {
        return vec![body];
    }
    let own = tree
        .descendants(body)
        .filter(|it| tree.enclosing_function(*it) == Some(function));
    own.filter_map(|it| match tree.kind(it) {
        Kind::Return { value } => *value,
        _ => None,
    })
    .collect()
}

/// Whether a function, with what it calls of the project, neither changes variables of files, nor does anything with the
/// server, a request or an answer.
pub(super) fn is_quiet(statements: &Statements<'_>, function: Place) -> bool {
    let mut seen = BTreeSet::from([function]);
    let mut pending = vec![function];
    while let Some(function) = pending.pop() {
        if !is_quiet_itself(statements.input, function) {
            return false;
        }
        let project = statements.input.project;
        let tree = &project.facts(function.file).tree;
        let calls = tree
            .descendants(function.node)
            .filter(|it| matches!(tree.kind(*it), Kind::Call { .. }));
        let called = calls.flat_map(|it| project.callees(function.beside(it)));
        pending.extend(called.filter(|it| seen.insert(*it)));
    }
    true
}

fn is_quiet_itself(input: &Input<'_>, function: Place) -> bool {
    let statements = Statements::new(input, function.file);
    let facts = statements.facts;
    let tree = &facts.tree;
    let Some(found) = tree.function(function.node) else {
        return false;
    };
    let is_plain = matches!(
        found.style,
        FunctionStyle::Arrow | FunctionStyle::Expression | FunctionStyle::Declaration
    );
    let is_of_request = found.parameters.iter().any(|it| {
        let mut values = input.project.values(function.beside(*it));
        values.any(|it| matches!(it, Value::Request | Value::Response | Value::Socket { .. }))
    });
    let changes = |node: NodeId| {
        let binding = facts.binding_of(node).map(|it| facts.binding(it));
        let is_of_file = binding.is_some_and(|it| it.scope == ScopeId::MODULE);
        is_of_file && (facts.is_write(node) || purity::is_mutated(&statements, node))
    };
    let has_own = |it: NodeId| matches!(tree.kind(it), Kind::This | Kind::Yield { .. });
    is_plain
        && !found.is_generator
        && !is_of_request
        && !reads::has_use(input, function)
        && !tree
            .descendants(function.node)
            .any(|it| changes(it) || has_own(it))
}
