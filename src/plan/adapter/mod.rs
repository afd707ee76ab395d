//! What is dropped, because the dedicated server makes its own: the adapter, and the Redis clients that serve nothing
//! else. A client of which one use can't be taken away stays as it is.

mod drops;

use std::collections::{BTreeMap, BTreeSet};

use super::Input;
use super::toplevel::starts::{callers, function_around};
use super::toplevel::{Statements, place};
use crate::findings::entries::{ClientRole, holders, role};
use crate::project::value::{Place, Value};
use crate::rules::Meaning;
use crate::scope::BindingId;
use crate::source::Span;
use crate::syntax::{Kind, NodeId};
pub(in crate::plan) use drops::Drops;

/// Finds what can be dropped. `setters` are the `io.adapter(…)`, or calls of what does nothing else.
pub(in crate::plan) fn drops(
    statements: &Statements<'_>,
    setters: &[NodeId],
) -> (Drops, Vec<String>) {
    let mut base = Drops::default();
    for setter in setters {
        if let Some(statement) = whole_statement(statements, *setter) {
            base.statements.insert(statement);
        }
    }
    base.elements.extend(adapter_properties(statements));
    let mut candidates = candidates(statements);
    loop {
        let (drops, stubborn) = attempt(statements, base.clone(), &candidates);
        if stubborn.is_empty() {
            return (drops, notes(statements, &candidates));
        }
        candidates.retain(|it, _| !stubborn.contains(it));
    }
}

/// The only call of the function around a setter, if that does nothing without it but tell what it did.
pub(in crate::plan) fn spent_call(input: &Input<'_>, setter: Place) -> Option<Place> {
    let function = function_around(input, setter)?;
    let statements = Statements::new(input, setter.file);
    let (drops, _) = drops(&statements, &[setter.node]);
    let body = statements.tree().function(function.node)?.body?;
    let is_spent = drops.covers(&statements, setter.node) && drops.is_idle(&statements, body);
    let [call] = callers(input, function)[..] else {
        return None;
    };
    let is_whole = whole_statement(&Statements::new(input, call.file), call.node).is_some();
    (is_spent && is_whole).then_some(call)
}

/// The `adapter:` properties in the options of the server.
fn adapter_properties(statements: &Statements<'_>) -> Vec<NodeId> {
    let tree = statements.tree();
    let is_adapter = |value: NodeId| {
        statements
            .values(tree.bare(value))
            .any(|it| matches!(it, Value::Adapter(_)))
    };
    let properties = tree.ids().filter(|it| match tree.kind(*it) {
        Kind::Property { key, value, .. } => {
            key.name() == Some("adapter")
                && (is_adapter(*value) || is_server_option(statements, *it))
        }
        _ => false,
    });
    properties.collect()
}

/// Whether a property stands in the object that the server is made with.
fn is_server_option(statements: &Statements<'_>, property: NodeId) -> bool {
    let tree = statements.tree();
    let call = tree
        .parent(property)
        .map(|it| tree.wrapped(it))
        .and_then(|it| tree.parent(it));
    call.is_some_and(|it| {
        matches!(tree.kind(it), Kind::New { .. } | Kind::Call { .. })
            && statements.input.project.sites().iter().any(|site| {
                site.place
                    == Place {
                        file: statements.file,
                        node: it,
                    }
            })
    })
}

/// The variables that hold a client, or an adapter, that serves the server alone.
fn candidates(statements: &Statements<'_>) -> BTreeMap<BindingId, NodeId> {
    let tree = statements.tree();
    let clients =
        statements.input.uses.iter().filter(|it| {
            it.meaning == Meaning::AdapterClient && it.chain.root.file == statements.file
        });
    let adapters = tree.ids().filter(|it| {
        let place = Place {
            file: statements.file,
            node: *it,
        };
        matches!(tree.kind(*it), Kind::Call { .. } | Kind::New { .. })
            && statements
                .values(*it)
                .any(|value| *value == Value::Adapter(place))
    });
    let made = clients.map(|it| it.chain.root.node).chain(adapters);
    made.filter_map(|it| Some((variable(statements, it)?, it)))
        .collect()
}

/// The variable that keeps what a call makes: `const x = createClient().on(…)`.
fn variable(statements: &Statements<'_>, call: NodeId) -> Option<BindingId> {
    let tree = statements.tree();
    let mut here = call;
    loop {
        let parent = tree.parent(here)?;
        match tree.kind(parent) {
            Kind::Member { object, .. } if *object == here => here = parent,
            Kind::Call { callee, .. } if *callee == here => here = parent,
            Kind::Await { .. } | Kind::Parenthesized { .. } | Kind::Cast { .. } => here = parent,
            Kind::Declarator { target, .. } => return statements.facts.binding_of(*target),
            Kind::Assign { target, .. } => return statements.facts.binding_of(*target),
            _ => return None,
        }
    }
}

/// Drops every use of the candidates; gives those of which one remains.
fn attempt(
    statements: &Statements<'_>,
    mut drops: Drops,
    candidates: &BTreeMap<BindingId, NodeId>,
) -> (Drops, BTreeSet<BindingId>) {
    drops.clients = candidates.keys().copied().collect();
    loop {
        let before = (drops.statements.len(), drops.elements.len());
        let mut stubborn = BTreeSet::new();
        for binding in candidates.keys() {
            let facts = statements.facts.binding(*binding);
            for node in facts.declarations.iter().chain(&facts.references) {
                if !drops.covers(statements, *node) && !drops.take(statements, *node) {
                    stubborn.insert(*binding);
                }
            }
        }
        drops.take_emptied(statements);
        if before == (drops.statements.len(), drops.elements.len()) {
            return (drops, stubborn);
        }
    }
}

/// The statement that consists of an expression alone; also `.then(() => io.adapter(…))`, whose body it is.
fn whole_statement(statements: &Statements<'_>, expression: NodeId) -> Option<NodeId> {
    let tree = statements.tree();
    let mut here = expression;
    loop {
        let parent = tree.parent(here)?;
        match tree.kind(parent) {
            Kind::ExpressionStatement { .. } => {
                return tree.statement_list(parent).is_some().then_some(parent);
            }
            Kind::Await { .. } | Kind::Parenthesized { .. } => here = parent,
            // The body of an arrow function: the expression itself is replaced.
            Kind::Function(function) if function.body == Some(here) => return Some(here),
            _ => return None,
        }
    }
}

/// What a person should know of the clients that stay.
fn notes(statements: &Statements<'_>, gone: &BTreeMap<BindingId, NodeId>) -> Vec<String> {
    let tree = statements.tree();
    let mut notes = Vec::new();
    for (id, binding) in statements.facts.bindings() {
        let serves = binding.references.iter().any(|it| {
            role(
                statements.input.project,
                Place {
                    file: statements.file,
                    node: *it,
                },
            ) == ClientRole::Adapter
        });
        let declaration = binding.declarations.first();
        let client = declaration.and_then(|it| {
            statements
                .values(*it)
                .find(|it| matches!(it, Value::RedisClient(_)))
        });
        let Some(client) = client.filter(|_| serves && !gone.contains_key(&id)) else {
            continue;
        };
        let holders = holders(statements.input.project, client);
        let other = holders
            .iter()
            .find(|it| role(statements.input.project, **it) == ClientRole::Other);
        let why = match other {
            Some(other) => {
                let span = statements
                    .input
                    .project
                    .facts(other.file)
                    .tree
                    .span(other.node);
                format!(
                    "it is used at {}, too",
                    place(statements.input, other.file, span)
                )
            }
            None => "not every use of it can be taken away".to_owned(),
        };
        let span: Span = declaration.map_or(tree.span(tree.root()), |it| tree.span(*it));
        notes.push(format!(
            "the Redis client `{}` ({}) stays: {why}",
            binding.name,
            statements.place(span)
        ));
    }
    notes
}
