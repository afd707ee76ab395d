//! Where the program begins to run code of the set-up: the calls that lead to it, up to those that no function is around.

use std::collections::BTreeSet;

use super::purity;
use crate::plan::Input;
use crate::project::value::{Place, Value};
use crate::source::FileId;
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
        false if escapes(input, function) => Vec::new(),
        false => calls,
    }
}

/// Whether a function is handed to somebody who may call it whenever he likes: `router.post('/', create)`.
pub(in crate::plan) fn escapes(input: &Input<'_>, function: Place) -> bool {
    let files = input.project.files();
    files
        .filter(|it| input.project.role(it.0).is_of_api())
        .any(|(file, facts)| {
            facts.tree.ids().any(|node| {
                let place = Place { file, node };
                matches!(
                    facts.tree.kind(node),
                    Kind::Name { .. } | Kind::Member { .. }
                ) && input
                    .project
                    .values(place)
                    .any(|it| *it == Value::Function(function))
                    && is_handed_on(input, place)
            })
        })
}

/// Whether an expression that holds a function does something else with it than to call it, or to give it a name.
fn is_handed_on(input: &Input<'_>, place: Place) -> bool {
    let tree = &input.project.facts(place.file).tree;
    let here = tree.wrapped(place.node);
    let Some(parent) = tree.parent(here) else {
        return false;
    };
    match tree.kind(parent) {
        Kind::Call { callee, .. } | Kind::New { callee, .. } => *callee != here,
        // `f.call(…)`, and namespaces: what is taken of them has a value of its own.
        Kind::Member { property, .. } => matches!(property.name(), Some("call" | "apply" | "bind")),
        Kind::Declarator { .. }
        | Kind::Assign { .. }
        | Kind::ExportNames { .. }
        | Kind::ExportDefault { .. }
        | Kind::ExpressionStatement { .. } => false,
        Kind::Property { .. } => {
            let object = tree.parent(parent).map(|it| place.beside(it));
            !object.is_some_and(|it| input.project.is_exported(it))
        }
        _ => true,
    }
}

/// The outermost places from which `place` is run: functions whose body is among `opened` do not count, as their
/// statements are listed. `None` if it is not known who calls one of the functions on the way, or if one that is in the
/// file `home` has other work: it can't go as a whole.
pub(in crate::plan) fn starts(
    input: &Input<'_>,
    place: Place,
    home: FileId,
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
        if function.file == home && !is_devoted(input, function) {
            return None;
        }
        let callers = callers(input, function);
        if callers.is_empty() {
            return None;
        }
        pending.extend(callers);
    }
    Some(starts)
}

/// Whether a function does nothing but work with the server, prepare that and tell of it.
fn is_devoted(input: &Input<'_>, function: Place) -> bool {
    let tree = &input.project.facts(function.file).tree;
    let body = tree.function(function.node).and_then(|it| it.body);
    body.is_none_or(|it| {
        is_devoted_block(
            input,
            Place {
                file: function.file,
                node: it,
            },
        )
    })
}

fn is_devoted_block(input: &Input<'_>, block: Place) -> bool {
    let file = block.file;
    let tree = &input.project.facts(file).tree;
    let Kind::Block { body } = tree.kind(block.node) else {
        return true;
    };
    let has_use = |node: NodeId| {
        let span = tree.span(node);
        let mut uses = input.uses.iter();
        uses.any(|it| it.chain.root.file == file && span.contains(tree.span(it.chain.root.node)))
    };
    body.iter().all(|it| match tree.kind(*it) {
        Kind::Try { block, .. } => is_devoted_block(input, Place { file, node: *block }),
        Kind::Variables { .. } | Kind::Function(_) | Kind::Class(_) | Kind::Type => true,
        Kind::ExpressionStatement { expression } => {
            has_use(*it) || purity::is_log(tree, *expression)
        }
        _ => has_use(*it),
    })
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
