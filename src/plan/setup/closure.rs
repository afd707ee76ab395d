//! Which top-level statements go with the set-up: what only it reads moves, what both sides read and never changes is
//! copied, and what both read and does change is a question for a person.

use std::collections::{BTreeMap, BTreeSet};

use super::Blocker;
use super::site::Setup;
use crate::plan::adapter::Drops;
use crate::plan::loading;
use crate::plan::loading::sessions::{GIVE_A_STORE, IN_MEMORY};
use crate::plan::toplevel::purity::{self, Shared};
use crate::plan::toplevel::{Form, Statements};
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
}

impl Parts {
    /// Every statement that the dedicated server's file has in some form.
    pub(in crate::plan) fn running(&self) -> BTreeSet<usize> {
        let lists = [&self.moved, &self.copied, &self.imports, &self.head];
        lists.into_iter().flatten().copied().collect()
    }

    /// The names that the dedicated server's file declares.
    pub(super) fn declared(&self, statements: &Statements<'_>) -> BTreeSet<BindingId> {
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
pub(super) fn parts(
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
pub(super) struct Search<'a> {
    pub(super) statements: &'a Statements<'a>,
    pub(super) setup: &'a Setup,
    pub(super) drops: &'a Drops,
}

#[derive(Default)]
struct Needed {
    statements: BTreeSet<usize>,
    names: BTreeSet<BindingId>,
}

impl Search<'_> {
    /// The names that a statement reads, but for what is dropped in it.
    fn reads(&self, index: usize) -> impl Iterator<Item = (BindingId, NodeId)> {
        let reads = self.statements.all[index].reads.iter().copied();
        reads.filter(|it| !self.drops.covers(self.statements, it.1))
    }

    /// Whether the Express application is meant: nothing that reads it can leave the API.
    fn is_of_api(&self, binding: BindingId) -> bool {
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
                if binding == self.setup.server || !needed.names.insert(binding) {
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
            .filter(|it| matches!(all[*it].form, Form::Variables | Form::Definition))
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
                    && binding != self.setup.server
                    && purity::obstacle(self.statements, binding).is_none()
        })
    }

    /// One of `names` that a statement mentions without the file declaring it.
    fn free_name(&self, index: usize, names: &[&'static str]) -> Option<&'static str> {
        let free = self.statements.facts.free_names();
        names.iter().copied().find(|name| {
            let nodes = free.get(*name).map_or(&[][..], Vec::as_slice);
            nodes.iter().any(|it| {
                self.statements.index_of(*it) == Some(index)
                    && !self.drops.covers(self.statements, *it)
            })
        })
    }

    /// Where a name is read, by statement, but for what is dropped.
    fn live_readers(&self, binding: BindingId) -> Vec<(usize, NodeId)> {
        let readers = self.statements.readers(binding).into_iter();
        readers
            .filter(|it| !self.drops.covers(self.statements, it.1))
            .collect()
    }

    fn blockers(&self, parts: &Parts) -> Vec<Blocker> {
        let mut blockers = Vec::new();
        for index in &parts.copied {
            let names = self.statements.all[*index]
                .defines
                .iter()
                .filter(|it| parts.names.contains(it));
            blockers.extend(names.filter_map(|it| self.obstacle(*it, parts)));
        }
        blockers.extend(self.unlisted_names(parts));
        blockers.extend(
            parts
                .moved
                .iter()
                .flat_map(|it| self.left_readers(*it, parts)),
        );
        blockers.extend(self.same_names(parts));
        for index in parts.moved.iter().chain(&parts.copied) {
            if let Some(name) = self.free_name(*index, &["module", "exports", "__filename"]) {
                blockers.push(Blocker {
                    file: self.statements.file,
                    span: self.statements.span(*index),
                    message: format!(
                        "the socket code uses `{name}`, which is another thing in another file"
                    ),
                    help: format!("write it without `{name}`, or move it out of the socket code"),
                });
            }
        }
        blockers
    }

    /// Names that go with a statement and that code which stays reads for something else than the server.
    fn left_readers(&self, index: usize, parts: &Parts) -> Vec<Blocker> {
        let statements = self.statements;
        let is_left = |it: &(usize, NodeId)| {
            let place = Place {
                file: statements.file,
                node: it.1,
            };
            !parts.moved.contains(&it.0)
                && !parts.copied.contains(&it.0)
                && !statements.facts.is_write(it.1)
                && statements.input.project.part(place).is_none()
                && !loading::is_taken_out(statements.input, place)
        };
        let defines = statements.all[index].defines.iter();
        defines
            .filter_map(|binding| {
                let readers = self.live_readers(*binding);
                let reader = readers.iter().find(|it| is_left(it))?;
                let name = statements.name(*binding);
                let at = statements.place(statements.tree().span(reader.1));
                Some(Blocker {
                    file: statements.file,
                    span: statements.span(index),
                    message: format!(
                        "`{name}` goes to the dedicated server, and the API uses it, too"
                    ),
                    help: format!(
                        "{at} reads it; put what the API needs of it into a module of its own"
                    ),
                })
            })
            .collect()
    }

    /// Moved code in a function that reads what only exists there: its parameters.
    fn unlisted_names(&self, parts: &Parts) -> Vec<Blocker> {
        let shells = |binding: &BindingId| {
            let definers = self.statements.definers(*binding);
            definers
                .iter()
                .any(|it| self.statements.all[*it].form == Form::Shell)
        };
        let found = parts.names.iter().filter(|it| shells(it));
        let tree = self.statements.tree();
        found
            .filter_map(|it| {
                let declaration = *self.statements.facts.binding(*it).declarations.first()?;
                let name = self.statements.name(*it);
                Some(Blocker {
                    file: self.statements.file,
                    span: tree.span(declaration),
                    message: format!("the socket code uses `{name}`, which only exists in a function of the API"),
                    help: format!(
                        "{}; let it get that in another way: import it, or make it where it is needed",
                        self.sides(*it, parts)
                    ),
                })
            })
            .collect()
    }

    /// Two names that are one in the new file, because their blocks are not there.
    fn same_names(&self, parts: &Parts) -> Vec<Blocker> {
        let names = parts
            .declared(self.statements)
            .into_iter()
            .chain([self.setup.server]);
        let mut seen: BTreeMap<&str, BindingId> = BTreeMap::new();
        let mut blockers = Vec::new();
        for binding in names {
            let name = self.statements.name(binding);
            let is_other = *seen.entry(name).or_insert(binding) != binding;
            let declaration = self.statements.facts.binding(binding).declarations.first();
            if let Some(declaration) = declaration.filter(|_| is_other) {
                blockers.push(Blocker {
                    file: self.statements.file,
                    span: self.statements.tree().span(*declaration),
                    message: format!("the socket code uses two variables of the name `{name}`"),
                    help:
                        "they would be in one block of the dedicated server: give one another name"
                            .to_owned(),
                });
            }
        }
        blockers
    }

    fn obstacle(&self, binding: BindingId, parts: &Parts) -> Option<Blocker> {
        let name = self.statements.name(binding);
        let is_client = self
            .statements
            .holds(binding, |it| matches!(it, Value::RedisClient(_)));
        let (message, help) = if self.is_of_api(binding) {
            let message = format!(
                "the socket code uses the Express application `{name}`, which stays in the API"
            );
            (
                message,
                "take out of it what the socket code needs: a constant, a function, a module of its own",
            )
        } else if is_client {
            let message = format!("the socket code and the API share the Redis client `{name}`");
            (
                message,
                "give the socket code a client of its own, or make the client in a module that both import",
            )
        } else if self.statements.keeps_sessions(binding) {
            let message = format!("`{name}` {IN_MEMORY}, and the socket code and the API share it");
            (message, GIVE_A_STORE)
        } else {
            match purity::obstacle(self.statements, binding)? {
                Shared::Changes => (
                    format!("`{name}` is shared by the socket code and the API, and it changes"),
                    "two processes would have two of it: keep it in Redis or the database, or ask the dedicated server \
                     with `socketBroadcaster.query(…)`",
                ),
                Shared::Acts => (
                    format!(
                        "`{name}` is shared by the socket code and the API, and making it is more than a constant"
                    ),
                    "two processes would have two of it: if that is right, make it in a module that both import",
                ),
            }
        };
        let declaration = self
            .statements
            .facts
            .binding(binding)
            .declarations
            .first()?;
        Some(Blocker {
            file: self.statements.file,
            span: self.statements.tree().span(*declaration),
            message,
            help: format!("{}; {help}", self.sides(binding, parts)),
        })
    }

    /// "the socket code reads it at a.js:4, the API at a.js:9".
    fn sides(&self, binding: BindingId, parts: &Parts) -> String {
        let goes = |it: usize| parts.moved.contains(&it);
        let is_copied = |it: usize| parts.copied.contains(&it);
        let readers = self.live_readers(binding);
        let place = |found: Option<&(usize, NodeId)>| {
            found.map(|it| self.statements.place(self.statements.tree().span(it.1)))
        };
        let socket = readers
            .iter()
            .find(|it| goes(it.0))
            .or_else(|| readers.iter().find(|it| is_copied(it.0)));
        let api = readers.iter().find(|it| !goes(it.0) && !is_copied(it.0));
        match (place(socket), place(api)) {
            (Some(socket), Some(api)) => {
                format!("the socket code reads it at {socket}, the API at {api}")
            }
            (Some(socket), None) => format!("the socket code reads it at {socket}"),
            (None, _) => "the socket code needs it".to_owned(),
        }
    }
}
