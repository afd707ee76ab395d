//! What becomes of each name that holds the server: which variables go, which parameters carry the broadcaster
//! instead, and what stands at the root of every chain afterwards.

use std::collections::{BTreeMap, BTreeSet};

use super::closing::closes_nothing;
use super::derived::{Derived, made_by};
use super::obstacles::{is_field, is_setup};
use super::removals;
use crate::findings::uses::{Use, Variable, receiving_parameters};
use crate::plan::Input;
use crate::plan::draft::Draft;
use crate::plan::getters;
use crate::plan::imports::{self, BROADCASTER};
use crate::plan::layout::docs;
use crate::project::value::{Place, Value};
use crate::rules::Meaning;
use crate::scope::{BindingKind, FileFacts};
use crate::source::FileId;
use crate::syntax::{Kind, NodeId};

/// What stands at the root of a chain afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// The imported broadcaster.
    Imported,
    /// A parameter that carries the broadcaster.
    Parameter,
    /// What stands there now; it holds the broadcaster afterwards.
    Kept,
}

/// What is known of each use, by its position.
pub(super) struct Decided<'d> {
    /// It is rewritten, or goes.
    pub(super) fixed: &'d [bool],
    /// It goes to the dedicated server as it is.
    pub(super) moved: &'d [bool],
    /// Whether a declaration does.
    pub(super) moves: &'d dyn Fn(Place) -> bool,
    /// Files that also run where no server is: what asks for it there goes on asking.
    pub(super) apart: &'d BTreeSet<FileId>,
}

/// What is decided about the names that hold the server.
pub(super) struct Handles {
    /// Variables and imports that nothing needs afterwards.
    pub(super) removed: BTreeSet<Variable>,
    /// Variables that the set-up fills, and that go with it.
    pub(super) moved: BTreeSet<Variable>,
    /// Objects and instances with fields that it fills, likewise.
    carriers: BTreeSet<Place>,
    /// Parameters that carry the broadcaster afterwards.
    carrying: BTreeSet<Variable>,
    /// Files that import the broadcaster besides: a parameter with its name would hide it, so there they keep their own.
    importing: BTreeSet<FileId>,
}

impl Handles {
    /// Decides about every name. `is_full`: the server leaves the process.
    pub(super) fn decide(
        input: &Input<'_>,
        decided: &Decided<'_>,
        derived: &Derived,
        is_full: bool,
    ) -> Self {
        let fixed = decided.fixed;
        let mut handles = Self {
            removed: BTreeSet::new(),
            moved: BTreeSet::new(),
            carriers: moved_carriers(input, decided),
            carrying: BTreeSet::new(),
            importing: BTreeSet::new(),
        };
        let uses = by_variable(input);
        let moves = |it: &Variable| {
            let declarations = &input.project.facts(it.0).binding(it.1).declarations;
            let mut places = declarations.iter().map(|node| Place {
                file: it.0,
                node: *node,
            });
            places.all(|it| (decided.moves)(it))
        };
        handles.moved = uses.keys().copied().filter(moves).collect();
        // A declaration that stays as it is keeps its variable.
        let all = input.uses.iter().zip(fixed);
        let declared_still: BTreeSet<Variable> = all
            .filter(|it| !it.1)
            .filter_map(|it| removals::declared(input, it.0))
            .collect();
        for (variable, uses) in &uses {
            let (facts, binding) = (input.project.facts(variable.0), variable.1);
            // What moves has an import of its own.
            let is_import = facts.binding(binding).kind == BindingKind::Import;
            let goes = |it: &usize| is_import && decided.moved[*it];
            let serves_handlers = uses.iter().filter(|it| !goes(it)).any(|it| {
                input.uses[*it].is_shared || input.uses[*it].inside.is_some() || decided.moved[*it]
            });
            if facts.binding(binding).kind == BindingKind::Parameter
                && !serves_handlers
                && uses.iter().all(|it| fixed[*it])
                && may_rename(input, *variable)
            {
                handles.carrying.insert(*variable);
            } else if !serves_handlers
                && !declared_still.contains(variable)
                && declares_handle(input, facts, *variable)
                && uses.iter().all(|it| fixed[*it] || goes(it))
            {
                handles.removed.insert(*variable);
            }
        }
        if !is_full {
            let asks = |it: &Use| {
                let is_apart = decided.apart.contains(&it.chain.root.file);
                it.meaning == Meaning::Guard && (is_apart || is_compared(input, it))
            };
            let stays = |index: usize| {
                let it = &input.uses[index];
                !fixed[index] || asks(it) || !derived.converts(input, it)
            };
            let fed = still_fed(input, fixed);
            // What reaches a parameter in another way (a timer's argument) is still the server.
            let is_passed = |it: &Variable| removals::is_always_passed(input, *it);
            handles
                .carrying
                .retain(|it| !fed.contains(it) && is_passed(it));
            handles.pin(input, &stays, &uses);
        }
        let imports = |index: &usize| {
            let it = &input.uses[*index];
            it.inside.is_none()
                && fixed[*index]
                && !decided.moved[*index]
                && handles.imports(input, it, is_full)
        };
        let importing = (0..input.uses.len()).filter(imports);
        handles.importing = importing.map(|it| input.uses[it].chain.root.file).collect();
        handles
    }

    /// While the server stays, a parameter whose function needs the server itself keeps getting it.
    /// `stays`: a use that is not rewritten.
    fn pin(
        &mut self,
        input: &Input<'_>,
        stays: &dyn Fn(usize) -> bool,
        uses: &BTreeMap<Variable, Vec<usize>>,
    ) {
        loop {
            let pinned: Vec<Variable> = self
                .carrying
                .iter()
                .copied()
                .filter(|it| {
                    uses[it]
                        .iter()
                        .any(|index| stays(*index) || !self.may_convert(input, *index))
                })
                .collect();
            if pinned.is_empty() {
                break;
            }
            self.carrying.retain(|it| !pinned.contains(it));
        }
        // Who hands the server itself to such a function keeps it; so does what that was made from.
        loop {
            let goes = |it: &Variable| {
                let mut all = uses[it].iter();
                all.all(|index| !stays(*index) && self.may_convert(input, *index))
            };
            let removed: BTreeSet<Variable> = self.removed.iter().copied().filter(goes).collect();
            if removed.len() == self.removed.len() {
                break;
            }
            self.removed = removed;
        }
    }

    /// Whether a use other than a chain may get the broadcaster while the server stays.
    pub(super) fn may_convert(&self, input: &Input<'_>, index: usize) -> bool {
        let it = &input.uses[index];
        match it.meaning {
            Meaning::Argument => {
                receiving_parameters(input.project, &it.chain).is_some_and(|all| {
                    all.iter()
                        .all(|parameter| parameter.is_some_and(|it| self.carrying.contains(&it)))
                })
            }
            Meaning::PropertyWrite
            | Meaning::PropertyValue
            | Meaning::Return
            | Meaning::Export
            | Meaning::SettingWrite
            | Meaning::Attach => false,
            Meaning::Alias => self.alias_goes(input, it),
            Meaning::Control => closes_nothing(input, it),
            meaning => !is_setup(meaning),
        }
    }

    fn alias_goes(&self, input: &Input<'_>, it: &Use) -> bool {
        let is_removed =
            || removals::declared_by(input, it).is_some_and(|it| self.removed.contains(&it));
        made_by(input, it).is_some() || it.chain.links.is_empty() && is_removed()
    }

    /// What stands at a root afterwards.
    pub(super) fn root(&self, input: &Input<'_>, root: Place, is_full: bool) -> Root {
        let facts = input.project.facts(root.file);
        if !getters::holds_server(input, root) {
            return Root::Kept;
        }
        match facts.tree.kind(root.node) {
            Kind::Name { .. } => match facts.binding_of(root.node) {
                Some(binding) => self.root_of_variable(input, (root.file, binding), is_full),
                None => Root::Imported,
            },
            Kind::Member { object, .. } if is_full => {
                let mut held = input.project.values(Place {
                    file: root.file,
                    node: *object,
                });
                let goes = held.any(|it| carrier(it).is_some_and(|it| self.carriers.contains(&it)));
                match is_field(input, root.file, *object) && !goes {
                    true => Root::Kept,
                    false => Root::Imported,
                }
            }
            Kind::This => Root::Kept,
            _ => Root::Imported,
        }
    }

    /// Whether a use names the imported broadcaster afterwards.
    fn imports(&self, input: &Input<'_>, it: &Use, is_full: bool) -> bool {
        let root = it.chain.root;
        let is_written = matches!(
            it.meaning,
            Meaning::Emission | Meaning::Question | Meaning::Control | Meaning::Argument
        );
        is_written
            && self.root(input, root, is_full) == Root::Imported
            && !self.is_in_renamed(input, root)
            && imports::name(input, root.file) == BROADCASTER
    }

    /// Whether a parameter that carries the broadcaster under its name is seen at `place`.
    pub(super) fn is_in_renamed(&self, input: &Input<'_>, place: Place) -> bool {
        let facts = input.project.facts(place.file);
        let is_free = !self.importing.contains(&place.file);
        let mut names = self.carrying.iter().filter(|it| it.0 == place.file);
        is_free && names.any(|it| facts.is_seen(it.1, place.node))
    }

    /// Whether a variable is not there any more where its uses stay.
    pub(super) fn goes(&self, variable: Variable) -> bool {
        self.removed.contains(&variable) || self.moved.contains(&variable)
    }

    fn root_of_variable(&self, input: &Input<'_>, variable: Variable, is_full: bool) -> Root {
        let facts = input.project.facts(variable.0);
        match self.carrying.contains(&variable) {
            true => Root::Parameter,
            false if !is_full || self.goes(variable) => Root::Imported,
            false
                if declares_handle(input, facts, variable)
                    || declares_server(input, facts, variable) =>
            {
                Root::Imported
            }
            false => Root::Kept,
        }
    }

    /// Leaves the parameters of functions as they are.
    pub(super) fn leave(&mut self, input: &Input<'_>, functions: &[Place]) {
        self.carrying.retain(|(file, binding)| {
            let facts = input.project.facts(*file);
            let declaration = facts.binding(*binding).declarations.first();
            let function = declaration.and_then(|it| facts.tree.enclosing_function(*it));
            !functions
                .iter()
                .any(|it| it.file == *file && Some(it.node) == function)
        });
    }

    /// Gives parameters that carry the broadcaster its name, and what is documented about them its type.
    pub(super) fn rename_parameters(&self, draft: &mut Draft<'_>) {
        for (file, binding) in self.carrying.iter().copied() {
            let facts = draft.input.project.facts(file);
            let old = facts.binding(binding).name.as_str();
            let new = match self.importing.contains(&file) {
                true => old,
                false => BROADCASTER,
            };
            for node in facts.binding(binding).declarations.iter().copied() {
                let span = removals::name_span(draft, Place { file, node });
                draft.replace(file, span, new);
                if let Some(node) = facts.tree.enclosing_function(node) {
                    docs::rename_parameter(draft, Place { file, node }, (old, new));
                }
            }
        }
    }

    /// Takes out the declarations that nothing needs.
    pub(super) fn remove_variables(&self, draft: &mut Draft<'_>) {
        for (file, binding) in &self.removed {
            for node in &draft
                .input
                .project
                .facts(*file)
                .binding(*binding)
                .declarations
            {
                removals::remove_declaration(
                    draft,
                    Place {
                        file: *file,
                        node: *node,
                    },
                );
            }
        }
    }
}

/// The objects whose field a use reads the server from, and that are the dedicated server's.
fn moved_carriers(input: &Input<'_>, decided: &Decided<'_>) -> BTreeSet<Place> {
    let objects = input.uses.iter().filter_map(|it| {
        let Place { file, node } = it.chain.root;
        match input.project.facts(file).tree.kind(node) {
            Kind::Member { object, .. } => Some(Place {
                file,
                node: *object,
            }),
            _ => None,
        }
    });
    let held = objects.flat_map(|it| input.project.values(it).filter_map(carrier));
    held.filter(|it| (decided.moves)(*it)).collect()
}

fn carrier(value: &Value) -> Option<Place> {
    match value {
        Value::Object(place) | Value::Instance(place) => Some(*place),
        _ => None,
    }
}

/// `server === io`: both are to stay the same.
fn is_compared(input: &Input<'_>, it: &Use) -> bool {
    let file = it.chain.root.file;
    let tree = &input.project.facts(file).tree;
    match tree.parent(it.chain.end).map(|it| tree.kind(it)) {
        Some(Kind::Binary { left, right, .. }) => [*left, *right]
            .iter()
            .all(|it| input.project.part(Place { file, node: *it }).is_some()),
        _ => false,
    }
}

/// The parameters that a call which stays as it is keeps handing the server to.
fn still_fed(input: &Input<'_>, fixed: &[bool]) -> BTreeSet<Variable> {
    let all = input.uses.iter().zip(fixed);
    let kept = all.filter(|it| it.0.meaning == Meaning::Argument && !it.1);
    kept.filter_map(|it| receiving_parameters(input.project, &it.0.chain))
        .flat_map(|it| it.into_iter().flatten())
        .collect()
}

/// The uses whose root is a variable, by variable.
pub(super) fn by_variable(input: &Input<'_>) -> BTreeMap<Variable, Vec<usize>> {
    let mut all: BTreeMap<Variable, Vec<usize>> = BTreeMap::new();
    for (index, it) in input.uses.iter().enumerate() {
        let root = it.chain.root;
        let facts = input.project.facts(root.file);
        let node = match facts.tree.kind(root.node) {
            Kind::PatternProperty { value, .. } => *value,
            _ => root.node,
        };
        if let Some(binding) = facts.binding_of(node) {
            all.entry((root.file, binding)).or_default().push(index);
        }
    }
    // Variables that nothing reads: an access that was left behind.
    for it in input.uses {
        if let Some(variable) = removals::declared(input, it) {
            all.entry(variable).or_default();
        }
    }
    all
}

/// Whether a variable is nothing but another name of the server: declared once with it, imported, or taken out of an
/// object by name, and never written again.
fn declares_handle(input: &Input<'_>, facts: &FileFacts, (file, binding): Variable) -> bool {
    let it = facts.binding(binding);
    let [declaration] = it.declarations[..] else {
        return false;
    };
    let is_written = it.references.iter().any(|node| facts.is_write(*node));
    if is_written
        || !getters::holds_server(
            input,
            Place {
                file,
                node: declaration,
            },
        )
    {
        return false;
    }
    let Some(parent) = facts.tree.parent(declaration) else {
        return false;
    };
    match facts.tree.kind(parent) {
        Kind::Import { .. } => true,
        Kind::Declarator {
            init: Some(init), ..
        } => getters::is_pure(input, file, *init),
        Kind::PatternProperty { .. } => is_declared_pattern(facts, parent),
        _ => false,
    }
}

/// Whether a variable is where the server is kept that is created with it. It goes, or stays, with the set-up.
fn declares_server(input: &Input<'_>, facts: &FileFacts, (file, binding): Variable) -> bool {
    let [declaration] = facts.binding(binding).declarations[..] else {
        return false;
    };
    match facts.tree.parent(declaration).map(|it| facts.tree.kind(it)) {
        Some(Kind::Declarator {
            init: Some(init), ..
        }) => getters::is_site(
            input,
            Place {
                file,
                node: facts.tree.bare(*init),
            },
        ),
        _ => false,
    }
}

/// `const { io } = …` in a declaration whose initial value does nothing but read.
fn is_declared_pattern(facts: &FileFacts, property: NodeId) -> bool {
    let declarator = facts
        .tree
        .parent(property)
        .and_then(|it| facts.tree.parent(it));
    declarator.is_some_and(|it| matches!(facts.tree.kind(it), Kind::Declarator { .. }))
}

/// Whether a parameter may carry the broadcaster under its name: only the server ever reaches it, nothing is written to
/// it, and the name is free in its function.
fn may_rename(input: &Input<'_>, (file, binding): Variable) -> bool {
    let facts = input.project.facts(file);
    let it = facts.binding(binding);
    let [declaration] = it.declarations[..] else {
        return false;
    };
    let place = Place {
        file,
        node: declaration,
    };
    // The broadcaster is none of the types that the server is declared with.
    let is_typed = matches!(
        facts.tree.kind(declaration),
        Kind::BindingName {
            annotation: Some(_),
            ..
        }
    );
    let only_server = !is_typed
        && getters::holds_server(input, place)
        && input.project.values(place).all(|it| it.site().is_some());
    let is_written = it.references.iter().any(|node| facts.is_write(*node));
    let stands_alone = match facts.tree.parent(declaration).map(|it| facts.tree.kind(it)) {
        Some(Kind::Function(_)) => true,
        Some(Kind::DefaultPattern { target, value }) => {
            *target == declaration && input.project.part(Place { file, node: *value }).is_none()
        }
        _ => false,
    };
    let is_free = it.references.iter().all(|node| {
        facts
            .lookup(facts.scope_of(*node), BROADCASTER)
            .is_none_or(|it| {
                facts.binding(it).kind == BindingKind::Import
                    || facts.scope(facts.binding(it).scope).parent.is_none()
            })
    });
    let other = facts.scope(it.scope).names.get(BROADCASTER);
    let is_taken = other.is_some_and(|it| *it != binding);
    only_server && !is_written && stands_alone && is_free && !is_taken
}
