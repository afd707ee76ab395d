//! Every use of the server in the API's process, and what it is: an emission, a hand-over, a guard, the set-up.
//! Findings are the reported ones among them; `plan` needs them all.

use super::chains::{Chain, chain_at};
use super::entries::entry_at;
use super::handlers;
use super::positions::position;
use crate::config::choice::UsePlace;
use crate::project::Project;
use crate::project::api::{self, Role};
use crate::project::value::{Place, SiteKind, Value};
use crate::rules::Meaning;
use crate::scope::BindingId;
use crate::source::{FileId, Span};
use crate::syntax::{Kind, NodeId};

/// What is done with the server at one place.
#[derive(Clone, Debug)]
pub struct Use {
    /// The root and what hangs on it.
    pub chain: Chain,
    /// What it means.
    pub meaning: Meaning,
    /// How the root obtains the server, if that is more than reading a variable.
    pub access: Option<Meaning>,
    /// The registration (`io.on`, `io.use`) whose code this use is part of: it moves with it. For code in a function that
    /// only such code calls, the call.
    pub inside: Option<NodeId>,
    /// The root is a parameter that gets the server from such code and from other code as well.
    pub is_shared: bool,
}

impl Use {
    /// The code that the use itself is: its root and the names that hang on it, without the last call's arguments.
    pub fn span(&self, project: &Project) -> Span {
        let tree = &project.facts(self.chain.root.file).tree;
        let last = self
            .chain
            .last()
            .map_or(self.chain.root.node, |it| it.member);
        Span {
            end: tree.span(last).end,
            ..tree.span(self.chain.root.node)
        }
    }

    /// The outermost expression.
    pub fn end(&self) -> Place {
        self.chain.root.beside(self.chain.end)
    }

    /// Where it is, over runs: by path, not by number.
    pub fn place(&self, project: &Project) -> UsePlace {
        let path = project.path(self.chain.root.file).to_owned();
        (path, self.span(project).start)
    }
}

/// A binding of the project.
pub type Variable = (FileId, BindingId);

/// Every use in the project's own files, in the order of files and text.
pub fn uses(project: &Project) -> Vec<Use> {
    let mut all = Vec::new();
    for (file, facts) in project.files() {
        if !project.role(file).is_of_api() {
            continue;
        }
        let nodes = facts.tree.ids().map(|node| Place { file, node });
        let mut here: Vec<Use> = nodes
            .flat_map(|it| use_at(project, it).into_iter().chain(entry_at(project, it)))
            .collect();
        handlers::mark_inside(project, file, &mut here);
        here.sort_by_key(|it| (facts.tree.span(it.chain.root.node), it.chain.end));
        all.extend(here);
    }
    handlers::follow(project, &mut all);
    all
}

/// The parameters that an argument reaches; `None` in the list for one that is no plain name. `None` if the chain is no
/// argument of a function of the project.
pub fn receiving_parameters(project: &Project, chain: &Chain) -> Option<Vec<Option<Variable>>> {
    let file = chain.root.file;
    let tree = &project.facts(file).tree;
    let end = tree.span(chain.end);
    let call = tree
        .ancestors(chain.end)
        .find(|it| matches!(tree.kind(*it), Kind::Call { .. } | Kind::New { .. }))?;
    let (Kind::Call { arguments, .. } | Kind::New { arguments, .. }) = tree.kind(call) else {
        return None;
    };
    let position = arguments
        .iter()
        .position(|it| tree.span(*it).contains(end))?;
    let functions = project.callees(Place { file, node: call });
    if functions.is_empty() {
        return None;
    }
    Some(
        functions
            .into_iter()
            .map(|it| parameter(project, it, position))
            .collect(),
    )
}

fn parameter(project: &Project, function: Place, position: usize) -> Option<Variable> {
    let facts = project.facts(function.file);
    let node = *facts
        .tree
        .function(function.node)?
        .parameters
        .get(position)?;
    let name = match facts.tree.kind(node) {
        Kind::DefaultPattern { target, .. } => *target,
        _ => node,
    };
    facts
        .binding_of(name)
        .map(|binding| (function.file, binding))
}

fn use_at(project: &Project, place: Place) -> Option<Use> {
    let chain = chain_at(project, place).filter(|it| !is_discarded(project, it))?;
    let meaning = meaning(project, &chain);
    let access = access(project, &chain);
    Some(Use {
        chain,
        meaning,
        access,
        inside: None,
        is_shared: false,
    })
}

/// `register(io);`, where the function happens to return the server: nothing is obtained.
fn is_discarded(project: &Project, chain: &Chain) -> bool {
    let tree = &project.facts(chain.root.file).tree;
    let outer = tree.ancestors(chain.end).find(|it| {
        !matches!(
            tree.kind(*it),
            Kind::Await { .. } | Kind::Parenthesized { .. }
        )
    });
    let is_statement =
        outer.is_some_and(|it| matches!(tree.kind(it), Kind::ExpressionStatement { .. }));
    let is_call = matches!(tree.kind(chain.root.node), Kind::Call { .. });
    let starts_server = makes_server(project, chain.root) || calls_setup(project, chain.root);
    is_call && chain.links.is_empty() && is_statement && !starts_server
}

/// How a root obtains the server from elsewhere.
fn access(project: &Project, chain: &Chain) -> Option<Meaning> {
    let Place { file, node } = chain.root;
    let facts = project.facts(file);
    match facts.tree.kind(node) {
        Kind::Call { .. } | Kind::New { .. } if makes_server(project, chain.root) => {
            (!chain.links.is_empty()).then_some(Meaning::Construction)
        }
        Kind::Call { .. } if project.is_configured_getter(chain.root) => Some(Meaning::SettingRead),
        Kind::Call { callee, .. } => match facts.tree.kind(facts.tree.bare(*callee)) {
            Kind::ImportKeyword => Some(Meaning::ImportedHandle),
            Kind::Name { name } if name == "require" && facts.binding_of(*callee).is_none() => {
                Some(Meaning::ImportedHandle)
            }
            Kind::Member {
                object, property, ..
            } if property.name() == Some("get") && is_app(project, file, *object) => {
                Some(Meaning::SettingRead)
            }
            _ if calls_setup(project, chain.root) => None,
            _ => Some(Meaning::GetterCall),
        },
        Kind::Member { object, .. } => carrier(
            project,
            Place {
                file,
                node: *object,
            },
        ),
        // An undeclared name is a property of the global object.
        Kind::Name { .. } if facts.binding_of(node).is_none() => Some(Meaning::PropertyRead),
        _ => None,
    }
}

fn is_app(project: &Project, file: FileId, node: NodeId) -> bool {
    project
        .values(Place { file, node })
        .any(|it| *it == Value::App)
}

/// How reading a property of `object` obtains the server.
pub(super) fn carrier(project: &Project, object: Place) -> Option<Meaning> {
    let tree = &project.facts(object.file).tree;
    if matches!(tree.kind(tree.bare(object.node)), Kind::This) {
        return None;
    }
    project.values(object).find_map(|it| match it {
        Value::Request
        | Value::Response
        | Value::App
        | Value::AppLocals
        | Value::AppSettings
        | Value::ResponseLocals
        | Value::Global
        | Value::Instance(_)
        | Value::Object(_)
        | Value::Class(_) => Some(Meaning::PropertyRead),
        Value::Module(_) | Value::Exports(_) => Some(Meaning::ImportedHandle),
        _ => None,
    })
}

fn meaning(project: &Project, chain: &Chain) -> Meaning {
    if takes_method(chain) {
        return Meaning::Escape;
    }
    let of_role = match chain.role() {
        Some(Role::Emit) => Some(if has_acknowledgement(project, chain) {
            Meaning::Question
        } else {
            Meaning::Emission
        }),
        Some(Role::Register) => Some(Meaning::Registration),
        Some(Role::Query) => Some(Meaning::Question),
        Some(Role::State) => Some(match configures(project, chain) {
            true => Meaning::Configuration,
            false => Meaning::Question,
        }),
        Some(Role::Control) => Some(Meaning::Control),
        Some(Role::Configure) => Some(Meaning::Configuration),
        Some(Role::Link) | None => None,
    };
    of_role
        .or_else(|| origin(project, chain))
        .unwrap_or_else(
            || match (position(project, chain), shares_state(project, chain)) {
                (meaning, None) => meaning,
                // What is done with the variable says the rest.
                (meaning @ (Meaning::Guard | Meaning::Alias), Some(Kind::Name { .. })) => meaning,
                (_, Some(_)) => Meaning::Question,
            },
        )
}

/// What obtains it, if a chain is nothing but a read of what handlers and routes share through the server.
fn shares_state<'p>(project: &'p Project, chain: &Chain) -> Option<&'p Kind> {
    let is_shared = matches!(project.part(chain.root), Some(Value::SharedState { .. }));
    is_shared.then(|| project.facts(chain.root.file).tree.kind(chain.root.node))
}

/// A method that is not called goes somewhere else: `io.emit.bind(io)`, `list.forEach(io.emit)`.
fn takes_method(chain: &Chain) -> bool {
    let is_method = |role: Role| {
        matches!(
            role,
            Role::Emit | Role::Register | Role::Query | Role::Control | Role::Configure
        )
    };
    chain
        .last()
        .is_some_and(|it| it.arguments.is_none() && is_method(it.role))
}

/// `io.engine.use(…)`, `io.engine.on(…)`, `io.engine.opts.x = y`, `io.users = users`: set-up, not a question.
fn configures(project: &Project, chain: &Chain) -> bool {
    let tree = &project.facts(chain.root.file).tree;
    let through_engine = chain
        .links
        .iter()
        .any(|it| matches!(it.name.as_deref(), Some("engine" | "eio" | "opts")));
    let acts = matches!(
        chain.last().and_then(|it| it.name.as_deref()),
        Some("use" | "on" | "once")
    );
    let is_assigned = tree.parent(chain.end).is_some_and(
        |it| matches!(tree.kind(it), Kind::Assign { target, .. } if *target == chain.end),
    );
    let is_own_member =
        chain.links.len() == 1 && matches!(project.part(chain.root), Some(Value::Server(_)));
    through_engine && (acts || is_assigned) || is_own_member && is_assigned
}

/// Whether an emission asks for an answer: its last argument is a function.
fn has_acknowledgement(project: &Project, chain: &Chain) -> bool {
    let Some(last) = chain
        .last()
        .and_then(|it| it.arguments.as_ref())
        .and_then(|it| it.last())
    else {
        return false;
    };
    let place = Place {
        file: chain.root.file,
        node: *last,
    };
    project
        .values(place)
        .any(|it| matches!(it, Value::Function(_)))
}

/// What a root that is no plain name says by itself.
fn origin(project: &Project, chain: &Chain) -> Option<Meaning> {
    let place = chain.root;
    let is_site = project.sites().iter().any(|it| it.place == place);
    match project.facts(place.file).tree.kind(place.node) {
        Kind::New { .. } | Kind::Call { .. } if is_site && makes_server(project, place) => {
            Some(Meaning::Construction)
        }
        Kind::Call { .. } | Kind::New { .. } if calls_setup(project, place) => {
            Some(Meaning::SetupCall)
        }
        _ => None,
    }
}

/// Not a guess: a guessed server stands for a reading, `req.app.get('io')`.
fn makes_server(project: &Project, place: Place) -> bool {
    let kind = project
        .sites()
        .iter()
        .find(|it| it.place == place)
        .map(|it| it.kind);
    matches!(kind, Some(SiteKind::Constructed | SiteKind::Dead))
}

/// Whether a call runs a function in which a server is made. One that leaves out what the function takes
/// (`getIO()` of `getIO(server)`) only asks for the server that is there.
pub fn calls_setup(project: &Project, call: Place) -> bool {
    let is_asking = |function: Place| {
        let parameters = project
            .facts(function.file)
            .tree
            .function(function.node)
            .map_or(0, |it| it.parameters.len());
        parameters > 0
            && matches!(
                project.facts(call.file).tree.kind(call.node),
                Kind::Call { arguments, .. } if arguments.is_empty()
            )
    };
    project
        .callees(call)
        .into_iter()
        .any(|it| contains_site(project, it) && !is_asking(it))
}

/// Whether a server is made in a function.
pub(super) fn contains_site(project: &Project, function: Place) -> bool {
    let tree = &project.facts(function.file).tree;
    project.sites().iter().any(|site| {
        matches!(site.kind, SiteKind::Constructed | SiteKind::Dead)
            && site.place.file == function.file
            && tree
                .ancestors(site.place.node)
                .any(|it| it == function.node)
    })
}

/// Whether a package belongs to Socket.IO's server side, so that importing it is part of the set-up.
pub fn is_server_import(source: &str) -> bool {
    api::is_server_package(source.trim_start_matches("node:"))
}
