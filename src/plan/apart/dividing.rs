//! Which statements of a module move, for the names that each side asks it for.

use std::collections::BTreeSet;

use super::exports::{Export, Exports, Item};
use super::importers::{self, Importers};
use super::{Division, Move, exported_as, text, wanted};
use crate::plan::adapter::Drops;
use crate::plan::loading::{self, Divided, Sides};
use crate::plan::setup::{Blocker, Cut, Paragraphs, Parts};
use crate::plan::toplevel::closure::{self, Offer, Search};
use crate::plan::toplevel::{Form, Statements, place};
use crate::project::value::{Place, Value};
use crate::rules::Meaning;
use crate::source::{FileId, Span};
use crate::syntax::NodeId;

/// The search for what of a module moves.
pub(super) struct Dividing<'a> {
    pub(super) of: &'a Move<'a>,
    pub(super) module: &'a Statements<'a>,
    pub(super) exports: &'a Exports,
    pub(super) drops: &'a Drops,
    pub(super) seeds: BTreeSet<usize>,
}

/// The names of the module that each side asks for.
struct Asked {
    kept: BTreeSet<String>,
    moved: BTreeSet<String>,
    /// What the API asked for so far.
    before: BTreeSet<String>,
}

/// What was found of the module.
struct Sorted {
    /// What the API loads afterwards, the module included.
    kept: BTreeSet<FileId>,
    asked: Asked,
    parts: Parts,
    /// The statements of the module that load something for the API.
    left: BTreeSet<usize>,
}

impl Dividing<'_> {
    pub(super) fn divide(&self) -> Result<Option<(Division, Sides)>, Vec<Blocker>> {
        let Some(sorted) = self.sorted()? else {
            return Ok(None);
        };
        let mut names = self.names(&sorted.parts.moved);
        let sides = self.sides(&sorted, &names);
        self.refuse(&sorted.parts, &sides, &names)?;
        let Some(importers) = self.importers(&sides, &names)? else {
            return Ok(None);
        };
        let spare = self.spare(&sorted.asked, &sorted.parts);
        names.extend(self.names(&spare));
        let division = self.division(&sorted.parts, &spare, &names, importers);
        Ok(Some((division, sides)))
    }

    /// What moves, as far as the API needs nothing of it. `None` if it can't be told apart.
    fn sorted(&self) -> Result<Option<Sorted>, Vec<Blocker>> {
        let (home, file) = (self.of.home, self.module.file);
        // The more of the module the API needs, the more it loads by it.
        let mut left: BTreeSet<usize> = BTreeSet::new();
        loop {
            let follows = |from: FileId, node: NodeId| from != file || self.is_among(&left, node);
            let stays = self.of.stays.iter().copied();
            let mut kept = loading::reach_over(home, stays, &follows).files;
            kept.insert(file);
            let loaded = loading::reach(home, self.of.parts.running().into_iter()).files;
            let dedicated: BTreeSet<FileId> = loaded.difference(&kept).copied().collect();
            let Some(asked) = self.asked(&kept, &dedicated) else {
                return Ok(None);
            };
            let Some(parts) = self.parts(&asked)? else {
                return Ok(None);
            };
            let still = self.left(&parts);
            if still.is_subset(&left) {
                return Ok(Some(Sorted {
                    kept,
                    asked,
                    parts,
                    left,
                }));
            }
            left.extend(still);
        }
    }

    /// Which files each side loads once the `names` have moved.
    fn sides(&self, sorted: &Sorted, names: &BTreeSet<String>) -> Sides {
        let (home, input) = (self.of.home, self.of.home.input);
        let file = self.module.file;
        let Sorted {
            kept,
            asked,
            parts,
            left,
        } = sorted;
        let with = |is_borrowed: bool| {
            let follows = |from: FileId, node: NodeId| {
                from != file
                    || self.is_among(&parts.running(), node)
                    || is_borrowed && self.is_among(left, node)
            };
            loading::reach_over(home, self.of.parts.running().into_iter(), &follows).files
        };
        // By a file of both, too.
        let asks = |it: &FileId| {
            let asked = self::names(&self.asking(true), *it, &|_| true);
            *it != file && kept.contains(it) && asked.is_none_or(|it| !it.is_empty())
        };
        let is_borrowed =
            !parts.lent.is_empty() || !asked.moved.is_subset(names) || with(false).iter().any(asks);
        let spans = |indexes: &BTreeSet<usize>| {
            let spans = indexes.iter().map(|it| self.module.span(*it));
            spans.collect::<Vec<Span>>()
        };
        let running = spans(&parts.running());
        let all = loading::imports(input.project, file)
            .into_iter()
            .map(|it| it.0);
        let tree = self.module.tree();
        let is_own = |it: &NodeId| running.iter().any(|span| span.contains(tree.span(*it)));
        Sides {
            dedicated: with(is_borrowed).difference(kept).copied().collect(),
            kept: kept.clone(),
            divided: Some(Divided {
                file,
                taken: spans(&parts.moved),
                imports: all.filter(is_own).collect(),
                is_borrowed,
            }),
            ..Sides::default()
        }
        .with_owned(home, self.of.parts)
    }

    fn is_among(&self, indexes: &BTreeSet<usize>, node: NodeId) -> bool {
        self.module
            .index_of(node)
            .is_some_and(|it| indexes.contains(&it))
    }

    fn asked(&self, kept: &BTreeSet<FileId>, dedicated: &BTreeSet<FileId>) -> Option<Asked> {
        let asking = |is_rewritten: bool| self.asking(is_rewritten);
        let home = self.of.home;
        let is_moved = |node: NodeId| {
            home.index_of(node).is_some_and(|it| {
                self.of.parts.moved.contains(&it) || self.of.parts.copied.contains(&it)
            })
        };
        let stays = |node: NodeId| {
            home.index_of(node)
                .is_some_and(|it| self.of.stays.contains(&it) || !self.of.parts.moved.contains(&it))
        };
        let mut asked = Asked {
            kept: BTreeSet::new(),
            moved: self.named(),
            before: names(&asking(false), home.file, &stays)?,
        };
        // Other programs of the project ask for names, too.
        let is_other = |it: &FileId| {
            let role = home.input.project.role(*it);
            let is_own = *it == home.file || *it == self.module.file;
            !is_own && !dedicated.contains(it) && role.is_of_api() && !role.is_dead
        };
        let all = home.input.project.files().map(|it| it.0);
        let others: BTreeSet<FileId> = all.filter(is_other).collect();
        for file in kept.union(&others).filter(|it| **it != self.module.file) {
            asked.kept.extend(names(&asking(true), *file, &|_| true)?);
            asked
                .before
                .extend(names(&asking(false), *file, &|_| true)?);
        }
        asked.kept.extend(names(&asking(true), home.file, &stays)?);
        for file in dedicated {
            asked.moved.extend(names(&asking(false), *file, &|_| true)?);
        }
        asked
            .moved
            .extend(names(&asking(false), home.file, &is_moved)?);
        Some(asked)
    }

    /// The names of the module that the dedicated server's file asks for, for what it does with the server.
    fn named(&self) -> BTreeSet<String> {
        let module = self.module;
        let queries = module.input.queries;
        let queried = queries.variables(module.file);
        let queried = queried.filter_map(|it| exported_as(module, it));
        let handle = self.of.handle.map(str::to_owned);
        handle.into_iter().chain(queried).collect()
    }

    fn asking(&self, is_rewritten: bool) -> wanted::Asking<'_> {
        let is_module = self.of.home.input.project.role(self.module.file).is_module;
        wanted::Asking {
            input: self.of.home.input,
            module: self.module.file,
            is_default_object: self.exports.is_default_object || !is_module,
            is_rewritten,
        }
    }

    /// What of the module moves for the names that are asked for. `None` if it can't be told apart.
    fn parts(&self, asked: &Asked) -> Result<Option<Parts>, Vec<Blocker>> {
        let Some(seeds) = self.seeds(asked)? else {
            return Ok(None);
        };
        let offer = self.offer(asked, &seeds);
        if let Some(index) = seeds.intersection(&offer.wanted).next() {
            return Err(vec![self.blocker(
                *index,
                "the API needs a function that works with the Socket.IO server".to_owned(),
            )]);
        }
        let search = Search {
            statements: self.module,
            server: None,
            drops: self.drops,
            module: Some(&offer),
        };
        let mut parts = closure::parts(&search, &seeds, &[])?;
        // `exports.a = a` goes where `a` goes.
        let alone = self.exports.all.iter().filter(|it| {
            let is_own = it.item == Item::Statement && it.mention.is_some();
            is_own && !asked.kept.contains(&it.name)
        });
        let alone = alone.filter(|it| {
            self.value_of(it)
                .is_some_and(|it| parts.moved.contains(&it))
        });
        let alone: Vec<usize> = alone.map(|it| it.index).collect();
        parts.moved.extend(alone);
        Ok(Some(parts))
    }

    /// The statements that move in any case: those of the set-up, and what only moved code asks for. `None` if one of them
    /// can't be told apart from others.
    fn seeds(&self, asked: &Asked) -> Result<Option<BTreeSet<usize>>, Vec<Blocker>> {
        let mut seeds = self.seeds.clone();
        let moved = self.exports.all.iter();
        for export in moved.filter(|it| asked.moved.contains(&it.name)) {
            let Some(index) = self.value_of(export) else {
                continue;
            };
            let is_kept = asked.kept.contains(&export.name);
            if is_kept && self.gives_server(index) {
                let message = format!("both processes ask `{}` for the server", export.name);
                return Err(vec![self.blocker(index, message)]);
            }
            if !is_kept && export.binding.is_none() && export.item != Item::Statement {
                return Ok(None);
            }
            seeds.extend(Some(index).filter(|_| !is_kept));
        }
        let mut listed = self.exports.all.iter();
        let is_listed = listed.any(|it| it.item != Item::Statement && seeds.contains(&it.index));
        Ok((!is_listed).then_some(seeds))
    }

    /// What the module gives away.
    fn offer(&self, asked: &Asked, seeds: &BTreeSet<usize>) -> Offer {
        let (kept, others): (Vec<&Export>, Vec<&Export>) = self
            .exports
            .all
            .iter()
            .partition(|it| asked.kept.contains(&it.name));
        let wanted: BTreeSet<usize> = kept
            .into_iter()
            .filter_map(|it| self.value_of(it))
            .collect();
        let is_lent = |it: &&usize| !seeds.contains(it) && !self.gives_server(**it);
        Offer {
            lent: wanted.iter().filter(is_lent).copied().collect(),
            wanted,
            idle: others.into_iter().filter_map(|it| it.mention).collect(),
        }
    }

    /// The statement that makes what is exported.
    fn value_of(&self, export: &Export) -> Option<usize> {
        match export.binding {
            Some(binding) => self.module.definers(binding).first().copied(),
            None => Some(export.index),
        }
    }

    /// Whether a statement's function returns the server.
    fn gives_server(&self, index: usize) -> bool {
        let module = self.module;
        let mut uses = module.input.uses.iter();
        uses.any(|it| {
            it.meaning == Meaning::Return
                && it.chain.root.file == module.file
                && module.index_of(it.chain.root.node) == Some(index)
                && matches!(
                    module.input.project.part(it.chain.root),
                    Some(Value::Server(_))
                )
        })
    }

    /// What stays of the module, with the imports that it reads and those that do their work without names.
    fn left(&self, parts: &Parts) -> BTreeSet<usize> {
        let module = self.module;
        let stays = (0..module.all.len()).filter(|it| !parts.moved.contains(it));
        let (all, others): (Vec<usize>, Vec<usize>) =
            stays.partition(|it| module.all[*it].form == Form::Import);
        let is_moved = |it: &(usize, NodeId)| {
            let place = Place {
                file: module.file,
                node: it.1,
            };
            parts.moved.contains(&it.0)
                || self.drops.covers(module, it.1)
                || loading::is_taken_out(module.input, place)
        };
        let imports = all.into_iter().filter(|it| {
            let mut readers = module.all[*it].defines.iter().map(|it| module.readers(*it));
            module.all[*it].defines.is_empty()
                || readers.any(|it| it.is_empty() || !it.iter().all(is_moved))
        });
        imports.chain(others).collect()
    }

    /// The functions that gave the server to the API, in which nobody asks for it any more.
    fn spare(&self, asked: &Asked, parts: &Parts) -> BTreeSet<usize> {
        let module = self.module;
        let is_taken_out = |node: NodeId| {
            let file = module.file;
            loading::is_taken_out(module.input, Place { file, node })
        };
        let is_mention = |node: NodeId| self.exports.all.iter().any(|it| it.mention == Some(node));
        let exports = self.exports.all.iter().filter(|export| {
            let Some(index) = self.value_of(export) else {
                return false;
            };
            let names = module.all[index].defines.iter();
            let readers = names.flat_map(|it| module.readers(*it)).map(|it| it.1);
            let readers: Vec<NodeId> = readers.filter(|it| !is_mention(*it)).collect();
            let was_read = asked.before.contains(&export.name) || !readers.is_empty();
            let is_read =
                asked.kept.contains(&export.name) || readers.iter().any(|it| !is_taken_out(*it));
            was_read && !is_read && self.gives_server(index) && !parts.moved.contains(&index)
        });
        exports.filter_map(|it| self.value_of(it)).collect()
    }

    /// The exported names that statements make.
    pub(super) fn names(&self, statements: &BTreeSet<usize>) -> BTreeSet<String> {
        let own = self.exports.all.iter().filter(|it| {
            let value = self.value_of(it);
            value.is_some_and(|it| statements.contains(&it))
        });
        own.map(|it| it.name.clone()).collect()
    }

    /// What stands against it that both processes load what stays.
    fn refuse(
        &self,
        parts: &Parts,
        sides: &Sides,
        names: &BTreeSet<String>,
    ) -> Result<(), Vec<Blocker>> {
        let (module, input) = (self.module, self.module.input);
        let runs: Vec<Span> = parts.moved.iter().map(|it| module.span(*it)).collect();
        let is_gone = |span: Span| {
            let is_moved = runs.iter().any(|it| it.contains(span));
            let mut nodes = module.all.iter();
            is_moved
                || nodes.any(|it| {
                    module.tree().span(it.node) == span && self.drops.covers(module, it.node)
                })
        };
        let mut divided = sides.divided.iter();
        let is_borrowed = divided.any(|it| it.is_borrowed);
        if is_borrowed && !loading::is_inert_without(input, module.file, &is_gone) {
            let path = input.project.path(module.file);
            let first = *parts.moved.first().unwrap_or(&0);
            return Err(vec![self.blocker(
                first,
                format!("both processes need functions of `{path}`, and loading it does more than to define them"),
            )]);
        }
        // Those functions stay as they are, where the module has the name no more.
        let asking = self.asking(false);
        for owned in &sides.owned {
            let own = input.project.facts(owned.file).tree.span(owned.node);
            let tree = &input.project.facts(owned.file).tree;
            let is_inside = |node: NodeId| own.contains(tree.span(node));
            let asked = self::names(&asking, owned.file, &is_inside);
            if asked.is_none_or(|it| !it.is_disjoint(names)) {
                let at = place(input, owned.file, own);
                let first = *parts.moved.first().unwrap_or(&0);
                return Err(vec![self.blocker(
                    first,
                    format!("{at} asks for the server, in a file that the API loads as well"),
                )]);
            }
        }
        Ok(())
    }

    fn blocker(&self, index: usize, message: String) -> Blocker {
        Blocker {
            file: self.module.file,
            span: self.module.span(index),
            message,
            help: "put what the API needs into a file of its own".to_owned(),
        }
    }

    fn importers(
        &self,
        sides: &Sides,
        names: &BTreeSet<String>,
    ) -> Result<Option<Importers>, Vec<Blocker>> {
        let path = text::path(self.module.input.project.path(self.module.file));
        let home = self.of.home;
        let is_moved = |node: NodeId| {
            home.index_of(node).is_some_and(|it| {
                self.of.parts.moved.contains(&it) || self.of.parts.copied.contains(&it)
            })
        };
        let asking = self.asking(false);
        let found =
            importers::importers(&asking, (names, &path), home, (&sides.dedicated, &is_moved));
        Ok(found)
    }

    fn division(
        &self,
        parts: &Parts,
        spare: &BTreeSet<usize>,
        names: &BTreeSet<String>,
        importers: Importers,
    ) -> Division {
        let module = self.module;
        let mut goes = parts
            .moved
            .union(spare)
            .copied()
            .collect::<BTreeSet<usize>>();
        let dropped =
            (0..module.all.len()).filter(|it| self.drops.covers(module, module.all[*it].node));
        goes.extend(dropped);
        let paragraphs = Paragraphs::new(module, &goes);
        let listed = self
            .exports
            .all
            .iter()
            .filter(|it| names.contains(&it.name) && !goes.contains(&it.index));
        Division {
            file: module.file,
            text: text::text(self, parts, &paragraphs),
            path: text::path(module.input.project.path(module.file)),
            cut: Cut {
                runs: paragraphs.runs(&goes),
                dropped: goes
                    .difference(&parts.moved)
                    .map(|it| paragraphs.whole(*it))
                    .collect(),
                ..Cut::of_drops(module.file, self.drops.clone())
            },
            exports: listed.map(|it| (it.index, it.item)).collect(),
            importers,
        }
    }
}

/// The names that a file asks a module for.
fn names(
    asking: &wanted::Asking<'_>,
    file: FileId,
    counts: &dyn Fn(NodeId) -> bool,
) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for (import, _) in asking.imports_in(file) {
        let asked = asking.by_import(file, import, counts)?;
        names.extend(asked.into_iter().map(|it| it.0));
    }
    Some(names)
}
