//! Breaks a rewritten call over several lines where one line would be wider than the file's own lines: one argument a
//! line, as formatters do. A call that fits stays as it is.

use super::emits::Piece;
use crate::findings::chains::Chain;
use crate::plan::draft::Draft;
use crate::plan::layout::Layout;
use crate::source::Span;

/// No formatter breaks narrower lines by default.
const NARROW: usize = 80;

/// Lines wider than this are no style that one would want to keep.
const WIDE: usize = 120;

/// `pieces` as they are if the call fits on its line, or with a line break after each argument.
/// `arguments` are the emission's own.
pub(super) fn wrapped(
    draft: &Draft<'_>,
    chain: &Chain,
    start: u32,
    pieces: Vec<Piece>,
) -> Vec<Piece> {
    let layout = draft.layout(chain.root.file);
    let flat = flat_text(&layout, &pieces);
    let indentation = draft.final_indentation(chain.root.file, start as usize);
    let before = layout.text[layout.line_start(start as usize)..start as usize].trim_start();
    let total = indentation.chars().count() + before.chars().count() + flat.chars().count() + 1;
    if flat.contains('\n') || total <= limit(draft, &layout) {
        return pieces;
    }
    let Some((head, groups)) = groups(draft, chain, &pieces) else {
        return pieces;
    };
    if groups.len() < 2 {
        return pieces;
    }
    let next = format!("{}{indentation}", layout.line_break());
    let inner = format!("{next}{}", unit(&layout));
    let comma = if has_trailing_commas(&layout) {
        ","
    } else {
        ""
    };
    let mut broken = vec![Piece::Text(format!("{head}{inner}"))];
    for (index, group) in groups.into_iter().enumerate() {
        if index > 0 {
            broken.push(Piece::Text(format!(",{inner}")));
        }
        broken.extend(group);
    }
    broken.push(Piece::Text(format!("{comma}{next})")));
    broken
}

fn flat_text(layout: &Layout<'_>, pieces: &[Piece]) -> String {
    let text = |it: &Piece| match it {
        Piece::Text(text) => text.clone(),
        Piece::Source(span) => layout.text[span.range()].to_owned(),
    };
    pieces.iter().map(text).collect()
}

/// The widest line that the authors let stand: in this file, or in half of the project's files.
fn limit(draft: &Draft<'_>, layout: &Layout<'_>) -> usize {
    let mut widest: Vec<usize> = draft
        .input
        .sources
        .iter()
        .map(|it| width(&it.text))
        .collect();
    widest.sort_unstable();
    let usual = widest[widest.len() / 2];
    width(layout.text).max(usual).clamp(NARROW, WIDE)
}

/// The width of a text's widest line in characters.
fn width(text: &str) -> usize {
    text.lines()
        .map(|it| it.trim_end().chars().count())
        .max()
        .unwrap_or(0)
}

/// One level of indentation: that of the first indented line.
fn unit<'a>(layout: &Layout<'a>) -> &'a str {
    let indented = layout.text.lines().find(|it| {
        it.starts_with([' ', '\t']) && !it.trim().is_empty() && !it.trim_start().starts_with('*')
    });
    indented.map_or("  ", |it| {
        &it[..it.len() - it.trim_start_matches([' ', '\t']).len()]
    })
}

/// Whether the file's lists over several lines end with a comma.
fn has_trailing_commas(layout: &Layout<'_>) -> bool {
    let mut lines = layout.text.lines().map(str::trim).peekable();
    let mut with = 0;
    let mut without = 0;
    while let Some(line) = lines.next() {
        let closes = lines
            .peek()
            .is_some_and(|it| it.starts_with(['}', ')', ']']));
        match closes {
            true if line.ends_with(',') => with += 1,
            true if line.ends_with(|it: char| it.is_alphanumeric() || "'\"`)".contains(it)) => {
                without += 1;
            }
            _ => {}
        }
    }
    with > without
}

/// The call up to its parenthesis, and its arguments.
fn groups(draft: &Draft<'_>, chain: &Chain, pieces: &[Piece]) -> Option<(String, Vec<Vec<Piece>>)> {
    let [Piece::Text(head), rest @ .., Piece::Text(end)] = pieces else {
        return None;
    };
    if !head.ends_with('(') || end != ")" {
        return None;
    }
    let mut groups: Vec<Vec<Piece>> = vec![Vec::new()];
    let mut depth = 0;
    for piece in rest {
        match piece {
            Piece::Text(text) if text == ", " && depth == 0 => groups.push(Vec::new()),
            Piece::Text(text) => {
                depth += text.matches('[').count();
                depth -= text.matches(']').count();
                groups.last_mut()?.push(piece.clone());
            }
            Piece::Source(span) => {
                for (index, argument) in own_arguments(draft, chain, *span).into_iter().enumerate()
                {
                    if index > 0 {
                        groups.push(Vec::new());
                    }
                    groups.last_mut()?.push(Piece::Source(argument));
                }
            }
        }
    }
    Some((head.clone(), groups))
}

/// The emission's arguments within a range, one by one; the range itself if it is something else.
fn own_arguments(draft: &Draft<'_>, chain: &Chain, span: Span) -> Vec<Span> {
    let tree = draft.layout(chain.root.file).tree;
    let all = chain
        .last()
        .and_then(|it| it.arguments.as_deref())
        .unwrap_or_default();
    let own: Vec<Span> = all
        .iter()
        .map(|it| tree.span(*it))
        .filter(|it| span.contains(*it))
        .collect();
    let covers = own.first().map(|it| it.start) == Some(span.start);
    if covers { own } else { vec![span] }
}
