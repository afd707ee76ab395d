//! How a rewritten call is broken over lines, as formatters do it: on one line if it fits, else with its last argument
//! opened, else one argument a line. A call whose authors broke it in another way stays as it is.

use super::emits::{Piece, text};
use crate::findings::chains::Chain;
use crate::plan::draft::Draft;
use crate::plan::layout::{Formatting, Layout};
use crate::source::Span;
use crate::syntax::{Kind, NodeId};

/// How the arguments of an emission stand in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Behind each other, though some may have several lines.
    Flat,
    /// Each on a line of its own.
    Broken {
        /// The last one has a comma.
        comma: bool,
    },
    /// Some broken, some not.
    Mixed,
}

/// A call with its line breaks.
pub(super) struct Wrapped {
    pub(super) pieces: Vec<Piece>,
    /// What moves to the right with its lines.
    pub(super) deeper: Option<Span>,
}

impl From<Vec<Piece>> for Wrapped {
    fn from(pieces: Vec<Piece>) -> Self {
        Self {
            pieces,
            deeper: None,
        }
    }
}

/// `pieces`, the call in the place of `chain`, with line breaks between the arguments where the file wants some.
pub(super) fn wrapped(draft: &Draft<'_>, chain: &Chain, start: u32, pieces: Vec<Piece>) -> Wrapped {
    let (head, arguments) = match arguments(draft, chain, &pieces) {
        Some(it) => it,
        None => return links(draft, chain, start, pieces).into(),
    };
    let call = Call {
        draft,
        chain,
        formatting: draft.formatting(chain.root.file),
        start: start as usize,
        head,
        arguments,
    };
    let form = form(&draft.layout(chain.root.file), chain);
    let is_flat = call
        .arguments
        .iter()
        .all(|it| !call.text(it).contains('\n'));
    let pieces = match form {
        Form::Broken { .. } if is_flat && call.formatting.is_configured && call.fits() => {
            call.on_one_line()
        }
        Form::Broken { comma } => call.one_a_line(comma),
        Form::Flat if is_flat && call.may_break() && !call.fits() => call
            .with_last_opened()
            .unwrap_or_else(|| call.one_a_line(call.formatting.comma_in_calls)),
        Form::Flat if call.formatting.is_configured => match call.wide_last() {
            None => with_own_end(&call, pieces),
            deeper => {
                let pieces = call.one_a_line(call.formatting.comma_in_calls);
                return Wrapped { pieces, deeper };
            }
        },
        Form::Flat | Form::Mixed => with_own_end(&call, pieces),
    };
    pieces.into()
}

/// A chain of several calls with each on a line of its own, where a formatter would break it.
fn links(draft: &Draft<'_>, chain: &Chain, start: u32, pieces: Vec<Piece>) -> Vec<Piece> {
    let call = Call {
        draft,
        chain,
        formatting: draft.formatting(chain.root.file),
        start: start as usize,
        head: String::new(),
        arguments: Vec::new(),
    };
    let whole = call.text(&pieces);
    let line = [call.indentation(), call.before(), &whole, call.behind()];
    let is_chain = whole.contains(").") && !whole.contains('\n');
    if !is_chain || !call.formatting.is_configured || call.is_narrow(&line) {
        return pieces;
    }
    let (_, inner) = call.breaks();
    let broken = pieces.into_iter().flat_map(|it| {
        let starts_link = call.text(std::slice::from_ref(&it)).starts_with('.');
        let gap = starts_link.then(|| Piece::Text(inner.clone()));
        let it = match it {
            Piece::Text(text) => Piece::Text(text.replace(").", &format!("){inner}."))),
            source @ Piece::Source(_) => source,
        };
        gap.into_iter().chain([it])
    });
    broken.collect()
}

/// The pieces of a call that stays as it was broken: what stands in front of its closing parenthesis is kept.
fn with_own_end(call: &Call<'_>, mut pieces: Vec<Piece>) -> Vec<Piece> {
    let tree = call.layout().tree;
    let end = tree.span(tree.bare(call.chain.end)).end;
    if let [.., Piece::Source(last), closing] = &mut pieces[..]
        && call
            .text(&[Piece::Source(Span {
                start: last.end,
                end,
            })])
            .trim_matches([' ', '\n', '\r', '\t', ','])
            == ")"
    {
        *closing = Piece::Source(Span {
            start: last.end,
            end,
        });
    }
    pieces
}

fn form(layout: &Layout<'_>, chain: &Chain) -> Form {
    let Some((all, parenthesis)) = chain.last().and_then(|it| {
        let Kind::Call { arguments_span, .. } = layout.tree.kind(it.node) else {
            return None;
        };
        let all = it.arguments.as_ref().filter(|it| !it.is_empty())?;
        Some((all, *arguments_span))
    }) else {
        return Form::Flat;
    };
    let mut from = parenthesis.start as usize;
    let mut gaps = Vec::new();
    for argument in all {
        let span = layout.tree.span(*argument);
        gaps.push(&layout.text[from..span.start as usize]);
        from = span.end as usize;
    }
    let end = &layout.text[from..parenthesis.end as usize];
    let is_broken = |it: &str| it.contains('\n');
    match (
        gaps.iter().filter(|it| is_broken(it)).count(),
        is_broken(end),
    ) {
        (0, false) => Form::Flat,
        (broken, true) if broken == gaps.len() => Form::Broken {
            comma: end.contains(','),
        },
        _ => Form::Mixed,
    }
}

/// A call that is written anew.
struct Call<'c> {
    draft: &'c Draft<'c>,
    chain: &'c Chain,
    formatting: Formatting,
    /// The byte at which it starts.
    start: usize,
    /// `socketBroadcaster.broadcast(`.
    head: String,
    arguments: Vec<Vec<Piece>>,
}

impl Call<'_> {
    fn layout(&self) -> Layout<'_> {
        self.draft.layout(self.chain.root.file)
    }

    fn indentation(&self) -> &str {
        self.draft
            .final_indentation(self.chain.root.file, self.start)
    }

    fn text(&self, pieces: &[Piece]) -> String {
        text(self.draft, self.chain, pieces)
    }

    fn before(&self) -> &str {
        self.draft.before_on_line(self.chain.root.file, self.start)
    }

    fn behind(&self) -> &str {
        let end = self.layout().tree.span(self.chain.end).end;
        self.layout().behind_on_line(end as usize)
    }

    fn fits(&self) -> bool {
        let arguments: Vec<String> = self.arguments.iter().map(|it| self.text(it)).collect();
        let call = format!("{}{})", self.head, arguments.join(", "));
        self.is_narrow(&[self.indentation(), self.before(), &call, self.behind()])
    }

    fn is_narrow(&self, line: &[&str]) -> bool {
        let columns: usize = line.iter().map(|it| self.formatting.columns(it)).sum();
        columns <= self.formatting.width
    }

    /// Whether the line is the statement's own: in a function on one line nothing is broken.
    fn may_break(&self) -> bool {
        let layout = self.layout();
        let tree = layout.tree;
        let root = self.chain.root.node;
        let statement = tree.enclosing_statement(root);
        let start = tree.span(statement).start as usize;
        let line = layout.line_start(self.start);
        let mut around = tree.ancestors(root).take_while(|it| *it != statement);
        let is_in_line =
            around.any(|it| tree.function(it).is_some() && tree.span(it).start as usize >= line);
        !is_in_line && layout.starts_line(start) || self.before().is_empty()
    }

    fn on_one_line(&self) -> Vec<Piece> {
        self.joined(&self.head, ", ", ")")
    }

    fn one_a_line(&self, comma: bool) -> Vec<Piece> {
        let (outer, inner) = self.breaks();
        let comma = if comma { "," } else { "" };
        self.joined(
            &format!("{}{inner}", self.head),
            &format!(",{inner}"),
            &format!("{comma}{outer})"),
        )
    }

    /// The last argument, if it alone has several lines and the first of them does not fit behind the others.
    fn wide_last(&self) -> Option<Span> {
        let (last, others) = self.arguments.split_last()?;
        let [Piece::Source(span)] = last[..] else {
            return None;
        };
        let text = self.text(last);
        let mut texts: Vec<String> = others.iter().map(|it| self.text(it) + ", ").collect();
        let is_alone = !others.is_empty() && texts.iter().all(|it| !it.contains('\n'));
        let (first, _) = text.split_once('\n').filter(|_| is_alone)?;
        texts.push(first.to_owned());
        let first_line = [
            self.indentation(),
            self.before(),
            &self.head,
            &texts.concat(),
        ];
        (self.may_break() && !self.is_narrow(&first_line)).then_some(span)
    }

    /// `broadcast('x', {` and a line for each property, if the last argument is an object.
    fn with_last_opened(&self) -> Option<Vec<Piece>> {
        let layout = self.layout();
        let (last, others) = self.arguments.split_last()?;
        let properties = self.properties(last)?;
        // Two objects beside each other are broken alike.
        let is_alone = others.last().is_none_or(|it| self.properties(it).is_none());
        let texts: Vec<String> = others.iter().map(|it| self.text(it) + ", ").collect();
        let first_line = [
            self.indentation(),
            self.before(),
            &self.head,
            &texts.concat(),
            "{",
        ];
        if !is_alone || !self.is_narrow(&first_line) {
            return None;
        }
        let (outer, inner) = self.breaks();
        let comma = if self.formatting.comma_in_objects {
            ","
        } else {
            ""
        };
        let properties = properties
            .iter()
            .map(|it| vec![Piece::Source(layout.tree.span(*it))]);
        let mut pieces = vec![Piece::Text(self.head.clone())];
        for argument in others {
            pieces.extend(argument.iter().cloned());
            pieces.push(Piece::Text(", ".to_owned()));
        }
        pieces.push(Piece::Text(format!("{{{inner}")));
        pieces.extend(separated(properties, &format!(",{inner}")));
        pieces.push(Piece::Text(format!("{comma}{outer}}})")));
        Some(pieces)
    }

    /// The properties of an argument that is an object with some, and no comments.
    fn properties(&self, argument: &[Piece]) -> Option<Vec<NodeId>> {
        let [Piece::Source(span)] = argument else {
            return None;
        };
        let layout = self.layout();
        let last = self.chain.last()?;
        let own = last.arguments.iter().flatten();
        let mut own = own.filter(|it| layout.tree.span(**it) == *span);
        match layout.tree.kind(*own.next()?) {
            Kind::Object { properties } if !properties.is_empty() => {
                let is_silent = layout.comments_in(*span).is_empty();
                is_silent.then(|| properties.clone())
            }
            _ => None,
        }
    }

    /// The line breaks before the closing bracket, and before what stands inside.
    fn breaks(&self) -> (String, String) {
        let layout = self.layout();
        let outer = format!("{}{}", layout.line_break(), self.indentation());
        let inner = format!("{outer}{}", layout.unit());
        (outer, inner)
    }

    fn joined(&self, head: &str, separator: &str, end: &str) -> Vec<Piece> {
        let mut pieces = vec![Piece::Text(head.to_owned())];
        pieces.extend(separated(self.arguments.iter().cloned(), separator));
        pieces.push(Piece::Text(end.to_owned()));
        pieces
    }
}

fn separated(parts: impl Iterator<Item = Vec<Piece>>, separator: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for part in parts {
        if !pieces.is_empty() {
            pieces.push(Piece::Text(separator.to_owned()));
        }
        pieces.extend(part);
    }
    pieces
}

/// The call up to its parenthesis, and its arguments, of which there is at least one.
fn arguments(
    draft: &Draft<'_>,
    chain: &Chain,
    pieces: &[Piece],
) -> Option<(String, Vec<Vec<Piece>>)> {
    let [Piece::Text(head), rest @ .., Piece::Text(end)] = pieces else {
        return None;
    };
    if !head.ends_with('(') || end != ")" || rest.is_empty() {
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
