//! What can be dropped around a Redis client that goes: statements that only look after it, its places in lists, and what
//! is empty without it. Which clients go is the parent's question.

use std::collections::BTreeSet;

use crate::plan::toplevel::{Statements, purity};
use crate::project::value::Place;
use crate::scope::BindingId;
use crate::syntax::{Kind, NodeId};

/// What of the set-up file is dropped.
#[derive(Clone, Debug, Default)]
pub(in crate::plan) struct Drops {
    /// Whole statements, at any depth.
    pub(in crate::plan) statements: BTreeSet<NodeId>,
    /// Elements of arrays, properties of objects, declarators of a list.
    pub(in crate::plan) elements: BTreeSet<NodeId>,
    /// The clients that go.
    pub(in crate::plan) clients: BTreeSet<BindingId>,
}

impl Drops {
    /// Whether nothing is dropped.
    pub(in crate::plan) fn is_empty(&self) -> bool {
        self.statements.is_empty() && self.elements.is_empty()
    }

    /// Whether a node is dropped with something around it.
    pub(in crate::plan) fn covers(&self, statements: &Statements<'_>, node: NodeId) -> bool {
        let dropped = |it: NodeId| self.statements.contains(&it) || self.elements.contains(&it);
        dropped(node) || statements.tree().ancestors(node).any(dropped)
    }

    /// Drops the use of a client at `node`, if it is one without which everything else goes on.
    pub(super) fn take(&mut self, statements: &Statements<'_>, node: NodeId) -> bool {
        let tree = statements.tree();
        if matches!(tree.kind(node), Kind::BindingName { .. }) {
            return self.take_declarator(statements, node);
        }
        let end = self.upkeep(statements, node);
        let Some(parent) = tree.parent(end) else {
            return false;
        };
        match tree.kind(parent) {
            Kind::ExpressionStatement { .. } => self.take_statement(statements, parent),
            Kind::Array { .. } if self.is_without_order(statements, parent) => {
                self.elements.insert(end);
                true
            }
            // The test of an `if` goes with what it guards, or not at all.
            Kind::If { test, .. } if *test == end => false,
            Kind::Assign { target, .. } if *target == end => {
                tree.parent(parent).is_some_and(|it| {
                    matches!(tree.kind(it), Kind::ExpressionStatement { .. })
                        && self.take_statement(statements, it)
                })
            }
            _ => false,
        }
    }

    fn take_declarator(&mut self, statements: &Statements<'_>, name: NodeId) -> bool {
        let tree = statements.tree();
        let Some(declarator) = tree.parent(name) else {
            return false;
        };
        let Some(Kind::Variables { declarators, .. }) =
            tree.parent(declarator).map(|it| tree.kind(it))
        else {
            return false;
        };
        self.elements.insert(declarator);
        let is_last = declarators.iter().all(|it| self.elements.contains(it));
        if let Some(statement) = tree.parent(declarator).filter(|_| is_last) {
            self.statements.insert(statement);
        }
        true
    }

    /// A statement that is no element of a list can go with the `if` around it: `if (x.isOpen) x.quit();`.
    fn take_statement(&mut self, statements: &Statements<'_>, statement: NodeId) -> bool {
        let tree = statements.tree();
        if tree.statement_list(statement).is_some() {
            return self.statements.insert(statement);
        }
        let guard = tree.parent(statement).filter(|it| match tree.kind(*it) {
            Kind::If {
                test,
                alternate: None,
                ..
            } => self.asks_for_clients(statements, *test),
            _ => false,
        });
        guard.is_some_and(|it| tree.statement_list(it).is_some() && self.statements.insert(it))
    }

    /// The outermost expression that does nothing but look after the client at `node`: `await client.connect().catch(…)`,
    /// `close(client)`.
    fn upkeep(&self, statements: &Statements<'_>, node: NodeId) -> NodeId {
        let tree = statements.tree();
        let mut here = node;
        while let Some(parent) = tree.parent(here) {
            let goes_on = match tree.kind(parent) {
                Kind::Parenthesized { .. } | Kind::Cast { .. } | Kind::Await { .. } => true,
                Kind::Member { object, .. } => *object == here,
                Kind::Call {
                    callee, arguments, ..
                } if *callee == here => arguments.iter().all(|it| self.is_idle(statements, *it)),
                Kind::Call { arguments, .. } => {
                    let call = Place {
                        file: statements.file,
                        node: parent,
                    };
                    let is_own = !statements.input.project.callees(call).is_empty();
                    is_own && arguments.len() == 1 && arguments.contains(&here)
                }
                _ => false,
            };
            if !goes_on {
                break;
            }
            here = parent;
        }
        here
    }

    /// Whether an argument does nothing that would be missed: data, or a callback that only logs.
    pub(super) fn is_idle(&self, statements: &Statements<'_>, node: NodeId) -> bool {
        let tree = statements.tree();
        tree.descendants(node).all(|it| match tree.kind(it) {
            _ if self.covers(statements, it) => true,
            Kind::Call { .. } => purity::is_log(tree, it) || self.is_upkeep_call(statements, it),
            Kind::Assign { .. } | Kind::Update { .. } | Kind::Yield { .. } => false,
            _ => true,
        })
    }

    /// `client.connect()` within a callback of another client.
    fn is_upkeep_call(&self, statements: &Statements<'_>, call: NodeId) -> bool {
        let tree = statements.tree();
        let mut here = call;
        while let Kind::Call { callee: inner, .. } | Kind::Member { object: inner, .. } =
            tree.kind(here)
        {
            here = *inner;
        }
        statements
            .facts
            .binding_of(here)
            .is_some_and(|it| self.clients.contains(&it))
    }

    /// Whether the elements of an array are taken one by one, whatever their number.
    fn is_without_order(&self, statements: &Statements<'_>, array: NodeId) -> bool {
        let tree = statements.tree();
        let Some(parent) = tree.parent(array) else {
            return false;
        };
        match tree.kind(parent) {
            Kind::ForEach { right, is_of, .. } => *right == array && *is_of,
            Kind::Member {
                object, property, ..
            } => *object == array && matches!(property.name(), Some("forEach" | "map")),
            Kind::Call {
                callee, arguments, ..
            } => {
                arguments.as_slice() == [array]
                    && is_promise_list(statements, *callee)
                    && is_result_unused(statements, parent)
            }
            _ => false,
        }
    }

    /// Drops what nothing is left in: `try { }`, `if (x) { }`, `Promise.all([])`, `for (… of [])`.
    pub(super) fn take_emptied(&mut self, statements: &Statements<'_>) {
        let tree = statements.tree();
        for node in tree.ids() {
            if self.covers(statements, node) {
                continue;
            }
            let is_empty = match tree.kind(node) {
                Kind::Try {
                    block,
                    finalizer: None,
                    ..
                } => self.is_emptied(statements, *block),
                Kind::If {
                    test,
                    consequent,
                    alternate: None,
                } => {
                    self.is_emptied(statements, *consequent)
                        && self.asks_for_clients(statements, *test)
                }
                Kind::ForEach { right, .. } => self.has_lost_all(statements, *right),
                Kind::ExpressionStatement { expression } => {
                    self.is_idle_promise(statements, *expression)
                }
                _ => false,
            };
            if is_empty {
                self.take_statement(statements, node);
            }
        }
    }

    fn is_emptied(&self, statements: &Statements<'_>, node: NodeId) -> bool {
        match statements.tree().kind(node) {
            Kind::Block { body } => {
                !body.is_empty() && body.iter().all(|it| self.statements.contains(it))
            }
            _ => false,
        }
    }

    fn has_lost_all(&self, statements: &Statements<'_>, node: NodeId) -> bool {
        match statements.tree().kind(node) {
            Kind::Array { elements } => {
                !elements.is_empty()
                    && elements
                        .iter()
                        .flatten()
                        .all(|it| self.elements.contains(it))
            }
            _ => false,
        }
    }

    /// Whether a test asks for nothing but dropped clients: `pub && pub.isOpen`.
    fn asks_for_clients(&self, statements: &Statements<'_>, test: NodeId) -> bool {
        let tree = statements.tree();
        tree.descendants(test).all(|it| match tree.kind(it) {
            Kind::Name { .. } => statements
                .facts
                .binding_of(it)
                .is_some_and(|it| self.clients.contains(&it)),
            Kind::Member { .. }
            | Kind::Logical { .. }
            | Kind::Unary { .. }
            | Kind::Parenthesized { .. } => true,
            _ => false,
        })
    }

    /// `await Promise.all([]).then(() => {})`, `[].forEach(…)`, with every element gone and callbacks that only log.
    fn is_idle_promise(&self, statements: &Statements<'_>, expression: NodeId) -> bool {
        let tree = statements.tree();
        match tree.kind(expression) {
            Kind::Await { argument } => self.is_idle_promise(statements, *argument),
            Kind::Parenthesized { expression } => self.is_idle_promise(statements, *expression),
            Kind::Call {
                callee, arguments, ..
            } => {
                let has_lost = arguments
                    .first()
                    .is_some_and(|it| self.has_lost_all(statements, *it));
                if has_lost && is_promise_list(statements, *callee) {
                    return true;
                }
                let Kind::Member { object, .. } = tree.kind(*callee) else {
                    return false;
                };
                if self.has_lost_all(statements, *object) {
                    return true;
                }
                arguments.iter().all(|it| self.is_idle(statements, *it))
                    && self.is_idle_promise(statements, *object)
            }
            _ => false,
        }
    }
}

fn is_promise_list(statements: &Statements<'_>, callee: NodeId) -> bool {
    let tree = statements.tree();
    match tree.kind(callee) {
        Kind::Member {
            object, property, ..
        } => {
            matches!(property.name(), Some("all" | "allSettled"))
                && tree.name(*object) == Some("Promise")
                && statements.facts.binding_of(*object).is_none()
        }
        _ => false,
    }
}

/// Whether nobody looks at what a promise gives: it is awaited as a statement, or its callbacks take nothing.
fn is_result_unused(statements: &Statements<'_>, call: NodeId) -> bool {
    let tree = statements.tree();
    let mut here = call;
    while let Some(parent) = tree.parent(here) {
        match tree.kind(parent) {
            Kind::ExpressionStatement { .. } => return true,
            Kind::Await { .. } | Kind::Parenthesized { .. } | Kind::Member { .. } => here = parent,
            Kind::Call {
                callee, arguments, ..
            } if *callee == here => {
                let takes_result = matches!(tree.kind(here), Kind::Member { property, .. } if property.name() == Some("then"));
                let is_plain = arguments
                    .first()
                    .and_then(|it| tree.function(*it))
                    .is_some_and(|it| it.parameters.is_empty());
                if takes_result && !is_plain {
                    return false;
                }
                here = parent;
            }
            _ => return false,
        }
    }
    false
}
