//! What Socket.IO is attached to: a variable with the API's HTTP server, an expression that leads to that, or a port of its
//! own. How the API goes on without it is `carry`'s matter.

use super::Blocker;
use super::site::refuse;
use crate::findings::uses::Use;
use crate::plan::Input;
use crate::plan::loading::Sides;
use crate::plan::project_files::{entry, makes_http_server, root_for};
use crate::plan::toplevel::Statements;
use crate::plan::toplevel::starts::{blocks_around, callers, function_around};
use crate::project::value::{Place, Value};
use crate::rules::Meaning;
use crate::scope::{Binding, BindingId, BindingKind};
use crate::source::FileId;
use crate::syntax::{Kind, NodeId};

/// What the dedicated server's file calls its HTTP server, if the API has no name for its own.
pub(super) const NAME: &str = "socketHttpServer";

const NAMELESS: &str = "the HTTP server that Socket.IO is attached to has no name here";

/// What the server is attached to, as the API says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attached {
    /// A variable. The dedicated server's file has one of the same name.
    Variable(BindingId),
    /// What leads to the HTTP server and does nothing else: `app.server`.
    Reading(NodeId),
    /// What the API has to go on doing: `app.listen(3000)`.
    Listening(NodeId),
    /// A port that the Socket.IO server has to itself.
    Port(NodeId),
}

impl Attached {
    /// The variable of the HTTP server, if it has one.
    pub(super) fn variable(self) -> Option<BindingId> {
        match self {
            Self::Variable(binding) => Some(binding),
            _ => None,
        }
    }

    /// What is written where the variable would be.
    pub(super) fn expression(self) -> Option<NodeId> {
        match self {
            Self::Variable(_) => None,
            Self::Reading(node) | Self::Listening(node) | Self::Port(node) => Some(node),
        }
    }

    /// The port that the Socket.IO server has to itself.
    pub(super) fn port(self) -> Option<NodeId> {
        match self {
            Self::Port(node) => Some(node),
            _ => None,
        }
    }

    /// What the dedicated server's file calls its HTTP server.
    pub(super) fn name<'a>(self, statements: &Statements<'a>) -> &'a str {
        self.variable().map_or(NAME, |it| statements.name(it))
    }

    /// Whether it may be an HTTP server of which `is_it` is true, by the place where that is made.
    pub(super) fn is_any(self, statements: &Statements<'_>, is_it: impl Fn(Place) -> bool) -> bool {
        let is_server = |it: &Value| matches!(it, Value::HttpServer(place) if is_it(*place));
        match self.expression() {
            Some(node) => statements
                .values(statements.tree().bare(node))
                .any(is_server),
            None => self
                .variable()
                .is_some_and(|it| statements.holds(it, is_server)),
        }
    }
}

/// Where the API begins to set the server up, and what it attaches that to.
pub(super) struct Attachment {
    /// The construction, a call that leads to it, or one that attaches the server later.
    pub(super) start: Place,
    pub(super) to: Attached,
}

/// Finds both. What a function gets is looked for where it is called.
pub(super) fn attachment(input: &Input<'_>, construction: Place) -> Result<Attachment, Blocker> {
    let attaching = attaching(input, construction)?;
    let (start, to) = handed_over(input, attaching)?;
    // What is attached to later in the same block starts where it is made.
    let is_around = || {
        let inner = blocks_around(input, construction)?;
        Some(inner.starts_with(&blocks_around(input, start)?))
    };
    let is_later = start == attaching && start.file == construction.file;
    let start = match is_later && is_around() == Some(true) {
        true => construction,
        false => start,
    };
    Ok(Attachment { start, to })
}

/// `new Server(server)`, or the `io.attach(server)` and `io.listen(server)` of one that was made without.
fn attaching(input: &Input<'_>, construction: Place) -> Result<Place, Blocker> {
    if handed(input, construction, &is_server_or_port).is_some() {
        return Ok(construction);
    }
    let attaches = input.uses.iter().filter(|it| {
        let last = it.chain.last().and_then(|it| it.name.as_deref());
        it.meaning == Meaning::Configuration && matches!(last, Some("attach" | "listen"))
    });
    let calls: Vec<Place> = attaches
        .map(|it| it.chain.root.beside(it.chain.end))
        .collect();
    match calls[..] {
        [] if is_handed_nothing(input, construction) => Err(refuse(
            input,
            construction,
            "nothing attaches the Socket.IO server to an HTTP server",
            "no client reaches it: attach it where the HTTP server is made, `io.attach(server)`, or remove it",
        )),
        [] => Ok(construction),
        [call] => Ok(call),
        [_, second, ..] => Err(refuse(
            input,
            second,
            "the Socket.IO server is attached to more than one HTTP server",
            "attach it to one of them, in one place",
        )),
    }
}

/// Whether a server is made with nothing but options, or without.
fn is_handed_nothing(input: &Input<'_>, construction: Place) -> bool {
    let tree = &input.project.facts(construction.file).tree;
    let is_options = |it: &NodeId| matches!(tree.kind(tree.bare(*it)), Kind::Object { .. });
    match tree.kind(construction.node) {
        Kind::New { arguments, .. } | Kind::Call { arguments, .. } => {
            arguments.iter().all(is_options)
        }
        _ => false,
    }
}

/// The call in which the HTTP server is handed over by who has it, not as what a function got itself.
fn handed_over(input: &Input<'_>, attaching: Place) -> Result<(Place, Attached), Blocker> {
    let mut here = attaching;
    let mut seen = Vec::new();
    loop {
        let source = match handed(input, here, &is_server_or_port) {
            Some(node) => source(input, here.beside(node)),
            None => function_around(input, here).map_or(Source::Unknown, Source::Caller),
        };
        let function = match source {
            Source::Own(to) => return Ok((here, to)),
            Source::Caller(function) => function,
            Source::Unknown => return Err(nameless(input, here)),
            Source::Refused(why, help) => return Err(refuse(input, here, why, help)),
        };
        let caller = only_caller(input, here, function)?;
        if seen.contains(&caller) {
            return Err(refuse(
                input,
                here,
                "the Socket.IO server is made by a function that calls itself",
                "start it in the file that makes the HTTP server",
            ));
        }
        seen.push(caller);
        here = caller;
    }
}

/// Who has the HTTP server that an expression leads to.
enum Source {
    Own(Attached),
    /// Whoever calls this function.
    Caller(Place),
    Unknown,
    /// Somebody whom it can't be taken from: why, and what to do.
    Refused(&'static str, &'static str),
}

const KEPT_BY_CLASS: Source = Source::Refused(
    "the HTTP server that Socket.IO is attached to is made by a class that keeps it to itself",
    "hand it to what makes the Socket.IO server: a function, or a class of its own that gets it when it is made",
);

fn source(input: &Input<'_>, place: Place) -> Source {
    let facts = input.project.facts(place.file);
    let tree = &facts.tree;
    let node = tree.bare(place.node);
    let around = function_around(input, place).map_or(Source::Unknown, Source::Caller);
    if !is_server(input, place.beside(node)) {
        return Source::Own(Attached::Port(place.node));
    }
    match tree.kind(node) {
        Kind::Name { .. } => match facts.binding_of(node) {
            Some(it) if facts.binding(it).kind == BindingKind::Parameter => around,
            Some(it) => Source::Own(Attached::Variable(it)),
            None => Source::Own(Attached::Reading(place.node)),
        },
        Kind::Member {
            object, property, ..
        } => match tree.kind(innermost(input, place.file, *object)) {
            Kind::This => property
                .name()
                .filter(|_| matches!(tree.kind(*object), Kind::This))
                .and_then(|it| filled_by(input, place, it))
                .map_or(KEPT_BY_CLASS, Source::Caller),
            Kind::Name { .. } => reading(input, place, around),
            _ => Source::Unknown,
        },
        Kind::Call { .. } => {
            let text = &input.sources[place.file.index()].text[tree.span(place.node).range()];
            let listens = tree.method_call(node).is_some_and(|it| it.name == "listen");
            let function = tree.enclosing_function(node);
            let body = function.and_then(|it| tree.function(it)?.body);
            let is_in_statement = body.is_none_or(|it| matches!(tree.kind(it), Kind::Block { .. }));
            // As a statement it must not go on what stands before it.
            match listens && is_in_statement && !text.starts_with(['(', '[', '`']) {
                true => Source::Own(Attached::Listening(place.node)),
                false => Source::Unknown,
            }
        }
        _ => Source::Unknown,
    }
}

/// `app.server`. Of what a function gets, only its caller may have a name for the HTTP server.
fn reading(input: &Input<'_>, place: Place, around: Source) -> Source {
    let facts = input.project.facts(place.file);
    let root = facts.binding_of(innermost(input, place.file, place.node));
    let is_parameter = root.is_some_and(|it| facts.binding(it).kind == BindingKind::Parameter);
    let Source::Caller(function) = around else {
        return Source::Own(Attached::Reading(place.node));
    };
    let callers = callers(input, function);
    let gets_server = || {
        let mut all = callers.iter();
        all.any(|it| handed(input, *it, &is_server).is_some())
    };
    let is_handed_over = callers.is_empty() || callers == [function];
    match registrations(input, function)[..] {
        _ if !is_parameter => Source::Own(Attached::Reading(place.node)),
        [] if callers == [function] => Source::Own(Attached::Reading(place.node)),
        [it] if is_handed_over && blocks_around(input, it).is_some() => {
            Source::Own(Attached::Reading(place.node))
        }
        [_, ..] if is_handed_over => Source::Refused(
            "the Socket.IO server is made by a plugin that is registered on a condition, or at several places",
            "register it once, whenever the API starts",
        ),
        _ if callers.len() == 1 && !gets_server() => Source::Refused(
            "the function that makes the Socket.IO server gets the application, which stays in the API",
            "let it get the HTTP server instead: `initSocket(app.server)`",
        ),
        _ => Source::Caller(function),
    }
}

/// The calls that make a function a plugin of an application, which calls it once for each: `app.register(sockets)`.
fn registrations(input: &Input<'_>, function: Place) -> Vec<Place> {
    let is_it = |place: Place| {
        let mut values = input.project.values(place);
        values.any(|it| *it == Value::Function(function))
    };
    let files = input.project.files();
    let calls = files.flat_map(|(file, facts)| {
        let nodes = facts.tree.ids();
        nodes.filter_map(move |node| {
            let call = facts.tree.method_call(node)?;
            let plugin = Place {
                file,
                node: facts.tree.bare(*call.arguments.first()?),
            };
            (call.name == "register" && matches!(facts.tree.kind(node), Kind::Call { .. }))
                .then_some((Place { file, node }, plugin))
        })
    });
    calls.filter(|it| is_it(it.1)).map(|it| it.0).collect()
}

/// The object that a chain of properties is read of.
fn innermost(input: &Input<'_>, file: FileId, node: NodeId) -> NodeId {
    let tree = &input.project.facts(file).tree;
    match tree.kind(tree.bare(node)) {
        Kind::Member { object, .. } => innermost(input, file, *object),
        _ => tree.bare(node),
    }
}

/// The function of a class that puts what it is given into a field: `constructor(server) { this.server = server; }`.
fn filled_by(input: &Input<'_>, place: Place, field: &str) -> Option<Place> {
    let facts = input.project.facts(place.file);
    let tree = &facts.tree;
    let class = tree
        .ancestors(place.node)
        .find(|it| matches!(tree.kind(*it), Kind::Class(_)))?;
    let written = tree
        .descendants(class)
        .filter_map(|it| match tree.kind(it) {
            Kind::Assign { target, value, .. } => match tree.kind(*target) {
                Kind::Member {
                    object, property, ..
                } => {
                    let is_it =
                        matches!(tree.kind(*object), Kind::This) && property.name() == Some(field);
                    is_it.then_some(*value)
                }
                _ => None,
            },
            _ => None,
        });
    let written: Vec<NodeId> = written.collect();
    let is_constructor = |it: NodeId| {
        tree.parent(it).is_some_and(|member| {
            let is_own = tree.parent(member) == Some(class);
            is_own && matches!(tree.kind(member), Kind::ClassMember { key, .. } if key.name() == Some("constructor"))
        })
    };
    let filler = |binding: &Binding| {
        let function = tree.enclosing_function(*binding.declarations.first()?)?;
        (binding.kind == BindingKind::Parameter).then_some(function)
    };
    let function = match written[..] {
        // `constructor(private server: HttpServer)`
        [] => facts
            .bindings()
            .filter(|it| it.1.name == field)
            .find_map(|it| filler(it.1).filter(|it| is_constructor(*it))),
        [value] => filler(facts.binding(facts.binding_of(tree.bare(value))?)),
        _ => None,
    };
    function.map(|it| place.beside(it))
}

fn only_caller(input: &Input<'_>, here: Place, function: Place) -> Result<Place, Blocker> {
    let callers = callers(input, function);
    let message = match callers[..] {
        [caller] => return Ok(caller),
        [] => "it is not known who calls the function that makes the Socket.IO server",
        _ => "the Socket.IO server is made by a function that is called at several places",
    };
    let help = "start it in one place: in the file that makes the HTTP server";
    Err(refuse(input, here, message, help))
}

/// The argument of a call that is wanted, or the property of one: `init({ server })`.
fn handed(
    input: &Input<'_>,
    call: Place,
    is_wanted: &dyn Fn(&Input<'_>, Place) -> bool,
) -> Option<NodeId> {
    let tree = &input.project.facts(call.file).tree;
    let (Kind::New { arguments, .. } | Kind::Call { arguments, .. }) = tree.kind(call.node) else {
        return None;
    };
    let is_it = |it: &NodeId| is_wanted(input, call.beside(tree.bare(*it)));
    let direct = arguments.iter().copied().find(is_it);
    direct.or_else(|| {
        let lists = arguments.iter().map(|it| tree.kind(tree.bare(*it)));
        let properties = lists.filter_map(|it| match it {
            Kind::Object { properties } => Some(properties),
            _ => None,
        });
        properties.flatten().find_map(|it| match tree.kind(*it) {
            Kind::Property { value, .. } => {
                Some(*value).filter(|it| is_server(input, call.beside(*it)))
            }
            _ => None,
        })
    })
}

fn is_server(input: &Input<'_>, place: Place) -> bool {
    let mut values = input.project.values(place);
    values.any(|it| matches!(it, Value::HttpServer(_)))
}

fn is_server_or_port(input: &Input<'_>, place: Place) -> bool {
    is_server(input, place) || is_port(input, place)
}

/// Whether an expression is a number for certain, or what the environment says of one: `process.env.PORT || 3001`.
fn is_port(input: &Input<'_>, place: Place) -> bool {
    let facts = input.project.facts(place.file);
    let tree = &facts.tree;
    let node = tree.bare(place.node);
    let is_it = |it: NodeId| is_port(input, place.beside(it));
    let text = &input.sources[place.file.index()].text[tree.span(node).range()];
    match tree.kind(node) {
        Kind::Literal | Kind::String { .. } => {
            text.trim_matches(['\'', '"']).parse::<u16>().is_ok()
        }
        Kind::Member { .. } => text.starts_with("process.env"),
        Kind::Logical { left, right, .. } => is_it(*left) && is_it(*right),
        Kind::Unary { operator, argument } => operator == "+" && is_it(*argument),
        Kind::Call {
            callee, arguments, ..
        } => {
            matches!(tree.name(*callee), Some("Number" | "parseInt"))
                && arguments.first().is_some_and(|it| is_it(*it))
        }
        Kind::Name { .. } => {
            let binding = facts.binding_of(node).map(|it| facts.binding(it));
            let constant = binding.filter(|it| it.kind == BindingKind::Const);
            let declarator = constant.and_then(|it| tree.parent(*it.declarations.first()?));
            declarator.is_some_and(|it| {
                matches!(tree.kind(it), Kind::Declarator { init: Some(init), .. } if is_it(*init))
            })
        }
        _ => false,
    }
}

/// Refuses an HTTP server without a name, with the line that gives it one where that can be told.
fn nameless(input: &Input<'_>, call: Place) -> Blocker {
    let tree = &input.project.facts(call.file).tree;
    let text = handed(input, call, &is_server)
        .map(|it| &input.sources[call.file.index()].text[tree.span(it).range()]);
    let help = match text.filter(|it| !it.contains('\n')) {
        Some(server) => {
            format!("give it one: `const server = {server};`, and `server` instead of `{server}` here")
        }
        None => "give it one: `const server = http.createServer(app);` and `new Server(server, …)`; where only a framework \
                 makes it, the set-up has to be moved by hand"
            .to_owned(),
    };
    refuse(input, call, NAMELESS, &help)
}

/// Blocks a server with a port of its own that is no part of the API: a program that does nothing else, or one of another package.
pub(super) fn port_obstacle(
    statements: &Statements<'_>,
    port: NodeId,
    sides: &Sides,
) -> Option<Blocker> {
    let input = statements.input;
    let package = |file| root_for(input, input.project.path(file));
    let is_of_api = entry(input).is_none_or(|it| package(it) == package(statements.file));
    let speaks = |it: &Use| {
        it.inside.is_none()
            && matches!(
                it.meaning,
                Meaning::Emission | Meaning::Question | Meaning::Control
            )
    };
    let mut files = sides.kept.iter().chain([&statements.file]);
    let serves = input.uses.iter().any(speaks) || files.any(|it| makes_http_server(input, *it));
    let (message, help) = match (is_of_api, serves) {
        (true, true) => return None,
        (true, false) => (
            "the Socket.IO server has a port and a program of its own already",
            "nothing has to be moved: give it the Redis adapter, and let the API reach its clients by `@socket.io/redis-emitter`",
        ),
        (false, _) => (
            "the Socket.IO server has a port of its own in another package than the API",
            "name the folder of its package to have that migrated",
        ),
    };
    Some(Blocker {
        file: statements.file,
        span: statements.tree().span(port),
        message: message.to_owned(),
        help: help.to_owned(),
    })
}

/// What becomes of the port of a server that has one to itself.
pub(super) fn port_note(statements: &Statements<'_>, port: NodeId) -> String {
    let span = statements.tree().span(port);
    let text = &statements.text()[span.range()];
    let (place, other) = (
        statements.place(span),
        statements.input.settings.socket_port(),
    );
    format!(
        "clients connect to a port of the Socket.IO server's own (`{text}`, {place}): start the dedicated server with that in \
         `SOCKET_IO_PORT`, and `SOCKET_IO_HOST=0.0.0.0` where no proxy stands before it; otherwise it listens on {other}"
    )
}
