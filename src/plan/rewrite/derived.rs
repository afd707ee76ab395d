//! Namespaces and operators that are kept in variables: `const admin = io.of('/admin')`, `room = room.to(id)`. Where nothing
//! but rewritten code fills and reads the variable, it is made from the broadcaster; where handlers need it too, each
//! chain starts anew.

use std::collections::{BTreeMap, BTreeSet};

use super::emits::is_default_namespace;
use super::handles::{Decided, by_variable};
use crate::findings::state::{by_id, copies};
use crate::findings::uses::{Use, Variable};
use crate::plan::draft::Draft;
use crate::plan::{Input, getters};
use crate::project::value::Place;
use crate::rules::Meaning;
use crate::syntax::{Kind, NodeId, Tree};

/// What is decided about variables that hold a part of the server.
pub(super) struct Derived {
    /// By variable: the uses that put something into it.
    makers: BTreeMap<Variable, Vec<usize>>,
    /// Those that are made from the broadcaster afterwards.
    converted: BTreeSet<Variable>,
    /// Variables with one client's socket, whose place the room of its id takes.
    sockets: BTreeMap<Variable, by_id::Kept>,
    /// What asks for a list of rooms that is read elsewhere and can't be a copy, because not all of that is rewritten.
    uncopied: BTreeSet<Place>,
}

/// What stands at the root of a chain that starts at such a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// The variable itself.
    Variable,
    /// What it is made of: `socketBroadcaster.of('/admin')`.
    Anew(String),
    /// Nothing that is known to mean the same.
    Unknown,
}

impl Derived {
    pub(super) fn decide(input: &Input<'_>, decided: &Decided<'_>) -> Self {
        let mut makers: BTreeMap<Variable, Vec<usize>> = BTreeMap::new();
        for (index, it) in input.uses.iter().enumerate() {
            if let Some(variable) = made_by(input, it) {
                makers.entry(variable).or_default().push(index);
            }
        }
        let uses = by_variable(input);
        let stays_here = |index: &usize| {
            let it = &input.uses[*index];
            decided.fixed[*index] && !decided.moved[*index] && it.inside.is_none() && !it.is_shared
        };
        let mut converted: BTreeSet<Variable> = makers.keys().copied().collect();
        loop {
            let is_rewritten = |index: &usize| {
                let it = &input.uses[*index];
                let is_chain = matches!(
                    it.meaning,
                    Meaning::Emission | Meaning::Question | Meaning::Control | Meaning::Guard
                );
                let is_kept = || made_by(input, it).is_some_and(|it| converted.contains(&it));
                stays_here(index) && (is_chain || is_kept())
            };
            // What is made of a namespace in a variable is the broadcaster's only if that is.
            let is_ours = |index: &usize| {
                let root = input.uses[*index].chain.root;
                let binding = input.project.facts(root.file).binding_of(root.node);
                let is_converted =
                    || binding.is_some_and(|it| converted.contains(&(root.file, it)));
                getters::holds_server(input, root) || is_converted()
            };
            let converts = |it: &Variable| {
                let reads = uses.get(it).map_or(&[][..], Vec::as_slice);
                let mut makers = makers[it].iter();
                makers.all(|it| stays_here(it) && is_ours(it)) && reads.iter().all(is_rewritten)
            };
            let left: BTreeSet<Variable> = converted.iter().copied().filter(converts).collect();
            if left.len() == converted.len() {
                break;
            }
            converted = left;
        }
        Self {
            makers,
            converted,
            sockets: sockets(input, &stays_here),
            uncopied: uncopied(input, &stays_here),
        }
    }

    /// Whether a use that makes a variable is rewritten.
    pub(super) fn converts(&self, input: &Input<'_>, maker: &Use) -> bool {
        let is_kept = by_id::variable(input.project, &maker.chain)
            .is_none_or(|it| self.sockets.contains_key(&it));
        let is_copied = copies::origin(input.project, &maker.chain)
            .is_none_or(|it| !self.uncopied.contains(&it.root));
        is_kept && is_copied && made_by(input, maker).is_none_or(|it| self.converted.contains(&it))
    }

    /// The variable with one client's socket that a use fills or reads, if the room of its id takes its place.
    pub(super) fn socket(&self, input: &Input<'_>, it: &Use) -> Option<&by_id::Kept> {
        self.sockets
            .get(&by_id::variable(input.project, &it.chain)?)
    }

    /// The places that ask whether such a socket is there.
    pub(super) fn asked_sockets(&self) -> impl Iterator<Item = Place> {
        let all = self.sockets.values();
        all.flat_map(|it| {
            let file = it.taking.root.file;
            it.guards
                .iter()
                .map(move |node| Place { file, node: *node })
        })
    }

    /// What stands at `root`, a variable with a part of the server, afterwards.
    pub(super) fn start(&self, draft: &Draft<'_>, root: Place, broadcaster: &str) -> Start {
        let facts = draft.input.project.facts(root.file);
        let Some(binding) = facts.binding_of(root.node) else {
            return Start::Unknown;
        };
        let variable = (root.file, binding);
        if self.converted.contains(&variable) {
            return Start::Variable;
        }
        let is_written = facts
            .binding(binding)
            .references
            .iter()
            .any(|it| facts.is_write(*it));
        let maker = match self.makers.get(&variable).map(Vec::as_slice) {
            Some([maker]) if !is_written => &draft.input.uses[*maker].chain,
            _ => return Start::Unknown,
        };
        let is_constant = is_whole_value(&facts.tree, maker.end)
            && maker.links.iter().all(|link| {
                let arguments = link.arguments.as_deref().unwrap_or_default();
                arguments
                    .iter()
                    .all(|it| facts.tree.string_value(*it).is_some())
            });
        if !is_constant {
            return Start::Unknown;
        }
        // A room of a namespace that is in a variable itself.
        let start = match getters::holds_server(draft.input, maker.root) {
            true => broadcaster.to_owned(),
            false => match self.start(draft, maker.root, broadcaster) {
                Start::Variable => draft.text(maker.root).to_owned(),
                Start::Anew(text) => text,
                Start::Unknown => return Start::Unknown,
            },
        };
        let layout = draft.layout(root.file);
        // The broadcaster itself is the default namespace.
        let default = maker.links.first().filter(|it| is_default_namespace(it));
        let from = match default {
            Some(link) => layout.tree.span(link.node).end,
            None => layout.tree.span(layout.tree.wrapped(maker.root.node)).end,
        };
        let to = layout.tree.span(layout.tree.bare(maker.end)).end;
        Start::Anew(format!(
            "{start}{}",
            &layout.text[from as usize..to as usize]
        ))
    }
}

/// The variables with one client's socket of which every use is rewritten.
fn sockets(
    input: &Input<'_>,
    stays_here: &dyn Fn(&usize) -> bool,
) -> BTreeMap<Variable, by_id::Kept> {
    let mut uses: BTreeMap<Variable, Vec<usize>> = BTreeMap::new();
    for (index, it) in input.uses.iter().enumerate() {
        if let Some(variable) = by_id::variable(input.project, &it.chain) {
            uses.entry(variable).or_default().push(index);
        }
    }
    uses.retain(|_, all| all.iter().all(stays_here));
    uses.into_keys()
        .filter_map(|it| by_id::kept(input.project, it).map(|kept| (it, kept)))
        .collect()
}

/// The roots of what asks for a list of rooms of which not every reader is rewritten.
fn uncopied(input: &Input<'_>, stays_here: &dyn Fn(&usize) -> bool) -> BTreeSet<Place> {
    let all = input.uses.iter().enumerate();
    let kept = all.filter(|it| !stays_here(&it.0));
    kept.filter_map(|it| copies::origin(input.project, &it.1.chain))
        .map(|it| it.root)
        .collect()
}

/// Whether an expression is all that a variable is made with.
fn is_whole_value(tree: &Tree, value: NodeId) -> bool {
    tree.parent(value)
        .is_some_and(|it| matches!(tree.kind(it), Kind::Declarator { .. }))
}

/// The variable into which a use puts a namespace or an operator; or the server, where there may be one of these as well.
pub(super) fn made_by(input: &Input<'_>, it: &Use) -> Option<Variable> {
    if it.meaning != Meaning::Alias {
        return None;
    }
    let file = it.chain.root.file;
    let facts = input.project.facts(file);
    let passes_on = |it: &NodeId| {
        matches!(
            facts.tree.kind(*it),
            Kind::Parenthesized { .. }
                | Kind::Cast { .. }
                | Kind::Conditional { .. }
                | Kind::Logical { .. }
        )
    };
    let mut outer = facts.tree.ancestors(it.chain.end);
    let target = match facts.tree.kind(outer.find(|it| !passes_on(it))?) {
        Kind::Declarator { target, .. } | Kind::Assign { target, .. } => *target,
        _ => return None,
    };
    let binding = facts.binding_of(target)?;
    let mut reads = facts.binding(binding).references.iter();
    let is_handle = it.chain.links.is_empty()
        && reads.all(|node| {
            let place = Place { file, node: *node };
            !facts.is_read(*node) || getters::holds_server(input, place)
        });
    (!is_handle).then_some((file, binding))
}
