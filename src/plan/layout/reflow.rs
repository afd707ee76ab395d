//! Lines of a file that a longer name makes too wide are broken, and chains that got shorter are joined, as a formatter
//! does it; only where one is configured. Calls that are written anew are `rewrite`'s matter.

use super::Layout;
use crate::findings::chains::Chain;
use crate::plan::draft::Draft;
use crate::project::value::Place;
use crate::source::{FileId, Span};
use crate::syntax::Kind;

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
            let (node, grown) = (last.node, root.len().saturating_sub(own.range().len()));
            arguments(draft, Place { file, node }, grown);
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
        arguments(draft, call, name.len().saturating_sub(own));
    }
}

/// Breaks a call on one line, one argument a line, if `grown` more columns are too many for it.
pub(in crate::plan) fn arguments(draft: &mut Draft<'_>, call: Place, grown: usize) {
    let file = call.file;
    let (layout, formatting) = (draft.layout(file), draft.formatting(file));
    let tree = layout.tree;
    let Kind::Call {
        arguments,
        arguments_span,
        ..
    } = tree.kind(call.node)
    else {
        return;
    };
    let (Some(first), Some(last)) = (arguments.first(), arguments.last()) else {
        return;
    };
    let span = tree.span(call.node);
    let (start, end) = (span.start as usize, span.end as usize);
    let is_opened = matches!(
        tree.kind(*last),
        Kind::Object { .. } | Kind::Function(_) | Kind::Array { .. }
    );
    let indentation = draft.final_indentation(file, start);
    let line = [
        indentation,
        draft.before_on_line(file, start),
        &layout.text[span.range()],
        layout.behind_on_line(end),
    ];
    let columns: usize = line.iter().map(|it| formatting.columns(it)).sum();
    let is_narrow = columns + grown <= formatting.width;
    let is_left = is_opened || is_narrow || layout.text[span.range()].contains('\n');
    if !formatting.is_configured || is_left {
        return;
    }
    let outer = format!("{}{indentation}", layout.line_break());
    let inner = format!("{outer}{}", layout.unit());
    let comma = if formatting.comma_in_calls { "," } else { "" };
    let at = tree.span(*first).start;
    draft.replace(file, Span { start: at, end: at }, inner.clone());
    for pair in arguments.windows(2) {
        let between = Span {
            start: tree.span(pair[0]).end,
            end: tree.span(pair[1]).start,
        };
        draft.replace(file, between, format!(",{inner}"));
    }
    let rest = Span {
        start: tree.span(*last).end,
        end: arguments_span.end - 1,
    };
    draft.replace(file, rest, format!("{comma}{outer}"));
}
