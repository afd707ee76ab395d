//! The only place where names count. Two sorts of guesses, both made after everything certain is known:
//! what `req`, `res` and `app` are where no call says so, and servers that come from nowhere in sight.

use crate::project::api;
use crate::project::flow::Flow;
use crate::project::flow::cells::{Carrier, CellId, Slot, Under};
use crate::project::value::{Place, SiteKind, Value};
use crate::scope::BindingKind;
use crate::source::FileId;
use crate::syntax::{Kind, NodeId};

/// Keys and names under which the server is handed on in real back ends.
const SERVER_NAMES: &[&str] = &[
    "io",
    "socketio",
    "socketIO",
    "socketIo",
    "socket.io",
    "ioServer",
    "socketServer",
];

/// Members that only the server, a namespace or an operator has in this combination with a server's name.
const TELLING_MEMBERS: &[&str] = &[
    "emit",
    "to",
    "in",
    "of",
    "except",
    "sockets",
    "fetchSockets",
    "socketsJoin",
    "disconnectSockets",
];

impl Flow<'_> {
    /// Takes parameters called `req` or `res`, and `app` in `x.app.get(…)`, for what they are called
    /// if nothing else is known of them. True if there was something new.
    pub(in crate::project) fn assume_carriers(&mut self) -> bool {
        let mut assumed = Vec::new();
        for (file, node) in self.every_node() {
            let place = Place { file, node };
            if !self.cells.held(self.node(place)).is_empty() {
                continue;
            }
            let tree = &self.facts(file).tree;
            match tree.kind(node) {
                Kind::BindingName { name, .. } if self.is_parameter(place) => match name.as_str() {
                    "req" | "request" => assumed.push((place, Value::Request)),
                    "res" | "response" => assumed.push((place, Value::Response)),
                    "app" => assumed.push((place, Value::App)),
                    _ => {}
                },
                Kind::Member { property, .. }
                    if property.name() == Some("app") && self.is_asked(place) =>
                {
                    assumed.push((place, Value::App));
                }
                Kind::Name { name } if name == "app" && self.is_asked(place) => {
                    assumed.push((place, Value::App));
                }
                _ => {}
            }
        }
        for (place, value) in &assumed {
            self.put(self.node(*place), value);
        }
        !assumed.is_empty()
    }

    pub(in crate::project) fn every_node(&self) -> Vec<(FileId, NodeId)> {
        let files = self.every_file();
        files
            .filter(|it| self.roles[it.index()].is_of_api())
            .flat_map(|file| self.facts(file).tree.ids().map(move |node| (file, node)))
            .collect()
    }

    fn is_parameter(&self, place: Place) -> bool {
        let facts = self.facts(place.file);
        let binding = facts.binding_of(place.node).map(|it| facts.binding(it));
        binding.is_some_and(|it| it.kind == BindingKind::Parameter)
    }

    /// Whether `place` is asked for a setting: `place.get('io')`, `place.locals`, `place.settings`.
    fn is_asked(&self, place: Place) -> bool {
        let tree = &self.facts(place.file).tree;
        let outer = tree.wrapped(place.node);
        match tree.parent(outer).map(|it| tree.kind(it)) {
            Some(Kind::Member {
                object, property, ..
            }) => {
                *object == outer
                    && matches!(
                        property.name(),
                        Some("get" | "set" | "locals" | "settings" | "io")
                    )
            }
            Some(Kind::Declarator { target, .. }) => {
                matches!(tree.kind(*target), Kind::ObjectPattern { .. })
            }
            _ => false,
        }
    }

    /// Takes a carrier that nothing was put into for the server if its name says so. True if there was something new.
    pub(in crate::project) fn guess_servers(&mut self) -> bool {
        let mut guessed = Vec::new();
        for (file, node) in self.every_node() {
            let place = Place { file, node };
            let target = self.guessed_cell(place);
            if self.cells.held(target).is_empty()
                && let Some(name) = self.telling_name(place)
            {
                guessed.push((place, name));
            }
        }
        for (place, name) in &guessed {
            let cell = self.guessed_cell(*place);
            if self.is_taught_key(name) && !self.is_parameter(*place) {
                self.put_known_servers(*place, cell);
                continue;
            }
            let site = self.site(*place, SiteKind::Guessed);
            let note = self.note(*place, "taken for the server because of its name");
            let id = self.cells.intern(&Value::Server(site));
            self.cells.put(cell, id, None, Some(note));
        }
        !guessed.is_empty()
    }

    /// Where the server shows that is guessed at a place: of `const { io } = req`, at the variable.
    fn guessed_cell(&self, place: Place) -> CellId {
        match self.facts(place.file).tree.kind(place.node) {
            Kind::PatternProperty { value, .. } => self.at(place.file, *value),
            _ => self.node(place),
        }
    }

    /// The name that makes a place look like the server.
    fn telling_name(&self, place: Place) -> Option<String> {
        let facts = self.facts(place.file);
        let is_handle = |it: &&str| self.is_handle_name(it);
        match facts.tree.kind(place.node) {
            Kind::Call {
                callee, arguments, ..
            } => self.setting_read(place.file, *callee, arguments),
            Kind::Member {
                object, property, ..
            } => {
                let holder = self.values_in(self.at(place.file, *object));
                let carries = holder.iter().any(|it| {
                    matches!(
                        it,
                        Value::Request
                            | Value::Response
                            | Value::App
                            | Value::AppLocals
                            | Value::Global
                    )
                });
                let name = property.name().filter(is_handle)?;
                (carries && !self.is_asked_for_own_method(place) && !self.is_only_target(place))
                    .then(|| name.to_owned())
            }
            Kind::PatternProperty { key, .. } => {
                let pattern = facts.tree.parent(place.node);
                let holder = pattern.map(|it| self.values_in(self.at(place.file, it)));
                let carries = holder
                    .into_iter()
                    .flatten()
                    .any(|it| matches!(it, Value::Request | Value::Response | Value::AppLocals));
                let name = key.name().filter(is_handle)?;
                carries.then(|| name.to_owned())
            }
            Kind::BindingName { name, .. } => {
                (self.is_parameter(place) && is_server_name(name) && self.is_used_as_server(place))
                    .then(|| name.clone())
            }
            // Where the server was taken out by hand, its name may still be read.
            Kind::Name { name } if self.settings.choice.adopts => {
                let is_free = facts.binding_of(place.node).is_none();
                (is_free && is_server_name(name) && self.is_asked_as_server(place))
                    .then(|| name.clone())
            }
            _ => None,
        }
    }

    /// Whether a member is read that tells of a server: `io.to`.
    fn is_asked_as_server(&self, place: Place) -> bool {
        let tree = &self.facts(place.file).tree;
        let outer = tree.wrapped(place.node);
        match tree.parent(outer).map(|it| tree.kind(it)) {
            Some(Kind::Member {
                object, property, ..
            }) => {
                let is_telling = |it: &str| TELLING_MEMBERS.contains(&it);
                *object == outer && property.name().is_some_and(is_telling)
            }
            _ => false,
        }
    }

    fn setting_read(&self, file: FileId, callee: NodeId, arguments: &[NodeId]) -> Option<String> {
        let tree = &self.facts(file).tree;
        let Kind::Member {
            object, property, ..
        } = tree.kind(tree.bare(callee))
        else {
            return None;
        };
        let [key] = arguments else { return None };
        let is_app = self.values_in(self.at(file, *object)).contains(&Value::App);
        let name = self
            .constant_text(file, *key)
            .filter(|_| is_app && property.name() == Some("get"))?;
        (self.is_handle_name(&name) && !self.is_set(&name)).then_some(name)
    }

    /// Whether a method that no server has is called on the spot: `global.socketServer.announce()`.
    fn is_asked_for_own_method(&self, place: Place) -> bool {
        let tree = &self.facts(place.file).tree;
        let outer = tree.wrapped(place.node);
        match tree.parent(outer).map(|it| tree.kind(it)) {
            Some(Kind::Member {
                object, property, ..
            }) if *object == outer => property.name().is_some_and(|name| {
                api::member(api::Receiver::Server, name, true).is_none()
                    && api::member(api::Receiver::Server, name, false).is_none()
            }),
            _ => false,
        }
    }

    /// `io.on('connection', …)`.
    fn waits_for_clients(&self, file: FileId, receiver: NodeId) -> bool {
        let tree = &self.facts(file).tree;
        let call = tree.parent(receiver).and_then(|it| tree.parent(it));
        match call.map(|it| tree.kind(it)) {
            Some(Kind::Call { arguments, .. }) => arguments
                .first()
                .is_some_and(|it| matches!(tree.string_value(*it), Some("connection" | "connect"))),
            _ => false,
        }
    }

    /// Whether a carrier's key says that it holds the server.
    fn is_handle_name(&self, name: &str) -> bool {
        is_server_name(name) || self.is_taught_key(name)
    }

    fn is_set(&self, key: &str) -> bool {
        let slot = self.cells.known_slot(&Slot::Carried(
            Carrier::Setting,
            Under::Name(key.to_owned()),
        ));
        slot.is_some_and(|it| !self.cells.held(it).is_empty())
    }

    /// Whether a member that only servers have is used on a parameter, or a field of the server's name keeps it.
    fn is_used_as_server(&self, place: Place) -> bool {
        let facts = self.facts(place.file);
        let Some(binding) = facts.binding_of(place.node) else {
            return false;
        };
        facts.binding(binding).references.iter().any(|reference| {
            let outer = facts.tree.wrapped(*reference);
            match facts.tree.parent(outer).map(|it| facts.tree.kind(it)) {
                Some(Kind::Member {
                    object, property, ..
                }) => {
                    *object == outer
                        && property.name().is_some_and(|it| {
                            TELLING_MEMBERS.contains(&it)
                                || self.waits_for_clients(place.file, outer)
                        })
                }
                Some(Kind::Assign { target, value, .. }) if *value == outer => {
                    match facts.tree.kind(*target) {
                        Kind::Member {
                            object, property, ..
                        } => {
                            matches!(facts.tree.kind(*object), Kind::This)
                                && property.name().is_some_and(is_server_name)
                        }
                        _ => false,
                    }
                }
                _ => false,
            }
        })
    }
}

fn is_server_name(name: &str) -> bool {
    SERVER_NAMES.contains(&name)
}
