//! What becomes of the sockets that were fetched. Those of the dedicated server are snapshots: what is written to their
//! `data` or their `rooms` is seen by nobody.

use std::collections::BTreeSet;

use crate::findings::chains::Chain;
use crate::project::Project;
use crate::scope::{BindingId, FileFacts};
use crate::syntax::{Kind, NodeId};

/// Whether the file writes to the sockets that a chain fetches, as far as they are followed: through variables, loops and
/// callbacks.
pub(in crate::findings) fn is_written(project: &Project, chain: &Chain) -> bool {
    let facts = project.facts(chain.root.file);
    let mut walk = Walk {
        facts,
        seen: BTreeSet::new(),
        values: vec![chain.end],
    };
    while let Some(value) = walk.values.pop() {
        if walk.follow(value) {
            return true;
        }
    }
    false
}

struct Walk<'f> {
    facts: &'f FileFacts,
    seen: BTreeSet<BindingId>,
    /// Expressions that hold a socket, or a list of some.
    values: Vec<NodeId>,
}

impl Walk<'_> {
    /// Looks where a value goes; true if it is written to.
    fn follow(&mut self, value: NodeId) -> bool {
        let tree = &self.facts.tree;
        let Some(parent) = tree.parent(value) else {
            return false;
        };
        match tree.kind(parent) {
            Kind::Await { .. } | Kind::Parenthesized { .. } | Kind::Cast { .. } => {
                self.values.push(parent);
            }
            Kind::Member { property, .. } => {
                if matches!(property.name(), Some("data" | "rooms")) {
                    return self.is_changed(parent);
                }
                self.values.push(parent);
            }
            // `all.forEach((socket) => …)`, `all.find(…)`
            Kind::Call {
                callee, arguments, ..
            } if *callee == value => {
                let callback = arguments.first().and_then(|it| tree.function(*it));
                if let Some(first) = callback.and_then(|it| it.parameters.first()) {
                    self.declare(*first);
                }
                self.values.push(parent);
            }
            Kind::Declarator { target, .. } => self.declare(*target),
            Kind::ForEach { left, right, .. } if *right == value => self.declare(*left),
            _ => {}
        }
        false
    }

    /// The names of a pattern hold what is followed.
    fn declare(&mut self, pattern: NodeId) {
        let tree = &self.facts.tree;
        for node in std::iter::once(pattern).chain(tree.descendants(pattern)) {
            if let Some(binding) = self.facts.binding_of(node)
                && self.seen.insert(binding)
            {
                let references = &self.facts.binding(binding).references;
                self.values.extend(references);
            }
        }
    }

    /// Whether something in a socket's `data` is assigned, deleted, or put there by a method.
    fn is_changed(&self, state: NodeId) -> bool {
        let tree = &self.facts.tree;
        let mut here = state;
        let mut last = None;
        while let Some(parent) = tree.parent(here) {
            match tree.kind(parent) {
                Kind::Member { property, .. } => last = property.name(),
                Kind::Cast { .. } | Kind::Parenthesized { .. } => {}
                Kind::Assign { target, .. } => return *target == here,
                Kind::Update { .. } => return true,
                Kind::Unary { operator, .. } => return operator == "delete",
                Kind::Call { callee, .. } => {
                    let changes = ["add", "clear", "delete", "pop", "push", "set", "splice"];
                    return *callee == here && last.is_some_and(|it| changes.contains(&it));
                }
                _ => return false,
            }
            here = parent;
        }
        false
    }
}
