//! Taking elements out of comma-separated lists: arrays, objects, patterns, declarators, import specifiers.

use std::collections::{BTreeMap, BTreeSet};

use super::Layout;
use crate::source::Span;
use crate::syntax::{Kind, NodeId};

/// The ranges to delete for `elements` to be gone from the lists that they are in. Of a list whose every element goes
/// the brackets stay.
pub(in crate::plan) fn removals(layout: Layout<'_>, elements: &BTreeSet<NodeId>) -> Vec<Span> {
    let mut by_list: BTreeMap<NodeId, BTreeSet<NodeId>> = BTreeMap::new();
    for element in elements {
        if let Some(list) = layout.tree.parent(*element) {
            by_list.entry(list).or_default().insert(*element);
        }
    }
    let mut spans = Vec::new();
    for (list, gone) in by_list {
        let all: Vec<(Span, bool)> = parts(layout, list)
            .into_iter()
            .map(|it| (layout.tree.span(it), gone.contains(&it)))
            .collect();
        spans.extend(of_list(layout, &all));
    }
    spans
}

fn parts(layout: Layout<'_>, list: NodeId) -> Vec<NodeId> {
    match layout.tree.kind(list) {
        Kind::Array { elements } | Kind::ArrayPattern { elements } => {
            elements.iter().flatten().copied().collect()
        }
        Kind::Object { properties } | Kind::ObjectPattern { properties } => properties.clone(),
        Kind::Variables { declarators, .. } => declarators.clone(),
        _ => Vec::new(),
    }
}

/// The ranges to delete for the marked elements of a list.
fn of_list(layout: Layout<'_>, elements: &[(Span, bool)]) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut at = 0;
    while at < elements.len() {
        if !elements[at].1 {
            at += 1;
            continue;
        }
        let first = at;
        while at < elements.len() && elements[at].1 {
            at += 1;
        }
        let previous = first.checked_sub(1).map(|it| elements[it].0);
        spans.push(run(
            layout,
            previous,
            (elements[first].0, elements[at - 1].0),
            elements.get(at).map(|it| it.0),
        ));
    }
    spans
}

/// The range of a run of elements, from the `first` to the `last`, with the comma that would be left over.
pub(in crate::plan) fn run(
    layout: Layout<'_>,
    previous: Option<Span>,
    (first, last): (Span, Span),
    next: Option<Span>,
) -> Span {
    let (start, end) = (first.start as usize, last.end as usize);
    let after_comma = match layout.text[end..].trim_start().starts_with(',') {
        true => end + layout.text[end..].find(',').unwrap_or(0) + 1,
        false => end,
    };
    let has_lines = layout.starts_line(start) && layout.ends_line(after_comma);
    match (previous, next) {
        // Whole lines, if the comma goes with them.
        (_, Some(_)) if has_lines => {
            Span::new(layout.line_start(start), layout.line_end(after_comma))
        }
        (_, Some(next)) => Span {
            start: first.start,
            end: next.start,
        },
        // At the end a comma stays behind, or is taken from before the run if the list had none after it.
        (Some(_), None) if has_lines && after_comma > end => {
            Span::new(layout.line_start(start), layout.line_end(after_comma))
        }
        (Some(previous), None) => Span {
            start: previous.end,
            end: last.end,
        },
        // Nothing is left between the brackets.
        (None, None) => {
            let before = layout.text[..start].trim_end().len();
            let rest = &layout.text[after_comma..];
            Span::new(before, after_comma + rest.len() - rest.trim_start().len())
        }
    }
}

/// The ranges to delete for the marked names of an `import` to be gone; at least one stays.
pub(in crate::plan) fn import_names(
    layout: Layout<'_>,
    import: NodeId,
    gone: &[bool],
) -> Vec<Span> {
    let Kind::Import { names, .. } = layout.tree.kind(import) else {
        return Vec::new();
    };
    let in_braces = |at: usize| {
        let span = names[at].span;
        let is_default = names[at].imported.as_deref() == Some("default")
            && !layout.text[span.range()].contains(" as ");
        names[at].imported.is_some() && !is_default
    };
    let braced: Vec<usize> = (0..names.len()).filter(|it| in_braces(*it)).collect();
    let mut spans = Vec::new();
    let others: Vec<usize> = (0..names.len()).filter(|it| !in_braces(*it)).collect();
    let braces = braced.first().zip(braced.last()).and_then(|(first, last)| {
        let start = layout.text[..names[*first].span.start as usize].rfind('{')?;
        let end = names[*last].span.end as usize;
        Some(Span::new(start, end + layout.text[end..].find('}')? + 1))
    });
    let braces_go = braced.iter().all(|it| gone[*it]);
    let mut groups: Vec<(Span, bool)> = others
        .iter()
        .map(|it| (names[*it].span, gone[*it]))
        .collect();
    groups.extend(braces.map(|it| (it, braces_go)));
    spans.extend(of_list(layout, &groups));
    if !braces_go {
        let elements: Vec<(Span, bool)> = braced
            .iter()
            .map(|it| (names[*it].span, gone[*it]))
            .collect();
        spans.extend(of_list(layout, &elements));
    }
    spans
}

/// The text of `span` without `cuts`, which may overlap.
pub(in crate::plan) fn without(text: &str, span: Span, cuts: Vec<Span>) -> String {
    edited(text, span, cuts, &[])
}

/// The same with texts that are put in, by the byte before which.
pub(in crate::plan) fn edited(
    text: &str,
    span: Span,
    mut cuts: Vec<Span>,
    inserted: &[(u32, String)],
) -> String {
    let within = inserted
        .iter()
        .filter(|it| span.start <= it.0 && it.0 <= span.end);
    let mut pieces: Vec<(u32, &str)> = within.map(|it| (it.0, it.1.as_str())).collect();
    pieces.sort();
    cuts.sort();
    let mut result = String::new();
    let mut from = span.start;
    let mut pieces = pieces.into_iter().peekable();
    let end = Span {
        start: span.end,
        end: span.end,
    };
    for cut in cuts.into_iter().chain([end]) {
        while let Some((at, piece)) = pieces.next_if(|it| it.0 <= cut.start) {
            result.push_str(between(text, from, at));
            from = from.max(at);
            result.push_str(piece);
        }
        result.push_str(between(text, from, cut.start));
        from = from.max(cut.end);
    }
    result
}

fn between(text: &str, from: u32, to: u32) -> &str {
    &text[Span::new(from.min(to) as usize, to as usize).range()]
}
