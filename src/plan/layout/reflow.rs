//! Lines of a file that a longer name makes too wide are broken, and chains that got shorter are joined, as a formatter
//! does it; only where one is configured. Calls that are written anew are `rewrite`'s matter.

use std::collections::BTreeSet;

use super::Layout;
use crate::findings::chains::Chain;
use crate::plan::draft::Draft;
use crate::project::value::Place;
use crate::source::{FileId, Span};
use crate::syntax::{Kind, NodeId};

/// Arranges the links of a chain behind another root: a few on one line, more of them each on its own unless all fit on
/// one. Returns whether they were joined. <https://prettier.io/docs/rationale#method-chains>
pub(in crate::plan) fn links(draft: &mut Draft<'_>, chain: &Chain, root: &str) -> bool {
    let file = chain.root.file;
    let (layout, formatting) = (draft.layout(file), draft.formatting(file));
    let is_name = root.chars().all(|it| it.is_alphanumeric() || it == '_');
    let Some(last) = chain.last().filter(|_| formatting.is_configured && is_name) else {
        return false;
    };
    let own = layout.tree.span(layout.tree.wrapped(chain.root.node));
    let end = layout.tree.span(last.node).end;
    let gaps = gaps(&layout, chain, own);
    let is_comment = |it: &Span| layout.text[it.end as usize..].starts_with('/');
    if gaps.iter().any(is_comment) {
        return false;
    }
    let start = own.start as usize;
    let mut flat = root.to_owned();
    let mut from = own.end;
    for gap in &gaps {
        flat.push_str(&layout.text[from as usize..gap.start as usize]);
        from = gap.end;
    }
    flat.push_str(&layout.text[from as usize..end as usize]);
    let indentation = draft.final_indentation(file, start);
    let line = [
        indentation,
        draft.before_on_line(file, start),
        &flat,
        layout.behind_on_line(end as usize),
    ];
    let columns: usize = line.iter().map(|it| formatting.columns(it)).sum();
    let is_multiline = flat.contains('\n');
    let is_wide = is_multiline || columns > formatting.width;
    match gaps.len() {
        0 | 1 if is_wide && !is_multiline => {
            let place = Place {
                file,
                node: last.node,
            };
            arguments(draft, place, (own.range().len(), root.len()));
        }
        // The function or the object that the last call takes is opened.
        0..=2 if is_multiline => return join(draft, file, &gaps),
        1.. if is_wide => {
            let inner = format!("{}{indentation}{}", layout.line_break(), layout.unit());
            for gap in gaps.iter().filter(|it| !is_broken(&layout, **it)) {
                draft.replace(file, *gap, inner.clone());
            }
        }
        0..=2 => return join(draft, file, &gaps),
        _ => {}
    }
    false
}

fn is_broken(layout: &Layout<'_>, gap: Span) -> bool {
    layout.text[gap.range()].contains('\n')
}

/// Takes the line breaks out of a chain. Returns whether there were some.
fn join(draft: &mut Draft<'_>, file: FileId, gaps: &[Span]) -> bool {
    let layout = draft.layout(file);
    let broken = gaps.iter().filter(|it| is_broken(&layout, **it));
    let mut is_joined = false;
    for gap in broken {
        draft.replace(file, *gap, "");
        is_joined = true;
    }
    is_joined
}

/// What stands in front of the dot of each link that a formatter may put on a line of its own: of each call, or of the
/// properties that lead to it from the call before. Those that lead to the first one belong to the root.
fn gaps(layout: &Layout<'_>, chain: &Chain, root: Span) -> Vec<Span> {
    let mut gaps = Vec::new();
    let mut object_end = root.end;
    let mut is_open = false;
    for link in &chain.links {
        let is_called = link.arguments.is_some();
        if !is_open && (is_called || !gaps.is_empty()) {
            let rest = &layout.text[object_end as usize..];
            let blank = rest.len() - rest.trim_start().len();
            gaps.push(Span::new(object_end as usize, object_end as usize + blank));
            is_open = true;
        }
        if is_called {
            is_open = false;
        }
        object_end = layout.tree.span(link.node).end;
    }
    gaps
}

/// Breaks the call that takes `argument` if it gets too wide with `name` in its place.
pub(in crate::plan) fn around(draft: &mut Draft<'_>, argument: Place, name: &str) {
    let tree = draft.layout(argument.file).tree;
    let own = tree.span(argument.node).range().len();
    if let Some(call) = tree.parent(tree.wrapped(argument.node)) {
        let call = Place {
            file: argument.file,
            node: call,
        };
        arguments(draft, call, (own, name.len()));
    }
}

/// Breaks the outermost call on the line of `chain` that takes it, if that gets too wide with `text` in its place. Returns
/// whether it is broken.
pub(in crate::plan) fn outer_call(draft: &mut Draft<'_>, chain: &Chain, text: &str) -> bool {
    let file = chain.root.file;
    let layout = draft.layout(file);
    let tree = layout.tree;
    let own = tree.span(chain.end);
    let line = layout.line_start(own.start as usize);
    let is_around = |it: &NodeId| {
        let is_taken = matches!(tree.kind(*it), Kind::Call { arguments_span, .. } if arguments_span.contains(own));
        is_taken && tree.span(*it).start as usize >= line
    };
    let around = tree
        .ancestors(chain.end)
        .take_while(|it| !tree.kind(*it).is_statement() && tree.function(*it).is_none());
    match around.filter(is_around).last() {
        Some(node) => arguments(draft, Place { file, node }, (own.range().len(), text.len())),
        None => false,
    }
}

/// Takes the line break between `=` and `chain` out, if `text` in its place fits behind it. Returns whether it was there.
pub(in crate::plan) fn pull_up(draft: &mut Draft<'_>, chain: &Chain, text: &str) -> bool {
    let file = chain.root.file;
    let (layout, formatting) = (draft.layout(file), draft.formatting(file));
    let span = layout.tree.span(chain.end);
    let start = span.start as usize;
    let before = layout.text[..start].trim_end();
    let is_broken = layout.text[before.len()..start].contains('\n');
    let assigns = before
        .strip_suffix('=')
        .is_some_and(|it| !it.ends_with(['=', '!', '<', '>']));
    let line = [
        draft.final_indentation(file, before.len()),
        draft.before_on_line(file, before.len()),
        " ",
        text,
        layout.behind_on_line(span.end as usize),
    ];
    let columns: usize = line.iter().map(|it| formatting.columns(it)).sum();
    let is_pulled = formatting.is_configured
        && assigns
        && is_broken
        && !text.contains('\n')
        && columns <= formatting.width;
    if is_pulled {
        draft.replace(file, Span::new(before.len(), start), " ");
    }
    is_pulled
}

/// Breaks `if (… chain …) statement` behind the parenthesis if that line gets too wide with `text` in the chain's place, and
/// the condition alone does not. Returns whether it is broken.
pub(in crate::plan) fn one_line_if(draft: &mut Draft<'_>, chain: &Chain, text: &str) -> bool {
    let file = chain.root.file;
    let (layout, formatting) = (draft.layout(file), draft.formatting(file));
    let tree = layout.tree;
    let own = tree.span(chain.end);
    let mut around = tree
        .ancestors(chain.end)
        .take_while(|it| tree.function(*it).is_none());
    let Some((node, consequent)) = around.find_map(|it| match tree.kind(it) {
        Kind::If {
            test,
            consequent,
            alternate: None,
        } if tree.span(*test).contains(own) => Some((it, *consequent)),
        _ => None,
    }) else {
        return false;
    };
    let (statement, inner) = (tree.span(node), tree.span(consequent));
    let condition = layout.text[own.end as usize..inner.start as usize].trim_end();
    let is_one_line = !layout.text[statement.range()].contains('\n');
    let is_block = matches!(tree.kind(consequent), Kind::Block { .. });
    if !formatting.is_configured || !is_one_line || is_block {
        return false;
    }
    let columns = |rest: &str| -> usize {
        let start = own.start as usize;
        let indentation = draft.final_indentation(file, start);
        let line = [indentation, draft.before_on_line(file, start), text, rest];
        line.iter().map(|it| formatting.columns(it)).sum()
    };
    let is_wide = columns(layout.behind_on_line(own.end as usize)) > formatting.width;
    if !is_wide || columns(condition) > formatting.width {
        return false;
    }
    let indentation = draft.final_indentation(file, own.start as usize);
    let line = format!("{}{indentation}{}", layout.line_break(), layout.unit());
    let gap = Span::new(own.end as usize + condition.len(), inner.start as usize);
    draft.replace(file, gap, line);
    true
}

/// A list that was broken over lines, without `gone`, on one line, if it fits there.
pub(in crate::plan) fn joined_list(
    draft: &Draft<'_>,
    list: Place,
    gone: &BTreeSet<NodeId>,
) -> Option<String> {
    let Place { file, node } = list;
    let (layout, formatting) = (draft.layout(file), draft.formatting(file));
    let Kind::Array { elements } = layout.tree.kind(node) else {
        return None;
    };
    let span = layout.tree.span(node);
    let (start, end) = (span.start as usize, span.end as usize);
    let kept = elements.iter().flatten().filter(|it| !gone.contains(it));
    let kept: Vec<&str> = kept
        .map(|it| &layout.text[layout.tree.span(*it).range()])
        .collect();
    let text = format!("[{}]", kept.join(", "));
    let line = [
        draft.final_indentation(file, start),
        draft.before_on_line(file, start),
        &text,
        layout.behind_on_line(end),
    ];
    let columns: usize = line.iter().map(|it| formatting.columns(it)).sum();
    let is_silent = layout.comments_in(span).is_empty() && !draft.is_touched(file, span);
    let was_broken = layout.text[span.range()].contains('\n') && !text.contains('\n');
    (formatting.is_configured && is_silent && was_broken && columns <= formatting.width)
        .then_some(text)
}

/// Breaks a call on one line, at its last argument if that is an object, else one argument a line, if it gets too wide with
/// `new` columns in the place of `old` ones. Returns whether it is broken.
fn arguments(draft: &mut Draft<'_>, call: Place, (old, new): (usize, usize)) -> bool {
    let file = call.file;
    let (layout, formatting) = (draft.layout(file), draft.formatting(file));
    let tree = layout.tree;
    let Kind::Call {
        arguments,
        arguments_span,
        ..
    } = tree.kind(call.node)
    else {
        return false;
    };
    let Some(last) = arguments.last() else {
        return false;
    };
    let span = tree.span(call.node);
    let (start, end) = (span.start as usize, span.end as usize);
    let comments = layout.comments_in(span);
    let (items, end_of_items, comma) = match tree.kind(*last) {
        Kind::Function(_) | Kind::Array { .. } => return false,
        Kind::Object { properties } => (
            properties,
            tree.span(*last).end - 1,
            formatting.comma_in_objects,
        ),
        _ => (arguments, arguments_span.end - 1, formatting.comma_in_calls),
    };
    let indentation = draft.final_indentation(file, start);
    let line = [
        indentation,
        draft.before_on_line(file, start),
        &layout.text[span.range()],
        layout.behind_on_line(end),
    ];
    let columns: usize = line.iter().map(|it| formatting.columns(it)).sum();
    let is_narrow = columns + new <= formatting.width + old;
    let is_left = is_narrow || !comments.is_empty() || layout.text[span.range()].contains('\n');
    let (Some(first), Some(last), true) = (
        items.first(),
        items.last(),
        formatting.is_configured && !is_left,
    ) else {
        return false;
    };
    let outer = format!("{}{indentation}", layout.line_break());
    let inner = format!("{outer}{}", layout.unit());
    let start = layout.text[..tree.span(*first).start as usize]
        .trim_end()
        .len();
    draft.replace(
        file,
        Span::new(start, tree.span(*first).start as usize),
        inner.clone(),
    );
    for pair in items.windows(2) {
        let between = Span {
            start: tree.span(pair[0]).end,
            end: tree.span(pair[1]).start,
        };
        draft.replace(file, between, format!(",{inner}"));
    }
    let rest = Span {
        start: tree.span(*last).end,
        end: end_of_items,
    };
    let comma = if comma { "," } else { "" };
    draft.replace(file, rest, format!("{comma}{outer}"));
    true
}
