//! State that lives in modules and on the global object: where both processes keep it, each would have its own.

use std::collections::BTreeMap;

use super::{Divided, Reach, Sides, shared_imports};
use crate::plan::Input;
use crate::plan::setup::{Blocker, Parts};
use crate::plan::toplevel::{Statements, place, purity};
use crate::project::resolve::Target;
use crate::project::value::{Place, Value};
use crate::scope::{BindingId, FileFacts, ScopeId};
use crate::source::{FileId, Span};
use crate::syntax::{Kind, NodeId, Tree};

/// Blocks modules that the moved code imports, the API loads, too, and that keep state or load what does.
pub(in crate::plan) fn in_modules(
    statements: &Statements<'_>,
    parts: &Parts,
    sides: &Sides,
) -> Vec<Blocker> {
    let input = statements.input;
    let mut blockers: Vec<Blocker> = sides
        .divided
        .iter()
        .filter_map(|it| in_divided(input, it))
        .collect();
    for import in shared_imports(statements, parts, sides) {
        let mut reach = Reach::default();
        reach.enter(input, Target::File(import.imported));
        let is_divided = |it: &FileId| sides.divided.iter().any(|divided| divided.file == *it);
        let others = reach.files.into_iter().filter(|it| !is_divided(it));
        let mut files = std::iter::once(import.imported).chain(others);
        let found = files.find_map(|it| kept_by(input, it, None).map(|found| (it, found)));
        if let Some((file, (name, span))) = found {
            let source = import.source;
            let at = place(input, file, span);
            blockers.push(Blocker {
                file: import.file,
                span: import.span,
                message: format!("`{source}` keeps state in `{name}`, and the socket code and the API both import it"),
                help: two_of_it(&at),
            });
        }
    }
    if blockers.is_empty() {
        blockers.extend(sides.owned.iter().filter_map(|it| in_owned(input, *it)));
    }
    blockers
}

/// Blocks what is left of a module that is taken apart, if the dedicated server loads that, too.
fn in_divided(input: &Input<'_>, divided: &Divided) -> Option<Blocker> {
    let facts = input.project.facts(divided.file);
    let stays = |binding: BindingId| {
        let declarations = &facts.binding(binding).declarations;
        let spans = declarations.iter().map(|it| facts.tree.span(*it));
        let mut moved = spans.filter(|span| divided.taken.iter().any(|it| it.contains(*span)));
        moved.next().is_none()
    };
    let (name, span) =
        kept_by(input, divided.file, Some(&stays)).filter(|_| divided.is_borrowed)?;
    Some(Blocker {
        file: divided.file,
        span,
        message: format!("`{name}` is shared by the socket code and the API, and it changes"),
        help: two_of_it(&place(input, divided.file, span)),
    })
}

/// Blocks a function that only the moved code runs, in a file that the API loads as well, if it works on that file's state.
fn in_owned(input: &Input<'_>, function: Place) -> Option<Blocker> {
    let facts = input.project.facts(function.file);
    let own = facts.tree.span(function.node);
    let reads = |binding: BindingId| {
        let mut references = facts.binding(binding).references.iter();
        references.any(|it| own.contains(facts.tree.span(*it)))
    };
    let (name, span) = kept_by(input, function.file, Some(&reads))?;
    Some(Blocker {
        file: function.file,
        span,
        message: format!("`{name}` is shared by the socket code and the API, and it changes"),
        help: two_of_it(&place(input, function.file, own)),
    })
}

fn two_of_it(at: &str) -> String {
    format!(
        "two processes would have two of it ({at}): keep it in Redis or the database, or ask the dedicated server with \
         `socketBroadcaster.query(…)`"
    )
}

/// What of a module changes while the program runs: one of the variables that are meant, or of all.
fn kept_by(
    input: &Input<'_>,
    file: FileId,
    is_meant: Option<&dyn Fn(BindingId) -> bool>,
) -> Option<(String, Span)> {
    let statements = Statements::new(input, file);
    let tree = statements.tree();
    statements
        .facts
        .bindings()
        .find_map(|(id, binding)| {
            let declaration = *binding.declarations.first()?;
            let is_state = binding.scope == ScopeId::MODULE
                && is_meant.is_none_or(|it| it(id))
                && (is_collection(&statements, declaration)
                    || statements.holds(id, |it| matches!(it, Value::Emitter(_)))
                    || is_filled_elsewhere(&statements, id)
                    || changes_later(&statements, id));
            is_state.then(|| (binding.name.clone(), tree.span(declaration)))
        })
        .or_else(|| exported_list(&statements).filter(|_| is_meant.is_none()))
}

/// `export const users = {}`: an empty list, or object, that this file puts nothing into is there for others to fill.
fn is_filled_elsewhere(statements: &Statements<'_>, binding: BindingId) -> bool {
    let facts = statements.facts.binding(binding);
    let is_list = facts
        .declarations
        .iter()
        .any(|it| is_empty_list(statements, *it));
    let is_filled = facts
        .references
        .iter()
        .any(|it| !runs_later(statements.tree(), *it) && purity::is_mutated(statements, *it));
    is_list && !is_filled
}

/// The same without a name: `module.exports = {};`, `module.exports = new EventEmitter();`.
fn exported_list(statements: &Statements<'_>) -> Option<(String, Span)> {
    let tree = statements.tree();
    let is_shared = |value: NodeId| {
        let mut values = statements.values(tree.bare(value));
        is_empty(statements, value) || values.any(|it| matches!(it, Value::Emitter(_)))
    };
    tree.ids().find_map(|node| match tree.kind(node) {
        Kind::Assign { target, value, .. } if is_shared(*value) => {
            let text = &statements.text()[tree.span(*target).range()];
            (text == "module.exports").then(|| (text.to_owned(), tree.span(node)))
        }
        Kind::ExportDefault { value, .. } if is_shared(*value) => {
            Some(("default".to_owned(), tree.span(node)))
        }
        _ => None,
    })
}

/// `const online = new Map()`.
fn is_collection(statements: &Statements<'_>, declaration: NodeId) -> bool {
    let tree = statements.tree();
    let Some(Kind::Declarator {
        init: Some(init), ..
    }) = tree.parent(declaration).map(|it| tree.kind(it))
    else {
        return false;
    };
    match tree.kind(tree.bare(*init)) {
        Kind::New { callee, arguments } => {
            arguments.is_empty()
                && matches!(
                    tree.name(*callee),
                    Some("Map" | "Set" | "WeakMap" | "WeakSet")
                )
        }
        _ => false,
    }
}

/// Whether code is in a function that runs when the module is loaded already, if ever; what goes over a list
/// (`models.forEach((it) => …)`) is done by then.
fn runs_later(tree: &Tree, node: NodeId) -> bool {
    let Some(function) = tree.enclosing_function(node) else {
        return false;
    };
    let call = tree.parent(function).and_then(|it| tree.method_call(it));
    let is_step = call.is_some_and(|it| matches!(it.name, "forEach" | "map" | "filter" | "reduce"));
    !is_step || runs_later(tree, function)
}

/// Whether a function changes what a variable holds: `list.push(x)`, `count += 1`. A variable that is given its value
/// once, when it is first needed, is no state.
fn changes_later(statements: &Statements<'_>, binding: BindingId) -> bool {
    let facts = statements.facts;
    let tree = statements.tree();
    let adds = |node: NodeId| facts.is_write(node) && facts.is_read(node);
    let references = &facts.binding(binding).references;
    let mut later = references.iter().filter(|it| runs_later(tree, **it));
    let is_list = facts
        .binding(binding)
        .declarations
        .iter()
        .any(|it| is_empty_list(statements, *it));
    later.any(|it| adds(*it) || is_list && purity::is_mutated(statements, *it))
}

fn is_empty_list(statements: &Statements<'_>, declaration: NodeId) -> bool {
    let tree = statements.tree();
    match tree.parent(declaration).map(|it| tree.kind(it)) {
        Some(Kind::Declarator {
            init: Some(init), ..
        }) => is_empty(statements, *init),
        _ => false,
    }
}

fn is_empty(statements: &Statements<'_>, node: NodeId) -> bool {
    let tree = statements.tree();
    match tree.kind(tree.bare(node)) {
        Kind::Array { elements } => elements.is_empty(),
        Kind::Object { properties } => properties.is_empty(),
        _ => false,
    }
}

/// Blocks moved code that reads variables of the global object which other code sets.
pub(in crate::plan) fn on_global(statements: &Statements<'_>, parts: &Parts) -> Vec<Blocker> {
    let tree = statements.tree();
    let is_moved = |file: FileId, facts: &FileFacts, node: NodeId| {
        file == statements.file
            && statements
                .index_at(facts.tree.span(node))
                .is_some_and(|it| parts.moved.contains(&it))
    };
    let mut set: BTreeMap<String, (FileId, Span)> = BTreeMap::new();
    for (file, facts) in statements.input.project.files() {
        let written = facts.tree.ids().filter(|it| !is_moved(file, facts, *it));
        let written = written.filter_map(|it| Some((global_name(facts, it)?, it)));
        for (name, node) in written.filter(|it| is_assigned(facts, it.1)) {
            set.entry(name.to_owned())
                .or_insert((file, facts.tree.span(node)));
        }
    }
    let running = parts.moved.union(&parts.copied);
    let nodes = running.flat_map(|it| tree.descendants(statements.all[*it].node));
    let mut blockers: Vec<Blocker> = Vec::new();
    for node in nodes {
        let Some(name) = global_name(statements.facts, node) else {
            continue;
        };
        let Some((file, span)) = set.get(name) else {
            continue;
        };
        let message =
            format!("the socket code uses the global variable `{name}`, which other code sets");
        if blockers.iter().all(|it| it.message != message) {
            blockers.push(Blocker {
                file: statements.file,
                span: tree.span(node),
                message,
                help: format!(
                    "it is set at {}, in another process from now on; import what the socket code needs",
                    place(statements.input, *file, *span)
                ),
            });
        }
    }
    blockers
}

/// The variable of the global object that a node is: `global.x`, or `x` that nothing declares.
fn global_name(facts: &FileFacts, node: NodeId) -> Option<&str> {
    let tree = &facts.tree;
    match tree.kind(node) {
        Kind::Name { name } if facts.binding_of(node).is_none() => Some(name),
        Kind::Member {
            object, property, ..
        } => {
            let is_global = matches!(tree.name(*object), Some("global" | "globalThis"));
            property
                .name()
                .filter(|_| is_global && facts.binding_of(*object).is_none())
        }
        _ => None,
    }
}

fn is_assigned(facts: &FileFacts, node: NodeId) -> bool {
    let tree = &facts.tree;
    match tree.kind(node) {
        Kind::Name { .. } => facts.is_write(node),
        _ => tree.parent(node).is_some_and(
            |it| matches!(tree.kind(it), Kind::Assign { target, .. } if *target == node),
        ),
    }
}
