//! Names and calls that nothing needs any more: the result of `app.listen(3000)`, `app.get('io');`, `setIO(io);` where
//! nobody asks for what it keeps, and types of Socket.IO.

use std::collections::BTreeSet;

use crate::findings::uses::is_server_import;
use crate::plan::draft::Draft;
use crate::plan::getters;
use crate::plan::rewrite::remove_declaration;
use crate::project::value::{Place, Value};
use crate::rules::Meaning;
use crate::scope::{FileFacts, ScopeId};
use crate::source::{FileId, LineIndex, Span};
use crate::syntax::{Kind, NodeId};

/// Removes `app.get('io');`, which obtains the server for nobody.
pub(in crate::plan) fn remove_bare_reads(draft: &mut Draft<'_>) {
    let input = draft.input;
    for (file, facts) in input.project.files() {
        let tree = &facts.tree;
        let reads = tree.ids().filter(|it| match tree.kind(*it) {
            Kind::ExpressionStatement { expression } => {
                let is_call = matches!(tree.kind(*expression), Kind::Call { .. });
                let place = Place {
                    file,
                    node: *expression,
                };
                is_call
                    && tree.statement_list(*it).is_some()
                    && matches!(input.project.part(place), Some(Value::Server(_)))
                    && getters::is_pure(input, file, *expression)
            }
            _ => false,
        });
        for statement in reads {
            draft.remove_statement(file, statement);
        }
    }
}

/// Takes the names from calls of which nothing reads the result any more: `const server = app.listen(3000)`. An HTTP
/// server that nothing listens with goes as a whole, and the import that it was made with.
pub(in crate::plan) fn remove_names(draft: &mut Draft<'_>) {
    let input = draft.input;
    for (file, facts) in input.project.files() {
        for (_, binding) in facts.bindings() {
            let is_gone = |it: &NodeId| draft.is_gone(file, facts.tree.span(*it));
            let is_unread = |it: &NodeId| draft.is_unread(file, facts.tree.span(*it));
            let was_read =
                !binding.references.is_empty() && binding.references.iter().all(is_unread);
            let [declaration] = binding.declarations[..] else {
                continue;
            };
            if was_read
                && !is_gone(&declaration)
                && let Some((statement, call)) = declared_by_call(facts, declaration)
            {
                remove_name(draft, file, (statement, call));
            }
        }
    }
}

/// The declaration of one name alone, and the call that it is given the result of.
fn declared_by_call(facts: &FileFacts, name: NodeId) -> Option<(NodeId, NodeId)> {
    let tree = &facts.tree;
    let declarator = tree.parent(name)?;
    let Kind::Declarator {
        init: Some(init), ..
    } = tree.kind(declarator)
    else {
        return None;
    };
    let statement = tree.parent(declarator)?;
    let is_alone = matches!(tree.kind(statement), Kind::Variables { declarators, .. } if declarators.len() == 1);
    (is_alone
        && tree.statement_list(statement).is_some()
        && matches!(tree.kind(*init), Kind::Call { .. }))
    .then_some((statement, *init))
}

fn remove_name(draft: &mut Draft<'_>, file: FileId, (statement, call): (NodeId, NodeId)) {
    let layout = draft.layout(file);
    let (whole, span) = (layout.tree.span(statement), layout.tree.span(call));
    let Kind::Call {
        callee, arguments, ..
    } = layout.tree.kind(call)
    else {
        return;
    };
    let place = |node: NodeId| Place { file, node };
    let is_idle_server = draft
        .input
        .project
        .values(place(*callee))
        .any(|it| matches!(it, Value::PackageMember(package, name) if matches!(package.as_str(), "http" | "https") && name == "createServer"));
    let is_plain = |it: &NodeId| matches!(layout.tree.kind(*it), Kind::Name { .. });
    if is_idle_server && arguments.iter().all(is_plain) {
        let callee = *callee;
        draft.remove_statement(file, statement);
        remove_unread_import(draft, file, callee);
    } else if layout.text[span.range()].starts_with(|it: char| it.is_alphabetic()) {
        draft.delete(
            file,
            Span {
                start: whole.start,
                end: span.start,
            },
        );
    }
}

/// Removes the import of a built-in module that only `used` needed.
fn remove_unread_import(draft: &mut Draft<'_>, file: FileId, used: NodeId) {
    let facts = draft.input.project.facts(file);
    let names = std::iter::once(used).chain(facts.tree.descendants(used));
    let Some(binding) = names.into_iter().find_map(|it| facts.binding_of(it)) else {
        return;
    };
    let binding = facts.binding(binding);
    let is_unread = |it: &NodeId| draft.is_unread(file, facts.tree.span(*it));
    if binding.references.iter().all(is_unread)
        && let [declaration] = binding.declarations[..]
    {
        remove_declaration(
            draft,
            Place {
                file,
                node: declaration,
            },
        );
    }
}

/// Removes `setIO(io);` where every call of the functions that give out what it keeps is rewritten. Returns the functions
/// that nothing calls any more; they stay as they are.
pub(in crate::plan) fn remove_setters(draft: &mut Draft<'_>, replaced: &[Place]) -> Vec<Place> {
    let input = draft.input;
    let mut idle = Vec::new();
    let handed = input
        .uses
        .iter()
        .filter(|it| it.inside.is_none() && it.meaning == Meaning::Argument);
    for it in handed {
        let file = it.chain.root.file;
        let tree = &input.project.facts(file).tree;
        let statement = tree.enclosing_statement(it.chain.end);
        let Kind::ExpressionStatement { expression } = tree.kind(statement) else {
            continue;
        };
        let is_alone = matches!(tree.kind(*expression), Kind::Call { arguments, .. } if arguments[..] == [it.chain.end])
            && tree.statement_list(statement).is_some();
        let callees = input.project.callees(Place {
            file,
            node: *expression,
        });
        let mut unread = Vec::new();
        let serves_nobody = |it: &Place| match unread_getters(draft, *it, replaced) {
            Some(found) => {
                unread.extend(found);
                true
            }
            None => false,
        };
        if is_alone && !callees.is_empty() && callees.iter().all(serves_nobody) {
            draft.remove_statement(file, statement);
            unread.extend(callees);
            for it in &unread {
                draft.leave(it.file, input.project.facts(it.file).tree.span(it.node));
            }
            note_unread(draft, &unread);
            idle.extend(unread);
        }
    }
    idle
}

/// The functions that give out what `setter` keeps, if that is all it does and nothing calls them any more.
fn unread_getters(draft: &Draft<'_>, setter: Place, replaced: &[Place]) -> Option<Vec<Place>> {
    let input = draft.input;
    let Place { file, node } = setter;
    let facts = input.project.facts(file);
    let tree = &facts.tree;
    let function = tree.function(node)?;
    let [parameter] = function.parameters[..] else {
        return None;
    };
    let body = function.body?;
    let assignment = match tree.kind(body) {
        Kind::Block { body } => match body[..] {
            [statement] => match tree.kind(statement) {
                Kind::ExpressionStatement { expression } => *expression,
                _ => return None,
            },
            _ => return None,
        },
        _ => body,
    };
    let Kind::Assign { target, value, .. } = tree.kind(assignment) else {
        return None;
    };
    let kept = facts.binding_of(*target)?;
    if facts.binding_of(*value) != facts.binding_of(parameter)
        || facts.binding(kept).scope != ScopeId::MODULE
    {
        return None;
    }
    let is_rewritten = |call: &Place| {
        let span = input.project.facts(call.file).tree.span(call.node);
        draft.is_gone(call.file, span) || replaced.contains(call)
    };
    let reads = facts.binding(kept).references.iter();
    let getters: Option<Vec<Place>> = reads
        .filter(|it| **it != *target)
        .map(|read| {
            let node = tree.enclosing_function(*read)?;
            let getter = Place { file, node };
            let calls = input.project.calls_of(getter);
            (!calls.is_empty() && calls.iter().all(is_rewritten)).then_some(getter)
        })
        .collect();
    getters.filter(|it| !it.is_empty())
}

fn note_unread(draft: &mut Draft<'_>, functions: &[Place]) {
    let input = draft.input;
    let mut seen = BTreeSet::new();
    for it in functions.iter().filter(|it| seen.insert(**it)) {
        let source = &input.sources[it.file.index()];
        let start = input.project.facts(it.file).tree.span(it.node).start;
        let line = LineIndex::new(&source.text)
            .position(&source.text, start)
            .line;
        draft.notes.push(format!(
            "nothing calls the function at {}:{line} any more: delete it, unless something else does",
            source.path
        ));
    }
}

/// Removes imports of types of Socket.IO that only stood in what is gone. Types are no part of the tree, so the names are
/// looked for in the text; one in a comment keeps the import.
pub(in crate::plan) fn remove_types(draft: &mut Draft<'_>) {
    let input = draft.input;
    for (file, facts) in input.project.files() {
        let tree = &facts.tree;
        for node in tree.ids() {
            let Kind::Import { source, names, .. } = tree.kind(node) else {
                continue;
            };
            let is_read = |it: &NodeId| {
                let binding = facts.binding_of(*it).map(|it| facts.binding(it));
                binding.is_none_or(|it| !it.references.is_empty())
            };
            let locals: Vec<NodeId> = names.iter().map(|it| it.local).collect();
            if !is_server_import(source) || locals.is_empty() || locals.iter().any(is_read) {
                continue;
            }
            let own = tree.span(node);
            let words: Vec<Span> = locals
                .iter()
                .filter_map(|it| tree.name(*it))
                .flat_map(|it| draft.layout(file).words(it))
                .filter(|it| !own.contains(*it))
                .collect();
            if !words.is_empty() && words.iter().all(|it| draft.is_replaced(file, *it)) {
                draft.remove_statement(file, node);
            }
        }
    }
}

/// Notes the imports of types of Socket.IO that stay in the API: what is declared with them holds no server any more.
pub(in crate::plan) fn note_types(draft: &mut Draft<'_>, moves: &dyn Fn(Place, Span) -> bool) {
    let input = draft.input;
    for (file, facts) in input.project.files() {
        if !input.project.role(file).is_of_api() {
            continue;
        }
        let tree = &facts.tree;
        for node in tree.ids() {
            let span = tree.span(node);
            let is_type =
                matches!(tree.kind(node), Kind::Import { source, .. } if is_server_import(source));
            if is_type && !draft.is_gone(file, span) && !moves(Place { file, node }, span) {
                let source = &input.sources[file.index()];
                let line = LineIndex::new(&source.text)
                    .position(&source.text, span.start)
                    .line;
                draft.notes.push(format!(
                    "{}:{line}: types of Socket.IO are still imported here; what is declared with them is the \
                     broadcaster now, or nothing",
                    source.path
                ));
            }
        }
    }
}
