//! Namespaces and operators that are kept in variables: `const admin = io.of('/admin')`. Where nothing but rewritten code
//! reads the variable, it is made from the broadcaster; where handlers need it too, each chain starts anew.

use std::collections::{BTreeMap, BTreeSet};

use super::emits::is_default_namespace;
use super::handles::{Decided, by_variable};
use crate::findings::uses::{Use, Variable};
use crate::plan::Input;
use crate::plan::draft::Draft;
use crate::project::value::Place;
use crate::rules::Meaning;
use crate::syntax::Kind;

/// What is decided about variables that hold a part of the server.
pub(super) struct Derived {
    /// By variable: the use that makes it.
    makers: BTreeMap<Variable, usize>,
    /// Those that are made from the broadcaster afterwards.
    converted: BTreeSet<Variable>,
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
        let makers: BTreeMap<Variable, usize> = input
            .uses
            .iter()
            .enumerate()
            .filter_map(|(index, it)| made_by(input, it).map(|variable| (variable, index)))
            .collect();
        let uses = by_variable(input);
        let stays_here = |index: &usize| {
            let it = &input.uses[*index];
            decided.fixed[*index] && !decided.moved[*index] && it.inside.is_none() && !it.is_shared
        };
        let is_rewritten = |index: &usize| {
            let meaning = input.uses[*index].meaning;
            let is_chain = matches!(
                meaning,
                Meaning::Emission | Meaning::Question | Meaning::Control | Meaning::Guard
            );
            is_chain && stays_here(index)
        };
        let converts = |(variable, maker): (&Variable, &usize)| {
            let reads = uses.get(variable).map_or(&[][..], Vec::as_slice);
            let readers = reads.iter().filter(|it| *it != maker);
            (stays_here(maker) && readers.clone().all(is_rewritten)).then_some(*variable)
        };
        let converted = makers.iter().filter_map(converts).collect();
        Self { makers, converted }
    }

    /// Whether a use that makes a variable is rewritten.
    pub(super) fn converts(&self, input: &Input<'_>, maker: &Use) -> bool {
        made_by(input, maker).is_none_or(|it| self.converted.contains(&it))
    }

    /// What stands at `root`, a variable with a part of the server, afterwards.
    pub(super) fn start(&self, draft: &Draft<'_>, root: Place, broadcaster: &str) -> Start {
        let facts = draft.input.project.facts(root.file);
        let Some(binding) = facts.binding_of(root.node) else {
            return Start::Unknown;
        };
        let variable = (root.file, binding);
        let Some(maker) = self.makers.get(&variable).map(|it| &draft.input.uses[*it]) else {
            return Start::Unknown;
        };
        if self.converted.contains(&variable) {
            return Start::Variable;
        }
        let is_constant = maker.chain.links.iter().all(|link| {
            let arguments = link.arguments.as_deref().unwrap_or_default();
            arguments
                .iter()
                .all(|it| facts.tree.string_value(*it).is_some())
        });
        if !is_constant {
            return Start::Unknown;
        }
        let layout = draft.layout(root.file);
        // The broadcaster itself is the default namespace.
        let default = maker
            .chain
            .links
            .first()
            .filter(|it| is_default_namespace(it));
        let from = match default {
            Some(link) => layout.tree.span(link.node).end,
            None => {
                layout
                    .tree
                    .span(layout.tree.wrapped(maker.chain.root.node))
                    .end
            }
        };
        let to = layout.tree.span(layout.tree.bare(maker.chain.end)).end;
        Start::Anew(format!(
            "{broadcaster}{}",
            &layout.text[from as usize..to as usize]
        ))
    }
}

/// The variable that a use makes a namespace or an operator for.
pub(super) fn made_by(input: &Input<'_>, it: &Use) -> Option<Variable> {
    if it.meaning != Meaning::Alias || it.chain.links.is_empty() {
        return None;
    }
    let file = it.chain.root.file;
    let facts = input.project.facts(file);
    match facts.tree.kind(facts.tree.parent(it.chain.end)?) {
        Kind::Declarator { target, .. } => facts.binding_of(*target).map(|binding| (file, binding)),
        _ => None,
    }
}
