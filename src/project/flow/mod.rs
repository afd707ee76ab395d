//! Which values reach which expressions: edges between cells, followed to the fixed point over all files at once.
//! Names play no part in it, except in `guesses`, and what rests on a guess says so.

pub(in crate::project) mod cells;

mod calls;
mod constants;
mod describe;
mod guesses;
mod members;
mod modules;
mod receivers;

use std::collections::{BTreeMap, BTreeSet};

use cells::{CellId, Cells, NoteId, Slot, ValueId};

use super::FileRole;
use super::api;
use super::resolve::{Modules, Target};
use super::value::{Place, Site, SiteId, SiteKind, Value};
use crate::scope::{BindingId, FileFacts};
use crate::source::FileId;
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
struct CallSite {
    place: Place,
    /// The object and name of a method call.
    receiver: Option<(NodeId, Option<String>)>,
    arguments: Vec<NodeId>,
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
enum Listener {
    Read(usize),
    Write(usize),
    Callee(usize),
    Receiver(usize),
    Callback(usize),
    /// Functions that Express calls with a request and a response.
    RequestHandler,
    /// The classes that a class extends.
    Extends(Place),
    /// Objects that take over the properties of what is in the cell.
    Include(CellId),
}

/// The analysis of one project.
pub(in crate::project) struct Flow<'a> {
    files: &'a [FileFacts],
    roles: &'a [FileRole],
    paths: &'a [String],
    modules: &'a Modules,
    pub(in crate::project) cells: Cells,
    node_base: Vec<CellId>,
    binding_base: Vec<CellId>,
    listeners: Vec<Vec<Listener>>,
    reads: Vec<Read>,
    writes: Vec<Write>,
    calls: Vec<CallSite>,
    callbacks: Vec<Callback>,
    known_reads: BTreeSet<(CellId, Option<String>, CellId)>,
    /// Cells whose properties an object has as well (spread, `Object.assign`, inheritance), and the reads that look there.
    includes: BTreeMap<ValueId, Vec<CellId>>,
    reads_of: BTreeMap<ValueId, Vec<usize>>,
    invoked: BTreeSet<(usize, Place)>,
    constructions: BTreeMap<Place, Vec<usize>>,
    parents: BTreeMap<Place, Vec<Place>>,
    supers: BTreeMap<Place, Vec<Place>>,
    stars: BTreeMap<FileId, Vec<FileId>>,
    /// Calls of `app.set` and `app.get` whose key the text doesn't tell.
    pub(in crate::project) unknown_settings: BTreeSet<Place>,
    pub(in crate::project) sites: Vec<Site>,
    site_at: BTreeMap<Place, SiteId>,
}

impl<'a> Flow<'a> {
    /// Follows every value through `files`.
    pub(in crate::project) fn solve(
        files: &'a [FileFacts],
        roles: &'a [FileRole],
        paths: &'a [String],
        modules: &'a Modules,
    ) -> Self {
        let mut flow = Self::empty(files, roles, paths, modules);
        flow.find_star_exports();
        for index in 0..files.len() {
            flow.describe_file(FileId(
                u32::try_from(index).expect("load refuses 2^32 files"),
            ));
        }
        flow.run();
        while flow.assume_carriers() {
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
        paths: &'a [String],
        modules: &'a Modules,
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
            paths,
            modules,
            cells,
            node_base,
            binding_base,
            listeners: Vec::new(),
            reads: Vec::new(),
            writes: Vec::new(),
            calls: Vec::new(),
            callbacks: Vec::new(),
            known_reads: BTreeSet::new(),
            includes: BTreeMap::new(),
            reads_of: BTreeMap::new(),
            invoked: BTreeSet::new(),
            constructions: BTreeMap::new(),
            parents: BTreeMap::new(),
            supers: BTreeMap::new(),
            stars: BTreeMap::new(),
            unknown_settings: BTreeSet::new(),
            sites: Vec::new(),
            site_at: BTreeMap::new(),
        }
    }

    /// Carries arrivals on until nothing new arrives. Values and cells are named by places of the source, so there are
    /// finitely many of both, and an arrival happens once: this ends.
    fn run(&mut self) {
        while let Some((cell, value)) = self.cells.next_arrival() {
            let listeners = self
                .listeners
                .get(Cells::index(cell))
                .cloned()
                .unwrap_or_default();
            for listener in listeners {
                self.tell(listener, cell, value);
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
            Listener::Extends(class) => self.extend(class, value),
            Listener::Include(from) => self.include(value, from),
        }
    }

    fn listen(&mut self, cell: CellId, listener: Listener) {
        if self.listeners.len() <= Cells::index(cell) {
            self.listeners.resize_with(self.cells.len(), Vec::new);
        }
        self.listeners[Cells::index(cell)].push(listener);
        let held: Vec<ValueId> = self.cells.held(cell).iter().map(|it| it.value).collect();
        for value in held {
            self.tell(listener, cell, value);
        }
    }

    /// The cell of an expression or a pattern.
    pub(in crate::project) fn node(&self, place: Place) -> CellId {
        Cells::nth(self.node_base[place.file.index()], place.node.index())
    }

    /// The cell of a binding.
    pub(in crate::project) fn binding(&self, file: FileId, binding: BindingId) -> CellId {
        Cells::nth(self.binding_base[file.index()], binding.index())
    }

    fn slot(&mut self, slot: Slot) -> CellId {
        self.cells.slot(slot).0
    }

    fn put(&mut self, cell: CellId, value: &Value) {
        let id = self.cells.intern(value);
        self.cells.put(cell, id, None, None);
    }

    /// A cell of its own that holds `value`, to hand over as an argument.
    fn holding(&mut self, value: &Value) -> CellId {
        let cell = self.cells.reserve(1);
        self.put(cell, value);
        cell
    }

    /// Puts a value that was made of another one.
    fn derive(&mut self, to: CellId, value: &Value, from: (CellId, ValueId)) {
        let id = self.cells.intern(value);
        self.cells.put(to, id, Some(from), None);
    }

    fn facts(&self, file: FileId) -> &'a FileFacts {
        &self.files[file.index()]
    }

    fn note(&mut self, place: Place, label: impl Into<String>) -> NoteId {
        let span = self.facts(place.file).tree.span(place.node);
        self.cells.note(place.file, span, label)
    }

    /// The server that comes to be at `place`.
    fn site(&mut self, place: Place, kind: SiteKind) -> SiteId {
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
    fn create_server(&mut self, place: Place, to: CellId) {
        let is_dedicated = self.roles[place.file.index()].is_dedicated_server;
        let kind = if is_dedicated {
            SiteKind::Dedicated
        } else {
            SiteKind::Constructed
        };
        let site = self.site(place, kind);
        let note = self.note(place, "server created");
        let id = self.cells.intern(&Value::Server(site));
        self.cells.put(to, id, None, Some(note));
    }

    fn resolve(&self, file: FileId, specifier: &str) -> Target {
        self.modules.resolve(&self.paths[file.index()], specifier)
    }

    fn make(&mut self, makes: api::Makes, place: Place, result: CellId) {
        match makes {
            api::Makes::Server => self.create_server(place, result),
            api::Makes::Adapter => self.put(result, &Value::Adapter(place)),
            api::Makes::App => self.put(result, &Value::App),
            api::Makes::Router => self.put(result, &Value::Router),
            api::Makes::HttpServer => self.put(result, &Value::HttpServer(place)),
            api::Makes::RedisClient => self.put(result, &Value::RedisClient(place)),
        }
    }
}
