//! Call chains on the server: `io.of('/a').to(r).volatile.emit(e, x)` as a root and its links.
//! Leaves what a chain means to `uses`.

use super::positions::is_promise_method;
use crate::project::Project;
use crate::project::api::{self, Receiver, Role};
use crate::project::value::{Place, Value};
use crate::source::Span;
use crate::syntax::{Key, Kind, NodeId, Tree};

/// An expression that holds the server or a part of it, and what is done with it on the spot.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The innermost expression that holds a part: `io`, `req.app.get('io')`.
    pub root: Place,
    /// The outermost expression of the chain; the root itself if there are no links.
    pub end: NodeId,
    /// From the root outward.
    pub links: Vec<Link>,
}

/// One `.name` or `.name(arguments)` of a chain.
#[derive(Clone, Debug)]
pub struct Link {
    /// The property's name; `None` if it is computed.
    pub name: Option<String>,
    /// The call if there is one, else the member expression.
    pub node: NodeId,
    /// The member expression.
    pub member: NodeId,
    /// The arguments if the member is called.
    pub arguments: Option<Vec<NodeId>>,
    /// What the API says of the member.
    pub role: Role,
}

impl Chain {
    /// What the chain does: the role of its last link that is not a mere step on the way.
    pub fn role(&self) -> Option<Role> {
        self.links.last().map(|last| match last.role {
            Role::Link if self.links.iter().any(|it| it.role == Role::State) => Role::State,
            role => role,
        })
    }

    /// The chain up to its last link called `name`.
    pub fn through(&self, tree: &Tree, name: &str) -> Self {
        let last = self
            .links
            .iter()
            .rposition(|it| it.name.as_deref() == Some(name));
        let links = self.links[..last.map_or(0, |it| it + 1)].to_vec();
        Self {
            root: self.root,
            end: links.last().map_or(self.end, |it| tree.wrapped(it.node)),
            links,
        }
    }

    /// The last link.
    pub fn last(&self) -> Option<&Link> {
        self.links.last()
    }
}

/// The chain that starts at `root`, if `root` is where a part first shows.
pub fn chain_at(project: &Project, root: Place) -> Option<Chain> {
    let tree = &project.facts(root.file).tree;
    let part = project.part(root)?;
    if matches!(part, Value::Method { .. }) && is_link_of_part(project, root)
        || !is_root(project, root)
    {
        return None;
    }
    let mut chain = Chain {
        root,
        end: tree.wrapped(root.node),
        links: Vec::new(),
    };
    while let Some(link) = next_link(project, root, &chain) {
        chain.end = tree.wrapped(link.node);
        let goes_on = project
            .part(Place {
                file: root.file,
                node: link.node,
            })
            .is_some();
        let is_last = matches!(link.role, Role::Emit | Role::Query | Role::Control);
        chain.links.push(link);
        if !goes_on || is_last {
            break;
        }
    }
    (touches_server(part, &chain) && !is_walked_through(project, part, &chain)).then_some(chain)
}

/// The chain that ends at `place`.
pub(in crate::findings) fn chain_ending_at(project: &Project, place: Place) -> Option<Chain> {
    let tree = &project.facts(place.file).tree;
    let end = tree.wrapped(place.node);
    let inner = |node: &NodeId| match tree.kind(tree.bare(*node)) {
        Kind::Member { object, .. } => Some(*object),
        Kind::Call { callee, .. } => Some(*callee),
        _ => None,
    };
    let nodes = std::iter::successors(Some(place.node), inner);
    let mut chains = nodes.filter_map(|node| {
        let node = tree.bare(node);
        chain_at(project, Place { node, ..place })
    });
    chains.find(|it| it.end == end)
}

/// `for (const socket of all)`, where `all` holds state that was asked for before: what is done with each counts.
fn is_walked_through(project: &Project, part: &Value, chain: &Chain) -> bool {
    let tree = &project.facts(chain.root.file).tree;
    let is_name = matches!(tree.kind(chain.root.node), Kind::Name { .. });
    let parent = tree.parent(chain.end).map(|it| tree.kind(it));
    matches!(part, Value::State { .. })
        && is_name
        && chain.links.is_empty()
        && matches!(parent, Some(Kind::ForEach { right, .. }) if *right == chain.end)
}

/// Whether the chain of a root that holds a part touches the server: reading the id of a client's socket does not.
fn touches_server(part: &Value, chain: &Chain) -> bool {
    let Value::State { part, .. } = part else {
        return true;
    };
    let member = chain.links.first().and_then(|it| it.name.as_deref());
    api::touches_server(*part, member)
}

/// Whether the part shows at `place` for the first time: what it is read from holds none.
fn is_root(project: &Project, place: Place) -> bool {
    let tree = &project.facts(place.file).tree;
    match tree.kind(place.node) {
        Kind::Parenthesized { .. }
        | Kind::Cast { .. }
        | Kind::Await { .. }
        | Kind::Spread { .. } => false,
        Kind::Logical { .. }
        | Kind::Conditional { .. }
        | Kind::Sequence { .. }
        | Kind::Assign { .. } => false,
        Kind::Function(_) | Kind::Class(_) => false,
        Kind::Name { .. } => project.facts(place.file).is_read(place.node),
        // What is only assigned to obtains nothing.
        Kind::Member { .. } if is_only_target(project, place) => false,
        Kind::Member { .. } | Kind::Call { .. } => !is_link_of_part(project, place),
        Kind::New { .. } | Kind::This => true,
        _ => false,
    }
}

fn is_only_target(project: &Project, place: Place) -> bool {
    let tree = &project.facts(place.file).tree;
    match tree.parent(place.node).map(|it| tree.kind(it)) {
        Some(Kind::Assign {
            target, operator, ..
        }) => *target == place.node && operator == "=",
        Some(Kind::PatternProperty { value, .. }) => *value == place.node,
        Some(Kind::ArrayPattern { .. } | Kind::RestPattern { .. }) => true,
        _ => false,
    }
}

/// Whether `place` is itself a link: the object it is read from, or called on, holds a part.
fn is_link_of_part(project: &Project, place: Place) -> bool {
    let tree = &project.facts(place.file).tree;
    let holds = |node: NodeId| {
        let node = tree.bare(node);
        project
            .part(Place {
                file: place.file,
                node,
            })
            .is_some()
    };
    match tree.kind(place.node) {
        Kind::Member {
            object, property, ..
        } => holds(*object) && !property.name().is_some_and(is_promise_method),
        Kind::Call { callee, .. } => match tree.kind(tree.bare(*callee)) {
            Kind::Member { object, .. } => holds(*object),
            _ => false,
        },
        _ => false,
    }
}

fn next_link(project: &Project, root: Place, chain: &Chain) -> Option<Link> {
    let tree = &project.facts(root.file).tree;
    let member = tree.parent(chain.end)?;
    let Kind::Member {
        object, property, ..
    } = tree.kind(member)
    else {
        return None;
    };
    if *object != chain.end || property.name().is_some_and(is_promise_method) {
        return None;
    }
    let outer = tree.wrapped(member);
    let call = tree
        .parent(outer)
        .filter(|it| matches!(tree.kind(*it), Kind::Call { callee, .. } if *callee == outer));
    let arguments = call.and_then(|it| match tree.kind(it) {
        Kind::Call { arguments, .. } => Some(arguments.clone()),
        _ => None,
    });
    let name = match property {
        Key::Static(name) => Some(name.clone()),
        Key::Private(_) | Key::Computed(_) => None,
    };
    let held = project.part(Place {
        file: root.file,
        node: tree.bare(chain.end),
    });
    let role = role_of(held, name.as_deref(), call.is_some());
    Some(Link {
        name,
        node: call.unwrap_or(member),
        member,
        arguments,
        role,
    })
}

fn role_of(held: Option<&Value>, name: Option<&str>, called: bool) -> Role {
    let receiver = match held {
        Some(Value::Server(_)) => Receiver::Server,
        Some(Value::Namespace { .. }) => Receiver::Namespace,
        Some(Value::Operator { .. }) => Receiver::Operator,
        _ => return Role::State,
    };
    if (receiver, name) == (Receiver::Namespace, Some("sockets")) {
        return Role::State;
    }
    name.and_then(|it| api::member(receiver, it, called))
        .map_or(Role::State, |it| it.role)
}

impl Link {
    /// The range from after the object to before the arguments: `.to` or `?.to`.
    pub fn name_span(&self, project: &Project, root: Place) -> Span {
        let tree = &project.facts(root.file).tree;
        match tree.kind(self.member) {
            Kind::Member { property_span, .. } => *property_span,
            _ => tree.span(self.member),
        }
    }
}
