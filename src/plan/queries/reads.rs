//! How a place reads a variable with state: what is asked for instead, and what is done with the answer.

use super::touches::Touches;
use super::travels;
use crate::plan::Input;
use crate::plan::toplevel::{Statements, purity};
use crate::project::value::{Place, Value};
use crate::scope::{BindingId, BindingKind, FileFacts, ScopeId};
use crate::syntax::{Key, Kind, NodeId, Tree};

/// Methods that tell something of a collection.
const TELLING: [&str; 6] = ["has", "get", "includes", "indexOf", "lastIndexOf", "at"];

/// Methods that only read, and are called on a copy.
const READING: [&str; 15] = [
    "forEach",
    "map",
    "filter",
    "find",
    "findIndex",
    "findLast",
    "some",
    "every",
    "reduce",
    "slice",
    "join",
    "concat",
    "flatMap",
    "keys",
    "values",
];

/// What a place reads.
pub(super) struct Read {
    /// The expression in whose place the question stands.
    pub(super) expression: Place,
    /// What is named in it: the state, or the function.
    pub(super) head: NodeId,
    /// What the name of the query ends with.
    pub(super) suffix: String,
    pub(super) arguments: Vec<NodeId>,
    /// Names for them over there.
    parameters: Vec<String>,
    /// How the dedicated server says it: `{}` is the state.
    answer: String,
    pub(super) made: Option<&'static str>,
    /// It gives a promise today.
    pub(super) is_promise: bool,
}

/// What a variable holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Collection {
    Map,
    Set,
    /// An array, an object or a plain value.
    Plain,
}

/// Whether a variable of the file may hold state that can be asked for.
pub(super) fn is_state(statements: &Statements<'_>, binding: BindingId) -> bool {
    let facts = statements.facts.binding(binding);
    let is_variable = matches!(
        facts.kind,
        BindingKind::Var | BindingKind::Let | BindingKind::Const
    );
    facts.scope == ScopeId::MODULE
        && is_variable
        && facts.declarations.len() == 1
        && init(statements, binding).is_some_and(|it| is_plain_start(statements, it))
        && !statements.holds(binding, |it| !matches!(it, Value::Object(_)))
}

fn init(statements: &Statements<'_>, binding: BindingId) -> Option<NodeId> {
    let tree = statements.tree();
    let declaration = *statements.facts.binding(binding).declarations.first()?;
    match tree.kind(tree.parent(declaration)?) {
        Kind::Declarator { target, init } if *target == declaration => *init,
        _ => None,
    }
}

/// `new Map()`, `{}`, `[]`, `0`.
fn is_plain_start(statements: &Statements<'_>, init: NodeId) -> bool {
    let tree = statements.tree();
    match tree.kind(tree.bare(init)) {
        Kind::New { callee, arguments } => {
            arguments.is_empty() && matches!(tree.name(*callee), Some("Map" | "Set"))
        }
        Kind::Array { elements } => elements.is_empty(),
        Kind::Object { properties } => properties.is_empty(),
        Kind::Call { callee, .. } => {
            matches!(tree.kind(*callee), Kind::Member { object, property, .. }
                if tree.name(*object) == Some("Object") && property.name() == Some("create"))
        }
        Kind::Literal | Kind::Boolean { .. } | Kind::String { .. } => true,
        _ => false,
    }
}

/// What the variable of `touches` holds.
pub(super) fn collection(touches: &Touches<'_, '_>) -> Collection {
    let statements = touches.statements;
    let tree = statements.tree();
    let init = init(statements, touches.state.1).map(|it| tree.kind(tree.bare(it)));
    match init {
        Some(Kind::New { callee, .. }) if tree.name(*callee) == Some("Map") => Collection::Map,
        Some(Kind::New { .. }) => Collection::Set,
        _ => Collection::Plain,
    }
}

/// Whether a function, or any other node, does something with the server.
pub(super) fn has_use(input: &Input<'_>, place: Place) -> bool {
    let tree = &input.project.facts(place.file).tree;
    let own = tree.span(place.node);
    let mut uses = input.uses.iter();
    uses.any(|it| it.chain.root.file == place.file && own.contains(tree.span(it.chain.root.node)))
}

impl Read {
    /// What the place reads of the state; `None` if it changes it, or hands it on.
    pub(super) fn at(touches: &Touches<'_, '_>, state: Place) -> Option<Self> {
        let input = touches.statements.input;
        let facts = input.project.facts(state.file);
        let read = Self::told(touches, state).or_else(|| Self::copy(touches, state))?;
        let has_data = read
            .arguments
            .iter()
            .all(|it| travels::is_data(input, state.beside(*it)));
        let node = read.expression.node;
        let is_kept = is_changed(facts, node, 0) && !is_made_anew(&facts.tree, node);
        (has_data && !is_kept && !facts.is_write(state.node)).then_some(read)
    }

    /// The call of a function that reads it.
    pub(super) fn call(touches: &Touches<'_, '_>, call: Place) -> Option<Self> {
        let input = touches.statements.input;
        let facts = input.project.facts(call.file);
        let Kind::Call {
            callee, arguments, ..
        } = facts.tree.kind(call.node)
        else {
            return None;
        };
        let is_data = |it: &NodeId| travels::is_data(input, call.beside(*it));
        let mut called = input.project.callees(call).into_iter();
        let function = called.next().filter(|_| called.next().is_none())?;
        let function = input
            .project
            .facts(function.file)
            .tree
            .function(function.node)?;
        (arguments.iter().all(is_data) && !is_changed(facts, call.node, 0)).then(|| Self {
            expression: call,
            head: *callee,
            suffix: String::new(),
            arguments: arguments.clone(),
            parameters: Vec::new(),
            answer: String::new(),
            made: None,
            is_promise: function.is_async,
        })
    }

    /// What the dedicated server runs to answer.
    pub(super) fn answer(&self) -> String {
        format!("({}) => {}", self.parameters.join(", "), self.answer)
    }

    /// What is told of the state without sending it: `users.has(id)`, `users.size`, `users[id]`, `Object.keys(users)`.
    pub(super) fn told(touches: &Touches<'_, '_>, state: Place) -> Option<Self> {
        let tree = &touches.statements.input.project.facts(state.file).tree;
        let here = tree.wrapped(state.node);
        let parent = tree.parent(here)?;
        let read = |expression: NodeId, suffix: &str, arguments: &[NodeId], answer: &str| Self {
            expression: state.beside(expression),
            head: state.node,
            suffix: suffix.to_owned(),
            arguments: arguments.to_vec(),
            parameters: parameters(tree, arguments, touches.name()),
            answer: answer.to_owned(),
            made: None,
            is_promise: false,
        };
        let values_travel = || travels::values_of(touches);
        match tree.kind(parent) {
            Kind::Member {
                object,
                property: Key::Static(name),
                optional: false,
                ..
            } if *object == here => match (name.as_str(), called(tree, parent)) {
                ("size" | "length", None) => {
                    Some(read(parent, &capital(name), &[], &format!("{{}}.{name}")))
                }
                (name, Some((call, arguments))) if TELLING.contains(&name) => {
                    let is_told = matches!(name, "has" | "includes" | "indexOf" | "lastIndexOf");
                    let names = parameters(tree, arguments, touches.name()).join(", ");
                    let is_fit = is_told || values_travel();
                    is_fit.then(|| {
                        read(
                            call,
                            &capital(name),
                            arguments,
                            &format!("{{}}.{name}({names})"),
                        )
                    })
                }
                ("keys" | "values" | "entries", Some((call, []))) => {
                    let list = listed(tree, call)?;
                    let is_fit = name == "keys" || values_travel();
                    is_fit.then(|| read(list, &capital(name), &[], &format!("[...{{}}.{name}()]")))
                }
                _ => None,
            },
            Kind::Member {
                object,
                property: Key::Computed(key),
                optional: false,
                ..
            } if *object == here => {
                let names = parameters(tree, &[*key], touches.name()).join(", ");
                (called(tree, parent).is_none() && values_travel())
                    .then(|| read(parent, "Get", &[*key], &format!("{{}}[{names}]")))
            }
            Kind::Binary {
                operator,
                left,
                right,
            } if operator == "in" && *right == here => {
                let names = parameters(tree, &[*left], touches.name()).join(", ");
                Some(read(parent, "Has", &[*left], &format!("{names} in {{}}")))
            }
            Kind::Call {
                callee, arguments, ..
            } if arguments[..] == [here] => {
                let name = of_object(tree, *callee)?;
                let counted = tree.parent(parent).filter(|it| {
                    matches!(tree.kind(*it), Kind::Member { property, .. } if property.name() == Some("length"))
                });
                match counted {
                    Some(length) => Some(read(
                        length,
                        "Count",
                        &[],
                        &format!("Object.{name}({{}}).length"),
                    )),
                    None => (name == "keys" || values_travel()).then(|| {
                        read(parent, &capital(name), &[], &format!("Object.{name}({{}})"))
                    }),
                }
            }
            _ => None,
        }
    }

    /// All of the state, for a place that reads it in another way.
    fn copy(touches: &Touches<'_, '_>, state: Place) -> Option<Self> {
        let tree = &touches.statements.input.project.facts(state.file).tree;
        let kind = collection(touches);
        let here = tree.wrapped(state.node);
        let list = match tree.kind(tree.parent(here)?) {
            Kind::Spread { .. } if kind != Collection::Plain => listed(tree, here),
            Kind::Call { callee, .. }
                if is_array_from(tree, *callee) && kind != Collection::Plain =>
            {
                listed(tree, here)
            }
            _ => None,
        };
        if list.is_none() && !is_looked_at(touches, state.beside(here))
            || !travels::values_of(touches)
        {
            return None;
        }
        let made = match kind {
            Collection::Map => Some("new Map"),
            Collection::Set => Some("new Set"),
            Collection::Plain => None,
        };
        Some(Self {
            expression: state.beside(list.unwrap_or(here)),
            head: state.node,
            suffix: String::new(),
            arguments: Vec::new(),
            parameters: Vec::new(),
            answer: match kind {
                Collection::Plain => "{}".to_owned(),
                _ => "[...{}]".to_owned(),
            },
            made: made.filter(|_| list.is_none()),
            is_promise: false,
        })
    }
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|it| it.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// What the arguments are called over there: by their own names, where they have some.
fn parameters(tree: &Tree, arguments: &[NodeId], state: &str) -> Vec<String> {
    let name = |(index, it): (usize, &NodeId)| {
        let named = match tree.kind(tree.bare(*it)) {
            Kind::Name { name } => Some(name.as_str()),
            Kind::Member { property, .. } => property.name(),
            _ => None,
        };
        let is_fit = |it: &&str| *it != state && it.starts_with(|it: char| it.is_ascii_lowercase());
        match (named.filter(is_fit), index) {
            (Some(name), _) if arguments.len() == 1 && !is_word(name) => name.to_owned(),
            (_, 0) => "key".to_owned(),
            (_, index) => format!("argument{index}"),
        }
    };
    arguments.iter().enumerate().map(name).collect()
}

/// Words that are no names of variables.
fn is_word(name: &str) -> bool {
    [
        "default", "delete", "new", "in", "class", "function", "this", "typeof", "void", "with",
    ]
    .contains(&name)
}

/// The call of which a member is the callee.
fn called(tree: &Tree, member: NodeId) -> Option<(NodeId, &[NodeId])> {
    let outer = tree.wrapped(member);
    let call = tree.parent(outer)?;
    match tree.kind(call) {
        Kind::Call {
            callee, arguments, ..
        } if *callee == outer => Some((call, arguments)),
        _ => None,
    }
}

/// `[...list]`, `Array.from(list)`: the array that is made of nothing else.
fn listed(tree: &Tree, list: NodeId) -> Option<NodeId> {
    let parent = tree.parent(list)?;
    match tree.kind(parent) {
        Kind::Spread { .. } => {
            let array = tree.parent(parent)?;
            matches!(tree.kind(array), Kind::Array { elements } if elements.len() == 1)
                .then_some(array)
        }
        Kind::Call {
            callee, arguments, ..
        } => (arguments[..] == [list] && is_array_from(tree, *callee)).then_some(parent),
        _ => None,
    }
}

fn is_array_from(tree: &Tree, callee: NodeId) -> bool {
    match tree.kind(callee) {
        Kind::Member {
            object, property, ..
        } => tree.name(*object) == Some("Array") && property.name() == Some("from"),
        _ => false,
    }
}

/// `keys` of `Object.keys`.
fn of_object(tree: &Tree, callee: NodeId) -> Option<&str> {
    match tree.kind(callee) {
        Kind::Member {
            object, property, ..
        } if tree.name(*object) == Some("Object") => {
            let names = ["keys", "values", "entries"];
            property.name().filter(|it| names.contains(it))
        }
        _ => None,
    }
}

/// Whether an expression is a list of its own, in which nobody else sees what is changed: `Object.keys(users).sort()`.
fn is_made_anew(tree: &Tree, expression: NodeId) -> bool {
    match tree.kind(expression) {
        Kind::Array { .. } => true,
        Kind::Call { callee, .. } => {
            is_array_from(tree, *callee) || of_object(tree, *callee).is_some()
        }
        _ => false,
    }
}

/// Whether nothing is done with an expression but looking at what it holds: methods that read, loops, answers to requests.
fn is_looked_at(touches: &Touches<'_, '_>, place: Place) -> bool {
    let project = touches.statements.input.project;
    let tree = &project.facts(place.file).tree;
    let Some(parent) = tree.parent(place.node) else {
        return false;
    };
    match tree.kind(parent) {
        Kind::Member {
            object, property, ..
        } if *object == place.node => {
            let is_read = property.name().is_some_and(|it| READING.contains(&it));
            is_read && called(tree, parent).is_some()
        }
        Kind::ForEach { right, is_of, .. } => *right == place.node && *is_of,
        Kind::Spread { .. } | Kind::Template { .. } | Kind::Binary { .. } => true,
        Kind::Property { .. }
        | Kind::Object { .. }
        | Kind::Array { .. }
        | Kind::Logical { .. }
        | Kind::Conditional { .. }
        | Kind::Parenthesized { .. } => is_looked_at(touches, place.beside(parent)),
        Kind::Call { callee, .. } => match tree.kind(*callee) {
            Kind::Member {
                object, property, ..
            } => {
                let is_response = project
                    .values(place.beside(*object))
                    .any(|it| *it == Value::Response);
                is_response && matches!(property.name(), Some("json" | "send" | "render"))
            }
            _ => false,
        },
        _ => false,
    }
}

/// Whether a place changes the state: `users[id] = x`, `users.set(id, x)`, `count += 1`.
pub(super) fn changes(input: &Input<'_>, state: Place) -> bool {
    let facts = input.project.facts(state.file);
    facts.is_write(state.node) || is_changed(facts, facts.tree.wrapped(state.node), 0)
}

/// Whether what an expression holds is changed, there or in a variable that it fills.
fn is_changed(facts: &FileFacts, expression: NodeId, depth: usize) -> bool {
    let tree = &facts.tree;
    let mut here = expression;
    let mut last = None;
    while let Some(parent) = tree.parent(here) {
        match tree.kind(parent) {
            Kind::Member {
                object, property, ..
            } if *object == here => last = property.name(),
            Kind::Cast { .. } | Kind::Parenthesized { .. } | Kind::Await { .. } => {}
            Kind::Call { callee, .. } if *callee == here => {
                if last.is_some_and(|it| purity::MUTATORS.contains(&it)) {
                    return true;
                }
            }
            Kind::Assign { target, .. } => return *target == here,
            Kind::Update { .. } => return true,
            Kind::Unary { operator, .. } => return operator == "delete",
            Kind::Declarator { target, .. } if depth < 3 => {
                let Some(binding) = facts.binding_of(*target) else {
                    return false;
                };
                let references = facts.binding(binding).references.iter();
                let mut references = references.filter(|it| !facts.is_write(**it));
                return references.any(|it| is_changed(facts, *it, depth + 1));
            }
            _ => return false,
        }
        here = parent;
    }
    false
}
