//! Reading and writing properties: what each value has under a name.

use super::cells::{CellId, Cells, NoteId, Slot, ValueId};
use super::{Flow, Listener};
use crate::project::api::{self, Receiver, Yields};
use crate::project::value::{Part, Place, SiteId, Value};
use crate::syntax::Kind;

impl Flow<'_> {
    /// Whether what is read is called on the spot.
    pub(in crate::project) fn is_callee(&self, place: Place) -> bool {
        let tree = &self.facts(place.file).tree;
        let outer = tree.wrapped(place.node);
        matches!(tree.parent(outer).map(|it| tree.kind(it)), Some(Kind::Call { callee, .. }) if *callee == outer)
    }

    /// The cell to write a property of an object of the project to. `None` is an element of a list, or a property whose
    /// name the text doesn't tell.
    pub(in crate::project) fn property_cell(
        &mut self,
        owner: &Value,
        key: Option<String>,
    ) -> CellId {
        let id = self.cells.intern(owner);
        let slot = match key {
            Some(key) => Slot::Property(id, key),
            None => Slot::Elements(id),
        };
        let is_element = matches!(slot, Slot::Elements(_));
        let (cell, is_new) = self.cells.slot(slot);
        if is_new {
            let any = self.slot(Slot::AnyProperty(id));
            match is_element {
                true => self.cells.copy(cell, any, None),
                false => self.listen(cell, Listener::Gather(id, any)),
            }
        }
        cell
    }

    /// What is kept under one key shows under keys that nobody knows if it is the server. Objects do not: programs
    /// index them all the time, and each would show everywhere. Functions wait until one of them is called with the
    /// server.
    pub(in crate::project) fn gather(
        &mut self,
        (owner, to): (ValueId, CellId),
        from: (CellId, ValueId),
    ) {
        let value = self.cells.value(from.1).clone();
        match value {
            Value::Server(_) | Value::Namespace { .. } | Value::Operator { .. } => {
                self.derive(to, &value, from);
            }
            Value::Function(_) | Value::Class(_) => {
                let functions = self.slot(Slot::AnyFunction(owner));
                self.derive(functions, &value, from);
            }
            _ => {}
        }
    }

    /// `handlers[type](io)`: the server, or what carries it, has arrived as an argument of a call that may be of any
    /// function that an object has.
    pub(in crate::project) fn dispatch(&mut self, call: usize, value: ValueId) {
        let carries = matches!(
            self.cells.value(value),
            Value::Server(_) | Value::Namespace { .. } | Value::Operator { .. } | Value::App
        );
        if carries && self.dispatched.insert(call) {
            let (file, receiver) = (
                self.calls[call].place.file,
                self.calls[call].receiver.clone(),
            );
            if let Some((object, _)) = receiver {
                self.listen(self.at(file, object), Listener::Dispatcher(call));
            }
        }
    }

    /// An object has arrived of which such a call may call any function.
    pub(in crate::project) fn dispatch_to(&mut self, call: usize, owner: ValueId) {
        let place = self.calls[call].place;
        let Kind::Call { callee, .. } = self.facts(place.file).tree.kind(place.node) else {
            return;
        };
        let functions = self.slot(Slot::AnyFunction(owner));
        let callee = self.at(place.file, *callee);
        self.cells.copy(functions, callee, None);
    }

    /// The cell of everything that an object of the project has: where an element is read, or a property whose name the
    /// text doesn't tell.
    pub(in crate::project) fn any_property(&mut self, owner: &Value) -> CellId {
        let id = self.cells.intern(owner);
        self.slot(Slot::AnyProperty(id))
    }

    /// `value` has arrived where a property is read.
    pub(in crate::project) fn read_from(&mut self, read: usize, cell: CellId, value: ValueId) {
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
                        part: Part::Sockets,
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
            (Value::State { site, part, .. }, name) => {
                if let Some(yields) = api::state_member(*part, name) {
                    self.yield_part(yields, (*site, place), (to, from));
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
        if member.is_method {
            let name = name.to_owned();
            self.derive(to, &Value::Method { site, at, name }, from);
        } else {
            self.yield_part(member.yields, (site, at), (to, from));
        }
    }

    /// Puts what a member gives into `to`; it was made of `from`.
    pub(in crate::project) fn yield_part(
        &mut self,
        yields: Yields,
        (site, at): (SiteId, Place),
        (to, from): (CellId, (CellId, ValueId)),
    ) {
        let part = match yields {
            Yields::Itself => Value::Server(site),
            Yields::Namespace => Value::Namespace { site, at },
            Yields::Operator => Value::Operator { site, at },
            Yields::State(part) => Value::State { site, at, part },
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
            // Koa: what every request's context inherits from.
            (Value::App, "context") => self.put(to, &Value::Request),
            (Value::Request | Value::Response, "socket" | "connection") => {
                self.put(to, &Value::Connection);
            }
            (Value::Connection | Value::Fastify, "server") => {
                self.put(to, &Value::HttpServer(place));
            }
            (Value::App, "settings") => self.put(to, &Value::AppSettings),
            (Value::Request | Value::Response, "app") => self.put(to, &Value::App),
            // Fastify's own way from a request to the instance. Express has no such property, but a project may.
            (Value::Request | Value::Response, "server") => {
                self.put(to, &Value::Fastify);
                self.copy_property(owner, key, to, place);
            }
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
        match Self::carrier_of(owner, key.as_deref()) {
            Some((carrier, label)) => {
                let note = self.note(place, format!("read from `{label}`"));
                self.carried(carrier, key, (place, to), note);
            }
            None if has_own_properties(owner) => {
                let from = match key.clone() {
                    Some(name) => self.property_cell(owner, Some(name)),
                    None => self.any_property(owner),
                };
                let note = self.crossing(owner, place);
                self.cells.copy(from, to, note);
                if key.is_some() && self.is_record(owner) {
                    let unnamed = self.property_cell(owner, None);
                    let id = self.cells.intern(owner);
                    self.listen(unnamed, Listener::Gather(id, to));
                }
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

    /// What to tell of a property that is read in another file than the object's own.
    fn crossing(&mut self, owner: &Value, place: Place) -> Option<NoteId> {
        let home = match owner {
            Value::Exports(file) => *file,
            Value::Object(owner) => owner.file,
            _ => return None,
        };
        (home != place.file).then(|| {
            let label = format!("read from `{}`", self.sources[home.index()].path);
            self.note(place, label)
        })
    }

    /// Whether what was written under a key that nobody knows may be read under any: of an object literal. A list's
    /// elements are not its methods.
    fn is_record(&self, owner: &Value) -> bool {
        let Value::Object(place) = owner else {
            return false;
        };
        matches!(
            self.facts(place.file).tree.kind(place.node),
            Kind::Object { .. }
        )
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
    pub(in crate::project) fn include(&mut self, owner: ValueId, from: CellId) {
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
    pub(in crate::project) fn write_to(&mut self, write: usize, cell: CellId, value: ValueId) {
        let it = self.writes[write].clone();
        let owner = self.cells.value(value).clone();
        if let (Value::ModuleObject(file), Some("exports")) = (&owner, it.key.as_deref()) {
            let exports = self.module_exports(*file);
            let note = self.note(it.place, "exported");
            self.cells.copy(it.value, exports, Some(note));
            return;
        }
        match Self::carrier_of(&owner, it.key.as_deref()) {
            Some((carrier, label)) => {
                let note = self.note(it.place, format!("set as `{label}`"));
                self.carry(carrier, it.key, (it.place, it.value), note);
            }
            None if has_own_properties(&owner) => {
                if let (Value::Server(site), Some(name)) = (&owner, it.key.as_deref()) {
                    self.share(*site, name, it.place, (cell, value));
                }
                let note = it
                    .key
                    .as_deref()
                    .map(|key| self.note(it.place, format!("kept as `{key}`")));
                let to = self.property_cell(&owner, it.key);
                self.cells.copy(it.value, to, note);
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

    /// A class extends whatever has arrived.
    pub(in crate::project) fn extend(&mut self, class: Place, parent: ValueId) {
        let parent = match self.cells.value(parent).clone() {
            Value::Class(parent) => parent,
            Value::Package(package) => return self.extend_package(class, &package, None),
            Value::PackageMember(package, member) => {
                return self.extend_package(class, &package, Some(&member));
            }
            _ => return,
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

    /// A class of the project that is itself the server, or an emitter of events.
    fn extend_package(&mut self, class: Place, package: &str, member: Option<&str>) {
        match api::makes(package, member) {
            Some(api::Makes::Server) => {
                self.server_classes.insert(class);
                for call in self.constructions.get(&class).cloned().unwrap_or_default() {
                    self.construct_server(class, call);
                }
            }
            Some(api::Makes::Emitter) => {
                self.emitter_classes.insert(class);
            }
            _ => {}
        }
    }

    /// `new AppServer(…)`, where the class extends `Server`: the server is what its methods call `this`, too.
    pub(in crate::project) fn construct_server(&mut self, class: Place, call: usize) {
        let place = self.calls[call].place;
        let result = self.node(place);
        self.create_server(place, result);
        for member in self.members_of(class) {
            let this = self.slot(Slot::This(member));
            self.create_server(place, this);
        }
    }

    fn members_of(&self, class: Place) -> Vec<Place> {
        let tree = &self.facts(class.file).tree;
        let Kind::Class(it) = tree.kind(class.node) else {
            return Vec::new();
        };
        let values = it.members.iter().filter_map(|it| match tree.kind(*it) {
            Kind::ClassMember {
                value, is_static, ..
            } if !is_static => *value,
            _ => None,
        });
        let file = class.file;
        values.map(|node| Place { file, node }).collect()
    }

    /// `super(…)` in `class`.
    pub(in crate::project) fn construct_parents(&mut self, class: Place, call: usize) {
        self.constructions
            .entry(super_of(class))
            .or_default()
            .push(call);
        for parent in self.parents.get(&class).cloned().unwrap_or_default() {
            self.construct(parent, call);
        }
    }

    /// The objects in `to` take over the properties of what is in `from`.
    pub(in crate::project) fn include_all(&mut self, to: CellId, from: CellId) {
        self.listen(to, Listener::Include(from));
    }

    /// The values in a cell, cloned so that the cells can change meanwhile.
    pub(in crate::project) fn values_in(&self, cell: CellId) -> Vec<Value> {
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
