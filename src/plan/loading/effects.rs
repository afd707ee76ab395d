//! What a program would miss without an import that goes: a module that does more than define things (opens a connection,
//! starts a timer, registers a model) is still loaded, by a bare import.

use std::collections::{BTreeMap, BTreeSet};

use super::{imports, is_inert_without};
use crate::plan::draft::Draft;
use crate::project::Project;
use crate::project::resolve::Target;
use crate::project::value::Place;
use crate::source::{FileId, Span};
use crate::syntax::{Kind, NodeId, Tree};

/// Which files load which, and by what.
pub(in crate::plan) struct Loads {
    by_file: Vec<Vec<(NodeId, FileId)>>,
    /// The files that programs start with.
    programs: BTreeSet<FileId>,
}

impl Loads {
    pub(in crate::plan) fn new(project: &Project) -> Self {
        let of_file = |file: FileId| {
            let loaded = imports(project, file)
                .into_iter()
                .filter_map(|(node, source)| match project.resolve(file, source) {
                    Target::File(target) => Some((node, target)),
                    Target::Package(_) | Target::Missing => None,
                });
            loaded.collect()
        };
        Self {
            by_file: project.files().map(|it| of_file(it.0)).collect(),
            programs: project.acting_programs(),
        }
    }

    /// The programs that load a file, as far as the imports tell that there were.
    fn programs_with(&self, file: FileId) -> Vec<FileId> {
        let mut loaders: BTreeMap<FileId, Vec<FileId>> = BTreeMap::new();
        for (index, loaded) in self.by_file.iter().enumerate() {
            let from = FileId(u32::try_from(index).expect("load refuses 2^32 files"));
            for (_, target) in loaded {
                loaders.entry(*target).or_default().push(from);
            }
        }
        let mut found = BTreeSet::from([file]);
        let mut pending = vec![file];
        while let Some(file) = pending.pop() {
            let next = loaders.get(&file).into_iter().flatten();
            pending.extend(next.filter(|it| found.insert(**it)));
        }
        found.intersection(&self.programs).copied().collect()
    }

    /// The files that are loaded when `program` is, through what is left of the imports but for that in `without`. What
    /// only the dedicated server loads from now on is none of them.
    fn reach(
        &self,
        draft: &Draft<'_>,
        program: FileId,
        without: Option<(FileId, Span)>,
    ) -> BTreeSet<FileId> {
        let mut reached = BTreeSet::from([program]);
        let mut pending = vec![program];
        while let Some(file) = pending.pop() {
            let tree = draft.layout(file).tree;
            for (node, target) in &self.by_file[file.index()] {
                let span = tree.span(*node);
                let is_out = |(other, whole): (FileId, Span)| other == file && whole.contains(span);
                if draft.still_loads(file, span)
                    && !draft.owned.contains(target)
                    && !without.is_some_and(is_out)
                    && reached.insert(*target)
                {
                    pending.push(*target);
                }
            }
        }
        reached
    }
}

/// What stays of an import statement that goes: the bare import, if a program would miss what it loads.
pub(in crate::plan) fn bare_import(draft: &Draft<'_>, statement: Place) -> Option<String> {
    let layout = draft.layout(statement.file);
    let whole = layout.tree.span(statement.node);
    let loads = draft.loads();
    let node = loads.by_file[statement.file.index()]
        .iter()
        .map(|it| it.0)
        .find(|it| whole.contains(layout.tree.span(*it)))?;
    if !is_missed(draft, loads, (statement.file, whole)) {
        return None;
    }
    let end = if layout.text[whole.range()].ends_with(';') {
        ";"
    } else {
        ""
    };
    let text = match layout.tree.kind(node) {
        Kind::Import { names, .. } => {
            let last = names.last().map_or(whole.start, |it| it.span.end);
            let rest = &layout.text[last as usize..whole.end as usize];
            let source = rest.find(['"', '\'']).map_or(rest, |at| &rest[at..]);
            return Some(format!("import {source}"));
        }
        _ => awaited(layout.tree, node),
    };
    let text = &layout.text[layout.tree.span(text).range()];
    Some(format!("{text}{end}"))
}

/// `await import('./a')` of the call in it; `require('./a')` as it is.
fn awaited(tree: &Tree, call: NodeId) -> NodeId {
    let parent = tree.parent(call);
    let awaits = |it: &NodeId| matches!(tree.kind(*it), Kind::Await { .. });
    parent.filter(awaits).unwrap_or(call)
}

/// Whether a program that loads the file of `import` would load something less without it that does more than define
/// things.
fn is_missed(draft: &Draft<'_>, loads: &Loads, import: (FileId, Span)) -> bool {
    let programs = loads.programs_with(import.0).into_iter();
    let loaded = programs.map(|it| (it, loads.reach(draft, it, None)));
    let mut concerned = loaded.filter(|it| it.1.contains(&import.0));
    concerned.any(|(program, with)| {
        let without = loads.reach(draft, program, Some(import));
        let is_inert =
            |it: &FileId| is_inert_without(draft.input, *it, &|span| draft.is_gone(*it, span));
        !with.difference(&without).all(is_inert)
    })
}
