//! Where Socket.IO enters a file without an expression of its own: imports of its packages, names that an import or
//! a destructuring takes the server out of, and the Redis clients of its adapter.

use std::path::Path;

use super::chains::Chain;
use super::starts::{brings_handler, makes_server_for, starts_set_up};
use super::uses::{Use, carrier, is_server_import};
use crate::project::Project;
use crate::project::api::{self, Makes};
use crate::project::value::{Place, SiteKind, Value};
use crate::rules::Meaning;
use crate::source::FileId;
use crate::syntax::{ImportName, Kind, NodeId};

/// The function of the runtime that lets the API serve Socket.IO itself.
const SWITCH: &str = "serveSocketsInProcess";

/// The use that a node is by itself, if it is one.
pub(super) fn entry_at(project: &Project, place: Place) -> Option<Use> {
    let tree = &project.facts(place.file).tree;
    match tree.kind(place.node) {
        Kind::Import {
            source,
            names,
            is_type: false,
            ..
        } if is_server_import(source) && !is_erased(project, place.file, names) => {
            entry(place, Meaning::Import)
        }
        Kind::ExportNames {
            source: Some(source),
            is_type: false,
            names,
        } if is_server_import(source) && !names.is_empty() => entry(place, Meaning::Import),
        Kind::ExportAll { source, .. } if is_server_import(source) => entry(place, Meaning::Import),
        Kind::Function(_) if makes_server_for(project, place) => {
            entry(place, Meaning::SetupFunction)
        }
        Kind::Call { callee, .. } if is_switch(project, place.file, *callee) => {
            entry(place, Meaning::Switch)
        }
        Kind::Call { callee, .. } if reaches_server_by_text(project, place, *callee) => {
            entry(place, Meaning::Escape)
        }
        Kind::Class(class) => class
            .parent_class
            .filter(|it| is_server_class(project, place.file, *it))
            .and_then(|_| entry(place, Meaning::ServerClass)),
        Kind::ClassMember { .. } if is_made_by_framework(project, place) => {
            entry(place, Meaning::Framework)
        }
        Kind::Call {
            callee, arguments, ..
        } if is_require(project, place.file, *callee) => {
            let source = arguments.first().and_then(|it| tree.string_value(*it))?;
            let is_called = is_callee(project, place);
            (is_server_import(source) && !is_called)
                .then(|| entry(place, Meaning::Import))
                .flatten()
        }
        Kind::Call { .. } if is_made_by_framework(project, place) => {
            entry(place, Meaning::Framework)
        }
        Kind::Call { .. } | Kind::New { .. } if is_adapter_client(project, place) => {
            entry(place, Meaning::AdapterClient)
        }
        Kind::Call { .. } | Kind::New { .. } if is_adapter_apart(project, place) => {
            entry(place, Meaning::Adapter)
        }
        Kind::Call { .. } | Kind::New { .. } if starts_set_up(project, place) => {
            entry(place, Meaning::SetupCall)
        }
        Kind::BindingName { .. } if brings_handler(project, place) => {
            entry(place, Meaning::HandlerImport)
        }
        Kind::BindingName { .. } => {
            let is_import = tree
                .parent(place.node)
                .is_some_and(|it| matches!(tree.kind(it), Kind::Import { .. }));
            (is_import && project.part(place).is_some())
                .then(|| entry(place, Meaning::ImportedHandle))
                .flatten()
        }
        Kind::PatternProperty { value, .. } => destructured(project, place, *value),
        _ => None,
    }
}

fn entry(root: Place, meaning: Meaning) -> Option<Use> {
    let chain = Chain {
        root,
        end: root.node,
        links: Vec::new(),
    };
    Some(Use {
        chain,
        meaning,
        access: None,
        inside: None,
        is_shared: false,
    })
}

/// `require('./utils/socketRuntime').serveSocketsInProcess`, and the same under its own name.
fn is_switch(project: &Project, file: FileId, callee: NodeId) -> bool {
    let tree = &project.facts(file).tree;
    let is_named = match tree.kind(tree.bare(callee)) {
        Kind::Member { property, .. } => property.name() == Some(SWITCH),
        _ => tree.name(callee) == Some(SWITCH),
    };
    let of_runtime = |it: &FileId| project.role(*it).is_broadcaster;
    is_named && project.loaded_by(file).iter().any(of_runtime)
}

/// `eval(text)` where a variable with the server can be named. <https://tc39.es/ecma262/#sec-performeval>
fn reaches_server_by_text(project: &Project, call: Place, callee: NodeId) -> bool {
    let facts = project.facts(call.file);
    if facts.tree.name(callee) != Some("eval") || facts.binding_of(callee).is_some() {
        return false;
    }
    let mut scope = Some(facts.scope_of(callee));
    std::iter::from_fn(|| {
        let here = facts.scope(scope?);
        scope = here.parent;
        Some(here)
    })
    .flat_map(|it| it.names.values())
    .flat_map(|it| &facts.binding(*it).declarations)
    .any(|node| {
        let place = Place {
            file: call.file,
            node: *node,
        };
        project.part(place).is_some()
    })
}

/// Whether TypeScript drops an import because only types use its names. A class with decorators may keep it:
/// `emitDecoratorMetadata` makes values of the types in it.
/// <https://www.typescriptlang.org/docs/handbook/modules/reference.html#type-only-imports-and-exports>
fn is_erased(project: &Project, file: FileId, names: &[ImportName]) -> bool {
    let facts = project.facts(file);
    let is_used = |it: &ImportName| {
        facts
            .binding_of(it.local)
            .is_some_and(|binding| !facts.binding(binding).references.is_empty())
    };
    let is_typescript = Path::new(project.path(file))
        .extension()
        .is_some_and(|it| matches!(it.to_str(), Some("ts" | "tsx" | "mts" | "cts")));
    let has_decorators = || {
        facts.tree.ids().any(|it| match facts.tree.kind(it) {
            Kind::Class(class) => !class.decorators.is_empty(),
            Kind::ClassMember { decorators, .. } => !decorators.is_empty(),
            _ => false,
        })
    };
    let values = || names.iter().filter(|it| !it.is_type);
    !names.is_empty()
        && (values().next().is_none()
            || is_typescript && !values().any(is_used) && !has_decorators())
}

/// Whether the expression after `extends` is the server's class.
fn is_server_class(project: &Project, file: FileId, parent: NodeId) -> bool {
    project
        .values(Place { file, node: parent })
        .any(|it| match it {
            Value::ServerClass => true,
            Value::Package(package) => api::makes(package, None) == Some(Makes::Server),
            Value::PackageMember(package, member) => {
                api::makes(package, Some(member)) == Some(Makes::Server)
            }
            _ => false,
        })
}

fn is_made_by_framework(project: &Project, place: Place) -> bool {
    project
        .sites()
        .iter()
        .any(|it| it.place == place && it.kind == SiteKind::Framework)
}

/// Whether a call makes an adapter that is taken elsewhere: `const adapter = createAdapter(pub, sub)`.
fn is_adapter_apart(project: &Project, place: Place) -> bool {
    let makes_it = project.values(place).any(|it| *it == Value::Adapter(place));
    let tree = &project.facts(place.file).tree;
    let is_taken = || {
        tree.ancestors(place.node)
            .take_while(|it| !tree.kind(*it).is_statement())
            .any(|node| {
                let around = Place {
                    file: place.file,
                    node,
                };
                project.part(around).is_some()
            })
    };
    makes_it && !is_taken()
}

fn is_require(project: &Project, file: FileId, callee: NodeId) -> bool {
    let facts = project.facts(file);
    let is_import = matches!(facts.tree.kind(callee), Kind::ImportKeyword);
    is_import || facts.tree.name(callee) == Some("require") && facts.binding_of(callee).is_none()
}

fn is_callee(project: &Project, place: Place) -> bool {
    let tree = &project.facts(place.file).tree;
    tree.parent(place.node).is_some_and(
        |it| matches!(tree.kind(it), Kind::Call { callee, .. } if *callee == place.node),
    )
}

/// `const { io } = require('./server')`, `const { io } = req.app.locals`; parameters are left to their callers.
fn destructured(project: &Project, place: Place, value: NodeId) -> Option<Use> {
    let tree = &project.facts(place.file).tree;
    project.part(Place {
        file: place.file,
        node: value,
    })?;
    let pattern = Place {
        file: place.file,
        node: tree.parent(place.node)?,
    };
    if project.part(pattern).is_some() {
        return entry(place, Meaning::Escape);
    }
    let is_parameter = !tree
        .ancestors(place.node)
        .take_while(|it| !matches!(tree.kind(*it), Kind::Function(_)))
        .any(|it| matches!(tree.kind(it), Kind::Declarator { .. } | Kind::Assign { .. }));
    let meaning = carrier(project, pattern)?;
    // A handler that takes its request apart: `({ io, body }, res) => …`.
    let is_of_request = project
        .values(pattern)
        .any(|it| matches!(it, Value::Request | Value::Response));
    (!is_parameter || is_of_request)
        .then(|| entry(place, meaning))
        .flatten()
}

/// Whether a call makes a Redis client that serves the adapter and nothing else.
fn is_adapter_client(project: &Project, place: Place) -> bool {
    let client = Value::RedisClient(place);
    if !project.values(place).any(|it| *it == client) {
        return false;
    }
    let holders = holders(project, &client);
    holders
        .iter()
        .any(|it| role(project, *it) == ClientRole::Adapter)
        && holders
            .iter()
            .all(|it| role(project, *it) != ClientRole::Other)
}

/// The expressions that hold a Redis client.
pub fn holders(project: &Project, client: &Value) -> Vec<Place> {
    let mut found = Vec::new();
    for (file, facts) in project.files() {
        let nodes = facts.tree.ids().map(|node| Place { file, node });
        found.extend(nodes.filter(|it| project.values(*it).any(|value| value == client)));
    }
    found
}

/// What a Redis client is used for at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientRole {
    /// Handed to the adapter.
    Adapter,
    /// Connected, listened to, closed: what every client needs.
    Upkeep,
    /// Anything else.
    Other,
}

/// What the client at `place` is used for.
pub fn role(project: &Project, place: Place) -> ClientRole {
    let tree = &project.facts(place.file).tree;
    let here = tree.wrapped(place.node);
    let Some(parent) = tree.parent(here) else {
        return ClientRole::Other;
    };
    match tree.kind(parent) {
        Kind::Member {
            object, property, ..
        } if *object == here => match property.name() {
            Some(
                "connect" | "on" | "once" | "duplicate" | "quit" | "disconnect" | "close"
                | "destroy" | "isOpen" | "isReady" | "status" | "off",
            ) => ClientRole::Upkeep,
            _ => ClientRole::Other,
        },
        Kind::Call { arguments, .. } if arguments.contains(&here) => {
            match project
                .values(Place {
                    file: place.file,
                    node: parent,
                })
                .any(|it| matches!(it, Value::Adapter(_)))
            {
                true => ClientRole::Adapter,
                // What a function of the project does with it shows at its parameter.
                false
                    if !project
                        .callees(Place {
                            file: place.file,
                            node: parent,
                        })
                        .is_empty() =>
                {
                    ClientRole::Upkeep
                }
                false => ClientRole::Other,
            }
        }
        Kind::Call { .. }
        | Kind::Declarator { .. }
        | Kind::Assign { .. }
        | Kind::Array { .. }
        | Kind::Await { .. }
        | Kind::ExpressionStatement { .. }
        | Kind::Variables { .. } => ClientRole::Upkeep,
        _ if matches!(tree.kind(place.node), Kind::BindingName { .. }) => ClientRole::Upkeep,
        _ => ClientRole::Other,
    }
}
