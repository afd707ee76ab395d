//! The server's list of rooms, `adapter.rooms`, and what is read off it: the dedicated server can send a copy, which is
//! read in the same way, at once or in variables.

use crate::findings::chains::{Chain, Link, chain_ending_at};
use crate::project::Project;
use crate::project::api::Role;
use crate::project::value::{Place, Value};
use crate::syntax::{Keyword, Kind, NodeId, Tree};

/// What can be read off a copy as well as off the list itself.
const READS: [&str; 7] = ["get", "has", "keys", "values", "entries", "forEach", "size"];

/// Whether a chain only reads what a copy has as well, and keeps it nowhere but in variables of which the same holds.
pub(in crate::findings) fn fits(project: &Project, chain: &Chain) -> bool {
    let tree = &project.facts(chain.root.file).tree;
    let is_size_of_room = asks_server(project, chain) && ends_with(&chain.links, &["get", "size"]);
    asked(project, chain).is_some()
        && !is_size_of_room
        && (!still_leads_on(project, chain) || is_taken_in(tree, chain.end))
}

/// Whether a chain asks the server itself, not a copy.
pub fn asks_server(project: &Project, chain: &Chain) -> bool {
    let is_server = |it: &Value| matches!(it, Value::Server(_) | Value::Namespace { .. });
    project.values(chain.root).any(is_server)
}

/// The chain that asks the server for what `chain` reads, `chain` itself or one that fills a variable.
fn asked(project: &Project, chain: &Chain) -> Option<Chain> {
    let is_read = asks_server(project, chain) || chain.links.iter().all(is_read);
    origin(project, chain).filter(|_| is_read)
}

/// The chain that asks the server for what `chain` does something with.
pub fn origin(project: &Project, chain: &Chain) -> Option<Chain> {
    if asks_server(project, chain) {
        return is_list_of_rooms(&chain.links).then(|| chain.clone());
    }
    let file = chain.root.file;
    let facts = project.facts(file);
    let binding = facts.binding(facts.binding_of(chain.root.node)?);
    let [declaration] = binding.declarations[..] else {
        return None;
    };
    let is_written = binding.references.iter().any(|it| facts.is_write(*it));
    let value = filled_with(&facts.tree, declaration).filter(|_| !is_written)?;
    let chains = leaves(&facts.tree, value);
    let mut chains = chains.into_iter().filter_map(|node| {
        let place = Place { file, node };
        project.part(place)?;
        chain_ending_at(project, place).or_else(|| bare_name(&facts.tree, place))
    });
    let (Some(only), None) = (chains.next(), chains.next()) else {
        return None;
    };
    // A variable that is filled with itself would have no end.
    (only.root.node != chain.root.node)
        .then(|| asked(project, &only))
        .flatten()
}

/// `for (const ids of rooms)` has no chain at `rooms`.
fn bare_name(tree: &Tree, root: Place) -> Option<Chain> {
    let node = tree.bare(root.node);
    matches!(tree.kind(node), Kind::Name { .. }).then(|| Chain {
        root: Place { node, ..root },
        end: tree.wrapped(node),
        links: Vec::new(),
    })
}

/// `adapter.rooms`, and what only reads off it.
fn is_list_of_rooms(links: &[Link]) -> bool {
    let is_named = |at: usize, name: &str| links[at].name.as_deref() == Some(name);
    let list = (1..links.len()).find(|it| is_named(*it, "rooms") && is_named(*it - 1, "adapter"));
    list.is_some_and(|list| {
        links[..list - 1].iter().all(|it| it.role == Role::Link)
            && links[list + 1..].iter().all(is_read)
    })
}

fn is_read(link: &Link) -> bool {
    link.name.as_deref().is_some_and(|it| READS.contains(&it))
}

fn ends_with(links: &[Link], names: &[&str]) -> bool {
    let last = links.iter().rev().zip(names.iter().rev());
    links.len() >= names.len()
        && last
            .into_iter()
            .all(|(it, name)| it.name.as_deref() == Some(name))
}

/// Whether what a chain gives is state itself.
fn still_leads_on(project: &Project, chain: &Chain) -> bool {
    let tree = &project.facts(chain.root.file).tree;
    let end = Place {
        file: chain.root.file,
        node: tree.bare(chain.end),
    };
    project.part(end).is_some()
}

/// Whether the place of a value only looks at it, or is a variable that is filled once.
fn is_taken_in(tree: &Tree, value: NodeId) -> bool {
    let Some(parent) = tree.parent(value) else {
        return false;
    };
    match tree.kind(parent) {
        Kind::If { .. } | Kind::Unary { .. } | Kind::Binary { .. } | Kind::Spread { .. } => true,
        Kind::Conditional { test, .. } if *test == value => true,
        Kind::Logical { .. } | Kind::Conditional { .. } | Kind::Parenthesized { .. } => {
            is_taken_in(tree, parent)
        }
        Kind::ForEach { right, keyword, .. } => *right == value && keyword.is_some(),
        Kind::Declarator { target, .. } => {
            let is_constant = tree.parent(parent).is_some_and(|it| {
                matches!(tree.kind(it), Kind::Variables { keyword, .. } if *keyword == Keyword::Const)
            });
            is_constant && matches!(tree.kind(*target), Kind::BindingName { .. })
        }
        // `Array.from(rooms)`
        Kind::Call { callee, .. } => match tree.kind(*callee) {
            Kind::Member { object, .. } => {
                matches!(tree.name(*object), Some("Array" | "Object"))
            }
            _ => false,
        },
        Kind::New { callee, .. } => matches!(tree.name(*callee), Some("Set" | "Map")),
        _ => false,
    }
}

/// What a variable is declared with: its initial value, or the list that a loop goes through.
fn filled_with(tree: &Tree, declaration: NodeId) -> Option<NodeId> {
    let is_pattern = |it: &NodeId| {
        matches!(
            tree.kind(*it),
            Kind::ArrayPattern { .. } | Kind::DefaultPattern { .. }
        )
    };
    let holder = tree.ancestors(declaration).find(|it| !is_pattern(it))?;
    match tree.kind(holder) {
        Kind::Declarator { target, init } if *target == declaration => *init,
        Kind::ForEach { right, .. } => Some(*right),
        _ => None,
    }
}

/// The expressions of which a value is one.
fn leaves(tree: &Tree, value: NodeId) -> Vec<NodeId> {
    match tree.kind(value) {
        Kind::Parenthesized { expression } | Kind::Cast { expression } => leaves(tree, *expression),
        Kind::Logical { left, right, .. } => [leaves(tree, *left), leaves(tree, *right)].concat(),
        Kind::Conditional {
            consequent,
            alternate,
            ..
        } => [leaves(tree, *consequent), leaves(tree, *alternate)].concat(),
        _ => vec![value],
    }
}
