//! Rewrites what the routes and services do with the server: each use by what it means, then the names and
//! conditions that only served it.

mod closing;
mod derived;
mod emits;
mod guards;
mod handles;
mod obstacles;
mod removals;
mod wrapping;

use std::collections::{BTreeMap, BTreeSet};

use super::draft::Draft;
use super::imports;
use super::layout::reflow;
use super::{Input, getters, leftovers, queries};
use crate::findings::chains::Chain;
use crate::findings::matching::rule_for;
use crate::findings::state::by_id;
use crate::findings::uses::Use;
use crate::project::value::Place;
use crate::rules::Meaning;
use crate::source::{FileId, Span};
use crate::syntax::{Kind, NodeId};
use derived::{Derived, Start};
pub(in crate::plan) use emits::{Piece, put};
use handles::{Decided, Handles, Root};
use obstacles::is_setup;
pub(super) use obstacles::{are_apart, told, unfixable};
pub(in crate::plan) use removals::{
    remove_declaration, remove_export, remove_from_list, remove_specifier,
};

/// A chain as it is, with the broadcaster at its root.
const KEPT_CHAIN: &str = "socketBroadcaster{links}";

/// The room of a socket that a chain takes out by its id, and what is done with it.
const ROOM_OF_SOCKET: &str = "socketBroadcaster{namespace}.to({asked-room})";
const DONE_WITH_ROOM: &str = "socketBroadcaster.{room-method}({arguments})";

const UNKNOWN_START: &str = "it is not known where its namespace or operator comes from";

/// A use that is left, by its position among the uses, and why.
pub(super) struct Left {
    pub(super) index: usize,
    pub(super) reason: String,
}

/// Every use that goes with the set-up, left for one reason.
pub(super) fn set_up(input: &Input<'_>, reason: &str) -> Vec<Left> {
    let all = input
        .uses
        .iter()
        .enumerate()
        .filter(|it| it.1.inside.is_none() && is_setup(it.1.meaning));
    all.map(|(index, _)| Left {
        index,
        reason: reason.to_owned(),
    })
    .collect()
}

/// Which uses are rewritten.
pub(super) struct Scope<'s> {
    /// Uses that stay, by position.
    pub(super) left: &'s BTreeSet<usize>,
    /// Whether a place goes to the dedicated server as it is.
    pub(super) moves: &'s dyn Fn(Place, Span) -> bool,
    /// The server leaves the process, so all that hands it on goes too.
    pub(super) is_full: bool,
}

/// Rewrites every use in `scope`. Returns those that are gone, moved or rewritten, or those that turned out not to fit.
pub(super) fn rewrite(
    draft: &mut Draft<'_>,
    scope: &Scope<'_>,
) -> Result<BTreeSet<usize>, Vec<Left>> {
    let input = draft.input;
    let moves = |it: &Use| (scope.moves)(it.chain.root, root_span(draft, it));
    let moved: Vec<bool> = input.uses.iter().map(moves).collect();
    let fixed: Vec<bool> = (0..input.uses.len())
        .map(|it| !scope.left.contains(&it))
        .collect();
    // There, a server that is asked for may be missing, as before. What the dedicated server receives is another matter.
    let apart = match scope.is_full {
        true => BTreeSet::new(),
        false => input.project.run_without_server(),
    };
    let decided = Decided {
        fixed: &fixed,
        moved: &moved,
        moves: &|it| (scope.moves)(it, input.project.facts(it.file).tree.span(it.node)),
        apart: &apart,
    };
    let derived = Derived::decide(input, &decided);
    let mut rewriting = Rewriting {
        handles: Handles::decide(input, &decided, &derived, scope.is_full),
        derived,
        is_full: scope.is_full,
        apart: apart.clone(),
        replaced: queries::write(draft, scope.moves),
        done: BTreeSet::new(),
        unfit: Vec::new(),
    };
    let stays: Vec<bool> = fixed
        .iter()
        .zip(&moved)
        .map(|(fixed, moved)| *fixed && !moved)
        .collect();
    let open = rewriting.decide_guards(draft, &stays);
    for (index, it) in input.uses.iter().enumerate() {
        let is_settled = moved[index] || draft.is_gone(it.chain.root.file, root_span(draft, it));
        let is_ours = it.inside.is_none() && fixed[index];
        if is_settled || (is_ours && rewriting.rewrite_use(draft, index, it, &open)) {
            rewriting.done.insert(index);
        }
    }
    rewriting.handles.remove_variables(draft);
    if scope.is_full {
        let idle = leftovers::names::remove_setters(draft, &rewriting.replaced);
        rewriting.handles.leave(draft.input, &idle);
        leftovers::names::remove_bare_reads(draft);
    }
    rewriting.handles.rename_parameters(draft);
    leftovers::remove_imports(draft, &rewriting.replaced);
    leftovers::remove_middleware(draft);
    leftovers::parameters::remove(draft, &rewriting.replaced);
    leftovers::names::remove_types(draft);
    leftovers::comments::remove(draft);
    if rewriting.unfit.is_empty() {
        Ok(rewriting.done)
    } else {
        Err(rewriting.unfit)
    }
}

/// Parts of the set-up that nothing moved or removed: without them the dedicated server would not be what the old one
/// was. To be asked when everything else is done; marks what is gone by now as done.
pub(super) fn stranded(draft: &mut Draft<'_>, done: &mut BTreeSet<usize>) -> Vec<Left> {
    let input = draft.input;
    let mut left = Vec::new();
    for (index, it) in input.uses.iter().enumerate() {
        let is_open = it.inside.is_none() && is_setup(it.meaning) && !done.contains(&index);
        if !is_open {
            continue;
        }
        let is_settled = draft.is_gone(it.chain.root.file, root_span(draft, it))
            || (it.meaning == Meaning::Import && removals::remove_unused_import(draft, it));
        if is_settled {
            done.insert(index);
        } else {
            let reason = "the set-up has a shape that can't be moved yet".to_owned();
            left.push(Left { index, reason });
        }
    }
    left
}

/// What the file of `place` calls the broadcaster, which it uses from now on.
pub(super) fn broadcaster_name(draft: &mut Draft<'_>, place: Place) -> String {
    let input = draft.input;
    let name = draft.wants_broadcaster.entry(place.file);
    name.or_insert_with(|| imports::name(input, place.file))
        .clone()
}

fn root_span(draft: &Draft<'_>, it: &Use) -> Span {
    span_of(draft, it.chain.root)
}

fn span_of(draft: &Draft<'_>, place: Place) -> Span {
    draft.layout(place.file).tree.span(place.node)
}

/// Says that what hangs on a root is written again elsewhere.
fn reuse_links(draft: &mut Draft<'_>, chain: &Chain) {
    let file = chain.root.file;
    let (root, end) = (span_of(draft, chain.root), chain.end);
    let whole = span_of(draft, Place { file, node: end });
    draft.reuse(
        file,
        Span {
            start: root.end,
            end: whole.end,
        },
    );
}

struct Rewriting {
    handles: Handles,
    derived: Derived,
    is_full: bool,
    /// Files that also run where no server is.
    apart: BTreeSet<FileId>,
    /// Roots whose text is replaced.
    replaced: Vec<Place>,
    done: BTreeSet<usize>,
    unfit: Vec<Left>,
}

impl Rewriting {
    /// Decides the conditions that ask for a handle that goes. Returns, by file, the handles that stay in a condition.
    fn decide_guards(
        &self,
        draft: &mut Draft<'_>,
        fixed: &[bool],
    ) -> BTreeMap<FileId, BTreeSet<NodeId>> {
        let mut asked: BTreeMap<FileId, BTreeSet<NodeId>> = BTreeMap::new();
        for (index, it) in draft.input.uses.iter().enumerate() {
            let root = it.chain.root;
            let is_guard = it.meaning == Meaning::Guard && it.inside.is_none() && fixed[index];
            if is_guard && it.chain.links.is_empty() && self.is_always_there(draft.input, root) {
                asked.entry(root.file).or_default().insert(root.node);
            }
        }
        for it in self.derived.asked_sockets() {
            asked.entry(it.file).or_default().insert(it.node);
        }
        asked
            .into_iter()
            .map(|(file, nodes)| (file, guards::decide(draft, file, &nodes)))
            .collect()
    }

    /// Whether a handle that is asked for goes, and was there whenever it was asked for.
    fn is_always_there(&self, input: &Input<'_>, root: Place) -> bool {
        if self.apart.contains(&root.file) {
            return false;
        }
        let facts = input.project.facts(root.file);
        match self.handles.root(input, root, self.is_full) {
            Root::Kept => false,
            Root::Parameter => facts
                .binding_of(root.node)
                .is_some_and(|it| removals::is_always_passed(input, (root.file, it))),
            Root::Imported => match facts.binding_of(root.node) {
                Some(binding) => self.handles.goes((root.file, binding)),
                None => true,
            },
        }
    }

    /// Rewrites one use; false if it stays.
    fn rewrite_use(
        &mut self,
        draft: &mut Draft<'_>,
        index: usize,
        it: &Use,
        open: &BTreeMap<FileId, BTreeSet<NodeId>>,
    ) -> bool {
        let input = draft.input;
        match it.meaning {
            Meaning::Emission | Meaning::Question => return self.rewrite_chain(draft, index, it),
            Meaning::Control if self.is_full || closing::closes_nothing(input, it) => {
                return self.rewrite_chain(draft, index, it);
            }
            Meaning::Switch if self.is_full => return removals::remove_switch(draft, it),
            Meaning::SettingWrite | Meaning::Attach if self.is_full => {
                removals::remove_hand_over(draft, it);
            }
            Meaning::PropertyWrite if self.is_full && removals::writes_carrier(input, it) => {
                removals::remove_hand_over(draft, it);
            }
            Meaning::Export if self.is_full => remove_export(draft, it.end()),
            Meaning::Alias if !self.derived.converts(input, it) => return false,
            Meaning::Guard => return self.replace_guard(draft, it, open),
            Meaning::Alias | Meaning::ImportedHandle | Meaning::PropertyRead
                if self.is_declared_away(input, it) => {}
            Meaning::Alias | Meaning::Argument
                if self.is_full || self.handles.may_convert(input, index) =>
            {
                self.replace_root(draft, it);
            }
            Meaning::PropertyValue | Meaning::PropertyWrite | Meaning::Return if self.is_full => {
                self.replace_root(draft, it);
            }
            _ => return false,
        }
        true
    }

    /// Whether what the use declares is removed: a variable, an import, a destructured name.
    fn is_declared_away(&self, input: &Input<'_>, it: &Use) -> bool {
        removals::declared(input, it).is_some_and(|it| self.handles.removed.contains(&it))
    }

    /// Names the broadcaster in a condition that has to stay.
    fn replace_guard(
        &mut self,
        draft: &mut Draft<'_>,
        it: &Use,
        open: &BTreeMap<FileId, BTreeSet<NodeId>>,
    ) -> bool {
        let (input, root) = (draft.input, it.chain.root);
        let stays = open
            .get(&root.file)
            .is_some_and(|it| it.contains(&root.node));
        let is_name = self.handles.root(input, root, self.is_full) != Root::Kept;
        let is_needed = is_name
            && (stays || !self.is_always_there(input, root))
            && !self.is_in_removed(input, root);
        if is_needed && self.replaces_guard(input, root) {
            self.replace_root(draft, it);
        }
        true
    }

    /// `const io = req.app.get('io') || null`, which goes.
    fn is_in_removed(&self, input: &Input<'_>, root: Place) -> bool {
        let facts = input.project.facts(root.file);
        facts
            .tree
            .ancestors(root.node)
            .any(|it| match facts.tree.kind(it) {
                Kind::Declarator { target, .. } => facts
                    .binding_of(*target)
                    .is_some_and(|it| self.handles.removed.contains(&(root.file, it))),
                _ => false,
            })
    }

    /// A guard on a handle that stays keeps asking for that handle while the server stays.
    fn replaces_guard(&self, input: &Input<'_>, root: Place) -> bool {
        self.is_full || self.handles.root(input, root, self.is_full) == Root::Parameter
    }

    /// Rewrites a chain; false if it stays.
    fn rewrite_chain(&mut self, draft: &mut Draft<'_>, index: usize, it: &Use) -> bool {
        let input = draft.input;
        let Some(rule) = rule_for(input.project, it, it.meaning, input.rules) else {
            return false;
        };
        let Some(rewrite) = &rule.rewrite else {
            let own = self.root_text(draft, it.chain.root);
            let name = own.unwrap_or_else(|| broadcaster_name(draft, it.chain.root));
            closing::close(draft, it, &name);
            return true;
        };
        if !self.derived.converts(input, it) {
            return false;
        }
        if let Some(kept) = self.derived.socket(input, it).cloned() {
            return self.rewrite_socket(draft, index, it, &kept);
        }
        if obstacles::reads_copy(input, it, rule) {
            return true;
        }
        let chain = match &rewrite.through {
            Some(last) => it
                .chain
                .through(draft.layout(it.chain.root.file).tree, last),
            None => it.chain.clone(),
        };
        let root = self.root_text(draft, it.chain.root);
        if root.is_none() && it.is_shared {
            // The dedicated server hands its own server to this function: only what both understand may stand here.
            return true;
        }
        if root.is_none() && !getters::holds_server(input, it.chain.root) {
            return self.rewrite_part(draft, index, it);
        }
        let text = root.unwrap_or_else(|| emits::kept_root(draft, &chain));
        if obstacles::rewrite(draft, &chain, &rewrite.template, &text).is_ok() {
            return true;
        }
        let is_emission = it.meaning == Meaning::Emission;
        if is_emission && emits::rewrite(draft, &it.chain, KEPT_CHAIN, &text).is_ok() {
            return true;
        }
        self.leave(index, "its arguments can't be kept as they are");
        false
    }

    /// Rewrites a chain that starts at a namespace or an operator in a variable.
    fn rewrite_part(&mut self, draft: &mut Draft<'_>, index: usize, it: &Use) -> bool {
        let name = imports::name(draft.input, it.chain.root.file);
        match self.derived.start(draft, it.chain.root, &name) {
            Start::Variable => true,
            Start::Anew(text) => {
                broadcaster_name(draft, it.chain.root);
                emits::rewrite(draft, &it.chain, KEPT_CHAIN, &text).is_ok()
            }
            Start::Unknown => {
                if self.is_full {
                    self.leave(index, UNKNOWN_START);
                }
                false
            }
        }
    }

    /// Rewrites what takes one client's socket out into a variable, or is done with it there.
    fn rewrite_socket(
        &mut self,
        draft: &mut Draft<'_>,
        index: usize,
        it: &Use,
        kept: &by_id::Kept,
    ) -> bool {
        let is_taking = it.chain.end == kept.taking.end;
        let Some(start) = self.start_text(draft, &kept.taking) else {
            self.leave(index, UNKNOWN_START);
            return false;
        };
        let done = match (is_taking, kept.is_named_anew) {
            (true, true) => {
                removals::remove_declared(draft, it);
                Ok(())
            }
            (true, false) => emits::rewrite(draft, &it.chain, ROOM_OF_SOCKET, &start),
            (false, true) => {
                reuse_links(draft, &kept.taking);
                emits::filled(draft, &kept.taking, ROOM_OF_SOCKET, &start)
                    .and_then(|room| emits::rewrite(draft, &it.chain, DONE_WITH_ROOM, &room))
            }
            (false, false) => {
                let name = draft.text(it.chain.root).to_owned();
                emits::rewrite(draft, &it.chain, DONE_WITH_ROOM, &name)
            }
        };
        done.is_ok()
    }

    /// What a chain starts with afterwards.
    fn start_text(&mut self, draft: &mut Draft<'_>, chain: &Chain) -> Option<String> {
        let root = chain.root;
        if let Some(text) = self.root_text(draft, root) {
            return Some(text);
        }
        let name = imports::name(draft.input, root.file);
        let start = match getters::holds_server(draft.input, root) {
            true => Start::Variable,
            false => self.derived.start(draft, root, &name),
        };
        match start {
            Start::Variable => {
                let span = span_of(draft, root);
                draft.reuse(root.file, span);
                Some(draft.text(root).to_owned())
            }
            Start::Anew(text) => {
                broadcaster_name(draft, root);
                Some(text)
            }
            Start::Unknown => None,
        }
    }

    fn leave(&mut self, index: usize, reason: &str) {
        self.unfit.push(Left {
            index,
            reason: reason.to_owned(),
        });
    }

    /// The text of a root afterwards, and a note that the file needs the import; `None` if it stays as it is.
    fn root_text(&mut self, draft: &mut Draft<'_>, root: Place) -> Option<String> {
        self.replaced.push(root);
        match self.handles.root(draft.input, root, self.is_full) {
            Root::Kept => self.replaced.pop().and(None),
            Root::Parameter if !self.handles.is_in_renamed(draft.input, root) => {
                self.replaced.pop();
                Some(draft.text(root).to_owned())
            }
            Root::Parameter => Some(imports::BROADCASTER.to_owned()),
            Root::Imported if self.handles.is_in_renamed(draft.input, root) => {
                Some(imports::BROADCASTER.to_owned())
            }
            Root::Imported => Some(broadcaster_name(draft, root)),
        }
    }

    fn replace_root(&mut self, draft: &mut Draft<'_>, it: &Use) {
        let root = it.chain.root;
        let is_default = it
            .chain
            .links
            .first()
            .is_some_and(emits::is_default_namespace);
        let name = match self.root_text(draft, root) {
            Some(name) => name,
            // `this.io` is the broadcaster from now on, which has no `sockets`.
            None if self.is_full && is_default && getters::holds_server(draft.input, root) => {
                draft.text(root).to_owned()
            }
            None => return,
        };
        if it.chain.links.is_empty() {
            if it.meaning == Meaning::Argument {
                reflow::around(draft, root, &name);
            }
            removals::replace_value(draft, root, &name);
        } else {
            emits::keep_links(draft, &it.chain, &name);
        }
    }
}
