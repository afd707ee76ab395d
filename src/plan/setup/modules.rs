//! What the moved code loads: the modules behind the copied imports. Says which of them need a connection that the
//! set-up file opens, and which must not be loaded twice.

use std::collections::BTreeSet;

use super::Blocker;
use super::closure::Parts;
use crate::plan::Input;
use crate::plan::toplevel::purity;
use crate::plan::toplevel::{Form, Statements, place, reads_environment, required};
use crate::project::Project;
use crate::project::resolve::Target;
use crate::project::value::{Place, Value};
use crate::rules::Meaning;
use crate::source::FileId;
use crate::syntax::{Kind, NodeId};

/// Modules that are loaded, directly or by others.
#[derive(Clone, Debug, Default)]
pub(super) struct Reach {
    pub(super) files: BTreeSet<FileId>,
    pub(super) packages: BTreeSet<String>,
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
pub(super) fn reach(statements: &Statements<'_>, indexes: impl Iterator<Item = usize>) -> Reach {
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
    let calls = facts
        .free_names()
        .get("require")
        .map_or(&[][..], Vec::as_slice);
    calls.iter().any(|it| {
        let call = facts.tree.parent(*it);
        call.is_some_and(|call| match facts.tree.kind(call) {
            Kind::Call {
                callee, arguments, ..
            } if callee == it => arguments
                .first()
                .is_some_and(|it| facts.tree.string_value(*it).is_none()),
            _ => false,
        })
    })
}

/// The files that nothing but the moved code loads. `stays` are the statements of the set-up file that stay and are read.
pub(super) fn dedicated(
    statements: &Statements<'_>,
    parts: &Parts,
    stays: impl Iterator<Item = usize>,
) -> BTreeSet<FileId> {
    let kept = reach(statements, stays);
    let project = statements.input.project;
    let mut loading = kept.files.iter().chain([&statements.file]);
    if loading.any(|it| loads_unknown(project, *it)) {
        return BTreeSet::new();
    }
    let loaded = reach(statements, parts.running().into_iter());
    loaded.files.difference(&kept.files).copied().collect()
}

/// Blocks what would start the API in the dedicated server.
pub(super) fn loop_back(statements: &Statements<'_>, parts: &Parts) -> Option<Blocker> {
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
pub(super) fn handed_to_both(
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
        let call = tree.parent(end).filter(|_| is_moved && it.meaning == Meaning::Argument)?;
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

/// A connection that the moved code needs and the set-up file opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Connection {
    /// The statement is copied as it is.
    Statement(usize),
    /// Only the call is copied: what is around it starts the API.
    Call(NodeId),
}

impl Connection {
    /// What is copied.
    pub(super) fn node(&self, statements: &Statements<'_>) -> NodeId {
        match self {
            Self::Statement(index) => statements.all[*index].node,
            Self::Call(node) => *node,
        }
    }
}

/// The connections that have to be opened in the dedicated server, too.
pub(super) fn connections(
    statements: &Statements<'_>,
    parts: &Parts,
    loaded: &Reach,
) -> Result<Vec<Connection>, Blocker> {
    let tree = statements.tree();
    let mut found = Vec::new();
    let calls = tree
        .ids()
        .filter(|it| matches!(tree.kind(*it), Kind::Call { .. }));
    for call in calls {
        let index = statements
            .index_of(call)
            .filter(|it| !parts.moved.contains(it) && !parts.copied.contains(it));
        let Some(opens) = index.and(opens_connection(statements, loaded, call)) else {
            continue;
        };
        let connection = connection(statements, call, opens)?;
        if !found.contains(&connection) {
            found.push(connection);
        }
    }
    Ok(found)
}

/// How much of a connection is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opens {
    /// `mongoose.connect(…)`, and functions that call it: queries wait until it stands.
    Buffered,
    /// `store.connect()`, `cache.use(client)`.
    Unknown,
}

fn opens_connection(statements: &Statements<'_>, loaded: &Reach, call: NodeId) -> Option<Opens> {
    let tree = statements.tree();
    let Kind::Call {
        callee, arguments, ..
    } = tree.kind(call)
    else {
        return None;
    };
    let callee = tree.bare(*callee);
    let is_mongoose = statements.values(callee).any(|it| match it {
        Value::PackageMember(package, name) => package == "mongoose" && name == "connect",
        _ => false,
    });
    if is_mongoose {
        return loaded
            .packages
            .contains("mongoose")
            .then_some(Opens::Buffered);
    }
    let callees = statements.input.project.callees(Place {
        file: statements.file,
        node: call,
    });
    let is_loaded = |place: &Place| loaded.files.contains(&place.file);
    let connects_loaded = |place: &Place| {
        place.file != statements.file
            && loaded.packages.contains("mongoose")
            && calls_mongoose(statements.input.project, *place)
    };
    let name = match tree.kind(callee) {
        Kind::Member { property, .. } => property.name(),
        _ => tree.name(callee),
    };
    if callees.iter().any(connects_loaded) {
        return Some(Opens::Buffered);
    }
    // What is told of the application is about its routes.
    let is_of_api = arguments.iter().any(|it| {
        let is_api = |it: &Value| matches!(it, Value::App | Value::Router | Value::HttpServer(_));
        statements.values(tree.bare(*it)).any(is_api)
    });
    let opens = callees.iter().any(is_loaded) && name.is_some_and(is_opening) && !is_of_api;
    opens.then_some(Opens::Unknown)
}

fn calls_mongoose(project: &Project, function: Place) -> bool {
    let tree = &project.facts(function.file).tree;
    tree.descendants(function.node).any(|it| match tree.kind(it) {
        Kind::Call { callee, .. } => project
            .values(Place { file: function.file, node: tree.bare(*callee) })
            .any(|it| matches!(it, Value::PackageMember(package, name) if package == "mongoose" && name == "connect")),
        _ => false,
    })
}

/// `connect`, `connectDB`, `initDatabase`, `use`: names of functions that a module must have seen before it works.
fn is_opening(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let starts = [
        "connect",
        "init",
        "open",
        "setup",
        "configure",
        "authenticate",
        "bootstrap",
        "use",
        "register",
    ];
    starts.iter().any(|it| name.starts_with(it)) && !name.starts_with("user")
}

fn connection(
    statements: &Statements<'_>,
    call: NodeId,
    opens: Opens,
) -> Result<Connection, Blocker> {
    let tree = statements.tree();
    let is_pure = |node: NodeId| {
        let names = tree
            .descendants(node)
            .filter_map(|it| statements.facts.binding_of(it));
        let is_free = |it| purity::obstacle(statements, it).is_none();
        names
            .filter(|it| !statements.definers(*it).is_empty())
            .all(is_free)
    };
    let Kind::Call { arguments, .. } = tree.kind(call) else {
        unreachable!("only calls are asked about")
    };
    let has_pure_arguments = arguments.iter().all(|it| {
        purity::is_pure(statements, *it) && is_pure(*it) && !reads_locals(statements, *it)
    });
    let index = statements.index_of(call);
    let is_plain = index.is_some_and(|it| {
        let node = statements.all[it].node;
        matches!(tree.kind(node), Kind::ExpressionStatement { .. })
            && tree.enclosing_function(call).is_none()
            && is_pure(node)
            && !mentions_api(statements, it)
    });
    match index {
        Some(index) if is_plain && has_pure_arguments => Ok(Connection::Statement(index)),
        _ if opens == Opens::Buffered && has_pure_arguments => Ok(Connection::Call(call)),
        _ => {
            let text = &statements.text()[tree.span(call).range()];
            let line = text.lines().next().unwrap_or(text);
            Err(Blocker {
                file: statements.file,
                span: tree.span(call),
                message: format!("the socket code needs what `{line}` sets up, and it can't be done twice without asking"),
                help: "do it in a top-level statement of its own with constant arguments, or in the module that needs it"
                    .to_owned(),
            })
        }
    }
}

/// Whether an expression reads variables of a function around it.
fn reads_locals(statements: &Statements<'_>, node: NodeId) -> bool {
    let tree = statements.tree();
    let outer = tree.span(node);
    let bindings = tree
        .descendants(node)
        .filter_map(|it| statements.facts.binding_of(it));
    let mut locals = bindings
        .map(|it| statements.facts.binding(it))
        .filter(|it| it.scope != crate::scope::ScopeId::MODULE);
    locals.any(|it| {
        it.declarations
            .iter()
            .any(|it| !outer.contains(tree.span(*it)))
    })
}

fn mentions_api(statements: &Statements<'_>, index: usize) -> bool {
    statements.all[index].reads.iter().any(|it| {
        statements.holds(it.0, |it| {
            matches!(
                it,
                Value::App | Value::Router | Value::HttpServer(_) | Value::RedisClient(_)
            )
        })
    })
}

/// A module outside the set-up file that reads the environment file for it, by a specifier of the set-up file.
pub(super) fn environment(statements: &Statements<'_>, loaded: &Reach) -> Option<String> {
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
pub(super) fn is_inert(input: &Input<'_>, file: FileId) -> bool {
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
