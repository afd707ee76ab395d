//! What belongs to the handlers: code that is registered on the server, and functions that only such code hands it to.
//! It moves with the set-up and is no finding of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::uses::{Use, Variable, receiving_parameters};
use crate::project::Project;
use crate::rules::Meaning;
use crate::source::FileId;
use crate::syntax::{Kind, NodeId};

/// Marks the uses of one file that stand in code which is registered on the server.
pub(super) fn mark_inside(project: &Project, file: FileId, uses: &mut [Use]) {
    let tree = &project.facts(file).tree;
    let registrations: Vec<NodeId> = uses
        .iter()
        .filter(|it| it.meaning == Meaning::Registration)
        .map(|it| it.chain.end)
        .collect();
    for it in uses {
        let span = tree.span(it.chain.root.node);
        it.inside = registrations
            .iter()
            .copied()
            .find(|registration| is_in_arguments(project, file, *registration, span.start));
    }
}

fn is_in_arguments(project: &Project, file: FileId, call: NodeId, offset: u32) -> bool {
    let tree = &project.facts(file).tree;
    match tree.kind(tree.bare(call)) {
        Kind::Call { arguments_span, .. } => {
            arguments_span.start <= offset && offset < arguments_span.end
        }
        _ => false,
    }
}

/// Functions that handlers hand the server to: what only handlers call is part of them, what others call too is shared.
pub(super) fn follow(project: &Project, uses: &mut [Use]) {
    let received: Vec<Vec<Variable>> = uses
        .iter()
        .map(|it| {
            receiving_parameters(project, &it.chain)
                .unwrap_or_default()
                .into_iter()
                .flatten()
                .collect()
        })
        .collect();
    while mark_followed(project, uses, &received, false) {}
    while mark_followed(project, uses, &received, true) {}
}

/// One round: marks the uses of parameters that only handlers feed, or, then, of those that are shared. True if there
/// was something new.
fn mark_followed(
    project: &Project,
    uses: &mut [Use],
    received: &[Vec<Variable>],
    shared: bool,
) -> bool {
    let mut from_handlers = BTreeMap::new();
    let mut from_others = BTreeSet::new();
    for (it, parameters) in uses
        .iter()
        .zip(received)
        .filter(|it| it.0.meaning == Meaning::Argument)
    {
        for parameter in parameters {
            if it.inside.is_some() || it.is_shared {
                from_handlers.insert(*parameter, it.chain.end);
            }
            if it.inside.is_none() {
                from_others.insert(*parameter);
            }
        }
    }
    let mut is_new = false;
    for it in uses
        .iter_mut()
        .filter(|it| it.inside.is_none() && !it.is_shared)
    {
        let root = it.chain.root;
        let binding = project.facts(root.file).binding_of(root.node);
        let Some(variable) = binding.map(|binding| (root.file, binding)) else {
            continue;
        };
        let Some(call) = from_handlers.get(&variable) else {
            continue;
        };
        if shared {
            it.is_shared = true;
        } else if !from_others.contains(&variable) {
            it.inside = Some(*call);
        }
        is_new |= it.is_shared || it.inside.is_some();
    }
    is_new
}
