//! What the doc comment of a function says about a parameter: it follows when the parameter is renamed.

use super::Layout;
use crate::plan::draft::Draft;
use crate::project::value::Place;
use crate::source::Span;
use crate::syntax::{FunctionStyle, Kind, NodeId};

/// Renames a parameter in the `@param` of the function's doc comment. Its type goes if it speaks of the server.
pub(in crate::plan) fn rename_parameter(
    draft: &mut Draft<'_>,
    function: Place,
    (name, new_name): (&str, &str),
) {
    let layout = draft.layout(function.file);
    let Some(comment) = doc_comment(&layout, function.node) else {
        return;
    };
    let text = &layout.text[comment.range()];
    for (at, _) in text.match_indices("@param") {
        let Some((kind, named)) = tag(text, at + "@param".len(), name) else {
            continue;
        };
        let offset = comment.start as usize;
        let kind = kind.filter(|it| speaks_of_server(&text[it.range()]));
        if let Some(kind) = kind {
            let span = Span::new(offset + kind.start as usize, offset + kind.end as usize);
            draft.replace(function.file, span, "{object}");
        }
        let span = Span::new(offset + named, offset + named + name.len());
        draft.replace(function.file, span, new_name);
        draft.dropped_comments.push(text.to_owned());
    }
}

/// The comment `/** … */` right above the function, or above the statement or the member that it is part of.
fn doc_comment(layout: &Layout<'_>, function: NodeId) -> Option<Span> {
    let tree = layout.tree;
    let statement = match tree.kind(function) {
        Kind::Function(it) if it.style == FunctionStyle::Declaration => function,
        _ => tree.enclosing_statement(function),
    };
    let around = std::iter::once(function).chain(tree.ancestors(function));
    let is_whole = |it: &NodeId| tree.span(*it).contains(tree.span(statement));
    // `export` stands before the statement.
    let exports = tree.parent(statement).filter(|it| {
        matches!(
            tree.kind(*it),
            Kind::ExportDeclaration { .. } | Kind::ExportDefault { .. }
        )
    });
    let within = around.take_while(|it| !is_whole(it));
    let all = within.chain([statement]).chain(exports);
    let mut starts = all.map(|it| tree.span(it).start);
    starts.find_map(|start| {
        let mut comments = tree.comments.iter().map(|it| it.span);
        comments.find(|it| {
            it.end <= start
                && layout.text[Span {
                    start: it.end,
                    end: start,
                }
                .range()]
                .trim()
                .is_empty()
                && layout.text[it.range()].starts_with("/**")
        })
    })
}

/// The range of the type and the start of the name behind `@param`, if the tag is about `name`.
fn tag(text: &str, from: usize, name: &str) -> Option<(Option<Span>, usize)> {
    let skip = |at: usize| {
        let rest = &text[at..];
        at + rest.len() - rest.trim_start_matches([' ', '\t', '[']).len()
    };
    let mut at = skip(from);
    let mut kind = None;
    if text[at..].starts_with('{') {
        let end = at + text[at..].find('}')? + 1;
        kind = Some(Span::new(at, end));
        at = skip(end);
    }
    let rest = text[at..].strip_prefix(name)?;
    let ends = !rest.starts_with(|it: char| it.is_alphanumeric() || matches!(it, '_' | '$' | '.'));
    ends.then_some((kind, at))
}

/// `{Server}`, `{import('socket.io').Server}`, `{SocketIO.Server}`.
fn speaks_of_server(kind: &str) -> bool {
    let words = kind.split(|it: char| !it.is_alphanumeric());
    words
        .map(str::to_lowercase)
        .any(|it| matches!(it.as_str(), "server" | "socketio" | "socketioserver"))
}
