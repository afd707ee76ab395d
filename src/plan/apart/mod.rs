//! Takes apart a module that makes the server and has functions for routes as well: what serves only Socket.IO moves into
//! a module of its own beside it, and the rest stays where it is. Who else must not be in two processes is `loading`'s
//! matter.

mod dividing;
mod exports;
mod importers;
mod text;
mod wanted;

use std::collections::BTreeSet;

use super::adapter;
use super::draft::Draft;
use super::loading::Sides;
use super::rewrite;
use super::setup::{Blocker, Changes, Cut, Parts};
use super::toplevel::{Form, Statements};
use crate::findings::uses::Use;
use crate::project::value::Place;
use crate::scope::{BindingId, ScopeId};
use crate::source::FileId;
use crate::syntax::NodeId;
use dividing::Dividing;
use exports::{Exports, Item};
use importers::Importers;

/// What is known of the move when the module's turn comes.
pub(super) struct Move<'a> {
    /// The file with the HTTP server, and what of it goes where.
    pub(super) home: &'a Statements<'a>,
    pub(super) parts: &'a Parts,
    /// Its statements that stay.
    pub(super) stays: &'a BTreeSet<usize>,
    /// `new Server(…)`.
    pub(super) construction: Place,
    /// Other parts of the set-up outside of the home.
    pub(super) abroad: &'a [&'a Use],
    /// What sets an adapter, in whatever file.
    pub(super) setters: &'a [(Place, &'a Use)],
    /// The name by which the dedicated server's file asks the module for the server.
    pub(super) handle: Option<&'a str>,
    /// A function that returns the server from now on, and the variable that it is in.
    pub(super) returned: Option<(Place, &'a str)>,
}

/// The name of its own under which a module gives a variable away; `None` if it does not, or if that can't be told.
pub(super) fn exported_as(module: &Statements<'_>, variable: BindingId) -> Option<String> {
    let is_module = module.input.project.role(module.file).is_module;
    let is_named = |it: &exports::Export| {
        let is_member = is_module && matches!(it.item, Item::Property(_));
        it.binding == Some(variable) && !is_member && it.name != "default"
    };
    let mut all = Exports::of(module)?.all.into_iter();
    all.find(is_named).map(|it| it.name)
}

/// Where a module's exports mention a variable, but for its declaration.
pub(super) fn mentions(module: &Statements<'_>, variable: BindingId) -> Vec<NodeId> {
    let all = Exports::of(module).map(|it| it.all).unwrap_or_default();
    let own = all.into_iter().filter(|it| it.binding == Some(variable));
    own.filter_map(|it| it.mention).collect()
}

/// A module that is taken apart.
#[derive(Clone, Debug)]
pub(super) struct Division {
    /// The module.
    pub(super) file: FileId,
    /// The new one with what moves.
    pub(super) path: String,
    /// Its text.
    pub(super) text: String,
    /// What leaves the old one.
    pub(super) cut: Cut,
    /// Exports of the old one whose values move.
    exports: Vec<(usize, Item)>,
    /// How the dedicated server's files import what moves.
    importers: Importers,
}

impl Division {
    /// What is written otherwise in the home's statements.
    pub(super) fn changes(&self) -> &Changes {
        &self.importers.home
    }

    /// The specifier of the new module in the place of one of the old.
    pub(super) fn specifier(&self, old: &str) -> String {
        text::specifier(old, &self.path)
    }

    /// Takes out of the module, and of the imports of it, what moved.
    pub(super) fn carry_out(&self, draft: &mut Draft<'_>) {
        let statements = Statements::new(draft.input, self.file);
        for (index, item) in &self.exports {
            let node = statements.all[*index].node;
            match item {
                Item::Statement => draft.remove_statement(self.file, node),
                Item::Specifier(own) => {
                    rewrite::remove_specifier(draft, self.file, (node, *own));
                }
                Item::Property(property) => {
                    rewrite::remove_from_list(draft, self.file, *property);
                }
            }
        }
        self.importers.carry_out(draft);
    }
}

/// Takes the module apart that makes the server, if the API goes on loading it. `None` if it does not, or if the module
/// has a shape that can't be taken apart.
pub(super) fn divide(
    it: &Move<'_>,
    sides: &Sides,
) -> Result<Option<(Division, Sides)>, Vec<Blocker>> {
    let input = it.home.input;
    let file = it.construction.file;
    let is_unknown = sides.kept.iter().any(|it| input.project.loads_unknown(*it));
    if file == it.home.file || !sides.kept.contains(&file) || is_unknown {
        return Ok(None);
    }
    let module = Statements::new(input, file);
    let Some(exports) = Exports::of(&module) else {
        return Ok(None);
    };
    let Some(seeds) = seeds(it, &module) else {
        return Ok(None);
    };
    let setters = it.setters.iter().filter(|it| it.0.file == file);
    let setters: Vec<NodeId> = setters.map(|it| it.0.node).collect();
    let (drops, _) = adapter::drops(&module, &setters);
    let search = Dividing {
        of: it,
        module: &module,
        exports: &exports,
        drops: &drops,
        seeds,
    };
    search.divide()
}

/// The statements of the module that make the server or work with it for the set-up; `None` if one of them can't go as a
/// whole.
fn seeds(it: &Move<'_>, module: &Statements<'_>) -> Option<BTreeSet<usize>> {
    let parts = it.abroad.iter().map(|it| Place {
        file: it.chain.root.file,
        node: it.chain.end,
    });
    let here = parts
        .chain(it.setters.iter().map(|it| it.0))
        .chain([it.construction])
        .filter(|it| it.file == module.file);
    let mut seeds = BTreeSet::new();
    for place in here {
        let index = module.index_of(place.node)?;
        module.tree().enclosing_function(place.node)?;
        seeds.insert(index);
    }
    let is_part = |node: &NodeId| {
        let place = Place {
            file: module.file,
            node: *node,
        };
        module.input.project.part(place).is_some()
    };
    for (id, binding) in module.facts.bindings() {
        let mut nodes = binding.declarations.iter().chain(&binding.references);
        let definers = module.definers(id);
        let is_variable = |it: &usize| {
            matches!(module.all[*it].form, Form::Variables | Form::Exported)
                && !module.declarators(*it).is_empty()
        };
        if binding.scope != ScopeId::MODULE
            || !definers.iter().any(is_variable)
            || !nodes.any(is_part)
        {
            continue;
        }
        if definers.iter().any(|it| module.declarators(*it).len() != 1) {
            return None;
        }
        seeds.extend(definers);
    }
    Some(seeds)
}
