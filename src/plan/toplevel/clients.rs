//! What two processes may each have one of, although making it does something: clients of databases, of Redis and the
//! like, loggers, models, session middleware. They keep nothing that the code of one process leaves there for another.

use super::{Form, Statements, purity, required};
use crate::project::value::Value;
use crate::scope::BindingId;
use crate::syntax::{Kind, NodeId, Tree};

/// Packages whose clients open connections: a second process has connections of its own.
const CONNECTING: &[&str] = &[
    "@elastic/elasticsearch",
    "@libsql/client",
    "@neondatabase/serverless",
    "@prisma/client",
    "@supabase/supabase-js",
    "cassandra-driver",
    "ioredis",
    "knex",
    "mariadb",
    "mongodb",
    "mysql",
    "mysql2",
    "mysql2/promise",
    "neo4j-driver",
    "nodemailer",
    "pg",
    "postgres",
    "redis",
    "sequelize",
];

/// Packages that make loggers, models, middleware and clients which only know where to ask.
const DESCRIBING: &[&str] = &[
    "@anthropic-ai/sdk",
    "@google/generative-ai",
    "axios",
    "bunyan",
    "connect-mongo",
    "connect-pg-simple",
    "connect-redis",
    "cookie-parser",
    "cors",
    "express-mysql-session",
    "express-session",
    "google-auth-library",
    "log4js",
    "minio",
    "mongoose",
    "openai",
    "pino",
    "stripe",
    "twilio",
    "winston",
];

/// The same by how their names begin.
const DESCRIBING_FAMILIES: &[&str] = &["@aws-sdk/", "drizzle-orm/"];

/// Methods of a client that give another: `client.db('shop')`, `logger.child({ … })`, `sequelize.define(…)`.
const DERIVING: &[&str] = &[
    "$extends",
    "child",
    "collection",
    "db",
    "define",
    "duplicate",
    "extend",
    "getRepository",
    "model",
];

/// What a client tells of its connection. Each process hears it of its own.
const CONNECTION_EVENTS: &[&str] = &[
    "close",
    "connect",
    "disconnect",
    "end",
    "error",
    "open",
    "ready",
    "reconnecting",
];

/// Methods after which one process hears what it was not asked about: two of them would each hear it.
const LISTENING: &[&str] = &[
    "addListener",
    "pSubscribe",
    "process",
    "psubscribe",
    "sSubscribe",
    "ssubscribe",
    "subscribe",
];

/// Methods with which a module makes a client ready, or a model complete, while it is loaded.
const PREPARING: &[&str] = &[
    "$connect",
    "$use",
    "addHook",
    "addScope",
    "authenticate",
    "belongsTo",
    "belongsToMany",
    "connect",
    "hasMany",
    "hasOne",
    "index",
    "loadClass",
    "method",
    "plugin",
    "post",
    "pre",
    "set",
    "static",
    "use",
    "virtual",
];

/// The same of a package as a whole, for all that is made of it: `mongoose.plugin(…)`.
const SETTING: &[(&str, &str)] = &[("mongoose", "plugin"), ("mongoose", "set")];

/// Whether a name is such a client's, and nothing of this one is for others to find.
pub(in crate::plan) fn is_client(statements: &Statements<'_>, binding: BindingId) -> bool {
    let facts = statements.facts.binding(binding);
    let [declaration] = facts.declarations[..] else {
        return false;
    };
    initial_value(statements, declaration).is_some_and(|it| may_be_made_twice(statements, it))
        && package_of_client(statements, binding).is_some()
        && facts
            .references
            .iter()
            .all(|it| is_own_matter(statements, *it))
}

/// Whether a client opens connections.
pub(in crate::plan) fn connects(statements: &Statements<'_>, binding: BindingId) -> bool {
    package_of_client(statements, binding).is_some_and(|it| CONNECTING.contains(&it.as_str()))
}

/// The client that a statement makes ready, or completes: `await client.connect().catch(log)`, `client.on('error', log)`,
/// `api.interceptors.request.use(sign)`, `schema.methods.sign = function () { … }`; and the call that does so.
pub(in crate::plan) fn prepared_by(
    statements: &Statements<'_>,
    index: usize,
) -> Option<(BindingId, Option<NodeId>)> {
    let tree = statements.tree();
    let statement = &statements.all[index];
    let Kind::ExpressionStatement { expression } = tree.kind(statement.node) else {
        return None;
    };
    let (name, call) = match tree.kind(*expression) {
        Kind::Assign { target, .. } => (first_name(tree, *target)?, None),
        _ => {
            let call = first_call(tree, *expression)?;
            let it = tree.method_call(call)?;
            let prepares = matches!(it.name, "on" | "once") || PREPARING.contains(&it.name);
            let name = first_name(tree, it.object)?;
            (name, Some(Some(call).filter(|_| prepares)?))
        }
    };
    let binding = statements.facts.binding_of(name)?;
    let is_meant = || is_client(statements, binding) || sets_package(statements, name, call);
    (statement.form == Form::Other && is_meant()).then_some((binding, call))
}

/// Whether a call sets up a package as a whole.
fn sets_package(statements: &Statements<'_>, name: NodeId, call: Option<NodeId>) -> bool {
    let call = call.and_then(|it| statements.tree().method_call(it));
    call.is_some_and(|call| {
        let is_set = |it: &Value| match it {
            Value::Package(package) => SETTING.contains(&(package.as_str(), call.name)),
            _ => false,
        };
        call.object == name && statements.values(name).any(is_set)
    })
}

/// The client that a call opens wherever it stands: of node-redis, which sends nothing before (its README, "Usage"), and of
/// `mongodb` before 4.7. Others connect when they are first asked.
pub(in crate::plan) fn opened_by(statements: &Statements<'_>, call: NodeId) -> Option<BindingId> {
    let call = statements.tree().method_call(call)?;
    let binding = statements.facts.binding_of(call.object)?;
    let package = package_of_client(statements, binding);
    let is_closed = matches!(package.as_deref(), Some("redis" | "mongodb"));
    (call.name == "connect" && is_closed && is_client(statements, binding)).then_some(binding)
}

fn initial_value(statements: &Statements<'_>, declaration: NodeId) -> Option<NodeId> {
    let tree = statements.tree();
    match tree.kind(tree.parent(declaration)?) {
        Kind::Declarator { target, init } if *target == declaration => *init,
        _ => None,
    }
}

/// Whether a value is made here, and is not a package or a part of one.
fn is_made(statements: &Statements<'_>, node: NodeId) -> bool {
    let tree = statements.tree();
    match tree.kind(tree.bare(node)) {
        Kind::Member { .. } | Kind::Name { .. } => false,
        _ => required(statements.facts, node).is_none(),
    }
}

/// Whether a value can be made in two processes: it is the same in both, or a client.
fn may_be_made_twice(statements: &Statements<'_>, node: NodeId) -> bool {
    let tree = statements.tree();
    let all = |nodes: &[NodeId]| nodes.iter().all(|it| may_be_made_twice(statements, *it));
    match tree.kind(node) {
        Kind::New { callee, arguments } => {
            let is_client =
                package(statements, *callee).is_some() && !is_one_connection(statements, *callee);
            all(arguments) && is_client || purity::is_pure(statements, node)
        }
        Kind::Call {
            callee, arguments, ..
        } => {
            let makes = tree.method_call(node).is_none_or(|it| {
                !is_name_of_client(statements, it.object) || DERIVING.contains(&it.name)
            });
            makes && all(arguments) && package(statements, *callee).is_some()
                || purity::is_pure(statements, node)
        }
        Kind::Logical { left, right, .. } => all(&[*left, *right]),
        Kind::Object { properties } => all(properties),
        Kind::Property { value, .. } => may_be_made_twice(statements, *value),
        Kind::Array { elements } => elements
            .iter()
            .flatten()
            .all(|it| may_be_made_twice(statements, *it)),
        Kind::Await { argument } | Kind::Spread { argument } => {
            may_be_made_twice(statements, *argument)
        }
        Kind::Parenthesized { expression } | Kind::Cast { expression } => {
            may_be_made_twice(statements, *expression)
        }
        _ => purity::is_pure(statements, node),
    }
}

/// One connection, which waits to be opened and ends with the first loss. A pool does neither.
fn is_one_connection(statements: &Statements<'_>, class: NodeId) -> bool {
    let class = statements.tree().bare(class);
    statements.values(class).any(|it| match it {
        Value::PackageMember(package, member) => package == "pg" && member == "Client",
        _ => false,
    })
}

/// Whether an expression begins with the name of a client, and not of its package.
fn is_name_of_client(statements: &Statements<'_>, node: NodeId) -> bool {
    let tree = statements.tree();
    first_name(tree, node)
        .and_then(|it| statements.facts.binding_of(it))
        .is_some_and(|it| package_of_client(statements, it).is_some())
}

/// The package that a name's client is of.
fn package_of_client(statements: &Statements<'_>, binding: BindingId) -> Option<String> {
    let declaration = statements.facts.binding(binding).declarations.first()?;
    let value = initial_value(statements, *declaration)?;
    package(statements, value).filter(|_| is_made(statements, value))
}

/// The package of clients that an expression begins with: `winston` of `winston.format.combine`, `mongodb` of
/// `client.db('shop')`.
fn package(statements: &Statements<'_>, node: NodeId) -> Option<String> {
    let tree = statements.tree();
    let node = tree.bare(node);
    let own = statements.values(node).find_map(|it| match it {
        Value::Package(package) | Value::PackageMember(package, _) => {
            let name = package.as_str();
            let is_known = CONNECTING.contains(&name)
                || DESCRIBING.contains(&name)
                || DESCRIBING_FAMILIES.iter().any(|it| name.starts_with(it));
            is_known.then(|| name.to_owned())
        }
        _ => None,
    });
    own.or_else(|| match tree.kind(node) {
        Kind::Name { .. } => {
            let binding = statements.facts.binding_of(node)?;
            let declaration = statements.facts.binding(binding).declarations.first()?;
            // What is declared later can't have made this.
            let is_earlier = tree.span(*declaration).end <= tree.span(node).start;
            is_earlier.then(|| package_of_client(statements, binding))?
        }
        Kind::Member { object, .. } => package(statements, *object),
        Kind::Call { callee, .. } | Kind::New { callee, .. } => package(statements, *callee),
        Kind::Await { argument } => package(statements, *argument),
        Kind::Logical { right, .. } => package(statements, *right),
        _ => None,
    })
}

/// Whether what is done with a client where it is named concerns this process alone.
fn is_own_matter(statements: &Statements<'_>, name: NodeId) -> bool {
    let tree = statements.tree();
    let outer = tree.wrapped(name);
    let Some(parent) = tree.parent(outer) else {
        return true;
    };
    let Kind::Member {
        object, property, ..
    } = tree.kind(parent)
    else {
        return !statements.facts.is_write(name);
    };
    if *object != outer {
        return true;
    }
    let mut chain = tree.wrapped(parent);
    while let Some(member) = tree.parent(chain)
        && matches!(tree.kind(member), Kind::Member { object, .. } if *object == chain)
    {
        chain = tree.wrapped(member);
    }
    match tree.parent(chain).map(|it| tree.kind(it)) {
        // `schema.methods.sign = function () { … }` completes a model, where it is made.
        Some(Kind::Assign { target, .. }) if *target == chain => {
            matches!(property.name(), Some("methods" | "statics" | "query"))
                && tree.enclosing_function(name).is_none()
        }
        Some(Kind::Call {
            callee, arguments, ..
        }) if *callee == chain => match property.name() {
            Some("on" | "once") => arguments.first().is_some_and(|it| {
                tree.string_value(*it)
                    .is_some_and(|it| CONNECTION_EVENTS.contains(&it))
            }),
            Some(name) => !LISTENING.contains(&name),
            None => false,
        },
        _ => true,
    }
}

/// The call that an expression begins with: `a.b()` of `await a.b().c()`.
fn first_call(tree: &Tree, expression: NodeId) -> Option<NodeId> {
    let mut node = tree.bare(expression);
    if let Kind::Await { argument } = tree.kind(node) {
        node = tree.bare(*argument);
    }
    loop {
        let object = tree.method_call(node)?.object;
        match tree.kind(object) {
            Kind::Call { .. } => node = object,
            _ => return Some(node),
        }
    }
}

/// The name that a chain begins with: `schema` of `schema.methods.sign`, `client` of `client.db('shop').collection`.
fn first_name(tree: &Tree, chain: NodeId) -> Option<NodeId> {
    let mut node = tree.bare(chain);
    loop {
        node = match tree.kind(node) {
            Kind::Name { .. } => return Some(node),
            Kind::Member { object, .. } => tree.bare(*object),
            Kind::Call { callee, .. } => tree.bare(*callee),
            _ => return None,
        };
    }
}
