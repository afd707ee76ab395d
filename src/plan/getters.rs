//! Expressions that obtain the server. They may go with what they obtain only if they do nothing else; so does a call of
//! a function of the project only if the function does nothing else.

use super::Input;
use super::toplevel::purity;
use crate::findings::uses::calls_setup;
use crate::project::api::{self, Receiver, Role};
use crate::project::value::{Place, SiteKind, Value};
use crate::source::FileId;
use crate::syntax::{Kind, NodeId};

/// How deep one getter may ask another one.
const DEPTH: usize = 4;

/// Whether an expression does nothing but obtain the server.
pub(in crate::plan) fn is_pure(input: &Input<'_>, file: FileId, node: NodeId) -> bool {
    let tree = &input.project.facts(file).tree;
    match tree.kind(node) {
        Kind::Name { .. }
        | Kind::This
        | Kind::Null
        | Kind::String { .. }
        | Kind::Boolean { .. }
        | Kind::Literal => true,
        Kind::Call {
            callee, arguments, ..
        } => {
            let place = Place { file, node };
            arguments.iter().all(|it| is_pure(input, file, *it))
                && !acts_on_server(input, file, *callee)
                && input.project.part(place).is_some()
                && !is_site(input, place)
                && !calls_setup(input.project, place)
                && is_quiet(input, place)
        }
        Kind::Member { .. }
        | Kind::Template { .. }
        | Kind::Object { .. }
        | Kind::Property { .. }
        | Kind::Array { .. }
        | Kind::Logical { .. }
        | Kind::Conditional { .. }
        | Kind::Parenthesized { .. }
        | Kind::Cast { .. }
        | Kind::Await { .. }
        | Kind::Unary { .. }
        | Kind::Binary { .. } => tree
            .children(node)
            .into_iter()
            .all(|it| is_pure(input, file, it)),
        _ => false,
    }
}

/// `io.send(x)`, `io.on(event, f)`, which give the server and do something; not `io.of('/')`.
fn acts_on_server(input: &Input<'_>, file: FileId, callee: NodeId) -> bool {
    let tree = &input.project.facts(file).tree;
    let Kind::Member {
        object, property, ..
    } = tree.kind(tree.bare(callee))
    else {
        return false;
    };
    let holder = Place {
        file,
        node: tree.bare(*object),
    };
    let role = |name: &str| api::member(Receiver::Server, name, true).map(|it| it.role);
    input.project.part(holder).is_some()
        && property
            .name()
            .and_then(role)
            .is_some_and(|it| it != Role::Link)
}

/// Whether a server is made at `place`.
pub(in crate::plan) fn is_site(input: &Input<'_>, place: Place) -> bool {
    input
        .project
        .sites()
        .iter()
        .any(|it| it.place == place && it.kind == SiteKind::Constructed)
}

/// Whether a call does nothing but give the server out.
pub(in crate::plan) fn is_quiet(input: &Input<'_>, call: Place) -> bool {
    is_quiet_within(input, call, DEPTH)
}

fn is_quiet_within(input: &Input<'_>, call: Place, depth: usize) -> bool {
    let Kind::Call { arguments, .. } = input.project.facts(call.file).tree.kind(call.node) else {
        return true;
    };
    let takes_server = arguments.iter().any(|node| {
        let argument = Place {
            file: call.file,
            node: *node,
        };
        input.project.part(argument).is_some()
    });
    !takes_server
        && depth > 0
        && input
            .project
            .callees(call)
            .iter()
            .all(|function| does_nothing_else(input, *function, depth - 1))
}

/// Whether a function only reads, compares, complains and returns.
fn does_nothing_else(input: &Input<'_>, function: Place, depth: usize) -> bool {
    let facts = input.project.facts(function.file);
    let tree = &facts.tree;
    let body = tree.function(function.node).and_then(|it| it.body);
    body.is_none_or(|body| {
        let mut all = std::iter::once(body).chain(tree.descendants(body));
        all.all(|node| match tree.kind(node) {
            Kind::Assign { .. } | Kind::Update { .. } | Kind::Yield { .. } => false,
            Kind::Unary { operator, .. } => operator != "delete",
            Kind::New { .. } | Kind::Call { .. } => {
                let place = Place {
                    file: function.file,
                    node,
                };
                complains(input, place)
                    || input.project.part(place).is_some() && is_quiet_within(input, place, depth)
            }
            _ => true,
        })
    })
}

/// `throw new Error(…)`, `console.warn(…)`, `logger.error(…)`: what a getter does that has nothing to give.
fn complains(input: &Input<'_>, call: Place) -> bool {
    let tree = &input.project.facts(call.file).tree;
    let is_thrown = tree
        .ancestors(call.node)
        .any(|it| matches!(tree.kind(it), Kind::Throw { .. }));
    is_thrown
        || match tree.kind(call.node) {
            Kind::Call { callee, .. } => match tree.kind(tree.bare(*callee)) {
                // What it loads, others load as well.
                Kind::ImportKeyword => true,
                Kind::Name { name } => name == "require",
                _ => purity::is_log(tree, call.node),
            },
            _ => false,
        }
}

/// Whether an expression holds the server itself, not a namespace or an operator of it.
pub(in crate::plan) fn holds_server(input: &Input<'_>, place: Place) -> bool {
    let mut parts = input
        .project
        .values(place)
        .filter(|it| it.site().is_some())
        .peekable();
    parts.peek().is_some() && parts.all(|it| matches!(it, Value::Server(_)))
}
