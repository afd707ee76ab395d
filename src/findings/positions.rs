//! What the place of a bare root says of it: kept under another name, asked whether it is there, handed on.

use super::chains::Chain;
use crate::project::Project;
use crate::project::value::{Place, Value};
use crate::rules::Meaning;
use crate::source::FileId;
use crate::syntax::{Kind, LogicalOperator, NodeId, Tree};

/// What the place of a bare root, or of an unfinished chain, says.
pub(super) fn position(project: &Project, chain: &Chain) -> Meaning {
    let file = chain.root.file;
    let tree = &project.facts(file).tree;
    let here = chain.end;
    let Some(parent) = tree.parent(here) else {
        return Meaning::Escape;
    };
    match tree.kind(parent) {
        Kind::Declarator { .. } | Kind::DefaultPattern { .. } => Meaning::Alias,
        Kind::ExpressionStatement { .. } => Meaning::Alias,
        Kind::Assign {
            target,
            value,
            operator,
        } if *value == here => assigned(project, file, *target, operator),
        Kind::If { test, .. }
        | Kind::Conditional { test, .. }
        | Kind::While { test, .. }
        | Kind::DoWhile { test, .. }
        | Kind::For {
            test: Some(test), ..
        } if *test == here => Meaning::Guard,
        Kind::Unary { operator, .. } if operator == "!" || operator == "typeof" => Meaning::Guard,
        Kind::Binary { operator, .. }
            if matches!(operator.as_str(), "===" | "!==" | "==" | "!=") =>
        {
            Meaning::Guard
        }
        Kind::Logical { operator, left, .. }
            if *left == here
                && (*operator == LogicalOperator::And || is_statement(tree, parent)) =>
        {
            Meaning::Guard
        }
        // `x.io ??= new Server(…)` asks whether it is there already.
        Kind::Assign {
            target, operator, ..
        } if *target == here && matches!(operator.as_str(), "??=" | "||=" | "&&=") => {
            Meaning::Guard
        }
        // The value of these is the server itself: what becomes of it decides.
        Kind::Logical { .. }
        | Kind::Conditional { .. }
        | Kind::Await { .. }
        | Kind::Sequence { .. } => {
            let outer = Chain {
                end: tree.wrapped(parent),
                ..chain.clone()
            };
            position(project, &outer)
        }
        Kind::Call {
            callee, arguments, ..
        } if arguments.contains(&here) => argument(project, Place { file, node: parent }, *callee),
        Kind::New { arguments, .. } if arguments.contains(&here) => {
            let call = Place { file, node: parent };
            known_callee(project, call).map_or(Meaning::Escape, |()| Meaning::Argument)
        }
        Kind::Property { .. } => property(project, file, parent),
        Kind::Spread { .. } => Meaning::Escape,
        Kind::Return { .. } => Meaning::Return,
        Kind::Function(function) if function.body == Some(here) => Meaning::Return,
        Kind::ExportNames { .. } | Kind::ExportDefault { .. } => Meaning::Export,
        Kind::ClassMember { .. } => Meaning::PropertyWrite,
        Kind::Member {
            object, property, ..
        } if *object == here => match property.name() {
            Some(name) if is_promise_method(name) => Meaning::Promise,
            _ => Meaning::Question,
        },
        _ => Meaning::Escape,
    }
}

/// Whether nobody looks at the value of an expression.
fn is_statement(tree: &Tree, expression: NodeId) -> bool {
    tree.parent(tree.wrapped(expression))
        .is_some_and(|it| matches!(tree.kind(it), Kind::ExpressionStatement { .. }))
}

/// What is called on a promise of the server; the server itself has no such methods.
pub(super) fn is_promise_method(name: &str) -> bool {
    matches!(name, "then" | "catch" | "finally")
}

fn assigned(project: &Project, file: FileId, target: NodeId, operator: &str) -> Meaning {
    if !matches!(operator, "=" | "||=" | "&&=" | "??=") {
        return Meaning::Escape;
    }
    let tree = &project.facts(file).tree;
    let Kind::Member { object, .. } = tree.kind(target) else {
        return Meaning::Alias;
    };
    // In a method of what a module exports, `this` may be the object that `exports` refers to at first: it is its own field.
    let is_field =
        matches!(tree.kind(*object), Kind::This) && tree.enclosing_function(*object).is_some();
    let is_own_export = !is_field
        && project
            .values(Place {
                file,
                node: *object,
            })
            .any(|it| matches!(it, Value::Exports(of) | Value::ModuleObject(of) if *of == file));
    match is_own_export {
        true => Meaning::Export,
        false => Meaning::PropertyWrite,
    }
}

fn argument(project: &Project, call: Place, callee: NodeId) -> Meaning {
    let tree = &project.facts(call.file).tree;
    if project.is_configured_setter(call) {
        return Meaning::SettingWrite;
    }
    if let Kind::Member {
        object, property, ..
    } = tree.kind(tree.bare(callee))
    {
        let object = Place {
            file: call.file,
            node: *object,
        };
        let sets = |it: &Value| {
            matches!(
                (it, property.name()),
                (Value::App, Some("set")) | (Value::Fastify, Some("decorate"))
            )
        };
        if project.values(object).any(sets) {
            return Meaning::SettingWrite;
        }
        if property.name() == Some("attach")
            && project
                .values(object)
                .any(|it| is_of_broadcaster(project, it))
        {
            return Meaning::Attach;
        }
    }
    known_callee(project, call).map_or(Meaning::Escape, |()| Meaning::Argument)
}

/// Whether a value comes from the generated broadcaster.
fn is_of_broadcaster(project: &Project, value: &Value) -> bool {
    let file = match value {
        Value::Exports(file) | Value::Module(file) => *file,
        Value::Object(place) | Value::Instance(place) | Value::Function(place) => place.file,
        _ => return false,
    };
    project.role(file).is_broadcaster
}

fn known_callee(project: &Project, call: Place) -> Option<()> {
    let tree = &project.facts(call.file).tree;
    let callee = match tree.kind(call.node) {
        Kind::Call { callee, .. } | Kind::New { callee, .. } => *callee,
        _ => return None,
    };
    // A class of the project, its parent in `super(…)`, or a function of the project.
    let is_super = matches!(tree.kind(tree.bare(callee)), Kind::Super);
    let is_known = project
        .values(Place {
            file: call.file,
            node: callee,
        })
        .any(|it| {
            matches!(
                it,
                Value::Function(_) | Value::Class(_) | Value::Resolver(_)
            )
        });
    (is_super || is_known).then_some(())
}

fn property(project: &Project, file: FileId, property: NodeId) -> Meaning {
    let tree = &project.facts(file).tree;
    let object = tree.parent(property).map(|it| tree.wrapped(it));
    let holder = object.and_then(|it| tree.parent(it));
    let is_exported = object.is_some_and(|node| project.is_exported(Place { file, node }));
    let goes_to_package = holder.is_some_and(|it| match tree.kind(it) {
        Kind::Call {
            callee, arguments, ..
        }
        | Kind::New { callee, arguments } => {
            object.is_some_and(|object| arguments.contains(&object))
                && known_callee(project, Place { file, node: it }).is_none()
                && !is_copying(
                    project,
                    Place {
                        file,
                        node: *callee,
                    },
                )
        }
        _ => false,
    });
    match (is_exported, goes_to_package) {
        (true, _) => Meaning::Export,
        (false, true) => Meaning::Escape,
        (false, false) => Meaning::PropertyValue,
    }
}

/// `Object.assign(…)`, `Object.freeze(…)`: what they do with an object is known.
fn is_copying(project: &Project, callee: Place) -> bool {
    let tree = &project.facts(callee.file).tree;
    match tree.kind(tree.bare(callee.node)) {
        Kind::Member { object, .. } => project
            .values(Place {
                file: callee.file,
                node: *object,
            })
            .any(|it| matches!(it, Value::GlobalFunction(_))),
        _ => false,
    }
}
