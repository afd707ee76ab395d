//! Where a variable with state is named, in its own file and in those that import it, and who runs that: handlers, or the
//! API.

use std::collections::{BTreeMap, BTreeSet};

use super::reads;
use super::travels;
use crate::findings::uses::Variable;
use crate::plan::Input;
use crate::plan::apart::{exported_as, mentions};
use crate::plan::loading::imports;
use crate::plan::toplevel::Statements;
use crate::plan::toplevel::starts::{callers, escapes};
use crate::project::resolve::Target;
use crate::project::value::{Place, Value};
use crate::scope::{BindingId, ScopeId};
use crate::source::FileId;
use crate::syntax::{FunctionStyle, Key, Kind, NodeId};

/// Who runs a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Handlers, and what only they call.
    Clients,
    /// Whoever loads the file: it goes where the state goes.
    Neutral,
    Api,
}

/// What is looked up for each variable in all files of the project, found once.
#[derive(Default)]
pub(super) struct Index {
    /// Imports in files of the API, by the module that they are of.
    importers: BTreeMap<FileId, Vec<Place>>,
    /// Where functions are handed to calls, by the function: `socket.on('typing', typing)`.
    handed_on: BTreeMap<Place, Vec<Place>>,
}

impl Index {
    pub(super) fn of(input: &Input<'_>) -> Self {
        let mut index = Self::default();
        for (file, _) in input.project.files() {
            let role = input.project.role(file);
            if role.is_of_api() && !role.is_dead {
                index.add_imports(input, file);
                index.add_arguments(input, file);
            }
        }
        index
    }

    fn add_imports(&mut self, input: &Input<'_>, file: FileId) {
        for (node, source) in imports(input.project, file) {
            match input.project.resolve(file, source) {
                Target::File(module) if module != file => {
                    let importers = self.importers.entry(module).or_default();
                    importers.push(Place { file, node });
                }
                _ => {}
            }
        }
    }

    fn add_arguments(&mut self, input: &Input<'_>, file: FileId) {
        let tree = &input.project.facts(file).tree;
        let arguments = tree.ids().filter_map(|it| match tree.kind(it) {
            Kind::Call { arguments, .. } => Some(arguments),
            _ => None,
        });
        let names = arguments
            .flatten()
            .filter(|it| matches!(tree.kind(**it), Kind::Name { .. } | Kind::Member { .. }));
        for place in names.map(|node| Place { file, node: *node }) {
            for value in input.project.values(place) {
                if let Value::Function(function) = value {
                    self.handed_on.entry(*function).or_default().push(place);
                }
            }
        }
    }
}

/// The places of one variable.
pub(super) struct Touches<'s, 'a> {
    pub(super) statements: &'s Statements<'a>,
    pub(super) state: Variable,
    index: &'s Index,
    /// Expressions that are the variable.
    pub(super) all: Vec<Place>,
    /// Where lists of exports name it.
    pub(super) mentions: Vec<Place>,
}

/// A function of the state's file that can go where the state goes.
pub(super) struct Reader {
    pub(super) name: String,
    pub(super) variable: Variable,
    /// Where it is called: nowhere, or it changes nothing, and what it gives can be sent.
    pub(super) calls: Vec<Place>,
    pub(super) mentions: Vec<Place>,
}

impl<'s, 'a> Touches<'s, 'a> {
    /// `None` if it can't be told who has the variable.
    pub(super) fn of(
        statements: &'s Statements<'a>,
        state: Variable,
        index: &'s Index,
    ) -> Option<Self> {
        let (file, binding) = state;
        let mentions: Vec<Place> = mentions(statements, binding)
            .into_iter()
            .map(|node| Place { file, node })
            .collect();
        let own = statements.facts.binding(binding).references.iter();
        let own = own.map(|node| Place { file, node: *node });
        let mut all: Vec<Place> = own.filter(|it| !mentions.contains(it)).collect();
        if let Some(name) = exported_as(statements, binding) {
            let importers = index.importers.get(&file).map_or(&[][..], Vec::as_slice);
            all.extend(imported(statements.input, importers, &name)?);
        }
        Some(Self {
            statements,
            state,
            index,
            all,
            mentions,
        })
    }

    /// Who runs a place.
    pub(super) fn side(&self, place: Place) -> Side {
        Runs {
            input: self.statements.input,
            index: self.index,
            seen: BTreeSet::new(),
        }
        .side(place)
    }

    pub(super) fn name(&self) -> &str {
        self.statements.name(self.state.1)
    }

    pub(super) fn at(&self, node: NodeId) -> Place {
        let file = self.statements.file;
        Place { file, node }
    }

    /// The function around a place, if the dedicated server can run it for the API.
    pub(super) fn reader(&self, place: Place) -> Option<Reader> {
        let statements = self.statements;
        let tree = statements.tree();
        if place.file != statements.file {
            return None;
        }
        let around = tree.ancestors(place.node);
        let function = around.filter(|it| tree.function(*it).is_some()).last()?;
        let variable = self.named(function)?;
        let at = self.at(function);
        let calls = callers(statements.input, at);
        let is_fit = match calls.is_empty() {
            true => !escapes(statements.input, at),
            false => travels::is_quiet(statements, at) && travels::gives_data(self, function),
        };
        is_fit.then(|| Reader {
            name: statements.name(variable).to_owned(),
            variable: (statements.file, variable),
            calls,
            mentions: mentions(statements, variable)
                .into_iter()
                .map(|node| Place { node, ..at })
                .collect(),
        })
    }

    /// The variable of the file that a function is.
    fn named(&self, function: NodeId) -> Option<BindingId> {
        let facts = self.statements.facts;
        let tree = &facts.tree;
        let found = tree.function(function)?;
        let name = match (found.style, tree.kind(tree.parent(function)?)) {
            (FunctionStyle::Declaration, _) => found.name?,
            (_, Kind::Declarator { target, .. }) => *target,
            _ => return None,
        };
        let binding = facts.binding_of(name)?;
        (facts.binding(binding).scope == ScopeId::MODULE).then_some(binding)
    }
}

/// The expressions by which other files name what a module exports; `None` if one of them does something else with the
/// module.
fn imported(input: &Input<'_>, importers: &[Place], name: &str) -> Option<Vec<Place>> {
    let mut found = Vec::new();
    for import in importers.iter().copied() {
        let facts = input.project.facts(import.file);
        for local in locals(input, import, name)? {
            let references = &facts.binding(facts.binding_of(local.node)?).references;
            match local.is_module {
                false => found.extend(references.iter().map(|it| import.beside(*it))),
                true => {
                    for node in references {
                        found.extend(member(input, import.beside(*node), name)?);
                    }
                }
            }
        }
        let tree = &facts.tree;
        if matches!(tree.kind(import.node), Kind::Call { .. })
            && matches!(tree.kind(tree.parent(import.node)?), Kind::Member { .. })
        {
            found.extend(member(input, import, name)?);
        }
    }
    Some(found)
}

/// A variable that an import fills.
struct Local {
    node: NodeId,
    /// With all of the module.
    is_module: bool,
}

/// The variables in which an import puts what is exported as `name`, or the whole module; `None` if it can't be told.
fn locals(input: &Input<'_>, import: Place, name: &str) -> Option<Vec<Local>> {
    let tree = &input.project.facts(import.file).tree;
    match tree.kind(import.node) {
        Kind::Import { names, .. } => {
            let own = names.iter().filter(|it| {
                it.imported
                    .as_deref()
                    .is_none_or(|it| it == name || it == "default")
            });
            let local = own.map(|it| Local {
                node: it.local,
                is_module: it.imported.as_deref() != Some(name),
            });
            Some(local.collect())
        }
        Kind::ExportNames { names, .. } => {
            let is_other = |it: &Option<String>| it.as_deref().is_some_and(|it| it != name);
            names.iter().all(|it| is_other(&it.imported)).then(Vec::new)
        }
        Kind::Call { .. } => match tree.kind(tree.parent(import.node)?) {
            Kind::Member { .. } | Kind::ExpressionStatement { .. } => Some(Vec::new()),
            Kind::Declarator { target, .. } => match tree.kind(*target) {
                Kind::BindingName { .. } => Some(vec![Local {
                    node: *target,
                    is_module: true,
                }]),
                Kind::ObjectPattern { .. } => {
                    let taken = tree.taken_names(*target)?.into_iter();
                    let local = taken.filter(|it| it.0 == name).map(|it| Local {
                        node: it.1,
                        is_module: false,
                    });
                    Some(local.collect())
                }
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// What is read of an expression that is the whole module, if that is `name`; `None` if something else is done with it.
fn member(input: &Input<'_>, module: Place, name: &str) -> Option<Option<Place>> {
    let tree = &input.project.facts(module.file).tree;
    let parent = tree.parent(module.node)?;
    match tree.kind(parent) {
        Kind::Member {
            object,
            property: Key::Static(key),
            ..
        } if *object == module.node => Some((key == name).then_some(module.beside(parent))),
        _ => None,
    }
}

struct Runs<'a> {
    input: &'a Input<'a>,
    index: &'a Index,
    seen: BTreeSet<Place>,
}

impl Runs<'_> {
    fn side(&mut self, place: Place) -> Side {
        let tree = &self.input.project.facts(place.file).tree;
        let around = tree.ancestors(place.node);
        let functions: Vec<NodeId> = around.filter(|it| tree.function(*it).is_some()).collect();
        let Some(outermost) = functions.last() else {
            return Side::Neutral;
        };
        let at = |node: &NodeId| place.beside(*node);
        if functions.iter().any(|it| self.serves_client(at(it))) {
            return Side::Clients;
        }
        if is_timer(self.input, at(outermost)) {
            return Side::Neutral;
        }
        match self.runs_for_clients(at(outermost)) {
            true => Side::Clients,
            false => Side::Api,
        }
    }

    /// Whether a function gets a client's socket, or is registered on the server.
    fn serves_client(&self, function: Place) -> bool {
        let project = self.input.project;
        let tree = &project.facts(function.file).tree;
        let parameters = tree.function(function.node).map(|it| &it.parameters);
        let gets_socket = parameters.into_iter().flatten().any(|it| {
            let mut values = project.values(function.beside(*it));
            values.any(|it| matches!(it, Value::Socket { .. }))
        });
        let is_registered =
            tree.parent(tree.wrapped(function.node))
                .is_some_and(|it| match tree.kind(it) {
                    Kind::Call { callee, .. } => match tree.kind(tree.bare(*callee)) {
                        Kind::Member { object, .. } => {
                            project.part(function.beside(*object)).is_some()
                        }
                        _ => false,
                    },
                    _ => false,
                });
        gets_socket || is_registered
    }

    /// Whether everything that calls a function, or hands it on, is run for clients.
    fn runs_for_clients(&mut self, function: Place) -> bool {
        if !self.seen.insert(function) {
            return true;
        }
        let mut places: Vec<Place> = self.input.project.calls_of(function).to_vec();
        places.extend(self.index.handed_on.get(&function).into_iter().flatten());
        places.retain(|it| self.input.project.role(it.file).is_of_api());
        !places.is_empty() && places.iter().all(|it| self.side(*it) == Side::Clients)
    }
}

/// `setInterval(() => …)` at the top level: work on the state goes with it.
fn is_timer(input: &Input<'_>, function: Place) -> bool {
    let facts = input.project.facts(function.file);
    let tree = &facts.tree;
    let parent = tree.parent(function.node);
    parent.is_some_and(|it| match tree.kind(it) {
        Kind::Call { callee, .. } => {
            matches!(tree.name(*callee), Some("setInterval" | "setTimeout"))
                && facts.binding_of(*callee).is_none()
                && !reads::has_use(input, function)
        }
        _ => false,
    })
}
