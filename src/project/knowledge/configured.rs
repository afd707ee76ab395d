//! What `iomigrate.toml` teaches: containers, getters and decorators that hand the server on.

use crate::config::teaching::{Callee, Carrier as Taught};
use crate::project::flow::Flow;
use crate::project::flow::cells::{Carrier, CellId};
use crate::project::value::{Place, SiteKind, Value};
use crate::syntax::{Key, Kind, NodeId};

impl Flow<'_> {
    /// A call of a container's `set` or `get`.
    pub(in crate::project) fn describe_configured_call(&mut self, call: usize, callee: NodeId) {
        let settings = self.settings;
        let place = self.calls[call].place;
        for (index, taught) in settings.carriers.iter().enumerate() {
            let Taught::Pair { setter, getter } = taught else {
                continue;
            };
            let carrier = Carrier::Configured(index);
            let key = self.constant_argument(call);
            let name = key.as_deref().unwrap_or("[…]").to_owned();
            if self.is_call_of(place, callee, setter) {
                if let Some(value) = self.argument(call, 1) {
                    let note = self.note(place, format!("set as `{name}`"));
                    self.carry(carrier, key, (place, value), note);
                    self.configured_setters.insert(place);
                }
            } else if self.is_call_of(place, callee, getter) {
                let note = self.note(place, format!("read as `{name}`"));
                let result = self.node(place);
                self.carried(carrier, key, (place, result), note);
                self.configured_getters.insert(place);
            }
        }
    }

    /// Puts the server where the configuration says that it is. True if there was something new.
    pub(in crate::project) fn teach(&mut self) -> bool {
        let mut taught = Vec::new();
        if !self.settings.carriers.is_empty() {
            for (file, node) in self.every_node() {
                let place = Place { file, node };
                let cell = self.taught_cell(place);
                taught.extend(
                    cell.filter(|it| self.cells.held(*it).is_empty())
                        .map(|it| (place, it)),
                );
            }
        }
        for (place, cell) in &taught {
            self.put_known_servers(*place, *cell);
        }
        !taught.is_empty()
    }

    /// The server can only be one of those that are made in the project; if none is in sight, it is one of its own.
    pub(in crate::project) fn put_known_servers(&mut self, place: Place, cell: CellId) {
        let made = self.sites.iter().enumerate();
        let mut sites: Vec<_> = made
            .filter(|it| it.1.kind == SiteKind::Constructed)
            .map(|it| crate::project::value::SiteId(u32::try_from(it.0).expect("as `site` says")))
            .collect();
        if sites.is_empty() {
            sites.push(self.site(place, SiteKind::Guessed));
        }
        for site in sites {
            let note = self.note(place, "the server, as `iomigrate.toml` says");
            let id = self.cells.intern(&Value::Server(site));
            self.cells.put(cell, id, None, Some(note));
        }
    }

    /// Where the server shows at a place that the configuration describes.
    fn taught_cell(&mut self, place: Place) -> Option<CellId> {
        let settings = self.settings;
        let tree = &self.facts(place.file).tree;
        match tree.kind(place.node) {
            Kind::Call {
                callee, arguments, ..
            } => {
                let first = arguments
                    .first()
                    .and_then(|it| self.constant_text(place.file, *it));
                let gives = |it: &Taught| match it {
                    Taught::Getter { getter, key } => {
                        self.is_call_of(place, *callee, getter) && (key.is_none() || *key == first)
                    }
                    _ => false,
                };
                settings
                    .carriers
                    .iter()
                    .any(gives)
                    .then(|| self.node(place))
            }
            Kind::ClassMember { key, is_static, .. } => {
                let decorates = |it: &Taught| matches!(it, Taught::Decorator(name) if self.is_decorated(place, name));
                if !settings.carriers.iter().any(decorates) {
                    return None;
                }
                let class = self.enclosing_class(place)?;
                let owner = match is_static {
                    true => Value::Class(class),
                    false => Value::Instance(class),
                };
                let key = self.key_text(place.file, key);
                Some(self.property_cell(&owner, key))
            }
            _ => None,
        }
    }

    /// Whether a callee ends with the names of a function that the configuration names.
    fn is_call_of(&self, place: Place, callee: NodeId, function: &Callee) -> bool {
        let tree = &self.facts(place.file).tree;
        let mut here = tree.bare(callee);
        let mut names = function.names().iter().rev().peekable();
        while let Some(name) = names.next() {
            match tree.kind(here) {
                Kind::Member {
                    object,
                    property: Key::Static(own),
                    ..
                } if own == name => here = tree.bare(*object),
                Kind::Name { name: own } if own == name => return names.peek().is_none(),
                Kind::This if name == "this" => return names.peek().is_none(),
                _ => return false,
            }
        }
        function.names().len() > 1
    }

    /// Whether the configuration says that a carrier's key holds the server.
    pub(in crate::project) fn is_taught_key(&self, name: &str) -> bool {
        let is_key = |it: &Taught| matches!(it, Taught::Key(key) if key == name);
        self.settings.carriers.iter().any(is_key)
    }
}
