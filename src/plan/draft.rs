//! A plan while it is being made: edits by file, and what was decided about each place.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::Input;
use super::edits::{Conflict, Edit, EditList};
use super::layout::{Formatting, Layout};
use super::loading::effects::{Loads, bare_import};
use crate::project::value::Place;
use crate::source::{FileId, Span};
use crate::syntax::NodeId;

/// The edits so far.
pub(in crate::plan) struct Draft<'a> {
    pub(in crate::plan) input: &'a Input<'a>,
    edits: BTreeMap<FileId, EditList>,
    /// Ranges that are deleted or moved as a whole: edits inside them are moot.
    gone: BTreeMap<FileId, Vec<Span>>,
    /// By the start of a line: how much less it is indented.
    dedents: BTreeMap<(FileId, usize), usize>,
    /// By the start of a line: what it is indented by besides.
    indents: BTreeMap<(FileId, usize), String>,
    /// Comment lines to insert above a statement, by the byte at which it starts.
    above: BTreeMap<(FileId, usize), Vec<String>>,
    /// Files that call the broadcaster afterwards, with what they call it.
    pub(in crate::plan) wants_broadcaster: BTreeMap<FileId, String>,
    /// Files that name the broadcaster's type afterwards.
    pub(in crate::plan) wants_type: BTreeSet<FileId>,
    /// Functions that become `async`, by the byte at which they start.
    awaiting: BTreeSet<(FileId, u32)>,
    /// Statements that were removed by themselves.
    removed: Vec<(FileId, NodeId)>,
    /// Comments in code that can no longer run, which go with it, and those of which the text changes.
    pub(in crate::plan) dropped_comments: Vec<String>,
    /// What a person should know that is no finding.
    pub(in crate::plan) notes: Vec<String>,
    /// Edits that collided: each is a bug of this program.
    pub(in crate::plan) conflicts: Vec<(FileId, Conflict)>,
    /// Which files load which, once that is asked.
    loads: OnceCell<Loads>,
    /// Files of the set-up that nothing but the dedicated server loads from now on.
    pub(in crate::plan) owned: BTreeSet<FileId>,
    /// Imports of which a bare one is left.
    bare: Vec<(FileId, Span)>,
    /// Code that stays as it is.
    left: Vec<(FileId, Span)>,
    /// Code that is gone and written again elsewhere.
    reused: Vec<(FileId, Span)>,
}

impl<'a> Draft<'a> {
    pub(in crate::plan) fn new(input: &'a Input<'a>) -> Self {
        Self {
            input,
            edits: BTreeMap::new(),
            gone: BTreeMap::new(),
            dedents: BTreeMap::new(),
            indents: BTreeMap::new(),
            above: BTreeMap::new(),
            wants_broadcaster: BTreeMap::new(),
            wants_type: BTreeSet::new(),
            awaiting: BTreeSet::new(),
            removed: Vec::new(),
            dropped_comments: Vec::new(),
            notes: Vec::new(),
            conflicts: Vec::new(),
            loads: OnceCell::new(),
            owned: BTreeSet::new(),
            bare: Vec::new(),
            left: Vec::new(),
            reused: Vec::new(),
        }
    }

    /// Which files load which.
    pub(in crate::plan) fn loads(&self) -> &Loads {
        self.loads.get_or_init(|| Loads::new(self.input.project))
    }

    /// Whether what is imported at a place is loaded afterwards, with names or without.
    pub(in crate::plan) fn still_loads(&self, file: FileId, span: Span) -> bool {
        let is_bare = |it: &(FileId, Span)| it.0 == file && it.1.contains(span);
        !self.is_gone(file, span) || self.bare.iter().any(is_bare)
    }

    /// Whether nothing is changed so far.
    pub(in crate::plan) fn is_empty(&self) -> bool {
        self.edits.values().all(EditList::is_empty)
    }

    /// A file's text and structure.
    pub(in crate::plan) fn layout(&self, file: FileId) -> Layout<'a> {
        Layout {
            text: &self.input.sources[file.index()].text,
            tree: &self.input.project.facts(file).tree,
        }
    }

    /// How a file is formatted.
    pub(in crate::plan) fn formatting(&self, file: FileId) -> Formatting {
        let path = self.input.project.path(file);
        Formatting::of(&self.layout(file), path, self.input.manifests)
    }

    /// The text of a node.
    pub(in crate::plan) fn text(&self, place: Place) -> &'a str {
        let layout = self.layout(place.file);
        &layout.text[layout.tree.span(place.node).range()]
    }

    /// Whether a place is deleted or moved with something around it.
    pub(in crate::plan) fn is_gone(&self, file: FileId, span: Span) -> bool {
        self.gone
            .get(&file)
            .is_some_and(|it| it.iter().any(|gone| gone.contains(span)))
    }

    /// Says that code which goes is written again elsewhere: the names in it are still read.
    pub(in crate::plan) fn reuse(&mut self, file: FileId, span: Span) {
        self.reused.push((file, span));
    }

    /// Whether a name that stood at a place is not read there any more, nor where that was written again.
    pub(in crate::plan) fn is_unread(&self, file: FileId, name: Span) -> bool {
        let is_reused = |it: &(FileId, Span)| it.0 == file && it.1.contains(name);
        self.is_gone(file, name) && !self.reused.iter().any(is_reused)
    }

    /// Whether a place is gone, or something else is written there.
    pub(in crate::plan) fn is_replaced(&self, file: FileId, span: Span) -> bool {
        let edits = self.edits.get(&file).map(EditList::iter);
        self.is_gone(file, span) || edits.is_some_and(|mut it| it.any(|it| it.span.contains(span)))
    }

    /// Replaces a range, unless it is gone anyway.
    pub(in crate::plan) fn replace(&mut self, file: FileId, span: Span, text: impl Into<String>) {
        self.add(
            file,
            Edit {
                span,
                text: text.into(),
            },
        );
    }

    /// Adds an edit, unless its range is gone anyway.
    pub(in crate::plan) fn add(&mut self, file: FileId, edit: Edit) {
        if self.is_gone(file, edit.span) && !edit.span_is_empty() {
            return;
        }
        if let Err(conflict) = self.edits.entry(file).or_default().add(edit) {
            self.conflicts.push((file, conflict));
        }
    }

    /// Makes a function `async`, once.
    pub(in crate::plan) fn make_async(&mut self, file: FileId, function: NodeId) {
        let start = self.layout(file).tree.span(function).start;
        if self.awaiting.insert((file, start)) {
            self.replace(file, Span { start, end: start }, "async ");
        }
    }

    /// Deletes a range with everything in it; earlier edits inside it are dropped.
    pub(in crate::plan) fn delete(&mut self, file: FileId, span: Span) {
        self.replace_whole(file, span, "");
    }

    /// Notes that the comments of a range go with it.
    pub(in crate::plan) fn drop_comments(&mut self, file: FileId, span: Span) {
        let layout = self.layout(file);
        let texts = layout
            .comments_in(span)
            .into_iter()
            .map(|it| layout.text[it.range()].to_owned());
        self.dropped_comments.extend(texts);
    }

    /// Replaces a range with everything in it; earlier edits inside it are dropped, later ones are moot.
    pub(in crate::plan) fn replace_whole(&mut self, file: FileId, span: Span, text: &str) {
        if self.is_gone(file, span) {
            return;
        }
        let list = self.edits.entry(file).or_default();
        list.drop_inside(span);
        self.gone.entry(file).or_default().push(span);
        if let Err(conflict) = list.add(Edit {
            span,
            text: text.to_owned(),
        }) {
            self.conflicts.push((file, conflict));
        }
    }

    /// Deletes a statement with its line, and with one of two blank lines around it. Comments above it stay; the one
    /// behind it stays on a line of its own.
    pub(in crate::plan) fn remove_statement(&mut self, file: FileId, statement: NodeId) {
        self.removed.push((file, statement));
        self.remove_range(file, self.layout(file).tree.span(statement));
    }

    /// The statements that were removed since this was asked last.
    pub(in crate::plan) fn removed(&mut self) -> Vec<(FileId, NodeId)> {
        std::mem::take(&mut self.removed)
    }

    /// Leaves a range as it is: what was to be written there is dropped.
    pub(in crate::plan) fn leave(&mut self, file: FileId, span: Span) {
        self.edits.entry(file).or_default().drop_inside(span);
        self.left.push((file, span));
    }

    /// Whether a range is one that stays as it is.
    pub(in crate::plan) fn is_left(&self, file: FileId, span: Span) -> bool {
        self.left.contains(&(file, span))
    }

    /// Whether something in a range is rewritten.
    pub(in crate::plan) fn is_touched(&self, file: FileId, span: Span) -> bool {
        self.edits
            .get(&file)
            .is_some_and(|it| it.iter().any(|edit| span.contains(edit.span)))
    }

    /// Whether anything that is written into a file mentions a name.
    pub(in crate::plan) fn writes(&self, file: FileId, name: &str) -> bool {
        self.edits
            .get(&file)
            .is_some_and(|it| it.iter().any(|edit| edit.text.contains(name)))
    }

    /// Deletes an import of names that nothing reads any more, or leaves it without them.
    pub(in crate::plan) fn remove_names(&mut self, file: FileId, statement: NodeId) {
        if !self.leave_bare(file, statement) {
            self.remove_statement(file, statement);
        }
    }

    /// Takes the names from an import, if a program would miss what it loads; true if so.
    pub(in crate::plan) fn leave_bare(&mut self, file: FileId, statement: NodeId) -> bool {
        let place = Place {
            file,
            node: statement,
        };
        let bare = bare_import(self, place);
        if let Some(text) = &bare {
            let span = self.layout(file).tree.span(statement);
            self.replace_whole(file, span, text);
            self.bare.push((file, span));
        }
        bare.is_some()
    }

    /// The same for a range that starts and ends where statements or their comments do.
    pub(in crate::plan) fn remove_range(&mut self, file: FileId, span: Span) {
        let layout = self.layout(file);
        let removal = self.beside_gone(file, span, layout.removal(span));
        if self.is_gone(file, removal) {
            return;
        }
        let (from, to) = (
            self.before_gone(file, removal.start as usize),
            self.after_gone(file, removal.end as usize),
        );
        self.delete(file, removal);
        let is_whole_lines = layout.line_start(removal.end as usize) == removal.end as usize;
        let blank = layout
            .spare_blank_line(from, to)
            .or_else(|| layout.blank_end(from, to));
        if let Some(blank) = blank.filter(|_| is_whole_lines) {
            self.delete(file, blank);
        }
    }

    /// The range that went with a statement, if that is no more than its own lines.
    pub(in crate::plan) fn removed_alone(&self, file: FileId, statement: NodeId) -> Option<Span> {
        let layout = self.layout(file);
        let span = layout.tree.span(statement);
        if self.still_loads(file, span) {
            return None;
        }
        let lines = Span::new(
            layout.line_start(span.start as usize),
            layout.line_end(span.end as usize),
        );
        let gone = self.gone.get(&file)?.iter();
        gone.filter(|it| it.contains(span) && lines.contains(**it))
            .max_by_key(|it| it.range().len())
            .copied()
    }

    /// Writes `text` in the place of a statement that was removed with `gone`; what stands around it stays.
    pub(in crate::plan) fn replace_removed(&mut self, statement: Place, gone: Span, text: &str) {
        let file = statement.file;
        let layout = self.layout(file);
        let start = layout.tree.span(statement.node).start as usize;
        let end = start + layout.text[start..gone.end as usize].trim_end().len();
        // The blank line behind it was one too many; now it is not.
        let is_blank =
            |it: &&Span| it.start == gone.end && layout.text[it.range()].trim().is_empty();
        let ranges = self.gone.get(&file).map_or(&[][..], Vec::as_slice);
        let blank = ranges.iter().find(is_blank);
        let list = self.edits.entry(file).or_default();
        list.take_back(gone);
        if let Some(blank) = blank {
            list.take_back(*blank);
        }
        if let Err(conflict) = list.replace(Span::new(start, end), text) {
            self.conflicts.push((file, conflict));
        }
    }

    /// `removal` of `span` without what is gone on either side of it, such as the head of an unwrapped block.
    fn beside_gone(&self, file: FileId, span: Span, mut removal: Span) -> Span {
        for gone in self.gone.get(&file).map_or(&[][..], Vec::as_slice) {
            if gone.start < removal.start && removal.start < gone.end && gone.end <= span.start {
                removal.start = gone.end;
                let rest = &self.layout(file).text[removal.end as usize..];
                let indentation = rest.len() - rest.trim_start_matches([' ', '\t']).len();
                removal.end += u32::try_from(indentation).expect("spans are narrow");
            }
            if gone.end > removal.end && gone.start >= span.end {
                removal.end = removal.end.min(gone.start);
            }
        }
        removal
    }

    /// `offset`, or where what is gone right before it starts.
    fn before_gone(&self, file: FileId, mut offset: usize) -> usize {
        let gone = self.gone.get(&file).map_or(&[][..], Vec::as_slice);
        while let Some(span) = gone
            .iter()
            .find(|it| it.end as usize == offset && it.start < it.end)
        {
            offset = span.start as usize;
        }
        offset
    }

    /// `offset`, or where what is gone right after it ends.
    fn after_gone(&self, file: FileId, mut offset: usize) -> usize {
        let gone = self.gone.get(&file).map_or(&[][..], Vec::as_slice);
        while let Some(span) = gone
            .iter()
            .find(|it| it.start as usize == offset && it.start < it.end)
        {
            offset = span.end as usize;
        }
        offset
    }

    /// Takes `depth` bytes of indentation off every line that starts within `span`; several calls add up.
    pub(in crate::plan) fn dedent(&mut self, file: FileId, span: Span, depth: usize) {
        for line in self.layout(file).lines_in(span) {
            *self.dedents.entry((file, line)).or_default() += depth;
        }
    }

    /// Indents every line that starts within `span`, and is not blank, one level more.
    pub(in crate::plan) fn indent(&mut self, file: FileId, span: Span) {
        let layout = self.layout(file);
        for line in layout.lines_in(span) {
            if !layout.ends_line(line) {
                let more = self.indents.entry((file, line)).or_default();
                more.push_str(layout.unit());
            }
        }
    }

    /// Inserts comments on lines of their own above the statement that starts at `offset`.
    pub(in crate::plan) fn insert_above(
        &mut self,
        file: FileId,
        offset: usize,
        comments: Vec<String>,
    ) {
        self.above
            .entry((file, offset))
            .or_default()
            .extend(comments);
    }

    /// What stands before `offset` on its line, without the indentation, and stays.
    pub(in crate::plan) fn before_on_line(&self, file: FileId, offset: usize) -> &'a str {
        let layout = self.layout(file);
        let start = layout.line_start(offset) + layout.indentation(offset).len();
        match start < offset && !self.is_gone(file, Span::new(start, offset)) {
            true => &layout.text[start..offset],
            false => "",
        }
    }

    /// The indentation that the line of `offset` has after every dedent so far.
    pub(in crate::plan) fn final_indentation(&self, file: FileId, offset: usize) -> &'a str {
        let layout = self.layout(file);
        let indentation = layout.indentation(offset);
        let depth = self
            .dedents
            .get(&(file, layout.line_start(offset)))
            .copied()
            .unwrap_or(0);
        &indentation[depth.min(indentation.len())..]
    }

    fn place_comments(&mut self) {
        for ((file, offset), comments) in std::mem::take(&mut self.above) {
            let indentation = self.final_indentation(file, offset);
            let next = format!("{}{indentation}", self.layout(file).line_break());
            let text: String = comments.iter().map(|it| format!("{it}{next}")).collect();
            self.replace(file, Span::new(offset, offset), text);
        }
    }

    /// The edits by file, sorted.
    pub(in crate::plan) fn into_edits(mut self) -> BTreeMap<FileId, EditList> {
        self.place_comments();
        for ((file, line), more) in std::mem::take(&mut self.indents) {
            self.replace(file, Span::new(line, line), more);
        }
        for ((file, line), depth) in std::mem::take(&mut self.dedents) {
            let indentation = self.layout(file).indentation(line).len().min(depth);
            let span = Span::new(line, line + indentation);
            let list = self.edits.entry(file).or_default();
            // Where the start of the line is replaced already, what replaces it is indented right.
            if indentation > 0 && list.is_free(span) {
                list.replace(span, "").expect("the range was free");
            }
        }
        let files: Vec<FileId> = self.edits.keys().copied().collect();
        for file in files {
            let missing = self.layout(file).missing_separators(&self.edits[&file]);
            for at in missing {
                self.replace(file, Span { start: at, end: at }, ";");
            }
        }
        self.edits.retain(|_, it| !it.is_empty());
        self.edits
    }
}

impl Edit {
    fn span_is_empty(&self) -> bool {
        self.span.start == self.span.end
    }
}
