//! Which top-level statements go with the set-up: what only it reads moves, what both sides read and never changes is
//! copied, and what both read and does change is a question for a person.

use std::collections::BTreeSet;

use super::{Form, Statements, clients, purity};
use crate::plan::adapter::Drops;
use crate::plan::setup::Blocker;
use crate::project::value::{Place, Value};
use crate::scope::BindingId;
use crate::syntax::{Kind, NodeId};

/// Where the statements of the set-up file go, by index.
#[derive(Debug, Default)]
pub(in crate::plan) struct Parts {
    /// They leave the file.
    pub(in crate::plan) moved: BTreeSet<usize>,
    /// They are in both files afterwards; imports are not among them.
    pub(in crate::plan) copied: BTreeSet<usize>,
    /// Imports that the dedicated server needs.
    pub(in crate::plan) imports: BTreeSet<usize>,
    /// Environment files and the like; they stay, too.
    pub(in crate::plan) head: BTreeSet<usize>,
    /// Of the copied those that the environment's statements read: they stand before these.
    pub(in crate::plan) early: BTreeSet<usize>,
    /// The names that the dedicated server reads.
    pub(in crate::plan) names: BTreeSet<BindingId>,
    /// Those of them that it imports from the module that is taken apart.
    pub(in crate::plan) lent: BTreeSet<BindingId>,
}

impl Parts {
    /// Every statement that the dedicated server's file has in some form.
    pub(in crate::plan) fn running(&self) -> BTreeSet<usize> {
        let lists = [&self.moved, &self.copied, &self.imports, &self.head];
        lists.into_iter().flatten().copied().collect()
    }

    /// The names that the dedicated server's file declares.
    pub(in crate::plan) fn declared(&self, statements: &Statements<'_>) -> BTreeSet<BindingId> {
        let own = self.moved.iter().chain(&self.copied);
        let own = own.flat_map(|it| statements.all[*it].defines.iter().copied());
        let imported = self.imports.iter();
        let imported = imported
            .flat_map(|it| statements.all[*it].defines.iter().copied())
            .filter(|it| self.names.contains(it));
        own.chain(imported).collect()
    }
}

/// Sorts the statements. `seeds` are those that the set-up consists of; `roots` are parts of statements that stay where
/// they are and run in the dedicated server as well.
pub(in crate::plan) fn parts(
    search: &Search<'_>,
    seeds: &BTreeSet<usize>,
    roots: &[NodeId],
) -> Result<Parts, Vec<Blocker>> {
    let all = &search.statements.all;
    let head: BTreeSet<usize> = (0..all.len())
        .filter(|it| all[*it].form == Form::Head)
        .collect();
    let heads: Vec<NodeId> = head.iter().map(|it| all[*it].node).collect();
    let for_head = search.needed(&BTreeSet::new(), &heads).statements;
    let roots: Vec<NodeId> = roots.iter().copied().chain(heads).collect();
    let mut seeds = seeds.clone();
    loop {
        let needed = search.needed(&seeds, &roots);
        let (moving, companions) = search.moving(&seeds, &needed);
        if !companions.is_empty() {
            seeds.extend(companions);
            continue;
        }
        let is_import = |it: &usize| all[*it].form == Form::Import;
        let needs = needed.statements.iter().copied();
        let copied: BTreeSet<usize> = needs
            .clone()
            .filter(|it| !moving.contains(it) && !is_import(it) && !head.contains(it))
            .filter(|it| all[*it].form != Form::Shell)
            .collect();
        let parts = Parts {
            early: copied.intersection(&for_head).copied().collect(),
            copied,
            imports: needs.filter(is_import).collect(),
            moved: moving.into_iter().chain(seeds).collect(),
            head,
            names: needed.names,
            lent: needed.lent,
        };
        let blockers = search.blockers(&parts);
        return if blockers.is_empty() {
            Ok(parts)
        } else {
            Err(blockers)
        };
    }
}

/// The file, its server, and what of it is dropped.
pub(in crate::plan) struct Search<'a> {
    pub(in crate::plan) statements: &'a Statements<'a>,
    /// The variable of the HTTP server, which the dedicated server's file has already.
    pub(in crate::plan) server: Option<BindingId>,
    pub(in crate::plan) drops: &'a Drops,
    /// What importers of the file ask for, if it is a module that is taken apart.
    pub(in crate::plan) module: Option<&'a Offer>,
}

/// What a module that is taken apart gives away.
#[derive(Debug, Default)]
pub(in crate::plan) struct Offer {
    /// Statements with names that the API goes on importing.
    pub(in crate::plan) wanted: BTreeSet<usize>,
    /// Those of them that the moved code can import, too.
    pub(in crate::plan) lent: BTreeSet<usize>,
    /// Names in lists of exports that the API does not import.
    pub(in crate::plan) idle: BTreeSet<NodeId>,
}

#[derive(Default)]
struct Needed {
    statements: BTreeSet<usize>,
    names: BTreeSet<BindingId>,
    lent: BTreeSet<BindingId>,
}

impl Search<'_> {
    /// The names that a statement reads, but for what is dropped in it.
    fn reads(&self, index: usize) -> impl Iterator<Item = (BindingId, NodeId)> {
        let reads = self.statements.all[index].reads.iter().copied();
        reads.filter(|it| !self.drops.covers(self.statements, it.1))
    }

    /// Whether the Express application is meant: nothing that reads it can leave the API.
    pub(super) fn is_of_api(&self, binding: BindingId) -> bool {
        self.statements
            .holds(binding, |it| matches!(it, Value::App | Value::Router))
    }

    /// Everything that the statements at `from` need to run elsewhere, themselves apart.
    fn needed(&self, from: &BTreeSet<usize>, roots: &[NodeId]) -> Needed {
        let mut needed = Needed::default();
        let tree = self.statements.tree();
        let whole = from.iter().map(|it| self.statements.all[*it].node);
        let mut pending: Vec<NodeId> = roots.iter().copied().chain(whole).collect();
        while let Some(node) = pending.pop() {
            self.need_types(node, &mut needed, &mut pending);
            let reads = self
                .statements
                .index_of(node)
                .map(|it| self.reads(it))
                .into_iter()
                .flatten();
            for (binding, _) in reads.filter(|it| tree.span(node).contains(tree.span(it.1))) {
                if Some(binding) == self.server || !needed.names.insert(binding) {
                    continue;
                }
                if self.is_lent(binding, from) {
                    needed.lent.insert(binding);
                    continue;
                }
                for definer in self.statements.definers(binding) {
                    let is_new = !from.contains(definer) && needed.statements.insert(*definer);
                    let form = self.statements.all[*definer].form;
                    if is_new
                        && !matches!(form, Form::Import | Form::Shell)
                        && !self.is_of_api(binding)
                    {
                        pending.push(self.statements.all[*definer].node);
                    }
                }
            }
        }
        needed
    }

    /// Whether the moved code imports a name from the module that it stays in.
    fn is_lent(&self, binding: BindingId, from: &BTreeSet<usize>) -> bool {
        let definers = self.statements.definers(binding);
        self.module.is_some_and(|module| {
            let is_lent = |it: &usize| module.lent.contains(it) && !from.contains(it);
            !definers.is_empty() && definers.iter().all(is_lent)
        })
    }

    /// Adds the types that a whole statement is written with.
    fn need_types(&self, node: NodeId, needed: &mut Needed, pending: &mut Vec<NodeId>) {
        let index = self.statements.index_of(node);
        let whole = index.filter(|it| self.statements.all[*it].node == node);
        let Some((declared, imported)) = whole.map(|it| self.statements.types_of(it)) else {
            return;
        };
        for definer in declared {
            if needed.statements.insert(definer) {
                pending.push(self.statements.all[definer].node);
            }
        }
        for binding in imported {
            needed.names.insert(binding);
            needed.statements.extend(self.statements.definers(binding));
        }
    }

    /// Of the needed statements those that nothing else reads; and the statements that work on what these declare, and
    /// on nothing that stays (`setInterval(() => onlineUsers.clear(), 1000)`).
    fn moving(
        &self,
        seeds: &BTreeSet<usize>,
        needed: &Needed,
    ) -> (BTreeSet<usize>, BTreeSet<usize>) {
        let all = &self.statements.all;
        let mut moving: BTreeSet<usize> = needed
            .statements
            .iter()
            .copied()
            .filter(|it| self.may_move(*it))
            .filter(|it| !all[*it].defines.iter().any(|it| self.is_of_api(*it)))
            .collect();
        let mut companions: BTreeSet<usize> = (0..all.len())
            .filter(|it| !seeds.contains(it) && self.may_follow(*it))
            .collect();
        loop {
            let count = moving.len() + companions.len();
            let declared = |binding: &BindingId, moving: &BTreeSet<usize>| {
                self.statements
                    .definers(*binding)
                    .iter()
                    .any(|it| moving.contains(it))
            };
            companions.retain(|index| {
                let mut reads = self.reads(*index).map(|it| it.0);
                reads.any(|it| {
                    declared(&it, &moving) && purity::obstacle(self.statements, it).is_some()
                }) && self
                    .reads(*index)
                    .all(|it| self.can_follow(it.0, seeds, &moving))
            });
            let goes = |it: usize, moving: &BTreeSet<usize>| {
                moving.contains(&it) || seeds.contains(&it) || companions.contains(&it)
            };
            let before = moving.clone();
            moving.retain(|index| {
                all[*index].defines.iter().all(|binding| {
                    self.statements.definers(*binding).len() == 1
                        && self
                            .live_readers(*binding)
                            .iter()
                            .all(|it| it.0 == *index || goes(it.0, &before))
                })
            });
            if count == moving.len() + companions.len() {
                return (moving, companions);
            }
        }
    }

    /// Whether a statement is of a sort that goes if nothing that stays reads what it declares.
    fn may_move(&self, index: usize) -> bool {
        match self.statements.all[index].form {
            Form::Variables | Form::Definition => true,
            // Who imports a type is not known.
            Form::Exported if self.statements.all[index].defines.is_empty() => false,
            Form::Exported => self.module.is_some_and(|it| !it.wanted.contains(&index)),
            _ => false,
        }
    }

    /// Whether a statement is of a sort that can go along: it acts, and neither exports nor ends the process.
    fn may_follow(&self, index: usize) -> bool {
        let statement = &self.statements.all[index];
        let tree = self.statements.tree();
        let is_act = statement.form == Form::Other
            && matches!(tree.kind(statement.node), Kind::ExpressionStatement { .. });
        let is_gone = self.drops.covers(self.statements, statement.node);
        is_act
            && !is_gone
            && self
                .free_name(index, &["module", "exports", "process"])
                .is_none()
    }

    fn can_follow(
        &self,
        binding: BindingId,
        seeds: &BTreeSet<usize>,
        moving: &BTreeSet<usize>,
    ) -> bool {
        let definers = self.statements.definers(binding);
        definers.iter().all(|it| {
            moving.contains(it)
                || seeds.contains(it)
                || !self.is_of_api(binding)
                    && Some(binding) != self.server
                    && (purity::obstacle(self.statements, binding).is_none()
                        || clients::is_client(self.statements, binding))
        })
    }

    /// One of `names` that a statement mentions without the file declaring it.
    pub(super) fn free_name<'n>(&self, index: usize, names: &[&'n str]) -> Option<&'n str> {
        let free = self.statements.facts.free_names();
        names.iter().copied().find(|name| {
            let nodes = free.get(*name).map_or(&[][..], Vec::as_slice);
            nodes.iter().any(|it| {
                self.statements.index_of(*it) == Some(index)
                    && !self.drops.covers(self.statements, *it)
            })
        })
    }

    /// Where a name is read, by statement, but for what is dropped and for exports that nobody imports.
    pub(super) fn live_readers(&self, binding: BindingId) -> Vec<(usize, NodeId)> {
        let input = self.statements.input;
        let is_asked = |node: NodeId| {
            let file = self.statements.file;
            input.queries.take(input, Place { file, node })
        };
        let is_idle =
            |node: NodeId| self.module.is_some_and(|it| it.idle.contains(&node)) || is_asked(node);
        let readers = self.statements.readers(binding).into_iter();
        readers
            .filter(|it| !self.drops.covers(self.statements, it.1) && !is_idle(it.1))
            .collect()
    }
}
