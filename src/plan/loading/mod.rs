//! What the moved code loads: the modules behind the copied imports. Says which of them need a connection that the
//! set-up file opens, and which must not be loaded twice.

pub(in crate::plan) mod connections;
pub(in crate::plan) mod state;

use std::collections::BTreeSet;

use super::Input;
use super::setup::{Blocker, Parts};
use super::toplevel::{Form, Statements, place, purity, reads_environment, required};
use crate::project::Project;
use crate::project::resolve::Target;
use crate::project::value::Place;
use crate::rules::Meaning;
use crate::source::FileId;
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
    fn enter(&mut self, project: &Project, target: Target) {
        let mut pending = vec![target];
        while let Some(target) = pending.pop() {
            match target {
                Target::File(file) if self.files.insert(file) => {
                    let found = imports(project, file)
                        .into_iter()
                        .filter(|it| !brings_only_handle(project, file, it.0));
                    pending.extend(found.map(|it| project.resolve(file, it.1)));
                }
                Target::Package(package) => {
                    self.packages.insert(package);
                }
                Target::File(_) | Target::Missing => {}
            }
        }
    }
}

/// What the statements of the set-up file at `indexes` load.
pub(in crate::plan) fn reach(
    statements: &Statements<'_>,
    indexes: impl Iterator<Item = usize>,
) -> Reach {
    let project = statements.input.project;
    let indexes: BTreeSet<usize> = indexes.collect();
    let mut reach = Reach::default();
    for (node, source) in imports(project, statements.file) {
        if statements
            .index_of(node)
            .is_some_and(|it| indexes.contains(&it))
        {
            reach.enter(project, project.resolve(statements.file, source));
        }
    }
    reach
}

/// The imports of a file: the statement or call, and what it names.
fn imports(project: &Project, file: FileId) -> Vec<(NodeId, &str)> {
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

/// `const { io } = require('../server')`, `require('../server').io.emit(…)`.
fn brings_only_handle(project: &Project, file: FileId, import: NodeId) -> bool {
    let tree = &project.facts(file).tree;
    let is_part = |node: NodeId| project.part(Place { file, node }).is_some();
    let names = |pattern: NodeId| {
        let mut names = tree
            .descendants(pattern)
            .filter(|it| matches!(tree.kind(*it), Kind::BindingName { .. }))
            .peekable();
        names.peek().is_some() && names.all(is_part)
    };
    match tree.kind(import) {
        Kind::Import { names, .. } => !names.is_empty() && names.iter().all(|it| is_part(it.local)),
        _ => match tree.parent(import).map(|it| (it, tree.kind(it))) {
            Some((_, Kind::Declarator { target, .. })) => names(*target),
            Some((member, Kind::Member { .. })) => is_part(member),
            _ => false,
        },
    }
}

/// Whether a file loads modules by names that only exist at run time.
fn loads_unknown(project: &Project, file: FileId) -> bool {
    let facts = project.facts(file);
    let is_loader = |callee: NodeId| match facts.tree.kind(callee) {
        Kind::ImportKeyword => true,
        Kind::Name { name } => name == "require" && facts.binding_of(callee).is_none(),
        _ => false,
    };
    facts.tree.ids().any(|it| match facts.tree.kind(it) {
        Kind::Call {
            callee, arguments, ..
        } => {
            let source = arguments.first().map(|it| facts.tree.string_value(*it));
            is_loader(*callee) && source.is_some_and(|it| it.is_none())
        }
        _ => false,
    })
}

/// Which files the two processes load.
#[derive(Clone, Debug, Default)]
pub(in crate::plan) struct Sides {
    /// What the API goes on loading.
    pub(in crate::plan) kept: BTreeSet<FileId>,
    /// What nothing but the moved code loads.
    pub(in crate::plan) dedicated: BTreeSet<FileId>,
}

/// Sorts the loaded files. `stays` are the statements of the set-up file that stay and are read.
pub(in crate::plan) fn sides(
    statements: &Statements<'_>,
    parts: &Parts,
    stays: impl Iterator<Item = usize>,
) -> Sides {
    let project = statements.input.project;
    let kept = reach(statements, stays).files;
    let loaded = reach(statements, parts.running().into_iter()).files;
    let is_unknown = kept
        .iter()
        .chain([&statements.file])
        .any(|it| loads_unknown(project, *it));
    let dedicated = match is_unknown {
        true => BTreeSet::new(),
        false => loaded.difference(&kept).copied().collect(),
    };
    Sides { kept, dedicated }
}

/// Blocks what would start the API in the dedicated server.
pub(in crate::plan) fn loop_back(statements: &Statements<'_>, parts: &Parts) -> Option<Blocker> {
    let project = statements.input.project;
    let index = parts.running().into_iter().find(|it| {
        reach(statements, std::iter::once(*it))
            .files
            .contains(&statements.file)
    })?;
    Some(Blocker {
        file: statements.file,
        span: statements.span(index),
        message: format!(
            "the socket code imports a module that imports `{}` again",
            project.path(statements.file)
        ),
        help: "the dedicated server would start the API, too; take what that module needs out of the entry file"
            .to_owned(),
    })
}

/// Blocks a server that the moved code hands to a function which the API calls with the broadcaster.
pub(in crate::plan) fn handed_to_both(
    statements: &Statements<'_>,
    parts: &Parts,
    dedicated: &BTreeSet<FileId>,
) -> Option<Blocker> {
    let tree = statements.tree();
    let project = statements.input.project;
    statements.input.uses.iter().find_map(|it| {
        let end = it.chain.end;
        let is_moved = it.chain.root.file == statements.file
            && statements.index_of(end).is_some_and(|it| parts.moved.contains(&it));
        let argument = Some(end).filter(|_| is_moved && it.meaning == Meaning::Argument)?;
        let call = tree.parent(argument)?;
        let callees = project.callees(Place { file: statements.file, node: call });
        let shared = callees
            .into_iter()
            .find(|it| it.file != statements.file && !dedicated.contains(&it.file))?;
        let other = project.facts(shared.file).tree.span(shared.node);
        Some(Blocker {
            file: statements.file,
            span: tree.span(call),
            message: "the socket code hands the server to a function of a module that the API loads, too".to_owned(),
            help: format!(
                "the function at {} would be called with the server here and with the broadcaster there; give the \
                 socket code a function of its own",
                place(statements.input, shared.file, other)
            ),
        })
    })
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
pub(in crate::plan) fn is_inert(input: &Input<'_>, file: FileId) -> bool {
    let statements = Statements::new(input, file);
    let tree = statements.tree();
    let is_pure = |node: NodeId| purity::is_pure(&statements, node);
    (0..statements.all.len()).all(|index| match statements.all[index].form {
        Form::Import | Form::Head | Form::Directive | Form::Definition => true,
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
