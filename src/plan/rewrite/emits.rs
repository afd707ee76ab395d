//! Chains on the server, written on the broadcaster: a rule's template with the arguments left where they are, byte for
//! byte, and only what stands between them replaced.

use super::wrapping;
use crate::findings::chains::{Chain, Link};
use crate::plan::draft::Draft;
use crate::plan::edits::Edit;
use crate::plan::layout::reflow;
use crate::project::api::Role;
use crate::source::{Language, Span};
use crate::syntax::{Key, Kind, NodeId, Tree};

/// A piece of a rewritten chain: new text, or a range of the file that stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Piece {
    Text(String),
    Source(Span),
}

/// Why a template can't be filled in for a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unfit;

/// Writes `chain` by `template` with `root` (`socketBroadcaster`, `this.io`) in front.
pub(super) fn rewrite(
    draft: &mut Draft<'_>,
    chain: &Chain,
    template: &str,
    root: &str,
) -> Result<(), Unfit> {
    let template = template.replacen("socketBroadcaster", root, 1);
    if let Some(prefix) = template.strip_suffix("{links}") {
        keep_links(draft, chain, prefix);
        return Ok(());
    }
    let pieces = fill(draft, chain, &template)?;
    put(draft, chain, pieces);
    Ok(())
}

/// Writes a call in the place of `chain`.
pub(in crate::plan) fn put(draft: &mut Draft<'_>, chain: &Chain, pieces: Vec<Piece>) {
    let span = span(draft, chain);
    let text = text(draft, chain, &pieces);
    let is_settled = !text.contains('\n')
        && (reflow::pull_up(draft, chain, &text)
            || reflow::one_line_if(draft, chain, &text)
            || reflow::outer_call(draft, chain, &text));
    let wrapped = match is_settled {
        true => pieces.into(),
        false => wrapping::wrapped(draft, chain, span.start, pieces),
    };
    let depth = continuation_depth(draft, chain);
    splice(draft, chain, span, &wrapped.pieces);
    if let Some(deeper) = wrapped.deeper {
        draft.indent(chain.root.file, deeper);
    }
    dedent_arguments(draft, chain, depth);
}

/// What a template says for `chain`, with `root` in front.
pub(super) fn filled(
    draft: &Draft<'_>,
    chain: &Chain,
    template: &str,
    root: &str,
) -> Result<String, Unfit> {
    let template = template.replacen("socketBroadcaster", root, 1);
    Ok(text(draft, chain, &fill(draft, chain, &template)?))
}

/// The text of a rewritten chain.
pub(super) fn text(draft: &Draft<'_>, chain: &Chain, pieces: &[Piece]) -> String {
    let layout = draft.layout(chain.root.file);
    let text = |it: &Piece| match it {
        Piece::Text(text) => text.clone(),
        Piece::Source(span) => layout.text[span.range()].to_owned(),
    };
    pieces.iter().map(text).collect()
}

/// The range of a chain, without parentheses around it.
fn span(draft: &Draft<'_>, chain: &Chain) -> Span {
    let tree = draft.layout(chain.root.file).tree;
    tree.span(tree.bare(chain.end))
}

/// Puts another root in front of a chain's own links.
pub(super) fn keep_links(draft: &mut Draft<'_>, chain: &Chain, root: &str) {
    let layout = draft.layout(chain.root.file);
    let tree = layout.tree;
    let own = layout.tree.span(tree.wrapped(chain.root.node));
    let depth = continuation_depth(draft, chain);
    if reflow::links(draft, chain, root) {
        dedent_arguments(draft, chain, depth);
    }
    drop_question(draft, chain, own);
    draft.replace(chain.root.file, own, root);
    for (index, link) in chain
        .links
        .iter()
        .enumerate()
        .filter(|it| is_default_namespace(it.1))
    {
        let object_end = match index {
            0 => own.end,
            _ => tree.span(chain.links[index - 1].node).end,
        };
        let end = tree.span(link.member).end;
        draft.replace(
            chain.root.file,
            Span {
                start: object_end,
                end,
            },
            "",
        );
    }
}

/// The broadcaster is always there; `?.` on it would be asked in vain.
fn drop_question(draft: &mut Draft<'_>, chain: &Chain, root: Span) {
    let layout = draft.layout(chain.root.file);
    let Some(link) = chain.links.first().filter(|it| !is_default_namespace(it)) else {
        return;
    };
    let Kind::Member {
        optional: true,
        property_span,
        ..
    } = layout.tree.kind(link.member)
    else {
        return;
    };
    let between = &layout.text[root.end as usize..property_span.start as usize];
    let Some(at) = between.find("?.") else {
        return;
    };
    // `io?.['emit']`: without the question there is no dot either.
    let is_computed = between[at + 2..].contains('[');
    let start = root.end as usize + at;
    let dot = if is_computed { "" } else { "." };
    draft.replace(chain.root.file, Span::new(start, start + 2), dot);
}

/// The text of a root that stays. In TypeScript it keeps its `?.`: the type may say that there is none (`io: Server | null`).
pub(super) fn kept_root(draft: &Draft<'_>, chain: &Chain) -> String {
    let layout = draft.layout(chain.root.file);
    let text = draft.text(chain.root).to_owned();
    let is_javascript =
        draft.input.sources[chain.root.file.index()].language == Language::JavaScript;
    let first = chain.links.first().map(|it| layout.tree.kind(it.member));
    match first {
        Some(Kind::Member {
            optional: true,
            property: Key::Static(_),
            property_span,
            ..
        }) if !is_javascript && !layout.text[..property_span.end as usize].ends_with(']') => {
            format!("{text}?")
        }
        _ => text,
    }
}

/// `io.sockets` is the default namespace, which the broadcaster itself stands for.
pub(super) fn is_default_namespace(link: &Link) -> bool {
    link.name.as_deref() == Some("sockets") && link.role == Role::Link
}

fn fill(draft: &Draft<'_>, chain: &Chain, template: &str) -> Result<Vec<Piece>, Unfit> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let close = rest[open..].find('}').map(|it| open + it).ok_or(Unfit)?;
        pieces.push(Piece::Text(rest[..open].to_owned()));
        let hole = hole(draft, chain, &rest[open + 1..close])?;
        if hole.is_empty() {
            drop_separator(&mut pieces);
        }
        pieces.extend(hole);
        rest = &rest[close + 1..];
    }
    pieces.push(Piece::Text(rest.to_owned()));
    Ok(pieces)
}

/// An argument list that ends early needs no comma: `broadcastToRoom(r, )`.
fn drop_separator(pieces: &mut [Piece]) {
    if let Some(Piece::Text(text)) = pieces.last_mut() {
        let kept = text.trim_end_matches([',', ' ']).len();
        text.truncate(kept);
    }
}

fn hole(draft: &Draft<'_>, chain: &Chain, name: &str) -> Result<Vec<Piece>, Unfit> {
    let tree = draft.layout(chain.root.file).tree;
    match name {
        "rooms" => {
            let rooms = rooms(draft, chain)?;
            let [room] = rooms[..] else {
                let mut pieces = vec![Piece::Text("[".to_owned())];
                for (index, room) in union(tree, &rooms)?.into_iter().enumerate() {
                    if index > 0 {
                        pieces.push(Piece::Text(", ".to_owned()));
                    }
                    pieces.push(Piece::Source(tree.span(room)));
                }
                pieces.push(Piece::Text("]".to_owned()));
                return Ok(pieces);
            };
            Ok(vec![Piece::Source(tree.span(room))])
        }
        "room" => {
            let [room] = rooms(draft, chain)?[..] else {
                return Err(Unfit);
            };
            let inner = match tree.kind(tree.bare(room)) {
                Kind::Template { expressions, .. } if expressions.len() == 1 => expressions[0],
                _ => room,
            };
            Ok(vec![Piece::Source(tree.span(inner))])
        }
        "variables" => {
            let expressions =
                rooms(draft, chain)?
                    .into_iter()
                    .filter_map(|it| match tree.kind(tree.bare(it)) {
                        Kind::Template { expressions, .. } => expressions.first().copied(),
                        _ => None,
                    });
            let mut pieces = Vec::new();
            for expression in expressions {
                if !pieces.is_empty() {
                    pieces.push(Piece::Text(", ".to_owned()));
                }
                pieces.push(Piece::Source(tree.span(expression)));
            }
            Ok(pieces)
        }
        "asked-room" => {
            let link = chain
                .links
                .iter()
                .find(|it| it.name.as_deref() == Some("get"))
                .ok_or(Unfit)?;
            let [room] = link.arguments.as_deref().ok_or(Unfit)? else {
                return Err(Unfit);
            };
            Ok(vec![Piece::Source(tree.span(*room))])
        }
        "namespace" => namespace(draft, chain),
        "asked-namespace" => asked_namespace(draft, chain),
        "room-method" => {
            let name = chain.last().and_then(|it| it.name.as_deref());
            let method = name.and_then(room_method).ok_or(Unfit)?;
            Ok(vec![Piece::Text(method.to_owned())])
        }
        "arguments" => Ok(arguments(draft, chain, 0)),
        "payload" => Ok(arguments(draft, chain, 1)),
        _ => Err(Unfit),
    }
}

/// `.of('/a')` of a chain that starts so, else nothing.
fn namespace(draft: &Draft<'_>, chain: &Chain) -> Result<Vec<Piece>, Unfit> {
    let layout = draft.layout(chain.root.file);
    let Some(link) = chain
        .links
        .first()
        .filter(|it| it.name.as_deref() == Some("of"))
    else {
        return Ok(Vec::new());
    };
    let root = layout.tree.span(layout.tree.wrapped(chain.root.node));
    let span = Span {
        start: root.end,
        end: layout.tree.span(link.node).end,
    };
    let is_plain = layout.text[span.range()].starts_with(".of");
    is_plain.then(|| vec![Piece::Source(span)]).ok_or(Unfit)
}

/// `'/a'` of a chain that starts with `.of('/a')`, else nothing. It may be evaluated after the rooms, so it has to be constant.
fn asked_namespace(draft: &Draft<'_>, chain: &Chain) -> Result<Vec<Piece>, Unfit> {
    let layout = draft.layout(chain.root.file);
    let mut links = chain.links.iter();
    let Some(link) = links.find(|it| it.name.as_deref() == Some("of")) else {
        return Ok(Vec::new());
    };
    match link.arguments.as_deref() {
        Some([name]) if layout.tree.string_value(*name).is_some() => {
            let text = &layout.text[layout.tree.span(*name).range()];
            Ok(vec![Piece::Text(text.to_owned())])
        }
        _ => Err(Unfit),
    }
}

/// What does to the sockets of a room what a method does to one socket.
fn room_method(name: &str) -> Option<&'static str> {
    match name {
        "emit" => Some("emit"),
        "join" => Some("socketsJoin"),
        "leave" => Some("socketsLeave"),
        "disconnect" => Some("disconnectSockets"),
        _ => None,
    }
}

/// The rooms that a chain names, in order. Socket.IO looks at one argument of `to`.
fn rooms(draft: &Draft<'_>, chain: &Chain) -> Result<Vec<NodeId>, Unfit> {
    let tree = draft.layout(chain.root.file).tree;
    let links = chain
        .links
        .iter()
        .filter(|it| matches!(it.name.as_deref(), Some("to" | "in")));
    links
        .map(|link| match link.arguments.as_deref() {
            Some([room]) if !matches!(tree.kind(*room), Kind::Spread { .. }) => Ok(*room),
            _ => Err(Unfit),
        })
        .collect()
}

/// The rooms of several `to` in one list. What may be a list itself, for all that the text tells, can't stand in one: to
/// Socket.IO a list in a list is a room of its own.
fn union(tree: &Tree, rooms: &[NodeId]) -> Result<Vec<NodeId>, Unfit> {
    let mut all = Vec::new();
    for room in rooms {
        match tree.kind(tree.bare(*room)) {
            Kind::Array { elements } => {
                all.extend(
                    elements
                        .iter()
                        .map(|it| it.ok_or(Unfit))
                        .collect::<Result<Vec<_>, _>>()?,
                );
            }
            _ => all.push(*room),
        }
    }
    all.iter()
        .all(|it| is_one_room(tree, *it))
        .then_some(all)
        .ok_or(Unfit)
}

fn is_one_room(tree: &Tree, room: NodeId) -> bool {
    match tree.kind(tree.bare(room)) {
        Kind::String { .. } | Kind::Template { .. } | Kind::Literal => true,
        Kind::Binary { operator, .. } => operator == "+",
        Kind::Conditional {
            consequent,
            alternate,
            ..
        } => is_one_room(tree, *consequent) && is_one_room(tree, *alternate),
        _ => false,
    }
}

/// The emission's arguments from the `skip`ped one on, as one range: what stands between them stays too.
fn arguments(draft: &Draft<'_>, chain: &Chain, skip: usize) -> Vec<Piece> {
    let tree = draft.layout(chain.root.file).tree;
    let all = chain
        .last()
        .and_then(|it| it.arguments.as_deref())
        .unwrap_or_default();
    match (all.get(skip), all.last()) {
        (Some(first), Some(last)) => {
            vec![Piece::Source(Span {
                start: tree.span(*first).start,
                end: tree.span(*last).end,
            })]
        }
        _ => Vec::new(),
    }
}

/// Replaces what stands between the source pieces; comments found there are kept.
fn splice(draft: &mut Draft<'_>, chain: &Chain, span: Span, pieces: &[Piece]) {
    let file = chain.root.file;
    let mut edits: Vec<Edit> = Vec::new();
    let mut comments = Vec::new();
    let mut text = String::new();
    let mut from = span.start;
    let end = Piece::Source(Span {
        start: span.end,
        end: span.end,
    });
    for piece in pieces.iter().chain(std::iter::once(&end)) {
        match piece {
            Piece::Text(it) => text.push_str(it),
            Piece::Source(kept) => {
                let gap = Span {
                    start: from,
                    end: kept.start,
                };
                let before = &draft.layout(file).text[gap.range()];
                if before != text {
                    comments.extend(draft.layout(file).comments_in(gap));
                    edits.push(Edit {
                        span: gap,
                        text: std::mem::take(&mut text),
                    });
                }
                text.clear();
                from = kept.end;
            }
        }
    }
    keep_comments(draft, chain, &comments, &mut edits);
    for edit in edits {
        draft.add(file, edit);
    }
}

/// Comments from inside a chain go on lines of their own above its statement, or, where there is no such line, stay
/// inside as block comments.
fn keep_comments(draft: &mut Draft<'_>, chain: &Chain, comments: &[Span], edits: &mut [Edit]) {
    if comments.is_empty() {
        return;
    }
    let file = chain.root.file;
    let layout = draft.layout(file);
    let statement = layout.tree.enclosing_statement(chain.root.node);
    let start = layout.tree.span(statement).start as usize;
    let texts: Vec<&str> = comments.iter().map(|it| &layout.text[it.range()]).collect();
    if layout.tree.statement_list(statement).is_some() && layout.starts_line(start) {
        draft.insert_above(
            file,
            start,
            texts.iter().map(|it| (*it).to_owned()).collect(),
        );
        return;
    }
    if let Some(first) = edits.first_mut() {
        let inside: String = texts
            .iter()
            .map(|it| format!("{} ", as_block(it)))
            .collect();
        first.text = format!("{inside}{}", first.text);
    }
}

/// A comment that does not swallow the rest of its line.
fn as_block(comment: &str) -> String {
    match comment.strip_prefix("//") {
        Some(text) => format!("/*{} */", text.trim_end()),
        None => comment.to_owned(),
    }
}

/// How much deeper the emission's line is indented than the line on which the chain starts.
fn continuation_depth(draft: &Draft<'_>, chain: &Chain) -> usize {
    let layout = draft.layout(chain.root.file);
    let start = span(draft, chain).start as usize;
    let Some(last) = chain.last() else { return 0 };
    let Kind::Member { property_span, .. } = layout.tree.kind(last.member) else {
        return 0;
    };
    let at = property_span.start as usize;
    if layout.line_start(at) == layout.line_start(start) {
        return 0;
    }
    layout
        .indentation(at)
        .len()
        .saturating_sub(layout.indentation(start).len())
}

/// The arguments of an emission that stood on a line of its own move to the left with it.
fn dedent_arguments(draft: &mut Draft<'_>, chain: &Chain, depth: usize) {
    let arguments = chain
        .last()
        .and_then(|it| it.arguments.as_deref())
        .unwrap_or_default();
    if let Some(first) = arguments.first() {
        let start = draft.layout(chain.root.file).tree.span(*first).start;
        let end = span(draft, chain).end;
        draft.dedent(chain.root.file, Span { start, end }, depth);
    }
}
