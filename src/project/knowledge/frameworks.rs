//! Frameworks other than Express: Fastify's decorations and plugins, the gateways of NestJS.
//! Express itself, and Koa, whose applications are used alike, are in `receivers`.

use crate::project::api::{self, Yields};
use crate::project::flow::cells::{Carrier, CellId, ValueId};
use crate::project::flow::{Flow, Listener};
use crate::project::value::{Place, SiteKind, Value};
use crate::syntax::{Key, Kind, NodeId};

impl Flow<'_> {
    /// A method of a Fastify instance. <https://fastify.dev/docs/latest/Reference/Server/>
    pub(in crate::project) fn call_fastify(&mut self, call: usize, name: &str, result: CellId) {
        match name {
            "decorate" => self.decorate(call, Carrier::App, "fastify"),
            "decorateRequest" => self.decorate(call, Carrier::Request, "request"),
            "decorateReply" => self.decorate(call, Carrier::Response, "reply"),
            "register" | "after" | "ready" => self.register_plugin(call),
            // A hook gets a request, but for those of the application's own life, which get the instance.
            "addHook" => match self.constant_argument(call).as_deref() {
                Some("onReady" | "onClose" | "onListen" | "preClose" | "onRegister") => {
                    self.give_instance(call);
                }
                _ => self.handle_all_requests(call),
            },
            "route" => self.handle_route_options(call),
            _ if api::takes_handlers(name) || name == "setErrorHandler" => {
                self.handle_all_requests(call);
            }
            _ => {}
        }
        self.put(result, &Value::Fastify);
    }

    /// `fastify.decorate('io', io)`.
    fn decorate(&mut self, call: usize, carrier: Carrier, owner: &str) {
        let place = self.calls[call].place;
        let key = self.constant_argument(call);
        if let Some(value) = self.argument(call, 1) {
            let label = key.as_deref().unwrap_or("[…]");
            let note = self.note(place, format!("set as `{owner}.{label}`"));
            self.carry(carrier, key, (place, value), note);
        }
    }

    /// `fastify.register(plugin, options)`: a plugin gets an instance that inherits every decoration.
    fn register_plugin(&mut self, call: usize) {
        self.give_instance(call);
        let Some(plugin) = self.argument(call, 0) else {
            return;
        };
        self.listen(plugin, Listener::Plugin(call));
    }

    fn give_instance(&mut self, call: usize) {
        let instance = self.holding(&Value::Fastify);
        for index in 0..self.calls[call].arguments.len() {
            if let Some(argument) = self.argument(call, index) {
                self.on_callback(argument, vec![Some(instance)], None);
            }
        }
    }

    /// A plugin that makes a server of its own has arrived where plugins are registered.
    pub(in crate::project) fn use_plugin(&mut self, call: usize, value: ValueId) {
        let Value::Package(package) = self.cells.value(value) else {
            return;
        };
        if !api::is_server_plugin(package) {
            return;
        }
        let place = self.calls[call].place;
        let server = self.framework_server(place);
        let note = self.note(place, "set as `fastify.io`");
        self.carry(Carrier::App, Some("io".to_owned()), (place, server), note);
    }

    /// Every function among the arguments of a call gets requests.
    pub(in crate::project) fn handle_all_requests(&mut self, call: usize) {
        for index in 0..self.calls[call].arguments.len() {
            if let Some(argument) = self.argument(call, index) {
                self.listen(argument, Listener::RequestHandler);
            }
        }
    }

    /// `fastify.route({ handler, preHandler })`.
    fn handle_route_options(&mut self, call: usize) {
        let Some(options) = self.argument(call, 0) else {
            return;
        };
        let place = self.calls[call].place;
        for key in ["handler", "preHandler", "onRequest", "preValidation"] {
            let handler = self.cells.reserve(1);
            self.read(options, Some(key.to_owned()), handler, place);
            self.listen(handler, Listener::RequestHandler);
        }
    }

    /// A cell with the server that a framework makes at `place`.
    fn framework_server(&mut self, place: Place) -> CellId {
        let site = self.site(place, SiteKind::Framework);
        let note = self.note(place, "server made by the framework");
        let id = self.cells.intern(&Value::Server(site));
        let cell = self.cells.reserve(1);
        self.cells.put(cell, id, None, Some(note));
        cell
    }

    /// Listens for what the decorators of a class's members are.
    pub(in crate::project) fn describe_decorators(&mut self, class: Place, member: NodeId) {
        let tree = &self.facts(class.file).tree;
        let Kind::ClassMember { decorators, .. } = tree.kind(member) else {
            return;
        };
        for decorator in decorators {
            let callee = match tree.kind(tree.bare(*decorator)) {
                Kind::Call { callee, .. } => *callee,
                _ => *decorator,
            };
            let field = Place {
                file: class.file,
                node: member,
            };
            self.listen(self.at(class.file, callee), Listener::Decorator(field));
        }
    }

    /// `@WebSocketServer() server`: NestJS puts its server into the field, Ts.ED does so for `@IO()` and `@Nsp`.
    /// <https://docs.nestjs.com/websockets/gateways#server>, <https://tsed.dev/tutorials/socket-io.html>
    pub(in crate::project) fn decorate_field(&mut self, field: Place, value: ValueId) {
        let gives = match self.cells.value(value) {
            Value::PackageMember(package, member) => api::decorator_gives(package, member),
            _ => None,
        };
        let tree = &self.facts(field.file).tree;
        let Kind::ClassMember { key, is_static, .. } = tree.kind(field.node) else {
            return;
        };
        let (Some(gives), Some(class)) = (gives, self.enclosing_class(field)) else {
            return;
        };
        let owner = match is_static {
            true => Value::Class(class),
            false => Value::Instance(class),
        };
        let server = self.framework_server(field);
        let (key, site) = (
            self.key_text(field.file, key),
            self.site(field, SiteKind::Framework),
        );
        let slot = self.property_cell(&owner, key);
        match gives {
            Yields::Namespace => {
                let id = self.cells.intern(&Value::Server(site));
                let namespace = Value::Namespace { site, at: field };
                self.derive(slot, &namespace, (server, id));
            }
            _ => self.cells.copy(server, slot, None),
        }
    }

    /// Whether a field has a decorator of this name, called or not.
    pub(in crate::project) fn is_decorated(&self, field: Place, name: &str) -> bool {
        let tree = &self.facts(field.file).tree;
        let Kind::ClassMember { decorators, .. } = tree.kind(field.node) else {
            return false;
        };
        decorators.iter().any(|it| {
            let callee = match tree.kind(tree.bare(*it)) {
                Kind::Call { callee, .. } => *callee,
                _ => *it,
            };
            let own = match tree.kind(callee) {
                Kind::Member {
                    property: Key::Static(own),
                    ..
                } => Some(own.as_str()),
                _ => tree.name(callee),
            };
            own == Some(name)
        })
    }
}
