//! Where the program begins to run code of the set-up: the calls that lead to it, up to those that no function is around.

use std::collections::BTreeSet;

use crate::plan::Input;
use crate::project::value::Place;
use crate::syntax::{Kind, NodeId};

/// The function that is run at `place`'s time: the nearest one around it.
pub(in crate::plan) fn function_around(input: &Input<'_>, place: Place) -> Option<Place> {
    let function = input
        .project
        .facts(place.file)
        .tree
        .enclosing_function(place.node)?;
    Some(Place {
        file: place.file,
        node: function,
    })
}

/// The calls that run a function; for one that is written where it is handed over (`.then(() => …)`), that place.
/// Empty if it is not known who calls it.
pub(in crate::plan) fn callers(input: &Input<'_>, function: Place) -> Vec<Place> {
    let project = input.project;
    let tree = &project.facts(function.file).tree;
    let is_own = |call: &Place| {
        call.file == function.file && tree.span(function.node).contains(tree.span(call.node))
    };
    let is_live = |call: &Place| {
        let role = project.role(call.file);
        role.is_of_api() && !role.is_dead
    };
    let calls: Vec<Place> = project
        .calls_of(function)
        .iter()
        .copied()
        .filter(|it| is_live(it) && !is_own(it))
        .collect();
    let is_handed_over = || {
        tree.parent(tree.wrapped(function.node))
            .is_some_and(|it| matches!(tree.kind(it), Kind::Call { .. } | Kind::New { .. }))
    };
    match calls.is_empty() && is_handed_over() {
        true => vec![function],
        false => calls,
    }
}

/// The outermost places from which `place` is run: functions whose body is among `opened` do not count, as their
/// statements are listed. `None` if it is not known who calls one of the functions on the way.
pub(in crate::plan) fn starts(
    input: &Input<'_>,
    place: Place,
    opened: &dyn Fn(Place) -> bool,
) -> Option<BTreeSet<Place>> {
    let mut starts = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut pending = vec![place];
    while let Some(place) = pending.pop() {
        let around = function_around(input, place).filter(|it| !opened(*it));
        let Some(function) = around else {
            starts.insert(place);
            continue;
        };
        if !seen.insert(function) {
            continue;
        }
        let callers = callers(input, function);
        if callers.is_empty() {
            return None;
        }
        pending.extend(callers);
    }
    Some(starts)
}

/// The blocks around a place, outermost first, as long as what is in them runs once and whenever the file gets there:
/// bodies of functions and of `try`. `None` if there is a condition or a loop among them.
pub(in crate::plan) fn blocks_around(input: &Input<'_>, place: Place) -> Option<Vec<NodeId>> {
    let tree = &input.project.facts(place.file).tree;
    let mut blocks = Vec::new();
    for node in tree.ancestors(place.node) {
        match tree.kind(node) {
            Kind::Block { .. } => blocks.push(node),
            Kind::If { .. }
            | Kind::For { .. }
            | Kind::ForEach { .. }
            | Kind::While { .. }
            | Kind::DoWhile { .. }
            | Kind::Switch { .. }
            | Kind::Conditional { .. }
            | Kind::Logical { .. }
            | Kind::Catch { .. }
            | Kind::Class(_) => return None,
            _ => {}
        }
    }
    blocks.reverse();
    Some(blocks)
}
