//! What a module gives away: under which names, of which variables, and where that is written.

use std::collections::BTreeSet;

use crate::plan::loading;
use crate::plan::toplevel::Statements;
use crate::project::value::Place;
use crate::scope::BindingId;
use crate::syntax::{Key, Kind, NodeId};

/// Everything that a module gives away of its own.
pub(super) struct Exports {
    pub(super) all: Vec<Export>,
    /// `export default { … }`: its properties are what is given away.
    pub(super) is_default_object: bool,
}

/// One name.
pub(super) struct Export {
    /// What importers call it; `default` included.
    pub(super) name: String,
    /// The variable; `None` for a value that is written right there.
    pub(super) binding: Option<BindingId>,
    /// The statement.
    pub(super) index: usize,
    pub(super) item: Item,
    /// The name that mentions the variable, where that is not its declaration.
    pub(super) mention: Option<NodeId>,
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// `export function a`, `exports.a = …`, `export default a`.
    Statement,
    /// The position in `export { … }`.
    Specifier(usize),
    /// A property of what is exported.
    Property(NodeId),
}

impl Exports {
    /// `None` if a part of it can't be told apart from the rest: `module.exports = create()`.
    pub(super) fn of(statements: &Statements<'_>) -> Option<Self> {
        let mut exports = Self {
            all: Vec::new(),
            is_default_object: false,
        };
        let mut understood = BTreeSet::new();
        for index in 0..statements.all.len() {
            exports.read(statements, index, &mut understood)?;
        }
        let free = statements.facts.free_names();
        let mut mentions = ["module", "exports"]
            .iter()
            .filter_map(|it| free.get(*it))
            .flatten();
        let is_taken_out = |node: NodeId| {
            let file = statements.file;
            loading::is_taken_out(statements.input, Place { file, node })
        };
        mentions
            .all(|it| understood.contains(it) || is_taken_out(*it))
            .then_some(exports)
    }

    fn read(
        &mut self,
        statements: &Statements<'_>,
        index: usize,
        understood: &mut BTreeSet<NodeId>,
    ) -> Option<()> {
        let tree = statements.tree();
        let statement = &statements.all[index];
        match tree.kind(statement.node) {
            Kind::ExportDeclaration { .. } => {
                let declared = statement.defines.iter().map(|it| Export {
                    name: statements.name(*it).to_owned(),
                    binding: Some(*it),
                    index,
                    item: Item::Statement,
                    mention: None,
                });
                self.all.extend(declared);
            }
            Kind::ExportNames {
                names,
                source: None,
                ..
            } => {
                let named = names.iter().enumerate().map(|(position, it)| Export {
                    name: it.exported.clone(),
                    binding: it.local.and_then(|it| statements.facts.binding_of(it)),
                    index,
                    item: Item::Specifier(position),
                    mention: it.local,
                });
                self.all.extend(named);
            }
            Kind::ExportDefault {
                is_assignment: true,
                ..
            } => return None,
            Kind::ExportDefault { value, .. } => {
                if let Kind::Object { properties } = tree.kind(tree.bare(*value)) {
                    self.is_default_object = true;
                    return self.read_object(statements, index, properties);
                }
                let mut export = assigned(statements, index, "default", *value);
                export.binding = export.binding.or(statement.defines.first().copied());
                self.all.push(export);
            }
            Kind::ExpressionStatement { expression } => {
                if let Kind::Assign {
                    target,
                    operator,
                    value,
                } = tree.kind(*expression)
                    && operator == "="
                {
                    return self.read_assignment(statements, index, (*target, *value), understood);
                }
            }
            _ => {}
        }
        Some(())
    }

    /// `exports.a = …`, `module.exports = { … }`.
    fn read_assignment(
        &mut self,
        statements: &Statements<'_>,
        index: usize,
        (target, value): (NodeId, NodeId),
        understood: &mut BTreeSet<NodeId>,
    ) -> Option<()> {
        let tree = statements.tree();
        if let Some(name) = exports_object(statements, target) {
            understood.insert(name);
            return match tree.kind(tree.bare(value)) {
                Kind::Object { properties } => self.read_object(statements, index, properties),
                _ => None,
            };
        }
        if let Kind::Member {
            object,
            property: Key::Static(key),
            ..
        } = tree.kind(target)
            && let Some(name) = exports_object(statements, *object)
        {
            understood.insert(name);
            self.all.push(assigned(statements, index, key, value));
        }
        Some(())
    }

    fn read_object(
        &mut self,
        statements: &Statements<'_>,
        index: usize,
        properties: &[NodeId],
    ) -> Option<()> {
        let tree = statements.tree();
        for property in properties {
            let Kind::Property {
                key: Key::Static(key),
                value,
                ..
            } = tree.kind(*property)
            else {
                return None;
            };
            self.all.push(Export {
                item: Item::Property(*property),
                ..assigned(statements, index, key, *value)
            });
        }
        Some(())
    }
}

fn assigned(statements: &Statements<'_>, index: usize, name: &str, value: NodeId) -> Export {
    let value = statements.tree().bare(value);
    let is_name = matches!(statements.tree().kind(value), Kind::Name { .. });
    let binding = statements.facts.binding_of(value).filter(|_| is_name);
    Export {
        name: name.to_owned(),
        binding,
        index,
        item: Item::Statement,
        mention: binding.map(|_| value),
    }
}

/// The name in `exports` and `module.exports`.
fn exports_object(statements: &Statements<'_>, node: NodeId) -> Option<NodeId> {
    let tree = statements.tree();
    let is_free = |node: NodeId, name: &str| {
        tree.name(node) == Some(name) && statements.facts.binding_of(node).is_none()
    };
    match tree.kind(node) {
        Kind::Name { .. } => is_free(node, "exports").then_some(node),
        Kind::Member {
            object, property, ..
        } => (property.name() == Some("exports") && is_free(*object, "module")).then_some(*object),
        _ => None,
    }
}
