//! Parameters that only brought the server, and what is handed over for them: the last one of a function whose every call
//! is in sight. One with others behind it stays, and so does one that was unused before.

use crate::plan::draft::Draft;
use crate::project::value::Place;
use crate::scope::{BindingKind, FileFacts};
use crate::source::{FileId, Span};
use crate::syntax::{Function, FunctionStyle, Kind, NodeId, Tree};

/// Removes them, until no more are found: what is handed over may be the parameter of another function. `replaced`:
/// expressions whose text is replaced.
pub(in crate::plan) fn remove(draft: &mut Draft<'_>, replaced: &[Place]) {
    let input = draft.input;
    loop {
        let found: Vec<(FileId, Vec<NodeId>)> = input
            .project
            .files()
            .flat_map(|(file, facts)| facts.tree.ids().map(move |node| Place { file, node }))
            .filter_map(|it| Some((it.file, idle(draft, it, replaced)?)))
            .collect();
        if found.is_empty() {
            return;
        }
        for (file, nodes) in found {
            for node in nodes {
                remove_last(draft, file, node);
            }
        }
    }
}

/// The last parameter of a function, if nothing reads it any more, and the arguments for it.
fn idle(draft: &Draft<'_>, function: Place, replaced: &[Place]) -> Option<Vec<NodeId>> {
    let Place { file, node } = function;
    let facts = draft.input.project.facts(file);
    let tree = &facts.tree;
    let own = tree.function(node)?;
    let last = *own.parameters.last()?;
    let is_gone = |it: &NodeId| draft.is_gone(file, tree.span(*it));
    let is_replaced = |it: &NodeId| {
        let span = tree.span(*it);
        let mut here = replaced.iter().filter(|it| it.file == file);
        here.any(|it| tree.span(it.node).contains(span))
    };
    let binding = facts.binding(facts.binding_of(last)?);
    let mut references = binding.references.iter();
    let was_read = binding.kind == BindingKind::Parameter
        && binding.declarations == [last]
        && !binding.references.is_empty()
        && references.all(|it| is_gone(it) || is_replaced(it));
    // One that carries the broadcaster from now on is written anew.
    let is_settled = is_gone(&last) || draft.is_touched(file, tree.span(last));
    let is_fixed = is_settled || draft.is_left(file, tree.span(node));
    if !was_read || is_fixed || reads_arguments(tree, node) {
        return None;
    }
    if is_callback_of_promise(tree, node) {
        return Some(vec![last]);
    }
    let mut nodes = vec![last];
    for call in calls(facts, own, node)? {
        match &call[..] {
            _ if call.len() < own.parameters.len() => {}
            [.., argument] if call.len() == own.parameters.len() => {
                // Whatever else stands there may do something.
                matches!(tree.kind(*argument), Kind::Name { .. }).then_some(())?;
                nodes.push(*argument);
            }
            _ => return None,
        }
    }
    is_undocumented(draft, function).then_some(nodes)
}

/// `function f() { arguments[0] }`.
fn reads_arguments(tree: &Tree, function: NodeId) -> bool {
    let mut names = tree.descendants(function);
    names.any(|it| tree.name(it) == Some("arguments"))
}

/// `x.then((io) => …)`, which calls it whatever it takes.
fn is_callback_of_promise(tree: &Tree, function: NodeId) -> bool {
    let Some(call) = tree.parent(function) else {
        return false;
    };
    let Kind::Call {
        callee, arguments, ..
    } = tree.kind(call)
    else {
        return false;
    };
    let is_then = matches!(tree.kind(*callee), Kind::Member { property, .. } if property.name() == Some("then"));
    is_then && arguments.first() == Some(&function)
}

/// The arguments of each call of a function that only its own file calls, and does nothing else with.
fn calls(facts: &FileFacts, function: &Function, node: NodeId) -> Option<Vec<Vec<NodeId>>> {
    let tree = &facts.tree;
    let declarator = tree.parent(node).map(|it| tree.kind(it));
    let (name, is_statement) = match (function.style, declarator) {
        (FunctionStyle::Declaration, _) => (function.name?, tree.statement_list(node).is_some()),
        (_, Some(Kind::Declarator { target, .. })) => {
            let statement = tree.enclosing_statement(node);
            let is_untyped = matches!(
                tree.kind(*target),
                Kind::BindingName {
                    annotation: None,
                    ..
                }
            );
            (
                *target,
                is_untyped && tree.statement_list(statement).is_some(),
            )
        }
        _ => return None,
    };
    let binding = facts.binding(facts.binding_of(name)?);
    // An `export` is around the statement of one that others may call.
    if !is_statement || binding.declarations != [name] {
        return None;
    }
    let call = |it: &NodeId| match tree.kind(tree.parent(*it)?) {
        Kind::Call {
            callee, arguments, ..
        } if callee == it => Some(arguments.clone()),
        _ => None,
    };
    binding.references.iter().map(call).collect()
}

/// What a comment tells of the parameters would have to be rewritten, too.
fn is_undocumented(draft: &Draft<'_>, function: Place) -> bool {
    let layout = draft.layout(function.file);
    let statement = layout.tree.enclosing_statement(function.node);
    let around = layout.with_comments(statement);
    !layout.text[around.start as usize..layout.tree.span(function.node).start as usize]
        .contains("@param")
}

/// Removes the last item of a list in parentheses, or the only parameter of `io => …`.
fn remove_last(draft: &mut Draft<'_>, file: FileId, item: NodeId) {
    let layout = draft.layout(file);
    let span = layout.tree.span(item);
    let (start, end) = (span.start as usize, span.end as usize);
    let before = layout.text[..start].trim_end();
    let rest = layout.text[end..].trim_start();
    let gone = match before.chars().last() {
        Some(',') => Span::new(before.len() - 1, end),
        Some('(') if rest.starts_with(',') => {
            Span::new(before.len(), layout.text.len() - rest.len() + 1)
        }
        Some('(') => span,
        _ => return draft.replace_whole(file, span, "()"),
    };
    draft.delete(file, gone);
}
