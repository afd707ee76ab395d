//! The texts of a move: which comments and blank lines go with a statement, and what the new file says.

use std::collections::{BTreeMap, BTreeSet};

use super::Parts;
use crate::plan::adapter::Drops;
use crate::plan::layout::lists;
use crate::plan::leftovers::comments;
use crate::plan::toplevel::{Form, Statements};
use crate::scope::BindingId;
use crate::source::Span;
use crate::syntax::{Kind, NodeId};

/// The comments before a top-level statement.
#[derive(Clone, Debug, Default)]
struct Leading {
    /// Banners and paragraphs that head a section: decorated, or with a blank line after them.
    heading: Option<Span>,
    /// The heading is decorated (`// -----`): it heads everything up to the next decorated one.
    is_banner: bool,
    /// What stands right above the statement.
    own: Option<Span>,
}

/// The set-up file's statements with their comments.
pub(in crate::plan) struct Paragraphs<'a> {
    statements: &'a Statements<'a>,
    leading: Vec<Leading>,
    /// Statements whose heading goes with them.
    headed: BTreeSet<usize>,
}

impl<'a> Paragraphs<'a> {
    /// `goes` are the statements that will not be in the file any more, whoever takes them out.
    pub(in crate::plan) fn new(statements: &'a Statements<'a>, goes: &BTreeSet<usize>) -> Self {
        let mut leading: Vec<Leading> = (0..statements.all.len())
            .map(|it| leading(statements, it))
            .collect();
        for index in goes.iter().copied() {
            if heads_what_stays(statements, &leading, index, goes) {
                leading[index].own = None;
            }
        }
        let is_headed = |index: &usize| {
            let section = section(&leading, *index);
            leading[*index].heading.is_some()
                && *index > 0
                && section.into_iter().all(|it| goes.contains(&it))
        };
        let headed = goes.iter().copied().filter(is_headed).collect();
        Self {
            statements,
            leading,
            headed,
        }
    }

    /// A statement with the comments that are about it: above it, and behind it on its last line.
    pub(super) fn own(&self, index: usize) -> Span {
        let span = self.statements.span(index);
        let start = self.leading[index].own.map_or(span.start, |it| it.start);
        Span {
            start,
            end: trailing_end(self.statements, span),
        }
    }

    /// The same with the heading of a section that goes as a whole.
    pub(in crate::plan) fn whole(&self, index: usize) -> Span {
        let own = self.own(index);
        match self.leading[index]
            .heading
            .filter(|_| self.headed.contains(&index))
        {
            Some(heading) => Span {
                start: heading.start,
                end: own.end,
            },
            None => own,
        }
    }

    /// Whether nothing stands between two statements but white space and what goes with the second.
    fn is_adjacent(&self, first: usize, second: usize) -> bool {
        let is_between_empty =
            self.leading[second].heading.is_none() || self.headed.contains(&second);
        self.statements.previous(second) == Some(first) && is_between_empty
    }

    /// The ranges to delete for statements to be gone: one for each run.
    pub(in crate::plan) fn runs(&self, indexes: &BTreeSet<usize>) -> Vec<Span> {
        let mut runs: Vec<Span> = Vec::new();
        let mut last = None;
        for index in indexes {
            let span = self.whole(*index);
            match (last, runs.last_mut()) {
                (Some(last), Some(run)) if self.is_adjacent(last, *index) => run.end = span.end,
                _ => runs.push(span),
            }
            last = Some(*index);
        }
        runs
    }
}

/// Whether what stands above a statement that goes heads the lines right behind it as well, which stay: `// Services:`.
fn heads_what_stays(
    statements: &Statements<'_>,
    leading: &[Leading],
    index: usize,
    goes: &BTreeSet<usize>,
) -> bool {
    let Some(own) = leading[index].own else {
        return false;
    };
    let next = (index + 1..statements.all.len())
        .find(|it| statements.previous(*it) == Some(index))
        .filter(|it| !goes.contains(it) && leading[*it].own.is_none());
    let text = statements.text();
    let end = trailing_end(statements, statements.span(index)) as usize;
    let is_right_below = |it: usize| {
        let between = &text[end..statements.span(it).start as usize];
        between.matches('\n').count() == 1 && between.trim().is_empty()
    };
    let comment = text[own.range()].trim_end();
    comment.ends_with(':')
        && next.is_some_and(is_right_below)
        && !comments::speaks_of_server(comment)
}

/// The statements that a heading heads.
fn section(leading: &[Leading], index: usize) -> Vec<usize> {
    let is_end = |it: &Leading| it.is_banner || (it.heading.is_some() && !leading[index].is_banner);
    let rest = (index + 1..leading.len()).take_while(|it| !is_end(&leading[*it]));
    std::iter::once(index).chain(rest).collect()
}

fn leading(statements: &Statements<'_>, index: usize) -> Leading {
    let text = statements.text();
    let start = statements.span(index).start as usize;
    let from = match (
        statements.previous(index),
        statements.tree().parent(statements.all[index].node),
    ) {
        (Some(before), _) => trailing_end(statements, statements.span(before)),
        (None, Some(block)) if block != statements.tree().root() => {
            statements.tree().span(block).start + 1
        }
        (None, _) => 0,
    };
    let comments = statements.tree().comments.iter().map(|it| it.span);
    let between: Vec<Span> = comments
        .filter(|it| it.start >= from && (it.end as usize) <= start)
        .collect();
    let breaks = |from: usize, to: usize| text[from..to].matches('\n').count();
    let is_attached = |at: usize| {
        let next = between.get(at + 1).map_or(start, |it| it.start as usize);
        breaks(between[at].end as usize, next) <= 1
    };
    let mut own = between.len();
    // What stands above the first statement is about the file.
    while index > 0
        && own > 0
        && is_attached(own - 1)
        && !is_decorated(&text[between[own - 1].range()])
    {
        own -= 1;
    }
    let heading = between[..own].first().zip(between[..own].last());
    Leading {
        heading: heading.map(|(first, last)| Span {
            start: first.start,
            end: last.end,
        }),
        is_banner: between[..own]
            .iter()
            .any(|it| is_decorated(&text[it.range()])),
        own: between[own..]
            .first()
            .zip(between.last())
            .map(|(first, last)| Span {
                start: first.start,
                end: last.end,
            }),
    }
}

/// `// -----`, `/* ==== Routes ==== */`.
fn is_decorated(comment: &str) -> bool {
    ["---", "===", "***", "###", "~~~", "━━", "──", "══", "///"]
        .iter()
        .any(|it| comment.contains(it))
}

/// The end of the comments behind a statement on its last line, if nothing else stands there.
pub(super) fn trailing_end(statements: &Statements<'_>, span: Span) -> u32 {
    let layout = statements.layout();
    let line_end = layout.line_end(span.end as usize);
    let mut end = span.end;
    for comment in statements.tree().comments.iter().map(|it| it.span) {
        let is_behind = comment.start >= end && (comment.start as usize) < line_end;
        if is_behind
            && layout.text[end as usize..comment.start as usize]
                .trim()
                .is_empty()
        {
            end = comment.end;
        }
    }
    if layout.text[end as usize..line_end.max(end as usize)]
        .trim()
        .is_empty()
    {
        end
    } else {
        span.end
    }
}

/// What the new file is made of.
pub(in crate::plan) struct NewText<'a> {
    pub(in crate::plan) statements: &'a Statements<'a>,
    pub(in crate::plan) paragraphs: &'a Paragraphs<'a>,
    pub(in crate::plan) parts: &'a Parts,
    pub(in crate::plan) drops: &'a Drops,
    /// What is written otherwise there.
    pub(in crate::plan) changes: Changes,
    /// It is a module whose names others import.
    pub(in crate::plan) is_module: bool,
}

/// What of the moved statements is written otherwise in the new file.
#[derive(Clone, Debug, Default)]
pub(in crate::plan) struct Changes {
    /// Texts that are put in, by the byte before which: `const io = `.
    pub(in crate::plan) inserted: Vec<(u32, String)>,
    pub(in crate::plan) deleted: Vec<Span>,
    /// Imports that stand behind another one, by its index, and the names that they take from that.
    pub(in crate::plan) split: BTreeMap<usize, String>,
    pub(in crate::plan) taken: BTreeSet<BindingId>,
    /// The broadcaster is among the texts.
    pub(in crate::plan) names_broadcaster: bool,
}

impl NewText<'_> {
    /// A statement of the head, with what is imported from elsewhere from now on behind it.
    fn import(&self, index: usize) -> String {
        let statement = self.statement(index);
        match self.changes.split.get(&index) {
            Some(other) => format!("{statement}\n{other}"),
            None => statement,
        }
    }

    /// The imports, and what reads the environment. `import` stands where the statement is that brings it today.
    pub(in crate::plan) fn prologue(
        &self,
        extra: &[String],
        import: Option<(usize, String)>,
    ) -> String {
        let lists = [&self.parts.imports, &self.parts.head, &self.parts.early];
        let indexes: BTreeSet<usize> = lists.into_iter().flatten().copied().collect();
        let mut pieces: BTreeMap<usize, String> =
            indexes.iter().map(|it| (*it, self.import(*it))).collect();
        if let Some((index, line)) = import {
            let piece = pieces.entry(index).or_default();
            *piece = [line, std::mem::take(piece)]
                .join("\n")
                .trim_end()
                .to_owned();
        }
        let mut text = extra.join("\n");
        let mut last: Option<usize> = None;
        for (index, piece) in pieces {
            if let Some(last) = last {
                text.push_str(self.gap_between_imports(last, index));
            } else if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&piece);
            last = Some(index);
        }
        normalized(&text)
    }

    fn gap_between_imports(&self, first: usize, second: usize) -> &'static str {
        let from = self.statements.span(first).end as usize;
        let to = self.paragraphs.own(second).start as usize;
        let between = &self.statements.text()[from..to.max(from)];
        let has_blank_line = between.lines().skip(1).any(|it| it.trim().is_empty());
        if has_blank_line { "\n\n" } else { "\n" }
    }

    /// Everything else, in the order of the old file. `connections` go before what moved.
    pub(in crate::plan) fn setup(&self, connections: &[(usize, String)]) -> String {
        let mut text = String::new();
        let mut last: Option<usize> = None;
        let late = self.parts.copied.difference(&self.parts.early);
        let indexes: BTreeSet<usize> = self.parts.moved.iter().chain(late).copied().collect();
        let mut pieces: Vec<(usize, Option<&String>)> =
            indexes.iter().map(|it| (*it, None)).collect();
        pieces.extend(connections.iter().map(|it| (it.0, Some(&it.1))));
        pieces.sort_by_key(|it| it.0);
        for (index, connection) in pieces {
            if let Some(last) = last {
                let is_open = connection.is_none() && self.statements.would_merge(last, index);
                text.push_str(&self.gap(last, index, connection.is_some()));
                // Not behind the other, where a comment may stand.
                text.push_str(if is_open { ";" } else { "" });
            }
            match connection {
                Some(connection) => text.push_str(connection),
                None => text.push_str(&self.statement(index)),
            }
            last = Some(index);
        }
        normalized(&text)
    }

    fn gap(&self, first: usize, second: usize, is_foreign: bool) -> String {
        let (from, to) = (self.paragraphs.own(first).end, self.span(second).start);
        match !is_foreign && self.paragraphs.is_adjacent(first, second) && from <= to {
            true => {
                let between = &self.statements.text()[Span {
                    start: from,
                    end: to,
                }
                .range()];
                match between.contains('\n') {
                    true => between.trim_end_matches([' ', '\t']).to_owned(),
                    false => between.to_owned(),
                }
            }
            false => "\n\n".to_owned(),
        }
    }

    /// What is taken of a statement's surroundings: a section's heading only if the section goes.
    fn span(&self, index: usize) -> Span {
        match self.parts.moved.contains(&index) {
            true => self.paragraphs.whole(index),
            false => self.paragraphs.own(index),
        }
    }

    /// A statement as it stands in the new file.
    fn statement(&self, index: usize) -> String {
        let span = self.span(index);
        let mut cuts = self.export(index);
        cuts.extend(self.unneeded(index));
        cuts.extend(self.dropped(index));
        cuts.extend(self.indentation(index, span));
        let deleted = self.changes.deleted.iter().copied().chain(self.emptied());
        cuts.extend(deleted.filter(|it| span.contains(*it)));
        let mut inserted = self.changes.inserted.clone();
        inserted.extend(self.emptied().map(|it| (it.start, "{}".to_owned())));
        lists::edited(self.statements.text(), span, cuts, &inserted)
    }

    /// What the lines of a statement in a block are indented by more than those of the file.
    fn indentation(&self, index: usize, span: Span) -> Vec<Span> {
        let layout = self.statements.layout();
        let start = self.statements.span(index).start as usize;
        let depth = layout.indentation(start).len();
        let lines = layout.lines_in(span).into_iter();
        lines
            .filter(|it| *it > span.start as usize)
            .map(|it| Span::new(it, it + layout.indentation(it).len().min(depth)))
            .collect()
    }

    /// The word `export`.
    fn export(&self, index: usize) -> Vec<Span> {
        let tree = self.statements.tree();
        let stays = self.is_module && self.parts.moved.contains(&index);
        match tree.kind(self.statements.all[index].node) {
            Kind::ExportDeclaration { declaration } if !stays => {
                let start = self.statements.span(index).start;
                vec![Span {
                    start,
                    end: tree.span(*declaration).start,
                }]
            }
            _ => Vec::new(),
        }
    }

    /// Names of an import, and variables of a list, that the new file does not read.
    fn unneeded(&self, index: usize) -> Vec<Span> {
        let statement = &self.statements.all[index];
        if self.parts.moved.contains(&index) || statement.form == Form::Head {
            return Vec::new();
        }
        let names = &self.parts.names;
        let taken = &self.changes.taken;
        removal(self.statements, index, &|it| {
            !names.contains(&it) || taken.contains(&it)
        })
    }

    /// Adapters in the options, elements of lists that dropped clients are in, and statements that look after either.
    fn dropped(&self, index: usize) -> Vec<Span> {
        let tree = self.statements.tree();
        let layout = self.statements.layout();
        let own = self.statements.span(index);
        let is_inside = |it: &NodeId| {
            own.contains(tree.span(*it)) && tree.span(*it) != own && tree.kind(*it).is_statement()
        };
        let statements = self.drops.statements.iter().filter(|it| is_inside(it));
        let ranges = statements.map(|it| layout.removal(layout.with_comments(*it)));
        let mut ranges: Vec<Span> = ranges.collect();
        ranges.sort();
        let mut gone: Vec<Span> = Vec::new();
        for range in ranges {
            match gone.last_mut().filter(|it| range.start <= it.end) {
                Some(last) => last.end = last.end.max(range.end),
                None => gone.push(range),
            }
        }
        let blank = |it: &Span| layout.spare_blank_line(it.start as usize, it.end as usize);
        let blanks: Vec<Span> = gone.iter().filter_map(blank).collect();
        gone.extend(blanks);
        let here = self.drops.elements.iter().copied().filter(|it| {
            let span = tree.span(*it);
            own.contains(span) && !gone.iter().any(|it| it.contains(span))
        });
        let elements = lists::removals(layout, &here.collect());
        gone.into_iter().chain(elements).collect()
    }

    /// Functions that were nothing but a dropped expression: `() => io.adapter(…)`.
    fn emptied(&self) -> impl Iterator<Item = Span> {
        let tree = self.statements.tree();
        let bodies = self.drops.statements.iter();
        let bodies = bodies.filter(|it| !tree.kind(**it).is_statement());
        bodies.map(|it| tree.span(*it))
    }
}

fn normalized(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

/// The ranges to delete for names that a statement declares to be gone, as far as they can be told apart. Empty if none
/// can; the statement as a whole is not this function's matter.
pub(in crate::plan) fn removal(
    statements: &Statements<'_>,
    index: usize,
    is_gone: &dyn Fn(BindingId) -> bool,
) -> Vec<Span> {
    let tree = statements.tree();
    let binding = |node: NodeId| statements.facts.binding_of(node);
    let goes = |node: NodeId| binding(node).is_some_and(is_gone);
    if let Kind::Import { names, .. } = tree.kind(statements.all[index].node) {
        let gone: Vec<bool> = names.iter().map(|it| goes(it.local)).collect();
        return match gone.iter().all(|it| *it) {
            true => Vec::new(),
            false => lists::import_names(statements.layout(), statements.all[index].node, &gone),
        };
    }
    let mut elements: BTreeSet<NodeId> = BTreeSet::new();
    for declarator in statements.declarators(index) {
        let Kind::Declarator { target, .. } = tree.kind(*declarator) else {
            continue;
        };
        let names = declared(statements, *target);
        if !names.is_empty() && names.iter().all(|it| goes(*it)) {
            elements.insert(*declarator);
        } else if let Kind::ObjectPattern { properties } = tree.kind(*target) {
            let has_rest = properties
                .iter()
                .any(|it| matches!(tree.kind(*it), Kind::RestPattern { .. }));
            let gone = properties.iter().filter(|it| {
                let names = declared(statements, **it);
                !has_rest && !names.is_empty() && names.iter().all(|it| goes(*it))
            });
            elements.extend(gone);
        }
    }
    let is_everything = statements
        .declarators(index)
        .iter()
        .all(|it| elements.contains(it));
    if is_everything {
        Vec::new()
    } else {
        lists::removals(statements.layout(), &elements)
    }
}

/// The names that a pattern declares.
pub(super) fn declared(statements: &Statements<'_>, pattern: NodeId) -> Vec<NodeId> {
    let tree = statements.tree();
    tree.descendants(pattern)
        .filter(|it| matches!(tree.kind(*it), Kind::BindingName { .. }))
        .collect()
}
