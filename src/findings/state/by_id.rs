//! One client's socket, taken out of the server's map by its id: `io.sockets.sockets.get(id)?.emit(…)`, or kept in a
//! variable first. Every socket is in a room of its id, so what is done with the socket can be done with the room, as
//! long as nothing else depends on whether the socket is there. Leaves the rewrite to `plan`.

use crate::findings::chains::{Chain, chain_at, chain_ending_at};
use crate::findings::uses::Variable;
use crate::project::Project;
use crate::project::api::Role;
use crate::project::value::{Part, Place, Value};
use crate::scope::FileFacts;
use crate::source::{FileId, Span};
use crate::syntax::{Kind, LogicalOperator, NodeId, Tree};

/// A variable with a socket, all that is done with which can be done with the room of its id.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What takes it out: `io.sockets.sockets.get(id)`.
    pub taking: Chain,
    /// Names in conditions that ask whether it is there.
    pub guards: Vec<NodeId>,
    /// The id can be named where something is done with the socket, so no variable is needed.
    pub is_named_anew: bool,
    /// Nothing is done with it before somebody asked whether it is there.
    is_asked_for: bool,
}

/// Whether what a chain does can be done with the room of a socket's id: the chain that takes it out, or one on the
/// variable with it.
pub(in crate::findings) fn fits(project: &Project, chain: &Chain) -> bool {
    is_done_at_once(project, chain)
        || variable(project, chain).is_some_and(|it| kept(project, it).is_some())
}

/// Whether a chain for which [`fits`] holds asks whether the socket is there.
pub(in crate::findings) fn is_asked_for(project: &Project, chain: &Chain) -> bool {
    let kept = variable(project, chain).and_then(|it| kept(project, it));
    kept.map_or_else(
        || is_optional(&project.facts(chain.root.file).tree, chain),
        |it| it.is_asked_for,
    )
}

/// The variable with a socket that a chain fills, or starts at.
pub fn variable(project: &Project, chain: &Chain) -> Option<Variable> {
    let file = chain.root.file;
    let facts = project.facts(file);
    let name = match facts.tree.kind(facts.tree.parent(chain.end)?) {
        Kind::Declarator { target, .. } => *target,
        _ => chain.root.node,
    };
    let is_socket = |it: &Value| {
        matches!(
            it,
            Value::State {
                part: Part::Socket,
                ..
            }
        )
    };
    let mut values = project.values(Place { file, node: name });
    let binding = facts.binding_of(name).filter(|_| values.any(is_socket))?;
    Some((file, binding))
}

/// `io.sockets.sockets.get(id)?.emit('muted', by);`
fn is_done_at_once(project: &Project, chain: &Chain) -> bool {
    let tree = &project.facts(chain.root.file).tree;
    let Some((acts, taking)) = chain.links.split_last() else {
        return false;
    };
    let is_taken = taking
        .last()
        .and_then(|it| it.arguments.as_deref())
        .is_some_and(|it| is_one(tree, it));
    let is_alone = tree
        .parent(chain.end)
        .is_some_and(|it| matches!(tree.kind(it), Kind::ExpressionStatement { .. }));
    is_taken && is_alone && is_told(project, chain.root.file, acts.arguments.as_deref())
}

fn is_one(tree: &Tree, arguments: &[NodeId]) -> bool {
    matches!(arguments, [one] if !matches!(tree.kind(*one), Kind::Spread { .. }))
}

/// Whether what a socket is told costs nothing: without a socket it is not even evaluated. And nothing waits for an answer.
fn is_told(project: &Project, file: FileId, arguments: Option<&[NodeId]>) -> bool {
    let tree = &project.facts(file).tree;
    let is_silent = |node: &NodeId| {
        is_plain(tree, *node)
            && !project
                .values(Place { file, node: *node })
                .any(|it| matches!(it, Value::Function(_)))
    };
    arguments.is_some_and(|it| it.iter().all(is_silent))
}

/// Whether an expression only gives a value.
fn is_plain(tree: &Tree, expression: NodeId) -> bool {
    let mut parts = std::iter::once(expression).chain(tree.descendants(expression));
    parts.all(|it| match tree.kind(it) {
        Kind::Call { .. }
        | Kind::Await { .. }
        | Kind::Yield { .. }
        | Kind::Assign { .. }
        | Kind::Update { .. }
        | Kind::TaggedTemplate { .. }
        | Kind::Function(_)
        | Kind::Class(_) => false,
        Kind::New { callee, .. } => tree.name(*callee) == Some("Date"),
        Kind::Unary { operator, .. } => operator != "delete",
        _ => true,
    })
}

fn is_optional(tree: &Tree, chain: &Chain) -> bool {
    chain
        .last()
        .is_some_and(|it| matches!(tree.kind(it.member), Kind::Member { optional: true, .. }))
}

/// What is known of a variable with a socket; `None` if something else than the room of its id is needed.
pub fn kept(project: &Project, (file, binding): Variable) -> Option<Kept> {
    let facts = project.facts(file);
    let tree = &facts.tree;
    let [declaration] = facts.binding(binding).declarations[..] else {
        return None;
    };
    let init = match tree.kind(tree.parent(declaration)?) {
        Kind::Declarator { init, .. } => (*init)?,
        _ => return None,
    };
    let taking = chain_ending_at(project, Place { file, node: init }).filter(takes_one_out)?;
    let [id] = taking.last()?.arguments.as_deref()? else {
        return None;
    };
    let mut reading = Reading {
        project,
        facts,
        acts: Vec::new(),
        guards: Vec::new(),
    };
    let references = &facts.binding(binding).references;
    let is_known = references
        .iter()
        .all(|node| reading.read(Place { file, node: *node }));
    if !is_known || reading.acts.is_empty() || !is_one(tree, &[*id]) {
        return None;
    }
    let guarded: Option<Vec<Vec<Span>>> = reading
        .guards
        .iter()
        .map(|it| reading.guarded(*it))
        .collect();
    let guarded: Vec<Span> = guarded?.concat();
    let is_guarded = |it: &Act| {
        it.is_optional
            || guarded
                .iter()
                .any(|span| span.contains(tree.span(it.statement)))
    };
    let is_asked_for = reading.acts.iter().all(is_guarded);
    let is_named_anew = reading.names_anew(*id, tree.enclosing_statement(init));
    let is_typed = matches!(
        tree.kind(declaration),
        Kind::BindingName {
            annotation: Some(_),
            ..
        }
    );
    (is_named_anew || !is_typed).then_some(Kept {
        taking,
        guards: reading.guards,
        is_named_anew,
        is_asked_for,
    })
}

/// `io.sockets.sockets.get(id)`, `io.of('/desk').sockets.get(id)`.
fn takes_one_out(chain: &Chain) -> bool {
    let [.., map, get] = &chain.links[..] else {
        return false;
    };
    let is_map = map.name.as_deref() == Some("sockets") && map.role == Role::State;
    let on_the_way = &chain.links[..chain.links.len() - 2];
    is_map
        && get.name.as_deref() == Some("get")
        && on_the_way.iter().all(|it| it.role == Role::Link)
}

/// What is done with the socket at one place.
struct Act {
    /// The statement that does nothing else.
    statement: NodeId,
    is_optional: bool,
}

/// The places where a variable with a socket is read.
struct Reading<'p> {
    project: &'p Project,
    facts: &'p FileFacts,
    acts: Vec<Act>,
    guards: Vec<NodeId>,
}

impl Reading<'_> {
    /// Reads one place; false if more is done there than can be done with a room.
    fn read(&mut self, place: Place) -> bool {
        let tree = &self.facts.tree;
        let wrapped = tree.wrapped(place.node);
        let is_member = tree.parent(wrapped).is_some_and(
            |it| matches!(tree.kind(it), Kind::Member { object, .. } if *object == wrapped),
        );
        if !is_member {
            self.guards.push(place.node);
            return !self.facts.is_write(place.node);
        }
        let Some(chain) = chain_at(self.project, place) else {
            return false;
        };
        let [link] = &chain.links[..] else {
            return false;
        };
        let is_act = matches!(
            link.name.as_deref(),
            Some("emit" | "join" | "leave" | "disconnect")
        );
        let Some(statement) = self.alone(chain.end).filter(|_| is_act) else {
            return false;
        };
        self.acts.push(Act {
            statement,
            is_optional: is_optional(tree, &chain),
        });
        is_told(self.project, place.file, link.arguments.as_deref())
    }

    /// The statement that is nothing but an expression, or asks something first: `socket && socket.emit('muted');`
    fn alone(&self, expression: NodeId) -> Option<NodeId> {
        let tree = &self.facts.tree;
        let parent = tree.parent(expression)?;
        match tree.kind(parent) {
            Kind::ExpressionStatement { .. } => Some(parent),
            Kind::Logical {
                operator: LogicalOperator::And,
                left,
                right,
            } if *right == expression && is_plain(tree, *left) => self.alone(tree.wrapped(parent)),
            _ => None,
        }
    }

    /// The ranges that are run only if the socket is there because a guard asks; `None` if the guard decides about more
    /// than what is done with the socket.
    fn guarded(&self, guard: NodeId) -> Option<Vec<Span>> {
        let tree = &self.facts.tree;
        let is_part = |it: &NodeId| {
            matches!(
                tree.kind(*it),
                Kind::Parenthesized { .. }
                    | Kind::Cast { .. }
                    | Kind::Unary { .. }
                    | Kind::Binary { .. }
                    | Kind::Logical { .. }
            )
        };
        let test = tree
            .ancestors(guard)
            .take_while(is_part)
            .last()
            .unwrap_or(guard);
        let statement = tree.parent(test)?;
        match tree.kind(statement) {
            Kind::ExpressionStatement { .. } => {
                let is_act = self.acts.iter().any(|it| it.statement == statement);
                let Kind::Logical { left, .. } = tree.kind(tree.bare(test)) else {
                    return None;
                };
                (is_act && self.truth(*left) == Some(true)).then(|| vec![tree.span(statement)])
            }
            Kind::If {
                consequent,
                alternate: None,
                ..
            } => match self.truth(test)? {
                true => self
                    .is_idle(*consequent)
                    .then(|| vec![tree.span(*consequent)]),
                false => self.rest_guarded(statement, *consequent),
            },
            _ => None,
        }
    }

    /// `if (!socket) return;`, if all that follows is about the socket.
    fn rest_guarded(&self, statement: NodeId, exit: NodeId) -> Option<Vec<Span>> {
        let tree = &self.facts.tree;
        let exit = match tree.kind(exit) {
            Kind::Block { body } => match body[..] {
                [only] => only,
                _ => return None,
            },
            _ => exit,
        };
        let block = tree.parent(statement)?;
        let owner = tree.parent(block)?;
        let leaves_all = match (tree.kind(exit), tree.kind(owner)) {
            (Kind::Return { value: None }, Kind::Function(_)) => true,
            (
                Kind::Continue,
                Kind::For { body, .. } | Kind::ForEach { body, .. } | Kind::While { body, .. },
            ) => *body == block,
            _ => false,
        };
        let mut list = tree.statement_list(statement)?.iter();
        list.find(|it| **it == statement)?;
        let rest: Vec<NodeId> = list.copied().collect();
        let is_idle = rest.iter().all(|it| self.is_idle(*it));
        (leaves_all && is_idle).then(|| rest.iter().map(|it| tree.span(*it)).collect())
    }

    /// Whether a statement does nothing but something with the socket.
    fn is_idle(&self, statement: NodeId) -> bool {
        let tree = &self.facts.tree;
        match tree.kind(statement) {
            Kind::ExpressionStatement { .. } => {
                self.acts.iter().any(|it| it.statement == statement)
            }
            Kind::Block { body } => body.iter().all(|it| self.is_idle(*it)),
            Kind::If {
                test,
                consequent,
                alternate,
            } => {
                let branches = [Some(*consequent), *alternate];
                is_plain(tree, *test) && branches.into_iter().flatten().all(|it| self.is_idle(it))
            }
            _ => false,
        }
    }

    /// What a condition is if the socket is there, and nothing but that decides it against running.
    fn truth(&self, test: NodeId) -> Option<bool> {
        let tree = &self.facts.tree;
        let is_nothing =
            |it: NodeId| matches!(tree.kind(it), Kind::Null) || tree.name(it) == Some("undefined");
        match tree.kind(test) {
            Kind::Name { .. } => self.guards.contains(&test).then_some(true),
            Kind::Parenthesized { expression } | Kind::Cast { expression } => {
                self.truth(*expression)
            }
            Kind::Unary { operator, argument } if operator == "!" => {
                self.truth(*argument).map(|it| !it)
            }
            Kind::Binary {
                operator,
                left,
                right,
            } if is_nothing(*right) => match operator.as_str() {
                "!=" | "!==" => self.truth(*left).filter(|it| *it),
                "==" | "===" => self.truth(*left).filter(|it| *it).map(|it| !it),
                _ => None,
            },
            Kind::Logical {
                operator: LogicalOperator::And,
                left,
                right,
            } if is_plain(tree, test) => {
                let sides = [self.truth(*left), self.truth(*right)];
                sides.contains(&Some(true)).then_some(true)
            }
            _ => None,
        }
    }

    /// Whether `id` means the same wherever something is done with the socket that `declaration` declares.
    fn names_anew(&self, id: NodeId, declaration: NodeId) -> bool {
        let (facts, tree) = (self.facts, &self.facts.tree);
        let is_constant = match tree.kind(tree.bare(id)) {
            Kind::Name { name } => facts.binding_of(tree.bare(id)).is_some_and(|it| {
                let is_written = facts
                    .binding(it)
                    .references
                    .iter()
                    .any(|it| facts.is_write(*it));
                let is_same =
                    |act: &Act| facts.lookup(facts.scope_of(act.statement), name) == Some(it);
                !is_written && self.acts.iter().all(is_same)
            }),
            _ => tree.string_value(id).is_some(),
        };
        let is_cheap = is_plain(tree, id) || self.acts.len() == 1;
        is_constant || is_cheap && self.follow_at_once(declaration)
    }

    /// Whether nothing but what is done with the socket stands between its declaration and the last of that.
    fn follow_at_once(&self, declaration: NodeId) -> bool {
        let tree = &self.facts.tree;
        let Some(list) = tree.statement_list(declaration) else {
            return false;
        };
        let is_alone = matches!(tree.kind(declaration), Kind::Variables { declarators, .. } if declarators.len() == 1);
        let behind = list.iter().skip_while(|it| **it != declaration).skip(1);
        let is_about = |it: &&NodeId| self.is_idle(**it) || self.is_exit(**it);
        let about: Vec<Span> = behind
            .take_while(is_about)
            .map(|it| tree.span(*it))
            .collect();
        let is_near = |it: &Act| {
            about
                .iter()
                .any(|span| span.contains(tree.span(it.statement)))
        };
        is_alone && self.acts.iter().all(is_near)
    }

    /// `if (!socket) return;`
    fn is_exit(&self, statement: NodeId) -> bool {
        match self.facts.tree.kind(statement) {
            Kind::If { test, .. } => self.truth(*test) == Some(false),
            _ => false,
        }
    }
}
