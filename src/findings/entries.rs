//! Where Socket.IO enters a file without an expression of its own: imports of its packages, names that an import or
//! a destructuring takes the server out of, and the Redis clients of its adapter.

use super::chains::Chain;
use super::uses::{Use, carrier, is_server_import};
use crate::project::Project;
use crate::project::value::{Place, Value};
use crate::rules::Meaning;
use crate::source::FileId;
use crate::syntax::{Kind, NodeId};

/// The use that a node is by itself, if it is one.
pub(super) fn entry_at(project: &Project, place: Place) -> Option<Use> {
    let tree = &project.facts(place.file).tree;
    match tree.kind(place.node) {
        Kind::Import {
            source,
            names,
            is_type: false,
            ..
        } if is_server_import(source)
            && (names.is_empty() || names.iter().any(|it| !it.is_type)) =>
        {
            entry(place, Meaning::Import)
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
        Kind::Call { .. } => is_adapter_client(project, place)
            .then(|| entry(place, Meaning::AdapterClient))
            .flatten(),
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
    (!is_parameter).then(|| entry(place, meaning)).flatten()
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
