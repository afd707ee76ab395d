//! How the dedicated server's file gets at the server that the moved code makes: a variable, what a function of the
//! set-up's module gives out, a member of its instance.

use super::site::{Home, kept_in};
use crate::findings::uses::Use;
use crate::plan::Input;
use crate::plan::loading;
use crate::plan::toplevel::Statements;
use crate::plan::toplevel::starts::function_around;
use crate::project::resolve::Target;
use crate::project::value::{Place, Value};
use crate::rules::Meaning;
use crate::scope::{BindingId, BindingKind};
use crate::source::FileId;
use crate::syntax::{Key, Kind, NodeId};

/// How the server is named.
#[derive(Clone, Debug)]
pub(super) enum Handle {
    /// By a variable of the moved code.
    Variable(BindingId),
    /// By an expression over names that the moved code has: `socket.getIO()`.
    Expression(String),
    /// By what the module of the set-up exports.
    Import {
        /// `getIO`, or `default as socketSetUp`.
        name: String,
        /// `./socket.js`.
        source: String,
        /// What follows the name: `()`.
        call: &'static str,
    },
    /// The call that starts the set-up is given a variable: `const io = await `.
    Returned {
        /// Its function, if that returns the server only from now on.
        function: Option<Place>,
        /// The variable, in the function and in the dedicated server's file.
        name: String,
        /// The call has to be waited for, and is not so far.
        waits: bool,
    },
}

impl Handle {
    /// The name by which the set-up's module gives it away.
    pub(super) fn name_in_module(&self) -> Option<&str> {
        match self {
            Self::Import { name, .. } => name.split(' ').next(),
            Self::Expression(text) => {
                let (_, member) = text.split_once('.').filter(|it| it.0 != "global")?;
                Some(member.trim_end_matches("()"))
            }
            Self::Variable(_) | Self::Returned { .. } => None,
        }
    }

    /// The function that returns it from now on, and the variable that it is in.
    pub(super) fn returned(&self) -> Option<(Place, &str)> {
        match self {
            Self::Returned { function, name, .. } => function.map(|it| (it, name.as_str())),
            _ => None,
        }
    }
}

/// The handle, if there is one.
pub(super) fn handle(statements: &Statements<'_>, home: &Home) -> Option<Handle> {
    let start = home.start_place();
    let variable = variable(statements, start).or_else(|| {
        (home.construction.file == home.file).then(|| variable(statements, home.construction))?
    });
    if let Some(variable) = variable {
        return Some(Handle::Variable(variable));
    }
    if let Some(text) = on_global(statements.input, home.construction) {
        return Some(Handle::Expression(text));
    }
    if home.construction.file == home.file {
        return None;
    }
    if let Some(receiver) = attached_later(statements, home) {
        return Some(Handle::Expression(receiver.to_owned()));
    }
    of_instance(statements, home)
        .or_else(|| of_module(statements, home))
        .or_else(|| returned(statements, home))
}

/// `io` of the `io.attach(server)` that starts the set-up.
fn attached_later<'a>(statements: &Statements<'a>, home: &Home) -> Option<&'a str> {
    let tree = statements.tree();
    let mut uses = statements.input.uses.iter();
    let attaching = uses.find(|it| {
        it.meaning == Meaning::Configuration
            && it.chain.root.file == home.file
            && it.chain.end == home.start
    })?;
    let root = attaching.chain.root.node;
    let is_reading = matches!(tree.kind(root), Kind::Name { .. } | Kind::Member { .. });
    is_reading.then(|| &statements.text()[tree.span(root).range()])
}

/// The variable that an expression's value is kept in, and nothing else.
fn variable(statements: &Statements<'_>, expression: Place) -> Option<BindingId> {
    let binding = kept_in(statements.input, expression)?;
    let facts = statements.facts.binding(binding);
    let is_alone = |index: &usize| statements.declarators(*index).len() < 2;
    let writes = facts
        .references
        .iter()
        .filter(|it| statements.facts.is_write(**it))
        .count();
    let holds_server = statements.holds(binding, |it| matches!(it, Value::Server(_)));
    let is_listed = statements.is_listed(facts.scope)
        && !statements.definers(binding).is_empty()
        && statements.definers(binding).iter().all(is_alone);
    (is_listed && holds_server && writes <= 1).then_some(binding)
}

/// `global.io = new Server(server)`, `io = new Server(server)` without a declaration: the property of the global object.
fn on_global(input: &Input<'_>, construction: Place) -> Option<String> {
    let facts = input.project.facts(construction.file);
    let tree = &facts.tree;
    let Kind::Assign { target, .. } = tree.kind(tree.parent(tree.wrapped(construction.node))?)
    else {
        return None;
    };
    match tree.kind(*target) {
        Kind::Name { name } if facts.binding_of(*target).is_none() => {
            Some(format!("global.{name}"))
        }
        Kind::Member {
            object, property, ..
        } => {
            let object = Place {
                file: construction.file,
                node: *object,
            };
            let is_global = input.project.values(object).any(|it| *it == Value::Global);
            property
                .name()
                .filter(|_| is_global)
                .map(|it| format!("global.{it}"))
        }
        _ => None,
    }
}

/// `realtime.io`, `realtime.getIO()`: of an instance that the starting statement works with.
fn of_instance(statements: &Statements<'_>, home: &Home) -> Option<Handle> {
    let input = statements.input;
    let tree = statements.tree();
    let names = tree
        .descendants(home.start)
        .filter(|it| matches!(tree.kind(*it), Kind::Name { .. }));
    let holders = names.chain(kept_name(statements, home));
    for node in holders {
        let classes = statements.values(node).filter_map(|it| match it {
            Value::Instance(class) => Some(*class),
            _ => None,
        });
        for class in classes.filter(|it| it.file == home.construction.file) {
            if let Some(member) = member_with_server(input, class) {
                let text = format!("{}.{member}", tree.name(node)?);
                return Some(Handle::Expression(text));
            }
        }
    }
    None
}

/// `const realtime = new Realtime(server)`.
fn kept_name(statements: &Statements<'_>, home: &Home) -> Option<NodeId> {
    let place = home.start_place();
    let binding = kept_in(statements.input, place)?;
    statements
        .facts
        .binding(binding)
        .declarations
        .first()
        .copied()
}

/// A public member of a class that gives the server: `getIO()`, `io`.
fn member_with_server(input: &Input<'_>, class: Place) -> Option<String> {
    let facts = input.project.facts(class.file);
    let tree = &facts.tree;
    let Kind::Class(it) = tree.kind(class.node) else {
        return None;
    };
    let text = &input.sources[class.file.index()].text;
    let is_public = |member: NodeId| {
        let head = text[tree.span(member).range()]
            .split(['(', '=', ';'])
            .next();
        head.is_some_and(|it| !it.contains("private ") && !it.contains("protected "))
    };
    let getter = it
        .members
        .iter()
        .find_map(|member| match tree.kind(*member) {
            Kind::ClassMember {
                key: Key::Static(name),
                value: Some(value),
                is_static: false,
                ..
            } if is_public(*member)
                && gives_server(
                    input,
                    Place {
                        file: class.file,
                        node: *value,
                    },
                ) =>
            {
                Some(format!("{name}()"))
            }
            _ => None,
        });
    let declared = |name: &str| {
        it.members.iter().copied().find(|it| {
            matches!(tree.kind(*it), Kind::ClassMember { key: Key::Static(key), .. } if key == name)
        })
    };
    getter.or_else(|| {
        tree.descendants(class.node)
            .find_map(|node| match tree.kind(node) {
                Kind::Member {
                    object,
                    property: Key::Static(name),
                    ..
                } if matches!(tree.kind(*object), Kind::This)
                    && holds_server(
                        input,
                        Place {
                            file: class.file,
                            node,
                        },
                    )
                    && declared(name).is_none_or(is_public) =>
                {
                    Some(name.clone())
                }
                _ => None,
            })
    })
}

fn holds_server(input: &Input<'_>, place: Place) -> bool {
    let mut values = input.project.values(place);
    values.any(|it| matches!(it, Value::Server(_)))
}

/// Whether a function takes nothing and returns the server.
fn gives_server(input: &Input<'_>, function: Place) -> bool {
    let tree = &input.project.facts(function.file).tree;
    let takes_nothing = tree
        .function(function.node)
        .is_some_and(|it| it.parameters.is_empty() && !it.is_async && !it.is_generator);
    let returns = |it: &Use| {
        it.meaning == Meaning::Return
            && it.chain.links.is_empty()
            && it.chain.root.file == function.file
            && holds_server(input, it.chain.root)
            && tree.enclosing_function(it.chain.root.node) == Some(function.node)
    };
    takes_nothing && input.uses.iter().any(returns)
}

/// `require('./socket').getIO()`, or the same over an import.
fn of_module(statements: &Statements<'_>, home: &Home) -> Option<Handle> {
    let input = statements.input;
    let module = home.construction.file;
    let source = loading::imports(input.project, home.file)
        .into_iter()
        .find(|it| input.project.resolve(home.file, it.1) == Target::File(module))
        .map(|it| it.1)?;
    let is_module = input.project.role(home.file).is_module;
    let facts = input.project.facts(module);
    let functions = facts
        .tree
        .ids()
        .filter(|it| facts.tree.function(*it).is_some());
    let getter = functions
        .map(|node| Place { file: module, node })
        .filter(|it| gives_server(input, *it))
        .find_map(|it| {
            exported_as(input, module, &|node| {
                let mut values = input.project.values(Place { file: module, node });
                node == it.node || values.any(|value| *value == Value::Function(it))
            })
        });
    // What an ES module exports is seen as it is later (ECMAScript, module environment records), else as it was then.
    let is_settled = |node: NodeId| {
        let binding = facts
            .binding_of(facts.tree.bare(node))
            .map(|it| facts.binding(it));
        function_around(input, home.construction).is_none()
            && binding.is_some_and(|it| it.kind == BindingKind::Const)
    };
    let server = || {
        exported_as(input, module, &|node| {
            let place = Place { file: module, node };
            holds_server(input, place) && (is_module || is_settled(node))
        })
    };
    let (name, call) = match getter {
        Some(name) => (name, "()"),
        None => (server()?, ""),
    };
    if let Some(whole) = name_of_module(statements, home).filter(|_| name != "default") {
        let text = format!("{whole}.{name}{call}");
        return Some(Handle::Expression(text));
    }
    let is_taken = statements.facts.bindings().any(|it| it.1.name == name);
    let name = match name.as_str() {
        "default" => "default as socketSetUp".to_owned(),
        _ if is_module && is_taken => format!("{name} as ioOfSetUp"),
        _ => name,
    };
    Some(Handle::Import {
        name,
        source: source.to_owned(),
        call,
    })
}

/// The name that the starting statement has for the set-up's module as a whole: `socket` of `socket.init(server)`.
fn name_of_module<'a>(statements: &Statements<'a>, home: &Home) -> Option<&'a str> {
    let tree = statements.tree();
    let module = home.construction.file;
    let is_whole = |it: &Value| match it {
        Value::Module(file) | Value::Exports(file) => *file == module,
        Value::Object(place) => place.file == module,
        _ => false,
    };
    let mut names = tree
        .descendants(home.start)
        .filter(|it| matches!(tree.kind(*it), Kind::Name { .. }));
    let name = names.find(|it| statements.values(*it).any(is_whole))?;
    tree.name(name)
}

/// The name under which a module gives something away.
fn exported_as(input: &Input<'_>, file: FileId, is_it: &dyn Fn(NodeId) -> bool) -> Option<String> {
    let tree = &input.project.facts(file).tree;
    let declared = tree.ids().find_map(|node| match tree.kind(node) {
        Kind::ExportDeclaration { declaration } => match tree.kind(*declaration) {
            Kind::Function(it) if is_it(*declaration) => tree.name(it.name?).map(str::to_owned),
            _ => None,
        },
        Kind::Assign { target, value, .. } => match tree.kind(*target) {
            Kind::Member {
                object, property, ..
            } if is_it(*value) && is_exports(input, file, *object) => property
                .name()
                .filter(|it| *it != "exports")
                .map(str::to_owned),
            Kind::Member { object, .. } if is_module_object(input, file, *object) => {
                exported_property(input, file, *value, is_it)
            }
            _ => None,
        },
        _ => None,
    });
    declared.or_else(|| exported_name(input, file, is_it))
}

/// The property of `module.exports = { … }` that has a value.
fn exported_property(
    input: &Input<'_>,
    file: FileId,
    object: NodeId,
    is_it: &dyn Fn(NodeId) -> bool,
) -> Option<String> {
    let tree = &input.project.facts(file).tree;
    let Kind::Object { properties } = tree.kind(tree.bare(object)) else {
        return None;
    };
    properties.iter().find_map(|it| match tree.kind(*it) {
        Kind::Property { key, value, .. } if is_it(*value) => key.name().map(str::to_owned),
        _ => None,
    })
}

fn is_exports(input: &Input<'_>, file: FileId, node: NodeId) -> bool {
    let mut values = input.project.values(Place { file, node });
    values.any(|it| matches!(it, Value::Exports(_)))
}

fn is_module_object(input: &Input<'_>, file: FileId, node: NodeId) -> bool {
    let mut values = input.project.values(Place { file, node });
    values.any(|it| matches!(it, Value::ModuleObject(_)))
}

/// The name under which an ES module exports a variable: `export const a = …`, `export { a as b }`.
fn exported_name(
    input: &Input<'_>,
    file: FileId,
    is_it: &dyn Fn(NodeId) -> bool,
) -> Option<String> {
    let tree = &input.project.facts(file).tree;
    tree.ids().find_map(|node| match tree.kind(node) {
        Kind::ExportDeclaration { declaration } => match tree.kind(*declaration) {
            Kind::Variables { declarators, .. } => declarators.iter().find_map(|it| {
                let Kind::Declarator { target, init } = tree.kind(*it) else {
                    return None;
                };
                let name = tree.name(*target)?;
                (is_it(*target) || init.is_some_and(is_it)).then(|| name.to_owned())
            }),
            _ => None,
        },
        Kind::ExportNames {
            names,
            source: None,
            ..
        } => names
            .iter()
            .find(|it| it.local.is_some_and(is_it))
            .map(|it| it.exported.clone()),
        _ => None,
    })
}

/// What the function that the starting statement calls returns, or can return if it returns nothing: the variable in which
/// it keeps the server.
fn returned(statements: &Statements<'_>, home: &Home) -> Option<Handle> {
    let input = statements.input;
    let start = home.start_place();
    let tree = statements.tree();
    let parent = tree.parent(home.start)?;
    let is_awaited = matches!(tree.kind(parent), Kind::Await { .. });
    let outer = if is_awaited {
        tree.parent(parent)?
    } else {
        parent
    };
    let is_statement = matches!(tree.kind(outer), Kind::ExpressionStatement { .. });
    let [function] = input.project.callees(start)[..] else {
        return None;
    };
    let facts = input.project.facts(function.file);
    let makes_it = facts.tree.enclosing_function(home.construction.node) == Some(function.node)
        && function.file == home.construction.file;
    let it = facts.tree.function(function.node)?;
    let Kind::Block { body } = facts.tree.kind(it.body?) else {
        return None;
    };
    let returns = facts.tree.descendants(function.node);
    let returns: Vec<NodeId> = returns
        .filter(|it| matches!(facts.tree.kind(*it), Kind::Return { .. }))
        .filter(|it| facts.tree.enclosing_function(*it) == Some(function.node))
        .collect();
    let binding = kept_in(input, home.construction)?;
    let name = facts.binding(binding).name.clone();
    let gives = |node: NodeId| match facts.tree.kind(node) {
        Kind::Return {
            value: Some(it), ..
        } => {
            let node = facts.tree.bare(*it);
            holds_server(input, Place { node, ..function })
        }
        _ => false,
    };
    let gives_it = body.last().is_some_and(|it| gives(*it)) && returns.iter().all(|it| gives(*it));
    let may_give = returns.is_empty() && is_kept(input, home.construction, body);
    (is_statement && makes_it && !it.is_generator && (gives_it || may_give)).then(|| {
        Handle::Returned {
            function: may_give.then_some(function),
            name,
            waits: it.is_async && !is_awaited,
        }
    })
}

/// Whether a function keeps the server that it makes in a variable that nothing else is put into, and that is there at the
/// end of its `body`.
fn is_kept(input: &Input<'_>, construction: Place, body: &[NodeId]) -> bool {
    let facts = input.project.facts(construction.file);
    let statement = facts.tree.enclosing_statement(construction.node);
    let kept = kept_in(input, construction).map(|it| facts.binding(it));
    facts.tree.statement_list(statement) == Some(body)
        && kept.is_some_and(|kept| {
            let writes = kept.references.iter().filter(|it| facts.is_write(**it));
            let is_variable = matches!(
                kept.kind,
                BindingKind::Var | BindingKind::Let | BindingKind::Const
            );
            is_variable && writes.count() <= 1
        })
}
