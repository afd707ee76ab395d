//! Whether a declaration may stand in two processes at once: its value is the same in both, and nothing changes it
//! afterwards.

use super::Statements;
use crate::project::value::Value;
use crate::scope::{BindingId, BindingKind};
use crate::syntax::{Key, Kind, NodeId, Tree};

/// Methods that give a value and change nothing.
const PURE_METHODS: &[&str] = &[
    "split",
    "map",
    "filter",
    "trim",
    "trimEnd",
    "trimStart",
    "includes",
    "indexOf",
    "startsWith",
    "endsWith",
    "join",
    "concat",
    "slice",
    "substring",
    "substr",
    "toLowerCase",
    "toUpperCase",
    "toString",
    "replace",
    "replaceAll",
    "match",
    "test",
    "flat",
    "flatMap",
    "some",
    "every",
    "find",
    "reduce",
    "keys",
    "values",
    "entries",
    "padStart",
    "padEnd",
    "at",
    "has",
    "charAt",
    "repeat",
    "toFixed",
    "bind",
];

/// Methods that change what they are called on.
pub(in crate::plan) const MUTATORS: &[&str] = &[
    "push",
    "pop",
    "shift",
    "unshift",
    "splice",
    "sort",
    "reverse",
    "fill",
    "copyWithin",
    "set",
    "add",
    "delete",
    "clear",
];

/// Global functions and namespaces that give a value and change nothing.
const PURE_GLOBALS: &[&str] = &[
    "Number",
    "String",
    "Boolean",
    "parseInt",
    "parseFloat",
    "JSON",
    "Object",
    "Array",
    "Math",
    "BigInt",
    "require",
    "Symbol",
];

/// Packages whose functions do so, or describe data.
const PURE_PACKAGES: &[&str] = &[
    "path", "url", "util", "os", "ms", "zod", "joi", "yup", "lodash",
];

/// What `new` may make of a value that stays as it is.
const PURE_CLASSES: &[&str] = &["Set", "Map", "RegExp", "URL", "Error"];

/// Why a declaration can't be had twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Shared {
    /// It is given another value, or its value is changed.
    Changes,
    /// Making it does something, or gives another value each time.
    Acts,
}

/// Why a name can't be had twice; `None` if it can.
pub(in crate::plan) fn obstacle(statements: &Statements<'_>, binding: BindingId) -> Option<Shared> {
    let facts = statements.facts.binding(binding);
    let changes = facts
        .references
        .iter()
        .any(|it| statements.facts.is_write(*it) || is_mutated(statements, *it));
    if changes || facts.declarations.len() > 1 {
        return Some(Shared::Changes);
    }
    let acts = facts
        .declarations
        .iter()
        .any(|it| !is_declared_purely(statements, *it, facts.kind));
    let is_file = facts
        .declarations
        .iter()
        .any(|it| is_own_file(statements, *it))
        && !facts
            .references
            .iter()
            .all(|it| is_of_folder(statements, *it));
    (acts || is_file).then_some(Shared::Acts)
}

/// Whether a variable is the file that it stands in: `const __filename = fileURLToPath(import.meta.url)`.
fn is_own_file(statements: &Statements<'_>, declaration: NodeId) -> bool {
    let tree = statements.tree();
    let declarator = tree.parent(declaration);
    let names_file = |it: NodeId| is_of_meta(statements, it) && !is_of_folder(statements, it);
    declarator.is_some_and(|declarator| match tree.kind(declarator) {
        Kind::Declarator {
            init: Some(init), ..
        } => tree.descendants(*init).any(names_file),
        _ => false,
    })
}

/// `import.meta.url`, `import.meta.dirname`.
fn is_of_meta(statements: &Statements<'_>, node: NodeId) -> bool {
    let tree = statements.tree();
    match tree.kind(node) {
        Kind::Member {
            object, property, ..
        } => {
            let object = &statements.text()[tree.span(*object).range()];
            object == "import.meta" && matches!(property.name(), Some("url" | "dirname"))
        }
        _ => false,
    }
}

/// Whether nothing but the folder of a file is taken: `dirname(file)`, `new URL('../x', file)`, `import.meta.dirname`.
/// The dedicated server's file is in the same one.
fn is_of_folder(statements: &Statements<'_>, file: NodeId) -> bool {
    let tree = statements.tree();
    let is_folder = matches!(tree.kind(file), Kind::Member { property, .. } if property.name() == Some("dirname"));
    let mut around = tree
        .ancestors(file)
        .take_while(|it| !tree.kind(*it).is_statement());
    is_folder
        || around.any(|it| match tree.kind(it) {
            Kind::Call { callee, .. } => match tree.kind(tree.bare(*callee)) {
                Kind::Member { property, .. } => property.name() == Some("dirname"),
                Kind::Name { name } => name == "dirname",
                _ => false,
            },
            Kind::New { callee, .. } => is_global(statements, *callee, &["URL"]),
            _ => false,
        })
}

fn is_declared_purely(statements: &Statements<'_>, declaration: NodeId, kind: BindingKind) -> bool {
    let tree = statements.tree();
    match kind {
        BindingKind::Function => true,
        BindingKind::Import => true,
        BindingKind::Class => tree
            .parent(declaration)
            .is_some_and(|it| is_pure(statements, it)),
        _ => {
            let declarator = tree
                .ancestors(declaration)
                .find(|it| matches!(tree.kind(*it), Kind::Declarator { .. }));
            match declarator.map(|it| tree.kind(it)) {
                Some(Kind::Declarator {
                    target,
                    init: Some(init),
                }) => {
                    is_pure_pattern(statements, *target)
                        && is_pure(statements, *init)
                        && !is_state(statements, *init)
                }
                _ => false,
            }
        }
    }
}

/// An empty container: whatever it is for, something will be put into it.
fn is_state(statements: &Statements<'_>, node: NodeId) -> bool {
    let tree = statements.tree();
    match tree.kind(tree.bare(node)) {
        Kind::Array { elements } => elements.is_empty(),
        Kind::Object { properties } => properties.is_empty(),
        Kind::New { arguments, .. } => arguments.is_empty(),
        _ => false,
    }
}

fn is_pure_pattern(statements: &Statements<'_>, target: NodeId) -> bool {
    let tree = statements.tree();
    tree.descendants(target).all(|it| match tree.kind(it) {
        Kind::DefaultPattern { value, .. } => is_pure(statements, *value),
        _ => true,
    })
}

/// Whether evaluating an expression changes nothing and gives the same wherever it is done.
pub(in crate::plan) fn is_pure(statements: &Statements<'_>, node: NodeId) -> bool {
    let tree = statements.tree();
    let all = |nodes: &[NodeId]| nodes.iter().all(|it| is_pure(statements, *it));
    match tree.kind(node) {
        Kind::String { .. }
        | Kind::Boolean { .. }
        | Kind::Null
        | Kind::Literal
        | Kind::Function(_) => true,
        Kind::Name { name } => is_pure_name(statements, node, name),
        Kind::Template { expressions, .. } | Kind::Sequence { expressions } => all(expressions),
        Kind::Array { elements } => elements.iter().flatten().all(|it| is_pure(statements, *it)),
        Kind::Object { properties } => all(properties),
        Kind::Property { key, value, .. } => {
            is_pure_key(statements, key) && is_pure(statements, *value)
        }
        Kind::Class(class) => {
            class.parent_class.is_none_or(|it| is_pure(statements, it)) && all(&class.members)
        }
        Kind::ClassMember {
            key,
            value,
            is_static,
            ..
        } => {
            is_pure_key(statements, key)
                && (!is_static || value.is_none_or(|it| is_pure(statements, it)))
        }
        Kind::Parenthesized { expression } | Kind::Cast { expression } => {
            is_pure(statements, *expression)
        }
        Kind::Spread { argument } => is_pure(statements, *argument),
        Kind::Member {
            object, property, ..
        } => {
            is_of_meta(statements, node)
                || is_pure_key(statements, property) && is_pure(statements, *object)
        }
        Kind::Unary { operator, argument } => {
            operator != "delete" && is_pure(statements, *argument)
        }
        Kind::Binary { left, right, .. } | Kind::Logical { left, right, .. } => {
            all(&[*left, *right])
        }
        Kind::Conditional {
            test,
            consequent,
            alternate,
        } => all(&[*test, *consequent, *alternate]),
        Kind::Call {
            callee, arguments, ..
        } => all(arguments) && is_pure_callee(statements, *callee),
        Kind::New { callee, arguments } => {
            all(arguments) && is_global(statements, *callee, PURE_CLASSES)
        }
        _ => false,
    }
}

fn is_pure_key(statements: &Statements<'_>, key: &Key) -> bool {
    match key {
        Key::Static(_) | Key::Private(_) => true,
        Key::Computed(node) => is_pure(statements, *node),
    }
}

/// Names of the file are judged where they are declared. Of the globals only those that are the same everywhere.
fn is_pure_name(statements: &Statements<'_>, node: NodeId, name: &str) -> bool {
    let is_plain = matches!(
        name,
        "undefined" | "process" | "console" | "__dirname" | "Infinity" | "NaN" | "Buffer" | "Date"
    );
    statements.facts.binding_of(node).is_some()
        || is_plain
        || PURE_GLOBALS.contains(&name)
        || PURE_CLASSES.contains(&name)
}

fn is_pure_callee(statements: &Statements<'_>, callee: NodeId) -> bool {
    let tree = statements.tree();
    let callee = tree.bare(callee);
    let of_package = statements.values(callee).any(|it| match it {
        Value::Package(package) | Value::PackageMember(package, _) => {
            PURE_PACKAGES.contains(&package.as_str())
        }
        _ => false,
    });
    let reads_file = statements
        .values(callee)
        .any(|it| matches!(it, Value::PackageMember(package, name) if package == "fs" && name == "readFileSync"));
    if of_package || reads_file || is_global(statements, callee, PURE_GLOBALS) {
        return true;
    }
    match tree.kind(callee) {
        Kind::Member {
            object,
            property: Key::Static(name),
            ..
        } => {
            is_global(statements, *object, PURE_GLOBALS) && name != "defineProperty"
                || is_pure(statements, *object)
                    && (PURE_METHODS.contains(&name.as_str())
                        || is_of_pure_package(statements, *object))
        }
        _ => false,
    }
}

/// `z.string().email`: what schema builders return is theirs, too.
fn is_of_pure_package(statements: &Statements<'_>, node: NodeId) -> bool {
    let tree = statements.tree();
    let node = tree.bare(node);
    let is_package = statements.values(node).any(|it| match it {
        Value::Package(package) | Value::PackageMember(package, _) => {
            PURE_PACKAGES.contains(&package.as_str())
        }
        _ => false,
    });
    is_package
        || match tree.kind(node) {
            Kind::Member { object, .. } => is_of_pure_package(statements, *object),
            Kind::Call { callee, .. } => is_of_pure_package(statements, *callee),
            _ => false,
        }
}

fn is_global(statements: &Statements<'_>, node: NodeId, names: &[&str]) -> bool {
    let node = statements.tree().bare(node);
    let name = statements.tree().name(node);
    name.is_some_and(|it| names.contains(&it)) && statements.facts.binding_of(node).is_none()
}

/// Whether what the name at `node` holds is changed there: `x.a = 1`, `x.push(1)`, `Object.assign(x, y)`.
pub(in crate::plan) fn is_mutated(statements: &Statements<'_>, node: NodeId) -> bool {
    let tree = statements.tree();
    let mut here = tree.wrapped(node);
    while let Some(parent) = tree.parent(here) {
        match tree.kind(parent) {
            Kind::Member {
                object, property, ..
            } if *object == here => {
                let outer = tree.wrapped(parent);
                let is_call = tree.parent(outer).is_some_and(
                    |it| matches!(tree.kind(it), Kind::Call { callee, .. } if *callee == outer),
                );
                if is_call {
                    return property.name().is_some_and(|it| MUTATORS.contains(&it));
                }
                here = outer;
            }
            Kind::Assign { target, .. } => return *target == here && here != tree.wrapped(node),
            Kind::Update { .. } => return true,
            Kind::Unary { operator, .. } => return operator == "delete",
            Kind::Call {
                callee, arguments, ..
            } => {
                let is_first = arguments.first() == Some(&here) && here == tree.wrapped(node);
                return is_first && is_object_writer(statements, *callee);
            }
            _ => return false,
        }
    }
    false
}

fn is_object_writer(statements: &Statements<'_>, callee: NodeId) -> bool {
    match statements.tree().kind(callee) {
        Kind::Member {
            object, property, ..
        } => {
            matches!(
                property.name(),
                Some("assign" | "defineProperty" | "defineProperties" | "setPrototypeOf")
            ) && is_global(statements, *object, &["Object"])
        }
        _ => false,
    }
}

/// Whether a function tells people something, and does nothing else: `() => console.log('closed')`.
pub(in crate::plan) fn only_logs(tree: &Tree, function: NodeId) -> bool {
    let Some(body) = tree.function(function).and_then(|it| it.body) else {
        return false;
    };
    match tree.kind(body) {
        Kind::Block { body } => body.iter().all(|it| match tree.kind(*it) {
            Kind::ExpressionStatement { expression } => is_log(tree, *expression),
            _ => false,
        }),
        _ => is_log(tree, body),
    }
}

/// Whether a call tells people something, and nothing else: `console.log(…)`, `this.logger.info(…)`.
pub(in crate::plan) fn is_log(tree: &Tree, call: NodeId) -> bool {
    let Some(call) = tree.method_call(call) else {
        return false;
    };
    let tells = matches!(
        call.name,
        "log" | "warn" | "error" | "info" | "debug" | "trace"
    );
    let teller = match tree.kind(call.object) {
        Kind::Name { name } => Some(name.as_str()),
        Kind::Member { property, .. } => property.name(),
        _ => None,
    };
    let is_teller =
        |it: &str| it.to_lowercase().contains("log") || matches!(it, "console" | "winston");
    tells && teller.is_some_and(is_teller)
}
