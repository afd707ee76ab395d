//! Reading and writing properties: what each value has under a name.

use super::cells::{CellId, Cells, Slot, ValueId};
use super::{Flow, Listener};
use crate::project::api::{self, Receiver, Yields};
use crate::project::value::{Place, SiteId, Value};
use crate::syntax::Kind;

impl Flow<'_> {
    /// Whether what is read is called on the spot.
    pub(super) fn is_callee(&self, place: Place) -> bool {
        let tree = &self.facts(place.file).tree;
        let outer = tree.wrapped(place.node);
        matches!(tree.parent(outer).map(|it| tree.kind(it)), Some(Kind::Call { callee, .. }) if *callee == outer)
    }

    /// The cell of a property that an object of the project has.
    pub(super) fn property_cell(&mut self, owner: &Value, key: Option<String>) -> CellId {
        let id = self.cells.intern(owner);
        match key {
            Some(key) => self.slot(Slot::Property(id, key)),
            None => self.slot(Slot::Elements(id)),
        }
    }

    /// `value` has arrived where a property is read.
    pub(super) fn read_from(&mut self, read: usize, cell: CellId, value: ValueId) {
        let (key, to, place, called) = {
            let it = &self.reads[read];
            (it.key.clone(), it.to, it.place, it.called)
        };
        let from = (cell, value);
        let owner = self.cells.value(value).clone();
        match (&owner, key.as_deref()) {
            (Value::Server(site), Some(name)) => {
                self.read_part(Receiver::Server, *site, (name, called, place), (to, from));
                // Members that the project itself put on the server.
                if api::member(Receiver::Server, name, called).is_none() {
                    self.copy_property(&owner, key, to, place);
                }
            }
            (Value::Namespace { site, .. }, Some("sockets")) => {
                self.derive(
                    to,
                    &Value::State {
                        site: *site,
                        at: place,
                    },
                    from,
                );
            }
            (Value::Namespace { site, .. }, Some(name)) => {
                self.read_part(
                    Receiver::Namespace,
                    *site,
                    (name, called, place),
                    (to, from),
                );
            }
            (Value::Operator { site, .. }, Some(name)) => {
                self.read_part(Receiver::Operator, *site, (name, called, place), (to, from));
            }
            (Value::State { site, .. }, name) => {
                if name.is_none_or(leads_on) {
                    self.derive(
                        to,
                        &Value::State {
                            site: *site,
                            at: place,
                        },
                        from,
                    );
                }
            }
            (Value::Socket { site }, Some("server")) => {
                self.derive(to, &Value::Server(*site), from);
            }
            (Value::Socket { site }, Some("nsp")) => {
                self.derive(
                    to,
                    &Value::Namespace {
                        site: *site,
                        at: place,
                    },
                    from,
                );
            }
            _ => self.read_carrier(&owner, key, to, place),
        }
    }

    fn read_part(
        &mut self,
        receiver: Receiver,
        site: SiteId,
        (name, called, at): (&str, bool, Place),
        (to, from): (CellId, (CellId, ValueId)),
    ) {
        let Some(member) = api::member(receiver, name, called) else {
            return;
        };
        let part = match member.yields {
            _ if member.is_method => Value::Method {
                site,
                at,
                name: name.to_owned(),
            },
            Yields::Itself => Value::Server(site),
            Yields::Namespace => Value::Namespace { site, at },
            Yields::Operator => Value::Operator { site, at },
            Yields::State => Value::State { site, at },
            Yields::Nothing => return,
        };
        self.derive(to, &part, from);
    }

    fn read_carrier(&mut self, owner: &Value, key: Option<String>, to: CellId, place: Place) {
        let Some(name) = key.as_deref() else {
            return self.copy_property(owner, None, to, place);
        };
        match (owner, name) {
            (Value::App, "locals") => self.put(to, &Value::AppLocals),
            (Value::App, "settings") => self.put(to, &Value::AppSettings),
            (Value::Request | Value::Response, "app") => self.put(to, &Value::App),
            (Value::Request, "res") => self.put(to, &Value::Response),
            (Value::Response, "req") => self.put(to, &Value::Request),
            (Value::Response, "locals") => self.put(to, &Value::ResponseLocals),
            (Value::ModuleObject(file), "exports") => {
                let exports = self.module_exports(*file);
                self.cells.copy(exports, to, None);
            }
            (Value::Package(package), "default") => self.put(to, &Value::Package(package.clone())),
            (Value::Package(package), _) => {
                let member = Value::PackageMember(package.clone(), name.to_owned());
                self.put(to, &member);
            }
            (Value::Module(file), _) => {
                let export = self.export(*file, name);
                self.cells.copy(export, to, None);
            }
            (Value::Function(function), "prototype") => self.put(to, &Value::Instance(*function)),
            _ => self.copy_property(owner, key, to, place),
        }
    }

    /// An edge from the property's own cell, labelled if the property carries values between parts of a program.
    fn copy_property(&mut self, owner: &Value, key: Option<String>, to: CellId, place: Place) {
        match self.carrier_slot(owner, key.as_deref()) {
            Some((slot, label)) => {
                let from = self.slot(slot);
                let note = self.note(place, format!("read from `{label}`"));
                self.cells.copy(from, to, Some(note));
            }
            None if has_own_properties(owner) => {
                let from = self.property_cell(owner, key.clone());
                self.cells.copy(from, to, None);
                let id = self.cells.intern(owner);
                self.reads_of.entry(id).or_default().push(self.reads.len());
                for source in self.includes.get(&id).cloned().unwrap_or_default() {
                    self.read(source, key.clone(), to, place);
                }
                self.remember_read(id, key, to, place);
            }
            None => {}
        }
    }

    /// So that what the object takes over later is read as well.
    fn remember_read(&mut self, owner: ValueId, key: Option<String>, to: CellId, place: Place) {
        self.reads.push(super::Read {
            key,
            to,
            place,
            called: false,
        });
        let list = self.reads_of.entry(owner).or_default();
        if list.last() != Some(&(self.reads.len() - 1)) {
            list.push(self.reads.len() - 1);
        }
    }

    /// `owner` has the properties of whatever is in `from` as well.
    pub(super) fn include(&mut self, owner: ValueId, from: CellId) {
        let sources = self.includes.entry(owner).or_default();
        if sources.contains(&from) {
            return;
        }
        sources.push(from);
        for read in self.reads_of.get(&owner).cloned().unwrap_or_default() {
            let it = self.reads[read].clone();
            self.read(from, it.key, it.to, it.place);
        }
    }

    /// `value` has arrived where a property is written.
    pub(super) fn write_to(&mut self, write: usize, cell: CellId, value: ValueId) {
        let it = self.writes[write].clone();
        let owner = self.cells.value(value).clone();
        if let (Value::ModuleObject(file), Some("exports")) = (&owner, it.key.as_deref()) {
            let exports = self.module_exports(*file);
            let note = self.note(it.place, "exported");
            self.cells.copy(it.value, exports, Some(note));
            return;
        }
        match self.carrier_slot(&owner, it.key.as_deref()) {
            Some((slot, label)) => {
                let to = self.slot(slot);
                let note = self.note(it.place, format!("set as `{label}`"));
                self.cells.copy(it.value, to, Some(note));
            }
            None if has_own_properties(&owner) => {
                if let (Value::Server(site), Some(name)) = (&owner, it.key.as_deref()) {
                    self.share(*site, name, it.place, (cell, value));
                }
                let to = self.property_cell(&owner, it.key);
                self.cells.copy(it.value, to, None);
            }
            None => {}
        }
    }

    /// The project puts a member of its own on the server: handlers and routes share through it what only one process
    /// can have.
    fn share(&mut self, site: SiteId, name: &str, at: Place, from: (CellId, ValueId)) {
        if api::member(Receiver::Server, name, false).is_some() {
            return;
        }
        let member = self.property_cell(&Value::Server(site), Some(name.to_owned()));
        let state = self.cells.intern(&Value::SharedState { site, at });
        let note = self.note(at, format!("kept on the server as `{name}`"));
        self.cells.put(member, state, Some(from), Some(note));
    }

    /// The slot of a property that has one cell a name in the whole project, and what readers call it.
    fn carrier_slot(&self, owner: &Value, key: Option<&str>) -> Option<(Slot, String)> {
        let name = key?;
        let owned = name.to_owned();
        Some(match owner {
            Value::App => (Slot::AppProperty(owned), format!("app.{name}")),
            Value::AppSettings => (Slot::Setting(owned), format!("app.settings.{name}")),
            Value::AppLocals => (Slot::AppLocal(owned), format!("app.locals.{name}")),
            Value::ResponseLocals => (Slot::ResponseLocal(owned), format!("res.locals.{name}")),
            Value::Request => (Slot::RequestProperty(owned), format!("req.{name}")),
            Value::Response => (Slot::ResponseProperty(owned), format!("res.{name}")),
            Value::Global => (Slot::Global(owned), format!("global.{name}")),
            _ => return None,
        })
    }

    /// A class extends whatever has arrived.
    pub(super) fn extend(&mut self, class: Place, parent: ValueId) {
        let Value::Class(parent) = *self.cells.value(parent) else {
            return;
        };
        let known = self.parents.entry(class).or_default();
        if known.contains(&parent) || parent == class {
            return;
        }
        known.push(parent);
        // Methods of the parent run on the child's instances, so each sees what the other wrote to `this`.
        let pairs = [
            (Value::Instance(class), Value::Instance(parent)),
            (Value::Instance(parent), Value::Instance(class)),
            (Value::Class(class), Value::Class(parent)),
        ];
        for (owner, other) in pairs {
            let owner = self.cells.intern(&owner);
            let source = self.holding(&other);
            self.include(owner, source);
        }
        for place in self.supers.get(&class).cloned().unwrap_or_default() {
            self.put(self.node(place), &Value::Instance(parent));
        }
        if self.constructor_of(class).is_none() {
            for call in self.constructions.get(&class).cloned().unwrap_or_default() {
                self.construct(parent, call);
            }
        }
        for call in self
            .constructions
            .get(&super_of(class))
            .cloned()
            .unwrap_or_default()
        {
            self.construct(parent, call);
        }
    }

    /// `super(…)` in `class`.
    pub(super) fn construct_parents(&mut self, class: Place, call: usize) {
        self.constructions
            .entry(super_of(class))
            .or_default()
            .push(call);
        for parent in self.parents.get(&class).cloned().unwrap_or_default() {
            self.construct(parent, call);
        }
    }

    /// The objects in `to` take over the properties of what is in `from`.
    pub(super) fn include_all(&mut self, to: CellId, from: CellId) {
        self.listen(to, Listener::Include(from));
    }

    /// The values in a cell, cloned so that the cells can change meanwhile.
    pub(super) fn values_in(&self, cell: CellId) -> Vec<Value> {
        debug_assert!(
            Cells::index(cell) < self.cells.len(),
            "a cell of another project"
        );
        self.cells
            .held(cell)
            .iter()
            .map(|it| self.cells.value(it.value).clone())
            .collect()
    }
}

/// Where calls of `super(…)` are kept apart from constructions of the class itself: under a place that no class has.
fn super_of(class: Place) -> Place {
    Place {
        file: class.file,
        node: crate::syntax::NodeId(u32::MAX - class.node.0),
    }
}

fn has_own_properties(value: &Value) -> bool {
    matches!(
        value,
        Value::Object(_)
            | Value::Function(_)
            | Value::Class(_)
            | Value::Instance(_)
            | Value::Exports(_)
            | Value::Server(_)
    )
}

/// Whether a property of the adapter, the engine or a map leads to more state; numbers and flags don't.
fn leads_on(name: &str) -> bool {
    !matches!(
        name,
        "size" | "length" | "clientsCount" | "id" | "name" | "connected" | "disconnected"
    )
}
