//! A plan while it is being made: edits by file, and what was decided about each place.

use std::collections::{BTreeMap, BTreeSet};

use super::Input;
use super::edits::{Conflict, Edit, EditList};
use super::layout::Layout;
use crate::project::value::Place;
use crate::source::{FileId, Span};
use crate::syntax::NodeId;

/// The edits so far.
pub(super) struct Draft<'a> {
    pub(super) input: &'a Input<'a>,
    edits: BTreeMap<FileId, EditList>,
    /// Ranges that are deleted or moved as a whole: edits inside them are moot.
    gone: BTreeMap<FileId, Vec<Span>>,
    /// Files that refer to the broadcaster afterwards and need it imported.
    pub(super) wants_broadcaster: BTreeSet<FileId>,
    /// Edits that collided: each is a bug of this program.
    pub(super) conflicts: Vec<(FileId, Conflict)>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(input: &'a Input<'a>) -> Self {
        Self {
            input,
            edits: BTreeMap::new(),
            gone: BTreeMap::new(),
            wants_broadcaster: BTreeSet::new(),
            conflicts: Vec::new(),
        }
    }

    /// A file's text and structure.
    pub(super) fn layout(&self, file: FileId) -> Layout<'a> {
        Layout { text: &self.input.sources[file.index()].text, tree: &self.input.project.facts(file).tree }
    }

    /// The text of a node.
    pub(super) fn text(&self, place: Place) -> &'a str {
        let layout = self.layout(place.file);
        &layout.text[layout.tree.span(place.node).range()]
    }

    /// Whether a place is deleted or moved with something around it.
    pub(super) fn is_gone(&self, file: FileId, span: Span) -> bool {
        self.gone.get(&file).is_some_and(|it| it.iter().any(|gone| gone.contains(span)))
    }

    /// Replaces a range, unless it is gone anyway.
    pub(super) fn replace(&mut self, file: FileId, span: Span, text: impl Into<String>) {
        self.add(file, Edit { span, text: text.into() });
    }

    /// Adds an edit, unless its range is gone anyway.
    pub(super) fn add(&mut self, file: FileId, edit: Edit) {
        if self.is_gone(file, edit.span) && !edit.span_is_empty() {
            return;
        }
        if let Err(conflict) = self.edits.entry(file).or_default().add(edit) {
            self.conflicts.push((file, conflict));
        }
    }

    /// Deletes a range with everything in it; earlier edits inside it are dropped.
    pub(super) fn delete(&mut self, file: FileId, span: Span) {
        self.replace_whole(file, span, "");
    }

    /// Replaces a range with everything in it; earlier edits inside it are dropped, later ones are moot.
    pub(super) fn replace_whole(&mut self, file: FileId, span: Span, text: &str) {
        if self.is_gone(file, span) {
            return;
        }
        let list = self.edits.entry(file).or_default();
        list.drop_inside(span);
        self.gone.entry(file).or_default().push(span);
        if let Err(conflict) = list.add(Edit { span, text: text.to_owned() }) {
            self.conflicts.push((file, conflict));
        }
    }

    /// Deletes a statement with its line. Comments above it stay; the one behind it stays on a line of its own.
    pub(super) fn remove_statement(&mut self, file: FileId, statement: NodeId) {
        let layout = self.layout(file);
        self.delete(file, layout.removal(layout.tree.span(statement)));
    }

    /// The edits by file, sorted.
    pub(super) fn into_edits(self) -> BTreeMap<FileId, EditList> {
        self.edits
    }

    /// A file's text with the edits so far.
    pub(super) fn preview(&self, file: FileId) -> String {
        let text = &self.input.sources[file.index()].text;
        self.edits.get(&file).map_or_else(|| text.clone(), |it| it.apply(text))
    }
}

impl Edit {
    fn span_is_empty(&self) -> bool {
        self.span.start == self.span.end
    }
}
