//! What serves nothing any more once the uses of the server are rewritten: imports of functions that gave it out,
//! middleware that did nothing but hand it on. What was unused before stays.

pub(in crate::plan) mod comments;
pub(in crate::plan) mod members;
pub(in crate::plan) mod names;
pub(in crate::plan) mod parameters;

use std::collections::BTreeSet;

use super::draft::Draft;
use super::rewrite::remove_declaration;
use crate::project::resolve::Target;
use crate::project::value::{Place, Value};
use crate::rules::Meaning;
use crate::scope::FileFacts;
use crate::source::FileId;
use crate::syntax::{Kind, NodeId};

/// Removes the imports of the project's own files of which nothing is read any more. `replaced`: expressions whose text
/// is replaced.
pub(in crate::plan) fn remove_imports(draft: &mut Draft<'_>, replaced: &[Place]) {
    let files: BTreeSet<FileId> = replaced.iter().map(|it| it.file).collect();
    let dead: Vec<Import> = files
        .into_iter()
        .flat_map(|file| dead_imports(draft, file, replaced))
        .collect();
    for import in dead {
        remove(draft, &import);
    }
}

/// Names that one import brings in and nothing reads any more.
struct Import {
    /// The `import`, or the declaration with `require(…)` or `await import(…)`.
    statement: Place,
    /// The names, or their properties in a pattern.
    names: BTreeSet<NodeId>,
    /// Nothing else of what it brings in is left.
    is_whole: bool,
}

fn dead_imports(draft: &Draft<'_>, file: FileId, replaced: &[Place]) -> Vec<Import> {
    let facts = draft.input.project.facts(file);
    let is_dead = |node: &NodeId| {
        let span = facts.tree.span(*node);
        draft.is_unread(file, span)
            || replaced
                .iter()
                .any(|it| it.file == file && facts.tree.span(it.node).contains(span))
    };
    let mut found = Vec::new();
    for node in facts.tree.ids() {
        let statement = Place { file, node };
        let Some(names) = imported(draft, statement) else {
            continue;
        };
        let is_here = |name: &NodeId| !draft.is_gone(file, facts.tree.span(*name));
        let here: Vec<NodeId> = names.into_iter().filter(is_here).collect();
        let unread: BTreeSet<NodeId> = here
            .iter()
            .copied()
            .filter(|name| {
                let references = facts
                    .binding_of(*name)
                    .map_or(&[][..], |it| &facts.binding(it).references);
                !references.is_empty() && references.iter().all(is_dead)
            })
            .collect();
        if !unread.is_empty() {
            found.push(Import {
                statement,
                is_whole: unread.len() == here.len(),
                names: unread,
            });
        }
    }
    found
}

/// The names that a statement gives what it takes from a file of the project.
fn imported(draft: &Draft<'_>, statement: Place) -> Option<Vec<NodeId>> {
    let facts = draft.input.project.facts(statement.file);
    let tree = &facts.tree;
    let (source, names) = match tree.kind(statement.node) {
        Kind::Import { source, names, .. } => {
            (source.as_str(), names.iter().map(|it| it.local).collect())
        }
        Kind::Variables { declarators, .. } => {
            let [declarator] = declarators[..] else {
                return None;
            };
            let Kind::Declarator {
                target,
                init: Some(init),
            } = tree.kind(declarator)
            else {
                return None;
            };
            (loaded(facts, *init)?, names_of(facts, *target)?)
        }
        _ => return None,
    };
    match draft.input.project.resolve(statement.file, source) {
        Target::File(_) => Some(names),
        Target::Package(_) | Target::Missing => None,
    }
}

/// The specifier of `require('./a')`, `await import('./a')`.
fn loaded(facts: &FileFacts, init: NodeId) -> Option<&str> {
    let tree = &facts.tree;
    let (call, is_awaited) = match tree.kind(tree.bare(init)) {
        Kind::Await { argument } => (tree.bare(*argument), true),
        _ => (tree.bare(init), false),
    };
    let Kind::Call {
        callee, arguments, ..
    } = tree.kind(call)
    else {
        return None;
    };
    let loads = match tree.kind(*callee) {
        Kind::ImportKeyword => is_awaited,
        Kind::Name { name } => {
            name == "require" && facts.binding_of(*callee).is_none() && !is_awaited
        }
        _ => false,
    };
    let source = arguments.first().filter(|_| loads)?;
    tree.string_value(*source)
}

fn names_of(facts: &FileFacts, target: NodeId) -> Option<Vec<NodeId>> {
    let tree = &facts.tree;
    match tree.kind(target) {
        Kind::BindingName { .. } => Some(vec![target]),
        Kind::ObjectPattern { properties } => properties
            .iter()
            .map(|it| match tree.kind(*it) {
                Kind::PatternProperty { value, .. } => {
                    Some(*value).filter(|it| matches!(tree.kind(*it), Kind::BindingName { .. }))
                }
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

fn remove(draft: &mut Draft<'_>, import: &Import) {
    let Place { file, node } = import.statement;
    if import.is_whole {
        draft.remove_names(file, node);
        return;
    }
    for name in &import.names {
        remove_declaration(draft, Place { file, node: *name });
    }
}

/// Removes `app.use((req, res, next) => { req.io = io; next(); })` where nothing but `next()` is left of it.
pub(in crate::plan) fn remove_middleware(draft: &mut Draft<'_>) {
    let input = draft.input;
    let writes = input
        .uses
        .iter()
        .filter(|it| it.meaning == Meaning::PropertyWrite);
    for it in writes {
        let file = it.chain.root.file;
        let tree = draft.layout(file).tree;
        let function = tree.enclosing_function(it.chain.end);
        let Some(statement) = function.and_then(|node| idle(draft, Place { file, node })) else {
            continue;
        };
        draft.drop_comments(file, tree.span(statement));
        draft.remove_statement(file, statement);
    }
}

/// The statement that registers a middleware of which nothing but `next()` is left, though more was there.
fn idle(draft: &Draft<'_>, function: Place) -> Option<NodeId> {
    let Place { file, node } = function;
    let facts = draft.input.project.facts(file);
    let tree = &facts.tree;
    let middleware = tree.function(node)?;
    let [_, _, next] = middleware.parameters[..] else {
        return None;
    };
    let Kind::Block { body } = tree.kind(middleware.body?) else {
        return None;
    };
    let is_gone = |it: NodeId| draft.is_gone(file, tree.span(it));
    let mut left = body.iter().filter(|it| !is_gone(**it));
    let last = *left.next().filter(|_| left.next().is_none())?;
    let call = match tree.kind(last) {
        Kind::ExpressionStatement { expression } => *expression,
        Kind::Return { value } => (*value)?,
        _ => return None,
    };
    let Kind::Call {
        callee, arguments, ..
    } = tree.kind(call)
    else {
        return None;
    };
    let next = facts.binding_of(next)?;
    let is_next = arguments.is_empty() && facts.binding_of(*callee) == Some(next);
    let statement = registration(draft, function).filter(|it| !is_gone(*it));
    statement.filter(|_| is_next && body.len() > 1)
}

/// `app.use(function);`, `router.use(function);` as a statement of its own.
fn registration(draft: &Draft<'_>, function: Place) -> Option<NodeId> {
    let Place { file, node } = function;
    let tree = &draft.input.project.facts(file).tree;
    let call = tree.parent(tree.wrapped(node))?;
    let taking = tree.method_call(call)?;
    let takes_handlers = draft
        .input
        .project
        .values(function.beside(taking.object))
        .any(|it| matches!(it, Value::App | Value::Router));
    let is_alone = taking.name == "use" && taking.arguments.len() == 1;
    let statement = tree.parent(call)?;
    let is_statement = matches!(tree.kind(statement), Kind::ExpressionStatement { .. })
        && tree.statement_list(statement).is_some();
    (takes_handlers && is_alone && is_statement).then_some(statement)
}
