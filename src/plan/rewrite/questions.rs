//! Questions to the server: an answer from another process has to be awaited. Where that is possible without anybody
//! else noticing, the await and an `async` are added.

use super::emits::{self, Unfit};
use crate::findings::chains::Chain;
use crate::plan::draft::Draft;
use crate::project::Project;
use crate::project::value::{Place, Value};
use crate::source::Span;
use crate::syntax::{Function, FunctionStyle, Kind, NodeId};

/// Where the answer of a question can be awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Awaiting {
    /// Right there.
    Here,
    /// After the function at this node has become `async`.
    InAsync(NodeId),
    /// Nowhere: somebody waits for the function's result at once.
    Nowhere,
}

/// Where the answer to a question at `place` can be awaited.
pub(super) fn awaiting(project: &Project, place: Place) -> Awaiting {
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
        _ if is_request_handler(project, place, function, node) => Awaiting::InAsync(node),
        _ => Awaiting::Nowhere,
    }
}

/// Express calls request handlers and does not look at what they return.
fn is_request_handler(project: &Project, place: Place, function: &Function, node: NodeId) -> bool {
    let tree = &project.facts(place.file).tree;
    let takes_request = function.parameters.iter().any(|it| {
        project
            .values(Place {
                file: place.file,
                node: *it,
            })
            .any(|value| *value == Value::Request)
    });
    let is_registered = tree.parent(node).is_some_and(|it| match tree.kind(it) {
        Kind::Call { callee, .. } => match tree.kind(tree.bare(*callee)) {
            Kind::Member { object, .. } => project
                .values(Place {
                    file: place.file,
                    node: *object,
                })
                .any(|value| matches!(value, Value::App | Value::Router)),
            _ => false,
        },
        _ => false,
    });
    takes_request
        && is_registered
        && matches!(
            function.style,
            FunctionStyle::Arrow | FunctionStyle::Expression
        )
}

/// Writes a question on the broadcaster.
pub(super) fn rewrite(
    draft: &mut Draft<'_>,
    chain: &Chain,
    template: &str,
    root: &str,
) -> Result<(), Unfit> {
    let place = Place {
        file: chain.root.file,
        node: chain.end,
    };
    let Some(call) = template.strip_prefix("await ") else {
        return emits::rewrite(draft, chain, template, root);
    };
    let tree = draft.layout(place.file).tree;
    match awaiting(draft.input.project, place) {
        Awaiting::Nowhere => return Err(Unfit),
        Awaiting::InAsync(function) => {
            let start = tree.span(function).start;
            draft.replace(place.file, Span { start, end: start }, "async ");
        }
        Awaiting::Here => {}
    }
    let needs_parentheses = tree.parent(chain.end).is_some_and(|it| {
        matches!(
            tree.kind(it),
            Kind::Member { .. } | Kind::TaggedTemplate { .. }
        )
    });
    match needs_parentheses {
        true => emits::rewrite(draft, chain, &format!("(await {call})"), root),
        false => emits::rewrite(draft, chain, template, root),
    }
}
