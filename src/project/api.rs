//! What is known of other people's packages: Socket.IO's public API and the few packages around it.
//! Facts about Socket.IO are from its documentation and the `.d.ts` files of socket.io 4.8
//! (<https://socket.io/docs/v4/server-api/>).

use super::value::Part;

/// What a call, or a read, of a member of the server, a namespace or an operator gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Yields {
    /// The same object, for chaining.
    Itself,
    /// A namespace.
    Namespace,
    /// A broadcast operator.
    Operator,
    /// A part that questions are asked of.
    State(Part),
    /// Nothing that leads back to the server.
    Nothing,
}

/// What a member of the server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// One link on the way to an emission: `to`, `volatile`.
    Link,
    /// Sends to clients: `emit`, `send`.
    Emit,
    /// Registers code that runs for clients: `on`, `use`.
    Register,
    /// Asks: `fetchSockets`.
    Query,
    /// Acts on clients or the server: `socketsJoin`, `close`.
    Control,
    /// Configures: `attach`, `adapter(…)`, `path`.
    Configure,
    /// Leads to state: `engine`, `sockets.sockets`.
    State,
}

/// A member of the server's public API, of namespaces and broadcast operators.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub role: Role,
    /// What it gives: when called if it is a method, when read otherwise.
    pub yields: Yields,
    /// It is called; otherwise it is read.
    pub is_method: bool,
}

const fn method(name: &'static str, role: Role, yields: Yields) -> Member {
    Member {
        name,
        role,
        yields,
        is_method: true,
    }
}

const fn property(name: &'static str, role: Role, yields: Yields) -> Member {
    Member {
        name,
        role,
        yields,
        is_method: false,
    }
}

/// The public API over `Server`, `Namespace` and `BroadcastOperator`.
/// `sockets` and `adapter` differ by receiver; [`member`] knows.
const MEMBERS: &[Member] = &[
    method("to", Role::Link, Yields::Operator),
    method("in", Role::Link, Yields::Operator),
    method("except", Role::Link, Yields::Operator),
    method("compress", Role::Link, Yields::Operator),
    method("timeout", Role::Link, Yields::Operator),
    property("volatile", Role::Link, Yields::Operator),
    property("local", Role::Link, Yields::Operator),
    method("of", Role::Link, Yields::Namespace),
    method("emit", Role::Emit, Yields::Nothing),
    method("send", Role::Emit, Yields::Itself),
    method("write", Role::Emit, Yields::Itself),
    method("on", Role::Register, Yields::Itself),
    method("once", Role::Register, Yields::Itself),
    method("addListener", Role::Register, Yields::Itself),
    method("prependListener", Role::Register, Yields::Itself),
    method("prependOnceListener", Role::Register, Yields::Itself),
    method("off", Role::Register, Yields::Itself),
    method("removeListener", Role::Register, Yields::Itself),
    method("removeAllListeners", Role::Register, Yields::Itself),
    method("use", Role::Register, Yields::Itself),
    method("onconnection", Role::Register, Yields::Itself),
    method("emitWithAck", Role::Query, Yields::Nothing),
    method("fetchSockets", Role::Query, Yields::Nothing),
    method("allSockets", Role::Query, Yields::Nothing),
    method("serverSideEmitWithAck", Role::Query, Yields::Nothing),
    method("listeners", Role::Query, Yields::Nothing),
    method("listenerCount", Role::Query, Yields::Nothing),
    method("eventNames", Role::Query, Yields::Nothing),
    method("setMaxListeners", Role::Configure, Yields::Itself),
    method("getMaxListeners", Role::Query, Yields::Nothing),
    method("rawListeners", Role::Query, Yields::Nothing),
    method("serverSideEmit", Role::Control, Yields::Nothing),
    method("socketsJoin", Role::Control, Yields::Nothing),
    method("socketsLeave", Role::Control, Yields::Nothing),
    method("disconnectSockets", Role::Control, Yields::Nothing),
    method("close", Role::Control, Yields::Nothing),
    method("attach", Role::Configure, Yields::Itself),
    method("attachApp", Role::Configure, Yields::Itself),
    method("listen", Role::Configure, Yields::Itself),
    method("bind", Role::Configure, Yields::Itself),
    method("adapter", Role::Configure, Yields::Itself),
    method("serveClient", Role::Configure, Yields::Itself),
    method("path", Role::Configure, Yields::Itself),
    method("connectTimeout", Role::Configure, Yields::Itself),
    method("parser", Role::Configure, Yields::Itself),
    method("encoder", Role::Configure, Yields::Itself),
    // Socket.IO 2, still met in real back ends.
    method("set", Role::Configure, Yields::Itself),
    method("origins", Role::Configure, Yields::Itself),
    method("clients", Role::Query, Yields::Nothing),
    property("engine", Role::State, Yields::State(Part::Engine)),
    property("eio", Role::State, Yields::State(Part::Engine)),
    property("httpServer", Role::State, Yields::State(Part::Other)),
    property("opts", Role::State, Yields::State(Part::Other)),
    property("sockets", Role::State, Yields::State(Part::Sockets)),
    property("connected", Role::State, Yields::State(Part::Sockets)),
    property("rooms", Role::State, Yields::State(Part::Rooms)),
    property("_nsps", Role::State, Yields::State(Part::Namespaces)),
    property("nsps", Role::State, Yields::State(Part::Namespaces)),
    property("name", Role::State, Yields::Nothing),
];

/// What sort of receiver a member is looked up on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// The server itself.
    Server,
    /// A namespace.
    Namespace,
    /// A broadcast operator.
    Operator,
}

/// The member `name` as it is on `receiver`. `called` tells `io.adapter(a)` from `io.sockets.adapter`.
pub fn member(receiver: Receiver, name: &str, called: bool) -> Option<Member> {
    match (receiver, name) {
        // The default namespace; `io.sockets.emit` is `io.emit`.
        (Receiver::Server, "sockets") => Some(property("sockets", Role::Link, Yields::Namespace)),
        (Receiver::Namespace, "adapter") => Some(property(
            "adapter",
            Role::State,
            Yields::State(Part::Adapter),
        )),
        (Receiver::Namespace, "server") => Some(property("server", Role::Link, Yields::Itself)),
        (Receiver::Server, "adapter") if !called => Some(property(
            "adapter",
            Role::State,
            Yields::State(Part::Adapter),
        )),
        _ => MEMBERS.iter().find(|it| it.name == name).copied(),
    }
}

/// What a property of some state leads to, by its name or, with `None`, as an element of it. Numbers, names and what a
/// project keeps on a client's socket lead nowhere.
pub fn state_member(part: Part, name: Option<&str>) -> Option<Yields> {
    match (part, name) {
        (Part::Adapter, Some("rooms" | "sids")) => Some(Yields::State(Part::Rooms)),
        (Part::Adapter | Part::Socket, Some("nsp")) => Some(Yields::Namespace),
        (Part::Socket, Some("server")) => Some(Yields::Itself),
        (Part::Socket, Some("rooms")) => Some(Yields::State(Part::Ids)),
        (Part::Sockets, None) => Some(Yields::State(Part::Socket)),
        // What is in it was put there under room names.
        (Part::Rooms, None) => Some(Yields::State(Part::Ids)),
        (Part::Namespaces, None) => Some(Yields::Namespace),
        _ => None,
    }
}

/// What a method of some state gives.
pub fn state_method(part: Part, name: &str) -> Option<Yields> {
    match name {
        "get" | "at" | "find" => state_member(part, None),
        "values" | "entries" | "filter" | "slice" => Some(Yields::State(part)),
        "socketRooms" if part == Part::Adapter => Some(Yields::State(Part::Ids)),
        "broadcast" | "to" | "in" | "except" if part == Part::Socket => Some(Yields::State(part)),
        _ => None,
    }
}

/// Whether a member of some state, found in a variable, touches the server. Everything that is done with a map of sockets
/// does. Of a client's socket only what acts on the client does: a project keeps fields of its own there.
pub fn touches_server(part: Part, member: Option<&str>) -> bool {
    match part {
        Part::Socket => matches!(
            member,
            Some(
                "emit"
                    | "emitWithAck"
                    | "send"
                    | "write"
                    | "to"
                    | "in"
                    | "except"
                    | "broadcast"
                    | "volatile"
                    | "timeout"
                    | "compress"
                    | "join"
                    | "leave"
                    | "disconnect"
                    | "on"
                    | "once"
                    | "server"
                    | "nsp"
                    | "rooms"
            )
        ),
        Part::Ids => matches!(
            member,
            Some("size" | "length" | "has" | "values" | "keys" | "entries" | "forEach")
        ),
        _ => true,
    }
}

/// What a function of a package gives that matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Makes {
    /// A Socket.IO server.
    Server,
    /// A cluster adapter.
    Adapter,
    /// An Express application.
    App,
    /// An Express router.
    Router,
    /// A Fastify instance.
    Fastify,
    /// An emitter of events.
    Emitter,
    /// An HTTP server.
    HttpServer,
    /// A Redis client.
    RedisClient,
    /// A logger.
    Logger,
}

/// The packages that make a Socket.IO adapter, by prefix or name.
const ADAPTER_PACKAGES: &[&str] = &[
    "@socket.io/redis-adapter",
    "@socket.io/redis-streams-adapter",
    "@socket.io/mongo-adapter",
    "@socket.io/postgres-adapter",
    "@socket.io/cluster-adapter",
    "@socket.io/gcp-pubsub-adapter",
    "@socket.io/aws-sqs-adapter",
    "@socket.io/azure-service-bus-adapter",
    "socket.io-redis",
    "socket.io-adapter",
];

/// Whether a package belongs to the server side of Socket.IO: none of them may be left in the API.
pub fn is_server_package(package: &str) -> bool {
    package == "socket.io"
        || is_adapter_package(package)
        || is_server_plugin(package)
        || matches!(
            package,
            "@socket.io/admin-ui" | "@nestjs/platform-socket.io"
        )
}

/// Whether a package is a plugin of Fastify that makes a server and decorates the application with it as `io`.
pub fn is_server_plugin(package: &str) -> bool {
    matches!(
        package,
        "fastify-socket.io" | "@ericedouard/fastify-socket.io" | "fastify-socketio"
    )
}

/// What a framework puts into a field with the decorator `name` of `package`.
pub fn decorator_gives(package: &str, name: &str) -> Option<Yields> {
    match (package, name) {
        ("@nestjs/websockets", "WebSocketServer") => Some(Yields::Itself),
        ("@tsed/socketio", "IO") => Some(Yields::Itself),
        ("@tsed/socketio", "Nsp" | "SocketNsp") => Some(Yields::Namespace),
        _ => None,
    }
}

/// Whether a package runs in browsers only, or in tests of what does.
pub fn is_of_browsers(package: &str) -> bool {
    let name = package.split('/').next().unwrap_or(package);
    matches!(
        name,
        "react"
            | "react-dom"
            | "react-native"
            | "preact"
            | "vue"
            | "svelte"
            | "solid-js"
            | "jquery"
            | "@angular"
            | "@vue"
            | "@reduxjs"
            | "zustand"
            | "expo"
    ) || matches!(package, "socket.io-client" | "vite")
}

/// Whether a package is a server's: whoever loads it runs in Node.
pub fn is_of_servers(package: &str) -> bool {
    is_server_package(package)
        || is_of_http(package)
        || matches!(
            package,
            "fs" | "net"
                | "cluster"
                | "child_process"
                | "worker_threads"
                | "next"
                | "mongoose"
                | "sequelize"
                | "pg"
        )
}

/// Whether a package answers HTTP requests.
pub fn is_of_http(package: &str) -> bool {
    package.starts_with("@nestjs/")
        || package.starts_with("@tsed/")
        || matches!(
            package,
            "express" | "koa" | "fastify" | "http" | "https" | "http2"
        )
}

/// Whether a package makes adapters.
pub fn is_adapter_package(package: &str) -> bool {
    ADAPTER_PACKAGES.contains(&package)
}

/// What calling (or constructing) `package` itself, or its `member`, gives.
pub fn makes(package: &str, member: Option<&str>) -> Option<Makes> {
    match (package, member) {
        ("socket.io", None | Some("Server" | "listen")) => Some(Makes::Server),
        ("express" | "koa", None) => Some(Makes::App),
        ("fastify", None | Some("fastify")) => Some(Makes::Fastify),
        ("events", None | Some("EventEmitter")) => Some(Makes::Emitter),
        ("eventemitter2" | "eventemitter3", _) => Some(Makes::Emitter),
        ("express", Some("Router")) => Some(Makes::Router),
        ("express-promise-router" | "@koa/router" | "koa-router", None) => Some(Makes::Router),
        ("http" | "https" | "http2", Some("createServer" | "createSecureServer" | "Server")) => {
            Some(Makes::HttpServer)
        }
        ("redis", Some("createClient" | "createCluster" | "createSentinel")) => {
            Some(Makes::RedisClient)
        }
        ("ioredis", None | Some("Redis" | "Cluster" | "createClient")) => Some(Makes::RedisClient),
        ("winston" | "bunyan", Some("createLogger"))
        | ("pino", None | Some("pino"))
        | ("log4js", Some("getLogger"))
        | ("tslog", Some("Logger")) => Some(Makes::Logger),
        (package, None | Some("createAdapter" | "createShardedAdapter"))
            if is_adapter_package(package) =>
        {
            Some(Makes::Adapter)
        }
        _ => None,
    }
}

/// Methods by which Express applications and routers take request handlers.
pub fn takes_handlers(method: &str) -> bool {
    matches!(
        method,
        "use"
            | "all"
            | "get"
            | "post"
            | "put"
            | "patch"
            | "delete"
            | "head"
            | "options"
            | "param"
            | "search"
    )
}
