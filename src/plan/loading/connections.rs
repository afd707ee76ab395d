//! What the old file does at its start that the moved code needs as well: connections that it opens, and what it does
//! about errors that nobody catches.

use super::{Reach, imports, reach};
use crate::plan::Input;
use crate::plan::setup::{Blocker, Parts};
use crate::plan::toplevel::{Form, Statements, clients, purity};
use crate::project::Project;
use crate::project::resolve::Target;
use crate::project::value::{Place, Value};
use crate::scope::{BindingId, BindingKind, ScopeId};
use crate::source::FileId;
use crate::syntax::{Kind, NodeId};

/// A connection that the moved code needs and the set-up file opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Connection {
    /// The statement is copied as it is.
    Statement(usize),
    /// Only the call is copied: what is around it starts the API.
    Call(NodeId),
    /// The statement gives the server to a module that keeps it: the broadcaster stands for it in the copy.
    Given(usize, NodeId),
}

impl Connection {
    /// What is copied.
    pub(in crate::plan) fn node(&self, statements: &Statements<'_>) -> NodeId {
        match self {
            Self::Statement(index) | Self::Given(index, _) => statements.all[*index].node,
            Self::Call(node) => *node,
        }
    }
}

/// The connections that have to be opened in the dedicated server, too.
pub(in crate::plan) fn connections(
    statements: &Statements<'_>,
    parts: &Parts,
    loaded: &Reach,
    given: &[Connection],
) -> Result<Vec<Connection>, Blocker> {
    let tree = statements.tree();
    let mut found = prepared(statements, parts)?;
    let calls = tree
        .ids()
        .filter(|it| matches!(tree.kind(*it), Kind::Call { .. }));
    for call in calls {
        let index = statements
            .index_of(call)
            .filter(|it| !parts.moved.contains(it) && !parts.copied.contains(it))
            .filter(|it| !found.contains(&Connection::Statement(*it)))
            .filter(|index| {
                let is_it = |it: &Connection| matches!(it, Connection::Given(it, _) if it == index);
                !given.iter().any(is_it)
            });
        let opens_client = || {
            let client = clients::opened_by(statements, call);
            let client = client.filter(|it| parts.names.contains(it))?;
            // A client that is open can't be opened again.
            let mut others = found.iter().map(|it| it.node(statements));
            (!others.any(|it| opens(statements, it, client))).then_some(client)
        };
        let opens = opens_connection(statements, loaded, call)
            .or_else(|| opens_client().map(|_| Opens::Buffered));
        let Some(opens) = index.and(opens) else {
            continue;
        };
        let connection = connection(statements, call, opens)?;
        if !found.contains(&connection) {
            found.push(connection);
        }
    }
    Ok(found)
}

/// Whether a client is opened in a piece of code.
fn opens(statements: &Statements<'_>, node: NodeId, client: BindingId) -> bool {
    let mut inside = statements.tree().descendants(node);
    inside.any(|it| clients::opened_by(statements, it) == Some(client))
}

/// What makes those clients ready that both processes have.
fn prepared(statements: &Statements<'_>, parts: &Parts) -> Result<Vec<Connection>, Blocker> {
    let left = (0..statements.all.len()).filter(|it| !parts.moved.contains(it));
    let mut found = Vec::new();
    for index in left {
        let Some((client, call)) = clients::prepared_by(statements, index) else {
            continue;
        };
        if !parts.names.contains(&client) {
            continue;
        }
        let whole = statements.all[index].node;
        let opens = call.is_some_and(|it| clients::opened_by(statements, it).is_some());
        found.push(match call {
            _ if is_free(statements, whole) => Connection::Statement(index),
            Some(call) if opens => connection(statements, call, Opens::Buffered)?,
            _ => return Err(undoable(statements, whole)),
        });
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
    let mut inside = tree.descendants(function.node);
    inside.any(|it| connects_mongoose(project, function.beside(it)))
}

/// `mongoose.connect(…)`.
fn connects_mongoose(project: &Project, place: Place) -> bool {
    let tree = &project.facts(place.file).tree;
    let Kind::Call { callee, .. } = tree.kind(place.node) else {
        return false;
    };
    let mut values = project.values(place.beside(tree.bare(*callee)));
    values.any(|it| match it {
        Value::PackageMember(package, name) => package == "mongoose" && name == "connect",
        _ => false,
    })
}

/// A module that connects while it is loaded: `require('./config/db');`. The moved code does not load it by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) struct Connecting {
    /// The module.
    pub(in crate::plan) file: FileId,
    /// The statement of the set-up file that brings it.
    pub(in crate::plan) index: usize,
}

/// Packages that a module which is there to connect may use. Others could start work of the API's a second time.
const BESIDE_A_CONNECTION: &[&str] = &[
    "mongoose", "dotenv", "path", "fs", "url", "util", "os", "dns", "process", "chalk", "colors",
    "debug", "pino", "winston",
];

/// The module that the dedicated server has to load for the connection that its queries wait for.
pub(in crate::plan) fn connecting(
    statements: &Statements<'_>,
    parts: &Parts,
) -> Result<Option<Connecting>, Blocker> {
    let (input, tree) = (statements.input, statements.tree());
    let project = input.project;
    let loaded = reach(statements, parts.running().into_iter());
    let needs_none = !loaded.packages.contains("mongoose")
        || loaded.files.iter().any(|it| connects_at_load(project, *it))
        || tree
            .ids()
            .any(|it| opens_connection(statements, &loaded, it) == Some(Opens::Buffered));
    if needs_none {
        return Ok(None);
    }
    for (node, source) in imports(project, statements.file) {
        let target = project.resolve(statements.file, source);
        let Some(index) = statements.index_of(node) else {
            continue;
        };
        let mut brought = Reach::default();
        brought.enter(input, target);
        let found = brought
            .files
            .iter()
            .find(|it| connects_at_load(project, **it));
        let Some(file) = found.copied() else { continue };
        if does_nothing_else(input, file) {
            return Ok(Some(Connecting { file, index }));
        }
        return Err(Blocker {
            file: statements.file,
            span: tree.span(node),
            message: format!(
                "the socket code needs the database that `{}` connects to when it is loaded",
                project.path(file)
            ),
            help: "that file does other work, too; connect in a module of its own".to_owned(),
        });
    }
    Ok(None)
}

/// Whether a module calls `mongoose.connect(…)` while it is loaded, by itself or in a function that it calls.
fn connects_at_load(project: &Project, file: FileId) -> bool {
    let tree = &project.facts(file).tree;
    let runs_at_load = |node: NodeId| match tree.enclosing_function(node) {
        None => true,
        Some(function) => project
            .calls_of(Place {
                file,
                node: function,
            })
            .iter()
            .any(|it| it.file == file && tree.enclosing_function(it.node).is_none()),
    };
    tree.ids()
        .any(|node| connects_mongoose(project, Place { file, node }) && runs_at_load(node))
}

fn does_nothing_else(input: &Input<'_>, file: FileId) -> bool {
    let mut loaded = Reach::default();
    loaded.enter(input, Target::File(file));
    loaded.packages.iter().all(|it| {
        let name = it.strip_prefix("node:").unwrap_or(it);
        BESIDE_A_CONNECTION.contains(&name)
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
    let Kind::Call { arguments, .. } = tree.kind(call) else {
        unreachable!("only calls are asked about")
    };
    let has_pure_arguments = arguments.iter().all(|it| {
        purity::is_pure(statements, *it)
            && is_free(statements, *it)
            && !reads_locals(statements, *it)
    });
    let index = statements.index_of(call);
    let is_plain = index.is_some_and(|it| {
        let node = statements.all[it].node;
        matches!(tree.kind(node), Kind::ExpressionStatement { .. })
            && tree.enclosing_function(call).is_none()
            && is_free(statements, node)
    });
    match index {
        Some(index) if is_plain && has_pure_arguments => Ok(Connection::Statement(index)),
        _ if opens == Opens::Buffered && has_pure_arguments => Ok(Connection::Call(call)),
        _ => Err(undoable(statements, call)),
    }
}

fn undoable(statements: &Statements<'_>, node: NodeId) -> Blocker {
    let span = statements.tree().span(node);
    let text = &statements.text()[span.range()];
    let line = text.lines().next().unwrap_or(text);
    Blocker {
        file: statements.file,
        span,
        message: format!(
            "the socket code needs what `{line}` sets up, and it can't be done twice without asking"
        ),
        help: "do it in a top-level statement of its own with constant arguments, or in the module that needs it".to_owned(),
    }
}

/// Whether everything that a piece of code names can be had in both processes.
fn is_free(statements: &Statements<'_>, node: NodeId) -> bool {
    let tree = statements.tree();
    let is_of_api = |it: &Value| matches!(it, Value::App | Value::Router | Value::HttpServer(_));
    let is_redis = |it: &Value| matches!(it, Value::RedisClient(_));
    let is_package = |it: &Value| matches!(it, Value::Package(_));
    let mut names = tree
        .descendants(node)
        .filter_map(|it| statements.facts.binding_of(it))
        .filter(|it| !statements.definers(*it).is_empty());
    names.all(|it| {
        let is_plain =
            purity::obstacle(statements, it).is_none() && !statements.holds(it, is_redis);
        let may_be =
            is_plain || statements.holds(it, is_package) || clients::is_client(statements, it);
        may_be && !statements.holds(it, is_of_api)
    })
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
        .filter(|it| it.scope != ScopeId::MODULE);
    locals.any(|it| {
        it.declarations
            .iter()
            .any(|it| !outer.contains(tree.span(*it)))
    })
}

/// The top-level `process.on('unhandledRejection', …)` and the like, which decide whether an error in a handler ends the
/// process. Those that read more than modules are left to a person.
pub(in crate::plan) fn watchers(statements: &Statements<'_>, parts: &Parts) -> Vec<Connection> {
    let all = 0..statements.all.len();
    let found = all.filter(|it| !parts.moved.contains(it) && is_watcher(statements, *it));
    found.map(Connection::Statement).collect()
}

fn is_watcher(statements: &Statements<'_>, index: usize) -> bool {
    let statement = &statements.all[index];
    watched_event(statements, index).is_some()
        && statement.reads.iter().all(|it| {
            let binding = statements.facts.binding(it.0);
            let definers = statements.definers(it.0);
            let is_import = definers
                .iter()
                .all(|it| statements.all[*it].form == Form::Import);
            (is_import || binding.kind == BindingKind::Import)
                && statements
                    .input
                    .project
                    .part(Place {
                        file: statements.file,
                        node: it.1,
                    })
                    .is_none()
        })
}

/// The event of the process that a top-level statement listens to.
pub(in crate::plan) fn watched_event<'a>(
    statements: &Statements<'a>,
    index: usize,
) -> Option<&'a str> {
    let tree = statements.tree();
    let Kind::ExpressionStatement { expression } = tree.kind(statements.all[index].node) else {
        return None;
    };
    let call = tree.method_call(*expression)?;
    let is_process = tree.name(call.object) == Some("process")
        && statements.facts.binding_of(call.object).is_none();
    let listens = is_process && matches!(call.name, "on" | "once");
    let event = call
        .arguments
        .first()
        .filter(|_| listens)
        .and_then(|it| tree.string_value(*it))?;
    matches!(
        event,
        "unhandledRejection" | "uncaughtException" | "uncaughtExceptionMonitor" | "warning"
    )
    .then_some(event)
}
