//! Lets the dedicated server's files import what moved from the new module.

use std::collections::{BTreeMap, BTreeSet};

use super::text::specifier;
use super::wanted::Asking;
use crate::plan::draft::Draft;
use crate::plan::layout::lists;
use crate::plan::setup::{Changes, removal};
use crate::plan::toplevel::Statements;
use crate::scope::BindingId;
use crate::source::{FileId, Span};
use crate::syntax::{Kind, NodeId};

/// How they do.
#[derive(Clone, Debug, Default)]
pub(super) struct Importers {
    /// In the statements of the home.
    pub(super) home: Changes,
    /// In files that nothing but the dedicated server loads.
    files: BTreeMap<FileId, Vec<(Span, String)>>,
}

impl Importers {
    /// Edits the latter.
    pub(super) fn carry_out(&self, draft: &mut Draft<'_>) {
        for (file, edits) in &self.files {
            for (span, text) in edits {
                draft.replace(*file, *span, text.clone());
            }
        }
    }
}

/// An import of which some, or all, names moved.
enum Moved {
    All {
        source: Span,
        specifier: String,
    },
    Some {
        names: BTreeSet<BindingId>,
        /// The second import.
        line: String,
    },
}

/// Finds what has to be written otherwise; `None` if one variable holds what moved together with what did not.
pub(super) fn importers(
    asking: &Asking<'_>,
    moved: (&BTreeSet<String>, &str),
    home: &Statements<'_>,
    (dedicated, is_moved): (&BTreeSet<FileId>, &dyn Fn(NodeId) -> bool),
) -> Option<Importers> {
    let mut found = Importers::default();
    for (index, import) in imports(asking, home, moved, is_moved)? {
        match import {
            Moved::All { source, specifier } => {
                found.home.inserted.push((source.start, specifier));
                found.home.deleted.push(source);
            }
            Moved::Some { names, line } => {
                found.home.split.insert(index, line);
                found.home.taken.extend(names);
            }
        }
    }
    for file in dedicated {
        let statements = Statements::new(asking.input, *file);
        let edits = found.files.entry(*file).or_default();
        for (index, import) in imports(asking, &statements, moved, &|_| true)? {
            match import {
                Moved::All { source, specifier } => edits.push((source, specifier)),
                Moved::Some { names, line } => {
                    let gone = removal(&statements, index, &|it| names.contains(&it));
                    edits.extend(gone.into_iter().map(|it| (it, String::new())));
                    let end = statements.span(index).end;
                    let line = format!("{}{line}", statements.layout().line_break());
                    edits.push((Span { start: end, end }, line));
                }
            }
        }
    }
    Some(found)
}

/// The imports of a file by which it gets what moved, with the index of their statement.
fn imports(
    asking: &Asking<'_>,
    statements: &Statements<'_>,
    (moved, path): (&BTreeSet<String>, &str),
    counts: &dyn Fn(NodeId) -> bool,
) -> Option<Vec<(usize, Moved)>> {
    let mut found = Vec::new();
    for (node, source) in asking.imports_in(statements.file) {
        let asked = asking.by_import(statements.file, node, counts)?;
        let own: Vec<_> = asked.iter().filter(|it| moved.contains(&it.0)).collect();
        if own.is_empty() {
            continue;
        }
        let index = statements.index_of(node)?;
        let at = source_span(statements, node, source)?;
        let specifier = specifier(source, path);
        if own.len() == asked.len() {
            let source = at;
            found.push((index, Moved::All { source, specifier }));
            continue;
        }
        let names: Option<BTreeSet<BindingId>> = own.iter().map(|it| it.1).collect();
        let names = names?;
        let mut cuts = removal(statements, index, &|it| !names.contains(&it));
        cuts.push(at);
        let span = statements.span(index);
        let line = lists::edited(statements.text(), span, cuts, &[(at.start, specifier)]);
        found.push((index, Moved::Some { names, line }));
    }
    Some(found)
}

/// Where a specifier is written, without its quotes.
fn source_span(statements: &Statements<'_>, import: NodeId, source: &str) -> Option<Span> {
    let tree = statements.tree();
    let around = match tree.kind(import) {
        Kind::Call { arguments, .. } => tree.span(*arguments.first()?),
        _ => tree.span(import),
    };
    let at = statements.text()[around.range()].rfind(source)? + around.start as usize;
    Some(Span::new(at, at + source.len()))
}
