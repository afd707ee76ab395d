//! All files together: which expressions hold the in-process server or a part of it, and by which steps we know.
//! Leaves what a use of it means to `findings`.

pub mod api;
pub mod resolve;
pub mod roles;
pub mod value;

mod constants;
pub mod entries;
mod flow;
mod graph;
mod knowledge;
mod programs;

use std::collections::{BTreeMap, BTreeSet};

use crate::config::Settings;
use crate::scope::FileFacts;
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::{Kind, NodeId, Tree};
use flow::Flow;
use graph::Graph;
use resolve::{Modules, Target};
use roles::FileRole;
use value::{Place, Site, SiteId, SiteKind, Value};

/// One station of a value on its way to an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where the station is.
    pub file: FileId,
    /// Its range.
    pub span: Span,
    /// What happens there: "server created", "set as `io`", "read as `io`".
    pub label: String,
}

/// The linked project.
pub struct Project {
    files: Vec<FileFacts>,
    roles: Vec<FileRole>,
    paths: Vec<String>,
    modules: Modules,
    sites: Vec<Site>,
    held: Vec<Vec<Vec<Held>>>,
    /// Where something is put on a carrier, or read from it, under a key that the text doesn't tell.
    unknown_keys: BTreeSet<Place>,
    /// Calls of setters and getters that the configuration names.
    setters: BTreeSet<Place>,
    getters: BTreeSet<Place>,
    /// By function: the calls that may reach it.
    calls: BTreeMap<Place, Vec<Place>>,
    graph: Graph,
    /// What the project starts, as far as that is known.
    entries: BTreeSet<FileId>,
}

/// A value at an expression, with the way it came.
#[derive(Clone, Debug)]
struct Held {
    value: Value,
    steps: Vec<Step>,
}

/// Links the files of a project. `manifests` are pairs of path and text of the files that say how it is resolved and
/// started: `package.json`, `tsconfig.json`, PM2 and Docker files.
pub fn link(
    sources: &[SourceFile],
    files: Vec<FileFacts>,
    manifests: &[(String, String)],
    settings: &Settings,
) -> Project {
    let paths: Vec<String> = sources.iter().map(|it| it.path.clone()).collect();
    let modules = Modules::new(sources, manifests);
    let graph = Graph::new(sources, &files, &modules);
    let mut entries = entries::entries(sources, &files, manifests);
    let named = settings.entry.as_ref();
    let named = named.and_then(|it| paths.iter().position(|path| path == it));
    entries.extend(named.map(|it| FileId(u32::try_from(it).expect("load refuses 2^32 files"))));
    let roles = roles::roles(sources, &files, &graph, (&entries, manifests));
    let flow = Flow::solve(&files, &roles, sources, (&modules, settings));
    let held = harvest(&flow, &files);
    let (sites, unknown_keys) = (flow.sites, flow.unknown_keys);
    let (setters, getters) = (flow.configured_setters, flow.configured_getters);
    let mut project = Project {
        files,
        roles,
        paths,
        modules,
        sites,
        held,
        unknown_keys,
        setters,
        getters,
        calls: BTreeMap::new(),
        graph,
        entries,
    };
    project.calls = calls(&project);
    project
}

fn calls(project: &Project) -> BTreeMap<Place, Vec<Place>> {
    let mut calls: BTreeMap<Place, Vec<Place>> = BTreeMap::new();
    for (file, facts) in project.files() {
        for node in facts.tree.ids() {
            let call = Place { file, node };
            for function in project.run_by(call) {
                calls.entry(function).or_default().push(call);
            }
        }
    }
    calls
}

/// The constructor of a class, if one is written in it.
fn constructor(tree: &Tree, class: Place) -> Option<Place> {
    let Kind::Class(it) = tree.kind(class.node) else {
        return None;
    };
    let node = it
        .members
        .iter()
        .find_map(|member| match tree.kind(*member) {
            Kind::ClassMember {
                key,
                value: Some(value),
                is_static: false,
                ..
            } if key.name() == Some("constructor")
            // TypeScript's overloads have no body.
            && tree.function(*value).is_some_and(|it| it.body.is_some()) =>
            {
                Some(*value)
            }
            _ => None,
        })?;
    Some(Place {
        file: class.file,
        node,
    })
}

/// Keeps what later stages ask for: the values of nodes, and the steps of those that lead to a server.
fn harvest(flow: &Flow<'_>, files: &[FileFacts]) -> Vec<Vec<Vec<Held>>> {
    let mut all = Vec::with_capacity(files.len());
    for (index, facts) in files.iter().enumerate() {
        let file = FileId(u32::try_from(index).expect("load refuses 2^32 files"));
        let of_node = |node: NodeId| {
            let cell = flow.node(Place { file, node });
            flow.cells
                .held(cell)
                .iter()
                .map(|it| held(flow, cell, it.value))
                .collect()
        };
        all.push(facts.tree.ids().map(of_node).collect());
    }
    all
}

fn held(flow: &Flow<'_>, cell: flow::cells::CellId, id: flow::cells::ValueId) -> Held {
    let value = flow.cells.value(id).clone();
    let notes = match value.site() {
        Some(_) => flow.cells.way(cell, id),
        None => Vec::new(),
    };
    let mut steps: Vec<Step> = Vec::new();
    for note in notes {
        let step = Step {
            file: note.file,
            span: note.span,
            label: note.label.clone(),
        };
        if steps.last() != Some(&step) {
            steps.push(step);
        }
    }
    Held { value, steps }
}

impl Project {
    /// Every file's facts, by [`FileId`].
    pub fn files(&self) -> impl Iterator<Item = (FileId, &FileFacts)> {
        self.files.iter().enumerate().map(|(index, facts)| {
            (
                FileId(u32::try_from(index).expect("load refuses 2^32 files")),
                facts,
            )
        })
    }

    /// One file's facts.
    pub fn facts(&self, file: FileId) -> &FileFacts {
        &self.files[file.index()]
    }

    /// Whether a file is loaded when another one is, as far as the text tells.
    pub fn loads(&self, from: FileId, file: FileId) -> bool {
        self.graph.leads_to(from, file)
    }

    /// The files that a file loads itself.
    pub fn loaded_by(&self, file: FileId) -> &BTreeSet<FileId> {
        &self.graph.files[file.index()]
    }

    /// Whether a file loads something whose name the text doesn't tell.
    pub fn loads_unknown(&self, file: FileId) -> bool {
        self.graph.loads_unknown[file.index()]
    }

    /// What a file is to the project.
    pub fn role(&self, file: FileId) -> FileRole {
        self.roles[file.index()]
    }

    /// A file's path relative to the root.
    pub fn path(&self, file: FileId) -> &str {
        &self.paths[file.index()]
    }

    /// The file at a path.
    pub fn file_at(&self, path: &str) -> Option<FileId> {
        let index = self.paths.iter().position(|it| it == path)?;
        Some(FileId(
            u32::try_from(index).expect("load refuses 2^32 files"),
        ))
    }

    /// What a specifier in a file leads to.
    pub fn resolve(&self, from: FileId, specifier: &str) -> Target {
        self.modules.resolve(self.path(from), specifier)
    }

    /// Everything an expression or a pattern may hold.
    pub fn values(&self, place: Place) -> impl Iterator<Item = &Value> {
        self.held[place.file.index()][place.node.index()]
            .iter()
            .map(|it| &it.value)
    }

    /// The server, or the part of one, that an expression holds in the API's process, if it may hold one.
    pub fn part(&self, place: Place) -> Option<&Value> {
        self.values(place).find(|it| {
            it.site()
                .is_some_and(|site| self.site(site).kind != SiteKind::Dedicated)
        })
    }

    /// How a part came to a place: the construction of its server first.
    pub fn steps(&self, place: Place) -> &[Step] {
        let held = &self.held[place.file.index()][place.node.index()];
        let part = self.part(place);
        held.iter()
            .find(|it| Some(&it.value) == part)
            .map_or(&[], |it| &it.steps)
    }

    /// The functions of the project that a call may reach.
    pub fn callees(&self, call: Place) -> Vec<Place> {
        let tree = &self.facts(call.file).tree;
        let (Kind::Call { callee, .. } | Kind::New { callee, .. }) = tree.kind(call.node) else {
            return Vec::new();
        };
        let callee = Place {
            file: call.file,
            node: *callee,
        };
        self.values(callee)
            .filter_map(|it| match it {
                Value::Function(function) => Some(*function),
                _ => None,
            })
            .collect()
    }

    /// The classes of the project of which a `new` may make an instance.
    pub fn constructed(&self, call: Place) -> Vec<Place> {
        let Kind::New { callee, .. } = self.facts(call.file).tree.kind(call.node) else {
            return Vec::new();
        };
        let callee = Place {
            file: call.file,
            node: *callee,
        };
        let classes = self.values(callee).filter_map(|it| match it {
            Value::Class(class) => Some(*class),
            _ => None,
        });
        classes.collect()
    }

    /// What a call or a construction runs: functions of the project, and the constructors of its classes.
    pub fn run_by(&self, call: Place) -> Vec<Place> {
        let constructors = self.constructed(call).into_iter();
        let constructors =
            constructors.filter_map(|class| constructor(&self.facts(class.file).tree, class));
        self.callees(call).into_iter().chain(constructors).collect()
    }

    /// Whether an expression reads or sets a setting, or a property of requests and their like, under a key that the
    /// text doesn't tell.
    pub fn has_unknown_key(&self, place: Place) -> bool {
        self.unknown_keys.contains(&place)
    }

    /// Whether a call puts something on a carrier that the configuration names.
    pub fn is_configured_setter(&self, call: Place) -> bool {
        self.setters.contains(&call)
    }

    /// Whether a call reads something from a carrier that the configuration names.
    pub fn is_configured_getter(&self, call: Place) -> bool {
        self.getters.contains(&call)
    }

    /// The calls that may run a function of the project; of a constructor, the constructions.
    pub fn calls_of(&self, function: Place) -> &[Place] {
        self.calls.get(&function).map_or(&[], Vec::as_slice)
    }

    /// Whether an object is what a module exports: `module.exports = { a }`, `export default { a }`.
    pub fn is_exported(&self, object: Place) -> bool {
        let tree = &self.facts(object.file).tree;
        let holder = tree.parent(tree.wrapped(object.node));
        holder.is_some_and(|it| match tree.kind(it) {
            Kind::Assign { target, .. } => match tree.kind(*target) {
                Kind::Member { object: of, .. } => self
                    .values(object.beside(*of))
                    .any(|it| matches!(it, Value::ModuleObject(_) | Value::Exports(_))),
                _ => false,
            },
            Kind::ExportDefault { .. } => true,
            _ => false,
        })
    }

    /// Where a server comes to be.
    pub fn site(&self, site: SiteId) -> Site {
        self.sites[site.0 as usize]
    }

    /// Every server of the project.
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }
}
