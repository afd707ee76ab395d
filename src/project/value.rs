//! The values that the analysis follows: the Socket.IO server and its parts, what carries them, and the look-alikes
//! that must not be mistaken for them. How they move is `flow`'s and `calls`' work.

use crate::source::FileId;
use crate::syntax::NodeId;

/// A node of the project; sites are named by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The node in that file's tree.
    pub node: NodeId,
}

impl Place {
    /// Another node of the same file.
    pub fn beside(self, node: NodeId) -> Self {
        Self { node, ..self }
    }
}

/// One in-process server, by the place where it comes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SiteId(pub u32);

/// How we know of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SiteKind {
    /// `new Server(…)` and its like, in a file of the API.
    Constructed,
    /// The same in the dedicated server's process: not in the API's.
    Dedicated,
    /// The same in a file that nothing loads which the project starts.
    Dead,
    /// No construction in sight; a framework makes it: `@WebSocketServer()` of NestJS, `fastify-socket.io`.
    Framework,
    /// No construction in sight; the carrier's name, or its declared type, says that it holds one.
    Guessed,
}

/// Where a server comes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Site {
    /// The construction, or the place that was guessed at.
    pub place: Place,
    /// How we know.
    pub kind: SiteKind,
}

/// What state of the server it is, as far as it matters what it leads to.
/// <https://socket.io/docs/v4/server-instance/>, <https://socket.io/docs/v4/adapter/>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// `io.engine`.
    Engine,
    /// `io.of('/').adapter`.
    Adapter,
    /// `io.sockets.sockets`, and lists made of it: sockets by their id.
    Sockets,
    /// One client's socket, obtained from outside of handlers.
    Socket,
    /// `adapter.rooms`, `adapter.sids`: sets of ids by a name.
    Rooms,
    /// What is in these.
    Ids,
    /// `io._nsps`: namespaces by their name.
    Namespaces,
    /// Anything else: `io.opts`.
    Other,
}

/// What an expression may hold. Values are named by places, so that there are finitely many.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// `Server` of `socket.io` under any name, or the function that makes one.
    ServerClass,
    /// The server.
    Server(SiteId),
    /// `io.of(…)`, `io.sockets`; `at` is the expression.
    Namespace { site: SiteId, at: Place },
    /// A broadcast operator on its way to `emit`; `at` is the link that made it.
    Operator { site: SiteId, at: Place },
    /// A method taken off the server, a namespace or an operator: `const { emit } = io`.
    Method {
        site: SiteId,
        at: Place,
        name: String,
    },
    /// What questions are asked of: adapter, engine, maps of rooms and sockets, and what is in them.
    State { site: SiteId, at: Place, part: Part },
    /// What the project itself keeps on the server for handlers and routes to share: `io.users = users`, wherever it is
    /// handed on to. `at` is where it was put there; what is in it is not followed.
    SharedState { site: SiteId, at: Place },
    /// A client's socket inside a handler.
    Socket { site: SiteId },
    /// `createAdapter` of an adapter package.
    AdapterFactory,
    /// A cluster adapter, by the call that made it.
    Adapter(Place),

    /// An Express application.
    App,
    /// `app.settings`.
    AppSettings,
    /// `app.locals`.
    AppLocals,
    /// `res.locals`.
    ResponseLocals,
    /// A Fastify instance: what is decorated onto it is its property, in plugins and requests too.
    Fastify,
    /// `req.socket`.
    Connection,
    /// An emitter of events of the project, by the place where it comes to be.
    Emitter(Place),
    /// An Express router.
    Router,
    /// What a request handler gets first.
    Request,
    /// What a request handler gets second.
    Response,
    /// `http.createServer()`, `app.listen()`.
    HttpServer(Place),
    /// A client of `redis` or `ioredis`, by the call that made it.
    RedisClient(Place),
    /// A logger of a package that makes such: `logger.info(…)`, `logger.error(…)`.
    Logger,
    /// The global object.
    Global,
    /// The function `name` of the global object: `Promise`, `Object`.
    GlobalFunction(String),

    /// A package or built-in module.
    Package(String),
    /// A member of one.
    PackageMember(String, String),
    /// An ES module of the project, as `import * as` and `import()` give it.
    Module(FileId),
    /// The object that `exports` refers to at first.
    Exports(FileId),
    /// The `module` of a CommonJS file.
    ModuleObject(FileId),
    /// An object or an array.
    Object(Place),
    /// A function.
    Function(Place),
    /// A class.
    Class(Place),
    /// What `new` makes of a class of the project.
    Instance(Place),
    /// The `resolve` of `new Promise((resolve) => …)`; the place is the `new`.
    Resolver(Place),
}

impl Value {
    /// The server that this is, or is a part of. A client's socket is no part: what hangs on it is the handlers' own.
    pub fn site(&self) -> Option<SiteId> {
        match self {
            Self::Server(site)
            | Self::Namespace { site, .. }
            | Self::Operator { site, .. }
            | Self::Method { site, .. }
            | Self::State { site, .. }
            | Self::SharedState { site, .. } => Some(*site),
            _ => None,
        }
    }
}
