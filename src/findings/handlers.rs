//! What belongs to the handlers: code that is registered on the server, and functions that only such code hands it to.
//! It moves with the set-up and is no finding of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::uses::{Use, Variable, receiving_parameters};
use crate::project::Project;
use crate::project::api::Role;
use crate::project::value::{Place, SiteKind};
use crate::rules::Meaning;
use crate::source::{FileId, Span};
use crate::syntax::{Kind, NodeId, Tree};

/// Marks the uses of one file that stand in code which is registered on the server: what is written between the
/// parentheses of `io.on(…)`, functions of the file that are named there, and those that only such code calls.
pub(super) fn mark_inside(project: &Project, file: FileId, uses: &mut [Use]) {
    let mut handlers = Handlers::of(project, file, uses);
    if handlers.registered.is_empty() && handlers.functions.is_empty() {
        return;
    }
    while handlers.grow() {}
    for it in uses {
        it.inside = handlers.around(it.chain.root.node);
    }
}

/// The code of one file that runs for clients.
struct Handlers<'p> {
    project: &'p Project,
    file: FileId,
    /// Calls that register code, by the range of their arguments.
    registered: Vec<(Span, NodeId)>,
    /// Functions that only such code calls, with the registration that they belong to.
    functions: BTreeMap<NodeId, NodeId>,
}

impl<'p> Handlers<'p> {
    fn of(project: &'p Project, file: FileId, uses: &[Use]) -> Self {
        let tree = &project.facts(file).tree;
        let links = uses.iter().flat_map(|it| &it.chain.links);
        let calls = links.filter(|it| it.role == Role::Register);
        let registered = calls.filter_map(|it| match tree.kind(it.node) {
            Kind::Call { arguments_span, .. } => Some((*arguments_span, it.node)),
            _ => None,
        });
        let mut handlers = Self {
            project,
            file,
            registered: registered.collect(),
            functions: BTreeMap::new(),
        };
        handlers.add_methods_of_gateways();
        handlers
    }

    /// Methods that a framework calls for clients: those of a class into which it puts the server.
    /// <https://docs.nestjs.com/websockets/gateways>
    fn add_methods_of_gateways(&mut self) {
        let tree = &self.project.facts(self.file).tree;
        for site in self.project.sites() {
            let field = site.place;
            if site.kind != SiteKind::Framework || field.file != self.file {
                continue;
            }
            let class = tree.parent(field.node).map(|it| tree.kind(it));
            let Some(Kind::Class(class)) = class else {
                continue;
            };
            for member in &class.members {
                if let Some(method) = client_method(tree, *member) {
                    self.functions.insert(method, field.node);
                }
            }
        }
    }

    /// The registration that a node is part of.
    fn around(&self, node: NodeId) -> Option<NodeId> {
        let tree = &self.project.facts(self.file).tree;
        let offset = tree.span(node).start;
        let by_text = self
            .registered
            .iter()
            .find(|it| it.0.start <= offset && offset < it.0.end)
            .map(|it| it.1);
        by_text.or_else(|| {
            tree.ancestors(node)
                .find_map(|it| self.functions.get(&it).copied())
        })
    }

    /// Adds the functions that are only used in what is known so far. True if there were some.
    fn grow(&mut self) -> bool {
        let tree = &self.project.facts(self.file).tree;
        let functions = tree.ids().filter(|it| tree.function(*it).is_some());
        let found: Vec<(NodeId, NodeId)> = functions
            .filter(|it| !self.functions.contains_key(it))
            .filter_map(|it| Some((it, self.only_used_in(it)?)))
            .collect();
        let is_new = !found.is_empty();
        self.functions.extend(found);
        is_new
    }

    /// The registration to which all uses of a function lead, if they all lead to one.
    fn only_used_in(&self, function: NodeId) -> Option<NodeId> {
        let tree = &self.project.facts(self.file).tree;
        let own = tree.span(function);
        let places = self.places_of(function)?;
        let others = places.iter().filter(|it| !own.contains(tree.span(**it)));
        let mut around = others.map(|it| self.around(*it));
        let first = around.next()??;
        around.all(|it| it.is_some()).then_some(first)
    }

    /// Where a function is named, called or handed over; `None` if that can't be told: it has no name, or leaves the file.
    fn places_of(&self, function: NodeId) -> Option<Vec<NodeId>> {
        let facts = self.project.facts(self.file);
        let tree = &facts.tree;
        let parent = tree.parent(function)?;
        let name = match tree.kind(parent) {
            Kind::Declarator { target, .. } => Some(*target),
            Kind::ClassMember { key, .. } => return self.places_of_method(function, key.name()?),
            _ => tree.function(function)?.name,
        };
        let binding = facts.binding(facts.binding_of(name?)?);
        let is_exported = binding.declarations.iter().any(|it| {
            tree.ancestors(*it).any(|it| {
                matches!(
                    tree.kind(it),
                    Kind::ExportDeclaration { .. } | Kind::ExportDefault { .. }
                )
            }) && facts.scope(binding.scope).parent.is_none()
        });
        (!is_exported).then(|| binding.references.clone())
    }

    fn places_of_method(&self, function: NodeId, name: &str) -> Option<Vec<NodeId>> {
        let place = Place {
            file: self.file,
            node: function,
        };
        let calls = self.project.calls_of(place);
        if calls.iter().any(|it| it.file != self.file) || self.is_named_elsewhere(name) {
            return None;
        }
        let tree = &self.project.facts(self.file).tree;
        let is_named = |it: &NodeId| matches!(tree.kind(*it), Kind::Member { property, .. } if property.name() == Some(name));
        let members = tree.ids().filter(is_named);
        Some(calls.iter().map(|it| it.node).chain(members).collect())
    }
}

impl Handlers<'_> {
    /// Whether another file reads a member of this name from something that is not known: it may be this one.
    fn is_named_elsewhere(&self, name: &str) -> bool {
        self.project
            .files()
            .filter(|it| it.0 != self.file && self.project.role(it.0).is_of_api())
            .any(|(file, facts)| {
                facts.tree.ids().any(|it| match facts.tree.kind(it) {
                    Kind::Member {
                        object, property, ..
                    } if property.name() == Some(name) => {
                        let object = Place {
                            file,
                            node: *object,
                        };
                        self.project.values(object).next().is_none()
                    }
                    _ => false,
                })
            })
    }
}

/// The function of a class member that a framework calls for clients.
fn client_method(tree: &Tree, member: NodeId) -> Option<NodeId> {
    let Kind::ClassMember {
        key,
        value: Some(value),
        decorators,
        ..
    } = tree.kind(member)
    else {
        return None;
    };
    let subscribes = decorators.iter().any(|it| {
        let callee = match tree.kind(*it) {
            Kind::Call { callee, .. } => *callee,
            _ => *it,
        };
        matches!(tree.name(callee), Some("SubscribeMessage" | "Input"))
    });
    let is_of_life = matches!(
        key.name(),
        Some(
            "handleConnection"
                | "handleDisconnect"
                | "afterInit"
                | "$onConnection"
                | "$onDisconnect"
        )
    );
    (subscribes || is_of_life).then_some(*value)
}

/// Functions that handlers hand the server to: what only handlers call is part of them, what others call too is shared.
pub(super) fn follow(project: &Project, uses: &mut [Use]) {
    let received: Vec<Vec<Variable>> = uses
        .iter()
        .map(|it| {
            receiving_parameters(project, &it.chain)
                .unwrap_or_default()
                .into_iter()
                .flatten()
                .collect()
        })
        .collect();
    while mark_followed(project, uses, &received, false) {}
    while mark_followed(project, uses, &received, true) {}
}

/// One round: marks the uses of parameters that only handlers feed, or, then, of those that are shared. True if there
/// was something new.
fn mark_followed(
    project: &Project,
    uses: &mut [Use],
    received: &[Vec<Variable>],
    shared: bool,
) -> bool {
    let mut from_handlers = BTreeMap::new();
    let mut from_others = BTreeSet::new();
    for (it, parameters) in uses
        .iter()
        .zip(received)
        .filter(|it| it.0.meaning == Meaning::Argument)
    {
        for parameter in parameters {
            if it.inside.is_some() || it.is_shared {
                from_handlers.insert(*parameter, it.chain.end);
            }
            if it.inside.is_none() {
                from_others.insert(*parameter);
            }
        }
    }
    let mut is_new = false;
    for it in uses
        .iter_mut()
        .filter(|it| it.inside.is_none() && !it.is_shared)
    {
        let root = it.chain.root;
        let binding = project.facts(root.file).binding_of(root.node);
        let Some(variable) = binding.map(|binding| (root.file, binding)) else {
            continue;
        };
        let Some(call) = from_handlers.get(&variable) else {
            continue;
        };
        if shared {
            it.is_shared = true;
        } else if !from_others.contains(&variable) {
            it.inside = Some(*call);
        }
        is_new |= it.is_shared || it.inside.is_some();
    }
    is_new
}
