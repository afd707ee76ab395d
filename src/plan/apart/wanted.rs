//! Which of a module's names other files go on asking for.

use std::collections::BTreeSet;

use crate::plan::Input;
use crate::plan::loading::{imports, is_taken_out};
use crate::project::resolve::Target;
use crate::project::value::Place;
use crate::scope::BindingId;
use crate::source::FileId;
use crate::syntax::{Key, Kind, NodeId};

/// Who asks a module for names.
pub(super) struct Asking<'a> {
    pub(super) input: &'a Input<'a>,
    pub(super) module: FileId,
    /// The default import has the module's names as members.
    pub(super) is_default_object: bool,
    /// What obtains the server is taken out of the files that ask.
    pub(super) is_rewritten: bool,
}

/// A name that is asked for, and the variable that an import gives it at once.
pub(super) type Asked = (String, Option<BindingId>);

impl Asking<'_> {
    /// The names that an import brings in and that its file reads at nodes that count. `None` if that can't be told.
    pub(super) fn by_import(
        &self,
        file: FileId,
        import: NodeId,
        counts: &dyn Fn(NodeId) -> bool,
    ) -> Option<BTreeSet<Asked>> {
        let tree = &self.input.project.facts(file).tree;
        match tree.kind(import) {
            Kind::Import { names, .. } => {
                let mut asked = BTreeSet::new();
                for it in names {
                    match &it.imported {
                        Some(name) if name != "default" || !self.is_default_object => {
                            asked.extend(self.named(file, name, it.local, counts));
                        }
                        _ => asked.extend(self.members_of(file, it.local, counts)?),
                    }
                }
                Some(asked)
            }
            Kind::ExportNames { names, .. } => {
                let named = names.iter().map(|it| Some((it.imported.clone()?, None)));
                named.collect()
            }
            Kind::Call { .. } => self.by_call(file, import, counts),
            _ => None,
        }
    }

    /// `require('./a')`, `await import('./a')`.
    fn by_call(
        &self,
        file: FileId,
        call: NodeId,
        counts: &dyn Fn(NodeId) -> bool,
    ) -> Option<BTreeSet<Asked>> {
        let tree = &self.input.project.facts(file).tree;
        let parent = tree.parent(call)?;
        match tree.kind(parent) {
            Kind::Await { .. } => self.by_call(file, parent, counts),
            Kind::ExpressionStatement { .. } => Some(BTreeSet::new()),
            Kind::Member { .. } if counts(call) => self.member(file, call),
            Kind::Member { .. } => Some(BTreeSet::new()),
            Kind::Declarator { target, .. } => match tree.kind(*target) {
                Kind::BindingName { .. } => self.members_of(file, *target, counts),
                Kind::ObjectPattern { .. } => {
                    let taken = tree.taken_names(*target)?.into_iter();
                    Some(
                        taken
                            .flat_map(|it| self.named(file, it.0, it.1, counts))
                            .collect(),
                    )
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// A name with a variable of its own, if that is read.
    fn named(
        &self,
        file: FileId,
        name: &str,
        local: NodeId,
        counts: &dyn Fn(NodeId) -> bool,
    ) -> Option<Asked> {
        let facts = self.input.project.facts(file);
        let binding = facts.binding_of(local)?;
        let mut references = facts.binding(binding).references.iter().copied();
        let is_read = references.any(|it| counts(it) && !self.goes(file, it));
        is_read.then(|| (name.to_owned(), Some(binding)))
    }

    /// What is read of a variable with the whole module.
    fn members_of(
        &self,
        file: FileId,
        local: NodeId,
        counts: &dyn Fn(NodeId) -> bool,
    ) -> Option<BTreeSet<Asked>> {
        let facts = self.input.project.facts(file);
        let binding = facts.binding_of(local)?;
        let mut asked = BTreeSet::new();
        for node in facts.binding(binding).references.iter().copied() {
            if counts(node) {
                asked.extend(self.member(file, node)?);
            }
        }
        Some(asked)
    }

    /// The property that is read of an expression that is the whole module.
    fn member(&self, file: FileId, node: NodeId) -> Option<BTreeSet<Asked>> {
        let tree = &self.input.project.facts(file).tree;
        let member = tree.parent(node)?;
        match tree.kind(member) {
            Kind::Member {
                object,
                property: Key::Static(name),
                ..
            } if *object == node => {
                let is_read = !self.goes(file, node) && !self.goes(file, member);
                Some(is_read.then(|| (name.clone(), None)).into_iter().collect())
            }
            _ => None,
        }
    }

    /// Whether an expression is the server, or part of what obtains it: the broadcaster stands there afterwards.
    fn goes(&self, file: FileId, node: NodeId) -> bool {
        let place = Place { file, node };
        self.is_rewritten
            && (self.input.project.part(place).is_some() || is_taken_out(self.input, place))
    }

    /// The imports of the module in a file.
    pub(super) fn imports_in(&self, file: FileId) -> Vec<(NodeId, &str)> {
        let project = self.input.project;
        let mut found = imports(project, file);
        found.retain(|it| project.resolve(file, it.1) == Target::File(self.module));
        found
    }
}
