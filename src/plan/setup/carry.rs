//! What leaves the set-up file, and takes it out: what moved or is dropped, and what served only that.

use std::collections::BTreeSet;

use super::Parts;
use super::text::{Paragraphs, removal};
use crate::plan::adapter::Drops;
use crate::plan::draft::Draft;
use crate::plan::layout::lists;
use crate::plan::layout::{Layout, reflow};
use crate::plan::loading;
use crate::plan::toplevel::purity;
use crate::plan::toplevel::{Form, Statements};
use crate::project::value::Place;
use crate::rules::Meaning;
use crate::scope::{BindingId, BindingKind};
use crate::source::{FileId, Span};
use crate::syntax::{Kind, NodeId, Tree};

/// What leaves a file, with its comments.
#[derive(Clone, Debug)]
pub(in crate::plan) struct Cut {
    pub(in crate::plan) file: FileId,
    /// The blocks of the file whose statements are sorted one by one.
    pub(in crate::plan) opened: Vec<NodeId>,
    /// Whole statements.
    pub(in crate::plan) runs: Vec<Span>,
    /// One of which an expression stays.
    pub(in crate::plan) kept: Option<Kept>,
    /// Those of them whose comments are lost: what they were about is not moved but made anew.
    pub(in crate::plan) dropped: Vec<Span>,
    pub(in crate::plan) drops: Drops,
}

/// `const io = new Server(app.listen(3000))`, of which `app.listen(3000)` stays.
#[derive(Clone, Debug)]
pub(in crate::plan) struct Kept {
    /// The statement with its comments.
    pub(in crate::plan) whole: Span,
    pub(in crate::plan) statement: NodeId,
    pub(in crate::plan) expression: NodeId,
}

impl Cut {
    /// Nothing but what is dropped.
    pub(in crate::plan) fn of_drops(file: FileId, drops: Drops) -> Self {
        Self {
            file,
            opened: Vec::new(),
            runs: Vec::new(),
            kept: None,
            dropped: Vec::new(),
            drops,
        }
    }

    /// Whether a place is in what leaves the file.
    pub(super) fn takes(&self, tree: &Tree, file: FileId, span: Span) -> bool {
        let is_kept = |it: &Kept| tree.span(it.expression).contains(span);
        let of_kept = self.kept.iter().filter(|it| !is_kept(it));
        let mut taken = self.runs.iter().chain(of_kept.map(|it| &it.whole));
        file == self.file && taken.any(|it| it.contains(span))
    }

    /// Takes it out. `text`: what the other file says. [`Self::sweep`] does the rest, when everything else is done.
    pub(in crate::plan) fn carry_out(&self, draft: &mut Draft<'_>, text: &str) {
        let statements = Statements::opening(draft.input, self.file, self.opened.clone());
        for run in &self.runs {
            draft.remove_range(self.file, *run);
            end_of_file(draft, &statements, *run);
        }
        if let Some(kept) = &self.kept {
            keep(draft, self.file, kept);
        }
        let gone = nested(draft, &statements, &self.drops);
        self.drop_comments(draft, text, gone.iter().chain(&self.dropped));
    }

    /// Deletes the imports and constants that nothing reads any more; to be called once, when every other edit of the
    /// file is made but for new imports.
    pub(in crate::plan) fn sweep(&self, draft: &mut Draft<'_>, text: &str) {
        let statements = Statements::opening(draft.input, self.file, self.opened.clone());
        let gone = sweep(draft, &statements);
        end_statements(draft, &statements);
        self.drop_comments(draft, text, gone.iter());
    }

    /// Notes the comments that are in neither file afterwards.
    fn drop_comments<'s>(
        &self,
        draft: &mut Draft<'_>,
        text: &str,
        spans: impl Iterator<Item = &'s Span>,
    ) {
        let layout = draft.layout(self.file);
        for comment in spans.flat_map(|it| layout.comments_in(*it)) {
            let comment = &layout.text[comment.range()];
            if !text.contains(comment) {
                draft.dropped_comments.push(comment.to_owned());
            }
        }
    }
}

/// Leaves nothing of a statement but an expression.
fn keep(draft: &mut Draft<'_>, file: FileId, kept: &Kept) {
    let layout = draft.layout(file);
    let (own, expression) = (
        layout.tree.span(kept.statement),
        layout.tree.span(kept.expression),
    );
    let depth = |it: Span| layout.indentation(it.start as usize).len();
    draft.dedent(
        file,
        expression,
        depth(expression).saturating_sub(depth(own)),
    );
    let end = layout.text[own.range()]
        .trim_end_matches(';')
        .trim_end()
        .len();
    let end = own.start + u32::try_from(end).expect("spans are narrow");
    let gone = [
        (kept.whole.start, expression.start),
        (expression.end, end),
        (own.end, kept.whole.end),
    ];
    for (start, end) in gone.into_iter().filter(|it| it.0 < it.1) {
        draft.delete(file, Span { start, end });
    }
}

/// Ends a statement that would go on in the next one, now that what stood between them is gone.
fn end_statements(draft: &mut Draft<'_>, statements: &Statements<'_>) {
    let stays = |it: &usize| !draft.is_gone(statements.file, statements.span(*it));
    let left: BTreeSet<usize> = (0..statements.all.len()).filter(stays).collect();
    for second in left.iter().copied() {
        let mut before = left.range(..second).rev().copied();
        let first = before.find(|it| statements.are_siblings(*it, second));
        let Some(first) = first.filter(|it| statements.previous(second) != Some(*it)) else {
            continue;
        };
        if statements.would_merge(first, second) {
            let end = statements.span(first).end;
            let at = Span { start: end, end };
            draft.replace(statements.file, at, ";");
        }
    }
}

/// Lets a function whose body is a block return a variable at its end.
pub(super) fn return_server(draft: &mut Draft<'_>, function: Place, name: &str) {
    let found = returning(&draft.layout(function.file), function.node, name);
    if let Some((end, line)) = found {
        draft.replace(function.file, Span { start: end, end }, line);
    }
}

/// What a function whose body is a block needs to return a variable at its end: the byte, and what is written there.
pub(in crate::plan) fn returning(
    layout: &Layout<'_>,
    function: NodeId,
    name: &str,
) -> Option<(u32, String)> {
    let body = layout.tree.function(function).and_then(|it| it.body)?;
    let Kind::Block { body } = layout.tree.kind(body) else {
        return None;
    };
    let last = *body.last()?;
    let end = layout.with_comments(last).end;
    let text = &layout.text[layout.tree.span(last).range()];
    let semicolon = if text.ends_with(';') || text.ends_with('}') && layout.has_semicolons() {
        ";"
    } else {
        ""
    };
    let indentation = layout.indentation(layout.tree.span(last).start as usize);
    let line = format!(
        "{}{indentation}return {name}{semicolon}",
        layout.line_break()
    );
    Some((end, line))
}

/// Deletes the blank lines before a range after which the file ends.
fn end_of_file(draft: &mut Draft<'_>, statements: &Statements<'_>, gone: Span) {
    let layout = statements.layout();
    let line = layout.line_start(gone.start as usize);
    if let Some(blank) = layout.blank_end(line, gone.end as usize) {
        draft.delete(statements.file, blank);
    }
}

/// Deletes what is dropped inside statements that stay. Returns all that is dropped.
fn nested(draft: &mut Draft<'_>, statements: &Statements<'_>, drops: &Drops) -> Vec<Span> {
    let tree = statements.tree();
    let layout = statements.layout();
    let mut gone = lists::removals(layout, &drops.elements);
    for node in &drops.statements {
        let span = tree.span(*node);
        if draft.is_gone(statements.file, span) {
            // Within a statement that moves.
            let is_listed = statements.all.iter().any(|it| it.node == *node);
            let is_inside = tree.kind(*node).is_statement() && !is_listed;
            gone.extend(is_inside.then(|| layout.with_comments(*node)));
            continue;
        }
        match tree.kind(*node).is_statement() {
            true => {
                let range = layout.with_comments(*node);
                gone.push(range);
                draft.remove_range(statements.file, range);
            }
            false => draft.replace_whole(statements.file, span, "{}"),
        }
    }
    let is_left = |it: &&NodeId| !draft.is_gone(statements.file, tree.span(**it));
    let elements: BTreeSet<NodeId> = drops.elements.iter().filter(is_left).copied().collect();
    let (single, rest): (BTreeSet<NodeId>, BTreeSet<NodeId>) =
        elements.iter().copied().partition(|it| {
            tree.parent(*it)
                .is_some_and(|it| only_promise(statements, &elements, it).is_some())
        });
    for element in single {
        let found = tree
            .parent(element)
            .and_then(|it| only_promise(statements, &elements, it));
        if let Some((call, kept)) = found {
            draft.delete(
                statements.file,
                Span {
                    start: call.start,
                    end: kept.start,
                },
            );
            draft.delete(
                statements.file,
                Span {
                    start: kept.end,
                    end: call.end,
                },
            );
        }
    }
    remove_elements(draft, statements, rest);
    gone
}

/// Takes elements out of their lists; a list of which the rest fits on one line is joined where a formatter would.
fn remove_elements(draft: &mut Draft<'_>, statements: &Statements<'_>, mut gone: BTreeSet<NodeId>) {
    let tree = statements.tree();
    let file = statements.file;
    let lists: BTreeSet<NodeId> = gone.iter().filter_map(|it| tree.parent(*it)).collect();
    for node in lists {
        if let Some(text) = reflow::joined_list(draft, Place { file, node }, &gone) {
            draft.replace_whole(file, tree.span(node), &text);
            gone.retain(|it| tree.parent(*it) != Some(node));
        }
    }
    for span in lists::removals(statements.layout(), &gone) {
        draft.delete(file, span);
    }
}

/// `await Promise.all([a(), b()])` with one element left: the call, and the element that may stand for it.
fn only_promise(
    statements: &Statements<'_>,
    gone: &BTreeSet<NodeId>,
    array: NodeId,
) -> Option<(Span, Span)> {
    let tree = statements.tree();
    let Kind::Array { elements } = tree.kind(array) else {
        return None;
    };
    let mut left = elements.iter().flatten().filter(|it| !gone.contains(it));
    let kept = left.next().filter(|_| left.next().is_none())?;
    let call = tree.parent(array)?;
    let Kind::Call { callee, .. } = tree.kind(call) else {
        return None;
    };
    let is_all = matches!(tree.kind(*callee), Kind::Member { property, .. } if property.name() == Some("all"));
    let is_awaited = tree
        .parent(call)
        .is_some_and(|it| matches!(tree.kind(it), Kind::Await { .. }));
    let is_plain = matches!(tree.kind(*kept), Kind::Call { .. } | Kind::Name { .. });
    (is_all && is_awaited && is_plain).then(|| (tree.span(call), tree.span(*kept)))
}

/// Deletes the imports and the constants of a file of which nothing is left to read them. What was unused before stays.
/// Returns what is deleted.
fn sweep(draft: &mut Draft<'_>, statements: &Statements<'_>) -> Vec<Span> {
    let mut deleted = locals(draft, statements);
    deleted.extend(types(draft, statements));
    let unused = unused(draft, statements);
    for index in 0..statements.all.len() {
        let statement = &statements.all[index];
        let gone = |it: BindingId| unused.contains(&it);
        if statement.defines.is_empty() || !statement.defines.iter().any(|it| gone(*it)) {
            continue;
        }
        if !statement.defines.iter().all(|it| gone(*it)) {
            for span in removal(statements, index, &gone) {
                draft.delete(statements.file, span);
                deleted.push(span);
            }
        } else if !draft.leave_bare(statements.file, statement.node) {
            let none = BTreeSet::new();
            let span = Paragraphs::new(statements, &none).own(index);
            draft.remove_range(statements.file, span);
            deleted.push(span);
        }
    }
    deleted
}

/// Deletes the constants of functions that nothing reads any more. Returns what is deleted.
fn locals(draft: &mut Draft<'_>, statements: &Statements<'_>) -> Vec<Span> {
    let tree = statements.tree();
    let mut deleted = Vec::new();
    for (id, binding) in statements.facts.bindings() {
        let is_local = !statements.is_listed(binding.scope) && !binding.references.is_empty();
        let declarator = binding.declarations.first().and_then(|it| tree.parent(*it));
        let statement = declarator.and_then(|it| tree.parent(it)).filter(|it| {
            matches!(tree.kind(*it), Kind::Variables { declarators, .. } if declarators.len() == 1)
                && tree.statement_list(*it).is_some()
        });
        let Some(statement) = statement.filter(|_| is_local) else {
            continue;
        };
        let is_gone = |node: NodeId| draft.is_gone(statements.file, tree.span(node));
        let is_read = |it: &NodeId| !draft.is_unread(statements.file, tree.span(*it));
        let is_unread = !binding.references.iter().any(is_read) && !is_gone(statement);
        if is_unread && purity::obstacle(statements, id).is_none() {
            let range = statements.layout().with_comments(statement);
            draft.remove_range(statements.file, range);
            deleted.push(range);
        }
    }
    deleted
}

/// The names that are read nowhere any more.
fn unused(draft: &Draft<'_>, statements: &Statements<'_>) -> BTreeSet<BindingId> {
    let tree = statements.tree();
    let mut unused: BTreeSet<BindingId> = BTreeSet::new();
    loop {
        let before = unused.len();
        for (id, binding) in statements.facts.bindings() {
            let declaration = binding.declarations.first();
            let is_here =
                declaration.is_some_and(|it| !draft.is_gone(statements.file, tree.span(*it)));
            let mentioners = mentioners(statements, id);
            if unused.contains(&id)
                || !is_here
                || !statements.is_listed(binding.scope)
                || binding.references.is_empty() && mentioners.is_empty()
            {
                continue;
            }
            let is_dead = |node: NodeId| {
                draft.is_unread(statements.file, tree.span(node))
                    || is_in_unused(statements, &unused, node)
            };
            let is_typed = mentioners
                .iter()
                .any(|it| !is_dead(statements.all[*it].node));
            let is_read = binding.references.iter().any(|it| !is_dead(*it));
            if !is_read && !is_typed && is_harmless(statements, id) {
                unused.insert(id);
            }
        }
        if before == unused.len() {
            return unused;
        }
    }
}

/// The statements that mention an imported name without a value of it: as a type.
fn mentioners(statements: &Statements<'_>, binding: BindingId) -> Vec<usize> {
    let references = &statements.facts.binding(binding).references;
    let readers: BTreeSet<usize> = references
        .iter()
        .filter_map(|it| statements.index_of(*it))
        .collect();
    let definer = statements.definers(binding).first().copied();
    let import = definer.filter(|it| statements.all[*it].form == Form::Import);
    let all = import.map(|it| statements.mentioners(it, statements.name(binding)));
    let all = all.unwrap_or_default().into_iter();
    all.filter(|it| !readers.contains(it)).collect()
}

/// Deletes the types that were only mentioned in what is gone. Returns what is deleted.
fn types(draft: &mut Draft<'_>, statements: &Statements<'_>) -> Vec<Span> {
    let mut deleted = Vec::new();
    loop {
        let is_gone = |it: &usize| draft.is_gone(statements.file, statements.span(*it));
        let found = (0..statements.all.len()).find(|it| {
            let name = statements.all[*it].type_name.as_deref();
            let text = &statements.text()[statements.span(*it).range()];
            let mentioners = name.map(|name| statements.mentioners(*it, name));
            !is_gone(it)
                && !text.starts_with("export")
                && mentioners.is_some_and(|all| !all.is_empty() && all.iter().all(&is_gone))
        });
        let Some(index) = found else {
            return deleted;
        };
        let span = Paragraphs::new(statements, &BTreeSet::new()).own(index);
        draft.remove_range(statements.file, span);
        deleted.push(span);
    }
}

/// Whether a node is part of a statement that declares nothing but unused names.
fn is_in_unused(statements: &Statements<'_>, unused: &BTreeSet<BindingId>, node: NodeId) -> bool {
    statements.index_of(node).is_some_and(|it| {
        let defines = &statements.all[it].defines;
        !defines.is_empty() && defines.iter().all(|it| unused.contains(it))
    })
}

/// Whether a declaration can go without anything else being missed.
fn is_harmless(statements: &Statements<'_>, binding: BindingId) -> bool {
    let indexes = statements.definers(binding);
    let is_declaration = |index: &usize| match statements.all[*index].form {
        Form::Import => true,
        Form::Variables => purity::obstacle(statements, binding).is_none(),
        Form::Definition => statements.facts.binding(binding).kind == BindingKind::Function,
        _ => false,
    };
    indexes.len() == 1 && indexes.iter().all(is_declaration)
}

/// The statements that stay, but for imports of which nothing is read any more.
pub(super) fn stays(statements: &Statements<'_>, parts: &Parts, drops: &Drops) -> BTreeSet<usize> {
    let own = statements_of(parts, drops, statements);
    let all = 0..statements.all.len();
    all.filter(|it| !own.contains(it) && !is_unread(statements, parts, drops, *it))
        .collect()
}

/// Whether an import is read by nothing that stays.
fn is_unread(statements: &Statements<'_>, parts: &Parts, drops: &Drops, index: usize) -> bool {
    let statement = &statements.all[index];
    let is_dead = |it: &(usize, NodeId)| {
        let place = Place {
            file: statements.file,
            node: it.1,
        };
        parts.moved.contains(&it.0)
            || drops.covers(statements, it.1)
            || statements.input.project.part(place).is_some()
            || loading::is_taken_out(statements.input, place)
    };
    let mut names = statement.defines.iter().map(|it| statements.readers(*it));
    statement.form == Form::Import
        && !statement.defines.is_empty()
        && names.all(|it| !it.is_empty() && it.iter().all(is_dead))
}

/// The top-level statements that this slice takes out of the file.
pub(super) fn statements_of(
    parts: &Parts,
    drops: &Drops,
    statements: &Statements<'_>,
) -> BTreeSet<usize> {
    let dropped =
        (0..statements.all.len()).filter(|it| drops.covers(statements, statements.all[*it].node));
    parts.moved.iter().copied().chain(dropped).collect()
}

/// The same, with those that hand the server on, and with imports that nothing else reads: they go, too.
pub(super) fn going(statements: &Statements<'_>, parts: &Parts, drops: &Drops) -> BTreeSet<usize> {
    let mut going = statements_of(parts, drops, statements);
    for it in statements.input.uses {
        let is_hand_over = matches!(
            it.meaning,
            Meaning::SettingWrite | Meaning::PropertyWrite | Meaning::Attach
        );
        if it.chain.root.file == statements.file && is_hand_over && it.inside.is_none() {
            let node = statements.tree().enclosing_statement(it.chain.root.node);
            going.extend((0..statements.all.len()).filter(|it| statements.all[*it].node == node));
        }
    }
    let is_spent = |it: &usize| {
        let defines = &statements.all[*it].defines;
        let mut readers = defines.iter().flat_map(|it| statements.readers(*it));
        !defines.is_empty() && readers.all(|reader| reader.0 == *it || going.contains(&reader.0))
    };
    let spent: Vec<usize> = parts.imports.iter().copied().filter(is_spent).collect();
    going.extend(spent);
    going
}
