//! Names to bindings, and whether a name is read or written.
//! Leaves finding the bindings to `bindings.rs`.

use std::collections::BTreeMap;

use super::bindings::Declared;
use super::{BindingId, FileFacts, Scope, ScopeId, ScopeKind};
use crate::parse::Parsed;
use crate::syntax::{FunctionStyle, Kind, NodeId, Tree};

/// Gives every name its binding. All declarations are known by now, so their order is no matter.
pub(super) fn resolves(parsed: Parsed, declared: Declared) -> FileFacts {
    let Declared {
        scopes,
        bindings,
        binding_of,
        scope_of,
        mut names,
        mut with_eval,
    } = declared;
    names.sort_by_key(|it| parsed.tree.span(*it));
    with_eval.sort_unstable();
    let mut facts = FileFacts {
        tree: parsed.tree,
        errors: parsed.errors,
        scopes,
        bindings,
        binding_of,
        scope_of,
        free_names: BTreeMap::new(),
        arguments: BTreeMap::new(),
        uncertain: Vec::new(),
    };
    for name in names {
        facts.resolve(name, &with_eval);
    }
    facts.uncertain.sort_unstable();
    facts
}

/// The scopes from `scope` outward.
fn outward(scopes: &[Scope], scope: ScopeId) -> impl Iterator<Item = (ScopeId, &Scope)> {
    let ids = std::iter::successors(Some(scope), |it| scopes[it.index()].parent);
    ids.map(|it| (it, &scopes[it.index()]))
}

pub(super) fn lookup(scopes: &[Scope], scope: ScopeId, name: &str) -> Option<BindingId> {
    outward(scopes, scope).find_map(|(_, it)| it.names.get(name).copied())
}

impl FileFacts {
    fn resolve(&mut self, node: NodeId, with_eval: &[ScopeId]) {
        let name = self.tree.name(node).unwrap_or_default();
        let mut is_uncertain = false;
        for (id, scope) in outward(&self.scopes, self.scope_of(node)) {
            if let Some(binding) = scope.names.get(name).copied() {
                self.binding_of[node.index()] = Some(binding);
                self.bindings[binding.index()].references.push(node);
                self.uncertain.extend(is_uncertain.then_some(node));
                return;
            }
            if name == "arguments" && has_arguments(&self.tree, scope) {
                self.arguments.insert(node, scope.node);
                return;
            }
            is_uncertain |= scope.kind == ScopeKind::With || with_eval.binary_search(&id).is_ok();
        }
        self.uncertain.extend(is_uncertain.then_some(node));
        match self.free_names.get_mut(name) {
            Some(nodes) => nodes.push(node),
            None => {
                self.free_names.insert(name.to_owned(), vec![node]);
            }
        }
    }

    /// Whether the name `node` is given a value there: `x = 1`, `x += 1`, `x++`, `[x] = y`,
    /// `for (x of y)`. Declarations are no names.
    pub fn is_write(&self, node: NodeId) -> bool {
        self.assignment_to(node).is_some()
    }

    /// Whether the value of the name `node` is used there. `x += 1` and `x++` read and write.
    pub fn is_read(&self, node: NodeId) -> bool {
        match self.assignment_to(node).map(|it| self.tree.kind(it)) {
            None | Some(Kind::Update { .. }) => true,
            Some(Kind::Assign { operator, .. }) => operator != "=",
            Some(_) => false,
        }
    }

    /// The assignment, update or loop that gives the place `node` a value.
    fn assignment_to(&self, node: NodeId) -> Option<NodeId> {
        let mut here = node;
        loop {
            let parent = self.tree.parent(here)?;
            match self.tree.kind(parent) {
                Kind::Assign { target, .. } | Kind::ForEach { left: target, .. }
                    if *target == here =>
                {
                    return Some(parent);
                }
                Kind::Update { .. } => return Some(parent),
                Kind::DefaultPattern { target, .. }
                | Kind::PatternProperty { value: target, .. }
                    if *target == here => {}
                Kind::Parenthesized { .. }
                | Kind::Cast { .. }
                | Kind::ObjectPattern { .. }
                | Kind::ArrayPattern { .. }
                | Kind::RestPattern { .. } => {}
                _ => return None,
            }
            here = parent;
        }
    }
}

fn has_arguments(tree: &Tree, scope: &Scope) -> bool {
    scope.kind == ScopeKind::Function
        && tree
            .function(scope.node)
            .is_some_and(|it| it.style != FunctionStyle::Arrow)
}
