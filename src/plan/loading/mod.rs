//! What the moved code loads: the modules behind the copied imports. Says which of them need a connection that the
//! set-up file opens. What must not be in two processes is `conflicts`' matter.

pub(in crate::plan) mod connections;
pub(in crate::plan) mod conflicts;
pub(in crate::plan) mod effects;
pub(in crate::plan) mod holders;
pub(in crate::plan) mod logger;
pub(in crate::plan) mod sessions;
pub(in crate::plan) mod state;

use std::collections::BTreeSet;

use super::Input;
use super::setup::Parts;
use super::toplevel::starts::{callers, function_around, starts};
use super::toplevel::{Form, Statements, purity, reads_environment, required};
use crate::findings::uses::Use;
use crate::project::Project;
use crate::project::resolve::Target;
use crate::project::value::Place;
use crate::source::{FileId, Span};
use crate::syntax::{Kind, NodeId};

/// Modules that are loaded, directly or by others.
#[derive(Clone, Debug, Default)]
pub(in crate::plan) struct Reach {
    pub(in crate::plan) files: BTreeSet<FileId>,
    pub(in crate::plan) packages: BTreeSet<String>,
}

impl Reach {
    /// Adds what `file` and everything that it imports loads. Imports of nothing but the server's handle don't count:
    /// they are taken out.
    fn enter(&mut self, input: &Input<'_>, target: Target) {
        self.enter_over(input, target, &|_, _| true);
    }

    /// The same where not every import is left.
    fn enter_over(&mut self, input: &Input<'_>, target: Target, follows: Follows<'_>) {
        let project = input.project;
        let mut pending = vec![target];
        while let Some(target) = pending.pop() {
            match target {
                Target::File(file) if self.files.insert(file) => {
                    let named = imports(project, file);
                    let targets = named.iter().map(|it| project.resolve(file, it.1));
                    let targets: Vec<Target> = targets.collect();
                    // Folders are loaded by names that are made up from the names of their files.
                    let others = project.loaded_by(file).iter().map(|it| Target::File(*it));
                    pending.extend(others.filter(|it| !targets.contains(it)));
                    let found = named.iter().zip(targets);
                    let found = found.filter(|it| {
                        !brings_only_handle(input, file, it.0.0) && follows(file, it.0.0)
                    });
                    pending.extend(found.map(|it| it.1));
                }
                Target::Package(package) => {
                    self.packages.insert(package);
                }
                Target::File(_) | Target::Missing => {}
            }
        }
    }
}

/// Whether an import of a file is there.
type Follows<'f> = &'f dyn Fn(FileId, NodeId) -> bool;

/// What the statements of the set-up file at `indexes` load.
pub(in crate::plan) fn reach(
    statements: &Statements<'_>,
    indexes: impl Iterator<Item = usize>,
) -> Reach {
    reach_over(statements, indexes, &|_, _| true)
}

/// The same where not every import is left.
pub(in crate::plan) fn reach_over(
    statements: &Statements<'_>,
    indexes: impl Iterator<Item = usize>,
    follows: Follows<'_>,
) -> Reach {
    let project = statements.input.project;
    let indexes: BTreeSet<usize> = indexes.collect();
    let mut reach = Reach::default();
    for (node, source) in imports(project, statements.file) {
        if statements
            .index_of(node)
            .is_some_and(|it| indexes.contains(&it))
        {
            let target = project.resolve(statements.file, source);
            reach.enter_over(statements.input, target, follows);
        }
    }
    reach
}

/// The imports of a file: the statement or call, and what it names.
pub(in crate::plan) fn imports(project: &Project, file: FileId) -> Vec<(NodeId, &str)> {
    let facts = project.facts(file);
    let found = facts.tree.ids().filter_map(|it| match facts.tree.kind(it) {
        Kind::Import {
            source,
            is_type: false,
            ..
        }
        | Kind::ExportAll { source, .. } => Some((it, source.as_str())),
        Kind::ExportNames {
            source: Some(source),
            is_type: false,
            ..
        } => Some((it, source.as_str())),
        Kind::Call {
            callee, arguments, ..
        } if matches!(facts.tree.kind(*callee), Kind::ImportKeyword) => {
            let source = facts.tree.string_value(*arguments.first()?);
            source.map(|source| (it, source))
        }
        Kind::Call { .. } => required(facts, it).map(|source| (it, source)),
        _ => None,
    });
    found.collect()
}

/// An import in moved code of a module that the API goes on loading.
pub(in crate::plan) struct SharedImport<'a> {
    pub(in crate::plan) file: FileId,
    pub(in crate::plan) span: Span,
    /// What it names.
    pub(in crate::plan) source: &'a str,
    pub(in crate::plan) imported: FileId,
}

/// All of them, those of the set-up file first.
pub(in crate::plan) fn shared_imports<'a>(
    statements: &Statements<'a>,
    parts: &Parts,
    sides: &Sides,
) -> Vec<SharedImport<'a>> {
    let project = statements.input.project;
    let running = parts.running();
    let own = imports(project, statements.file).into_iter().filter(|it| {
        let index = statements.index_of(it.0);
        index.is_some_and(|it| running.contains(&it))
    });
    let own = own.map(|it| (statements.file, it));
    let theirs = sides.dedicated.iter().flat_map(|file| {
        let found = imports(project, *file).into_iter();
        found.map(|it| (*file, it))
    });
    let divided = sides.divided.iter().flat_map(|it| {
        let found = imports(project, it.file).into_iter();
        let found = found.filter(|import| it.imports.contains(&import.0));
        found.map(|import| (it.file, import))
    });
    let all = own.chain(theirs).chain(divided);
    let shared = all.filter_map(|(file, (node, source))| {
        let Target::File(imported) = project.resolve(file, source) else {
            return None;
        };
        let span = project.facts(file).tree.span(node);
        let import = SharedImport {
            file,
            span,
            source,
            imported,
        };
        let is_divided = sides.divided.as_ref().is_some_and(|it| it.file == imported);
        (sides.kept.contains(&imported) && !is_divided).then_some(import)
    });
    shared.collect()
}

/// `const { io } = require('../server')`, `require('../server').io.emit(…)`, and functions that are only called to
/// obtain the server.
fn brings_only_handle(input: &Input<'_>, file: FileId, import: NodeId) -> bool {
    let facts = input.project.facts(file);
    let tree = &facts.tree;
    let is_part = |node: NodeId| input.project.part(Place { file, node }).is_some();
    let is_handle = |name: NodeId| {
        let references = facts
            .binding_of(name)
            .map(|it| &facts.binding(it).references);
        let mut references = references.into_iter().flatten().peekable();
        let is_used = references.peek().is_some();
        is_part(name)
            || is_used && references.all(|node| is_taken_out(input, Place { file, node: *node }))
    };
    let names = |pattern: NodeId| {
        let mut names = tree
            .descendants(pattern)
            .filter(|it| matches!(tree.kind(*it), Kind::BindingName { .. }))
            .peekable();
        names.peek().is_some() && names.all(is_handle)
    };
    match tree.kind(import) {
        Kind::Import { names, .. } => {
            !names.is_empty() && names.iter().all(|it| is_handle(it.local))
        }
        _ => match tree.parent(import).map(|it| (it, tree.kind(it))) {
            Some((_, Kind::Declarator { target, .. })) => names(*target),
            Some((_, Kind::Await { .. })) => match tree
                .parent(import)
                .and_then(|it| tree.parent(it))
                .map(|it| tree.kind(it))
            {
                Some(Kind::Declarator { target, .. }) => names(*target),
                _ => false,
            },
            Some((member, Kind::Member { .. })) => {
                is_part(member) || is_taken_out(input, Place { file, node: import })
            }
            _ => false,
        },
    }
}

/// Whether the name at `place` is part of an expression that obtains the server, in whose place the broadcaster stands
/// afterwards: `getIO` of `getIO().emit('x')`; or of one that is asked of the dedicated server.
pub(in crate::plan) fn is_taken_out(input: &Input<'_>, place: Place) -> bool {
    let tree = &input.project.facts(place.file).tree;
    let own = tree.span(place.node);
    let mut uses = input.uses.iter();
    input.queries.take(input, place)
        || uses.any(|it| {
            let root = it.chain.root;
            root.file == place.file
                && it.inside.is_none()
                && it.access.is_some()
                && input.project.part(root).is_some()
                && matches!(
                    tree.kind(root.node),
                    Kind::Call { .. } | Kind::Member { .. }
                )
                && tree.span(root.node).contains(own)
        })
}

/// Which files the two processes load.
#[derive(Clone, Debug, Default)]
pub(in crate::plan) struct Sides {
    /// What the API goes on loading.
    pub(in crate::plan) kept: BTreeSet<FileId>,
    /// What nothing but the moved code loads.
    pub(in crate::plan) dedicated: BTreeSet<FileId>,
    /// Functions of the kept files that nothing but the moved code runs.
    pub(in crate::plan) owned: BTreeSet<Place>,
    /// The kept file that is taken apart.
    pub(in crate::plan) divided: Option<Divided>,
}

/// A module of which a part moves.
#[derive(Clone, Debug)]
pub(in crate::plan) struct Divided {
    pub(in crate::plan) file: FileId,
    /// What moves.
    pub(in crate::plan) taken: Vec<Span>,
    /// The imports that go along.
    pub(in crate::plan) imports: Vec<NodeId>,
    /// The dedicated server loads what is left, too.
    pub(in crate::plan) is_borrowed: bool,
}

impl Sides {
    /// Whether a place outside of the set-up's home goes to the dedicated server.
    pub(in crate::plan) fn moves(&self, input: &Input<'_>, place: Place) -> bool {
        let span = input.project.facts(place.file).tree.span(place.node);
        let divided = self.divided.as_ref().filter(|it| it.file == place.file);
        self.dedicated.contains(&place.file)
            || divided.is_some_and(|it| it.taken.iter().any(|it| it.contains(span)))
    }
}

/// Sorts the loaded files, and the functions in them. `stays` are the statements of the set-up file that stay and are read.
pub(in crate::plan) fn sides(
    statements: &Statements<'_>,
    parts: &Parts,
    stays: impl Iterator<Item = usize>,
) -> Sides {
    files(statements, parts, stays).with_owned(statements, parts)
}

/// Sorts the loaded files. `stays` are the statements of the set-up file that stay and are read.
pub(in crate::plan) fn files(
    statements: &Statements<'_>,
    parts: &Parts,
    stays: impl Iterator<Item = usize>,
) -> Sides {
    let project = statements.input.project;
    let mut kept = reach(statements, stays);
    let loaded = reach(statements, parts.running().into_iter()).files;
    for stranger in strangers(statements, &kept.files, &loaded) {
        kept.enter(statements.input, Target::File(stranger));
    }
    let kept = kept.files;
    let is_unknown = kept
        .iter()
        .chain([&statements.file])
        .any(|it| project.loads_unknown(*it));
    let dedicated = match is_unknown {
        true => BTreeSet::new(),
        false => loaded.difference(&kept).copied().collect(),
    };
    Sides {
        kept,
        dedicated,
        ..Sides::default()
    }
}

/// Files that neither side loads, and that load what the moved code does: whoever starts them has it in another process.
fn strangers(
    statements: &Statements<'_>,
    kept: &BTreeSet<FileId>,
    loaded: &BTreeSet<FileId>,
) -> Vec<FileId> {
    let (input, project) = (statements.input, statements.input.project);
    let brings_loaded = |file: FileId| {
        imports(project, file).into_iter().any(|(node, source)| {
            let target = project.resolve(file, source);
            let is_loaded =
                matches!(target, Target::File(it) if loaded.contains(&it) && !kept.contains(&it));
            is_loaded && !brings_only_handle(input, file, node)
        })
    };
    let files = project.files().map(|it| it.0);
    let others = files.filter(|it| {
        *it != statements.file
            && project.role(*it).is_of_api()
            && !kept.contains(it)
            && !loaded.contains(it)
    });
    others.filter(|it| brings_loaded(*it)).collect()
}

impl Sides {
    /// With the functions with uses of the server, in files that the API goes on loading, that nothing but the moved code
    /// runs.
    pub(in crate::plan) fn with_owned(self, statements: &Statements<'_>, parts: &Parts) -> Self {
        let input = statements.input;
        let is_shared =
            |it: &Use| it.chain.root.file != statements.file && !self.moves(input, it.chain.root);
        let functions: BTreeSet<Place> = input
            .uses
            .iter()
            .filter(|it| is_shared(it))
            .filter_map(|it| function_around(input, it.chain.root))
            .collect();
        let is_moved = |it: &Place| {
            self.moves(input, *it)
                || it.file == statements.file
                    && statements
                        .index_of(it.node)
                        .is_some_and(|it| parts.moved.contains(&it))
        };
        let is_owned = |function: &Place| {
            let calls = callers(input, *function);
            let found = calls
                .iter()
                .map(|it| starts(input, *it, statements.file, &|it| statements.is_opened(it)));
            let found: Option<Vec<BTreeSet<Place>>> = found.collect();
            let mut all = found.into_iter().flatten().flatten().peekable();
            all.peek().is_some() && all.all(|it| is_moved(&it))
        };
        let owned = functions.into_iter().filter(is_owned).collect();
        Self { owned, ..self }
    }
}

/// A module outside the set-up file that reads the environment file for it, by a specifier of the set-up file.
pub(in crate::plan) fn environment(statements: &Statements<'_>, loaded: &Reach) -> Option<String> {
    let project = statements.input.project;
    let reads = |file: FileId| {
        let tree = &project.facts(file).tree;
        let calls = tree.ids().any(|it| {
            reads_environment(project, file, it) && tree.enclosing_function(it).is_none()
        });
        calls
            || imports(project, file)
                .iter()
                .any(|it| it.1 == "dotenv/config")
    };
    if loaded.files.iter().any(|it| reads(*it)) {
        return None;
    }
    imports(project, statements.file)
        .into_iter()
        .find_map(
            |(_, source)| match project.resolve(statements.file, source) {
                Target::File(file) if reads(file) && is_inert(statements.input, file) => {
                    Some(source.to_owned())
                }
                _ => None,
            },
        )
}

/// Whether loading a file does nothing but read the environment and define things.
fn is_inert(input: &Input<'_>, file: FileId) -> bool {
    is_inert_without(input, file, &|_| false)
}

/// The same of what is left of a file.
pub(in crate::plan) fn is_inert_without(
    input: &Input<'_>,
    file: FileId,
    is_gone: &dyn Fn(Span) -> bool,
) -> bool {
    let statements = Statements::new(input, file);
    let tree = statements.tree();
    let is_pure = |node: NodeId| purity::is_pure(&statements, node);
    let mut left = (0..statements.all.len()).filter(|it| !is_gone(statements.span(*it)));
    left.all(|index| match statements.all[index].form {
        Form::Import | Form::Head | Form::Directive | Form::Definition | Form::Type => true,
        Form::Shell => false,
        Form::Variables | Form::Exported => {
            statements
                .declarators(index)
                .iter()
                .all(|it| match tree.kind(*it) {
                    Kind::Declarator { init, .. } => init.is_none_or(is_pure),
                    _ => false,
                })
        }
        Form::Export => match tree.kind(statements.all[index].node) {
            Kind::ExportDefault { value, .. } => is_pure(*value),
            _ => true,
        },
        Form::Other => match tree.kind(statements.all[index].node) {
            Kind::ExpressionStatement { expression } => match tree.kind(*expression) {
                Kind::Assign { value, .. } => is_pure(*value),
                _ => false,
            },
            _ => false,
        },
    })
}
