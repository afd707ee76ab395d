//! Which values reach which expressions: edges between cells, followed to the fixed point over all files at once.
//! Names play no part in it, except in `guesses`, and what rests on a guess says so.

pub(in crate::project) mod cells;

mod calls;
mod carriers;
mod describe;
mod members;
mod modules;
mod patterns;
mod receivers;

use std::collections::{BTreeMap, BTreeSet};

use cells::{CellId, Cells, NoteId, Slot, ValueId};

use super::api;
use super::resolve::{Modules, Target};
use super::roles::FileRole;
use super::value::{Place, Site, SiteId, SiteKind, Value};
use crate::config::Settings;
use crate::scope::{BindingId, FileFacts};
use crate::source::{FileId, SourceFile};
use crate::syntax::NodeId;

/// A read of a property: whatever has the property hands it to `to`.
#[derive(Clone, Debug)]
struct Read {
    /// `None` if the text doesn't tell.
    key: Option<String>,
    to: CellId,
    place: Place,
    /// The member is called on the spot.
    called: bool,
}

/// A write of a property.
#[derive(Clone, Debug)]
struct Write {
    key: Option<String>,
    value: CellId,
    place: Place,
}

/// A call or a construction.
#[derive(Clone, Debug)]
pub(in crate::project) struct CallSite {
    pub(in crate::project) place: Place,
    /// The object and name of a method call.
    pub(in crate::project) receiver: Option<(NodeId, Option<String>)>,
    pub(in crate::project) arguments: Vec<NodeId>,
    is_new: bool,
}

/// Functions that somebody else calls: with these cells as arguments, the result going there.
#[derive(Clone, Debug)]
struct Callback {
    parameters: Vec<Option<CellId>>,
    result: Option<CellId>,
}

/// What wants to know of a cell's arrivals.
#[derive(Clone, Copy, Debug)]
pub(in crate::project) enum Listener {
    Read(usize),
    Write(usize),
    Callee(usize),
    Receiver(usize),
    Callback(usize),
    /// Functions that Express calls with a request and a response.
    RequestHandler,
    /// What a Fastify application registers.
    Plugin(usize),
    /// The decorators of a field.
    Decorator(Place),
    /// The classes that a class extends.
    Extends(Place),
    /// Objects that take over the properties of what is in the cell.
    Include(CellId),
    /// An object, and a cell for which it doesn't matter under which key the object keeps something.
    Gather(ValueId, CellId),
    /// Arguments of a call of whatever function an object has.
    Dispatch(usize),
    /// Such objects.
    Dispatcher(usize),
}

/// The analysis of one project.
pub(in crate::project) struct Flow<'a> {
    pub(in crate::project) files: &'a [FileFacts],
    pub(in crate::project) roles: &'a [FileRole],
    pub(in crate::project) sources: &'a [SourceFile],
    modules: &'a Modules,
    pub(in crate::project) settings: &'a Settings,
    pub(in crate::project) cells: Cells,
    node_base: Vec<CellId>,
    binding_base: Vec<CellId>,
    pub(in crate::project) listeners: Vec<Vec<Listener>>,
    /// Arrivals that a listener has still to be told of. A list and no recursion: the chain of who tells whom is as long
    /// as the program.
    untold: Vec<(Listener, CellId, ValueId)>,
    reads: Vec<Read>,
    writes: Vec<Write>,
    pub(in crate::project) calls: Vec<CallSite>,
    callbacks: Vec<Callback>,
    /// The names last: they are the slowest to compare.
    known_reads: BTreeSet<(CellId, CellId, Option<String>)>,
    /// Cells whose properties an object has as well (spread, `Object.assign`, inheritance), and the reads that look there.
    includes: BTreeMap<ValueId, Vec<CellId>>,
    reads_of: BTreeMap<ValueId, Vec<usize>>,
    invoked: BTreeSet<(usize, Place)>,
    /// Calls of whatever function an object has that get the server.
    dispatched: BTreeSet<usize>,
    constructions: BTreeMap<Place, Vec<usize>>,
    parents: BTreeMap<Place, Vec<Place>>,
    supers: BTreeMap<Place, Vec<Place>>,
    /// Classes of the project that extend the server, or an emitter of events.
    server_classes: BTreeSet<Place>,
    emitter_classes: BTreeSet<Place>,
    stars: BTreeMap<FileId, Vec<FileId>>,
    /// Where something is put on a carrier, or read from it, under a key that the text doesn't tell.
    pub(in crate::project) unknown_keys: BTreeSet<Place>,
    /// Calls that put something on a carrier of the configuration, and those that read it there.
    pub(in crate::project) configured_setters: BTreeSet<Place>,
    pub(in crate::project) configured_getters: BTreeSet<Place>,
    pub(in crate::project) sites: Vec<Site>,
    site_at: BTreeMap<Place, SiteId>,
}

impl<'a> Flow<'a> {
    /// Follows every value through `files`.
    pub(in crate::project) fn solve(
        files: &'a [FileFacts],
        roles: &'a [FileRole],
        sources: &'a [SourceFile],
        (modules, settings): (&'a Modules, &'a Settings),
    ) -> Self {
        let mut flow = Self::empty(files, roles, sources, (modules, settings));
        flow.find_star_exports();
        // What a file that nothing starts does comes last: a way through it is shown only if there is no other.
        for is_dead in [false, true] {
            for file in flow.every_file() {
                let role = roles[file.index()];
                if role.is_dead == is_dead && !role.is_left_out() {
                    flow.describe_file(file);
                }
            }
            flow.run();
        }
        while flow.assume_carriers() {
            flow.run();
        }
        while flow.teach() {
            flow.run();
        }
        while flow.believe_declarations() {
            flow.run();
        }
        while flow.guess_servers() {
            flow.run();
        }
        flow
    }

    fn empty(
        files: &'a [FileFacts],
        roles: &'a [FileRole],
        sources: &'a [SourceFile],
        (modules, settings): (&'a Modules, &'a Settings),
    ) -> Self {
        let mut cells = Cells::default();
        let node_base = files
            .iter()
            .map(|it| cells.reserve(it.tree.len()))
            .collect();
        let binding_base = files
            .iter()
            .map(|it| cells.reserve(it.bindings().count()))
            .collect();
        Self {
            files,
            roles,
            sources,
            modules,
            settings,
            cells,
            node_base,
            binding_base,
            listeners: Vec::new(),
            untold: Vec::new(),
            reads: Vec::new(),
            writes: Vec::new(),
            calls: Vec::new(),
            callbacks: Vec::new(),
            known_reads: BTreeSet::new(),
            includes: BTreeMap::new(),
            reads_of: BTreeMap::new(),
            invoked: BTreeSet::new(),
            dispatched: BTreeSet::new(),
            constructions: BTreeMap::new(),
            parents: BTreeMap::new(),
            supers: BTreeMap::new(),
            server_classes: BTreeSet::new(),
            emitter_classes: BTreeSet::new(),
            stars: BTreeMap::new(),
            unknown_keys: BTreeSet::new(),
            configured_setters: BTreeSet::new(),
            configured_getters: BTreeSet::new(),
            sites: Vec::new(),
            site_at: BTreeMap::new(),
        }
    }

    pub(in crate::project) fn every_file(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..u32::try_from(self.files.len()).expect("load refuses 2^32 files")).map(FileId)
    }

    /// Carries arrivals on until nothing new arrives. Values and cells are named by places of the source, so there are
    /// finitely many of both, and an arrival happens once: this ends.
    fn run(&mut self) {
        loop {
            if let Some((listener, cell, value)) = self.untold.pop() {
                self.tell(listener, cell, value);
            } else if let Some((cell, value)) = self.cells.next_arrival() {
                if let Some(listeners) = self.listeners.get(Cells::index(cell)) {
                    let all = listeners.iter().rev().map(|it| (*it, cell, value));
                    self.untold.extend(all);
                }
            } else {
                break;
            }
        }
    }

    fn tell(&mut self, listener: Listener, cell: CellId, value: ValueId) {
        match listener {
            Listener::Read(read) => self.read_from(read, cell, value),
            Listener::Write(write) => self.write_to(write, cell, value),
            Listener::Callee(call) => self.call_value(call, cell, value),
            Listener::Receiver(call) => self.call_method(call, cell, value),
            Listener::Callback(callback) => self.call_back(callback, value),
            Listener::RequestHandler => self.handle_requests(value),
            Listener::Plugin(call) => self.use_plugin(call, value),
            Listener::Decorator(field) => self.decorate_field(field, value),
            Listener::Extends(class) => self.extend(class, value),
            Listener::Include(from) => self.include(value, from),
            Listener::Gather(owner, to) => self.gather((owner, to), (cell, value)),
            Listener::Dispatch(call) => self.dispatch(call, value),
            Listener::Dispatcher(call) => self.dispatch_to(call, value),
        }
    }

    pub(in crate::project) fn listen(&mut self, cell: CellId, listener: Listener) {
        if self.listeners.len() <= Cells::index(cell) {
            self.listeners.resize_with(self.cells.len(), Vec::new);
        }
        self.listeners[Cells::index(cell)].push(listener);
        let held = self.cells.held(cell).iter().rev();
        self.untold
            .extend(held.map(|it| (listener, cell, it.value)));
    }

    /// The cell of an expression or a pattern.
    pub(in crate::project) fn node(&self, place: Place) -> CellId {
        Cells::nth(self.node_base[place.file.index()], place.node.index())
    }

    /// The cell of a binding.
    pub(in crate::project) fn binding(&self, file: FileId, binding: BindingId) -> CellId {
        Cells::nth(self.binding_base[file.index()], binding.index())
    }

    pub(in crate::project) fn slot(&mut self, slot: Slot) -> CellId {
        self.cells.slot(slot).0
    }

    pub(in crate::project) fn put(&mut self, cell: CellId, value: &Value) {
        let id = self.cells.intern(value);
        self.cells.put(cell, id, None, None);
    }

    /// A cell of its own that holds `value`, to hand over as an argument.
    pub(in crate::project) fn holding(&mut self, value: &Value) -> CellId {
        let cell = self.cells.reserve(1);
        self.put(cell, value);
        cell
    }

    /// Puts a value that was made of another one.
    pub(in crate::project) fn derive(
        &mut self,
        to: CellId,
        value: &Value,
        from: (CellId, ValueId),
    ) {
        let id = self.cells.intern(value);
        self.cells.put(to, id, Some(from), None);
    }

    pub(in crate::project) fn facts(&self, file: FileId) -> &'a FileFacts {
        &self.files[file.index()]
    }

    pub(in crate::project) fn note(&mut self, place: Place, label: impl Into<String>) -> NoteId {
        let span = self.facts(place.file).tree.span(place.node);
        self.cells.note(place.file, span, label)
    }

    /// The server that comes to be at `place`.
    pub(in crate::project) fn site(&mut self, place: Place, kind: SiteKind) -> SiteId {
        if let Some(site) = self.site_at.get(&place) {
            return *site;
        }
        let site =
            SiteId(u32::try_from(self.sites.len()).expect("a project has fewer than 2^32 servers"));
        self.sites.push(Site { place, kind });
        self.site_at.insert(place, site);
        site
    }

    /// Puts a new server into `to`.
    pub(in crate::project) fn create_server(&mut self, place: Place, to: CellId) {
        let role = self.roles[place.file.index()];
        let kind = match role {
            _ if role.is_in_dedicated() => SiteKind::Dedicated,
            _ if role.is_dead => SiteKind::Dead,
            _ => SiteKind::Constructed,
        };
        let site = self.site(place, kind);
        let note = self.note(place, "server created");
        let id = self.cells.intern(&Value::Server(site));
        self.cells.put(to, id, None, Some(note));
    }

    pub(in crate::project) fn resolve(&self, file: FileId, specifier: &str) -> Target {
        self.modules
            .resolve(&self.sources[file.index()].path, specifier)
    }

    fn make(&mut self, makes: api::Makes, place: Place, result: CellId) {
        match makes {
            api::Makes::Server => self.create_server(place, result),
            api::Makes::Adapter => self.put(result, &Value::Adapter(place)),
            api::Makes::App => self.put(result, &Value::App),
            api::Makes::Fastify => self.put(result, &Value::Fastify),
            api::Makes::Emitter => self.put(result, &Value::Emitter(place)),
            api::Makes::Router => self.put(result, &Value::Router),
            api::Makes::HttpServer => self.put(result, &Value::HttpServer(place)),
            api::Makes::RedisClient => self.put(result, &Value::RedisClient(place)),
            api::Makes::Logger => self.put(result, &Value::Logger),
        }
    }
}
