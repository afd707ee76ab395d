//! Strings that are known without running anything: the keys under which values are set and read. Followed through
//! `const`, imports, `require` and object literals, of one file or several.

use crate::project::flow::Flow;
use crate::project::resolve::Target;
use crate::project::value::Place;
use crate::scope::BindingKind;
use crate::source::FileId;
use crate::syntax::{Key, Kind, NodeId};

/// How far constants are followed (`const A = B; const B = 'io'`).
const DEPTH: usize = 12;

/// What a name stands for, for certain.
#[derive(Clone, Copy)]
enum Definition {
    Expression(Place),
    Module(FileId),
    /// A member of an enum without an initializer, by its position.
    Numbered(usize),
}

impl Flow<'_> {
    /// The name of a property, also through constants: `app[KEY]`.
    pub(in crate::project) fn key_text(&self, file: FileId, key: &Key) -> Option<String> {
        match key {
            Key::Static(name) => Some(name.clone()),
            Key::Private(name) => Some(format!("#{name}")),
            Key::Computed(node) => self.constant_text(file, *node),
        }
    }

    /// The string that an expression is for certain. A symbol is known by its description: `Symbol(io)`.
    pub(in crate::project) fn constant_text(&self, file: FileId, node: NodeId) -> Option<String> {
        match self.definition(Place { file, node }, DEPTH)? {
            Definition::Expression(it) => {
                let tree = &self.facts(it.file).tree;
                let text = tree.string_value(it.node).map(str::to_owned);
                text.or_else(|| self.symbol(it))
            }
            // Keys are strings in the end; 0 and '0' are one.
            Definition::Numbered(number) => Some(number.to_string()),
            Definition::Module(_) => None,
        }
    }

    /// `Symbol('io')`, `Symbol.for('io')`. Symbols with one description are not told apart.
    fn symbol(&self, place: Place) -> Option<String> {
        let facts = self.facts(place.file);
        let tree = &facts.tree;
        let Kind::Call {
            callee, arguments, ..
        } = tree.kind(place.node)
        else {
            return None;
        };
        let callee = *callee;
        let maker = match tree.kind(callee) {
            Kind::Member {
                object, property, ..
            } if property.name() == Some("for") => *object,
            _ => callee,
        };
        let is_symbol = tree.name(maker) == Some("Symbol") && facts.binding_of(maker).is_none();
        let description = arguments.first().and_then(|it| tree.string_value(*it));
        is_symbol.then(|| format!("Symbol({})", description.unwrap_or_default()))
    }

    fn definition(&self, place: Place, depth: usize) -> Option<Definition> {
        let depth = depth.checked_sub(1)?;
        let facts = self.facts(place.file);
        let at = |node: NodeId| Place {
            file: place.file,
            node,
        };
        let node = facts.tree.bare(place.node);
        match facts.tree.kind(node) {
            Kind::Name { .. } => {
                let binding = facts.binding(facts.binding_of(node)?);
                let declaration = at(*binding.declarations.first()?);
                match binding.kind {
                    BindingKind::Import => self.imported_definition(declaration, depth),
                    BindingKind::Const => self.declared_definition(declaration, depth),
                    BindingKind::Enum => Some(Definition::Expression(at(facts
                        .tree
                        .parent(declaration.node)?))),
                    _ => None,
                }
            }
            Kind::Member {
                object, property, ..
            } => {
                let object = self.definition(at(*object), depth)?;
                self.property_definition(object, property.name()?, depth)
            }
            Kind::Call {
                callee, arguments, ..
            } => {
                let Some(argument) = arguments.first().map(|it| at(*it)) else {
                    return Some(Definition::Expression(at(node)));
                };
                if self.freezes(at(*callee)) {
                    return self.definition(argument, depth);
                }
                let is_require = facts.tree.name(*callee) == Some("require")
                    && facts.binding_of(*callee).is_none();
                if !is_require {
                    return Some(Definition::Expression(at(node)));
                }
                self.module(place.file, facts.tree.string_value(argument.node)?)
            }
            _ => Some(Definition::Expression(at(node))),
        }
    }

    /// Whether a call of `callee` gives its argument: `Object.freeze`.
    fn freezes(&self, callee: Place) -> bool {
        let tree = &self.facts(callee.file).tree;
        match tree.kind(tree.bare(callee.node)) {
            Kind::Member {
                object, property, ..
            } => property.name() == Some("freeze") && tree.name(*object) == Some("Object"),
            _ => false,
        }
    }

    fn module(&self, file: FileId, specifier: &str) -> Option<Definition> {
        match self.resolve(file, specifier) {
            Target::File(target) => Some(Definition::Module(target)),
            Target::Package(_) | Target::Missing => None,
        }
    }

    /// `const NAME = …`, `const { NAME } = …`.
    fn declared_definition(&self, declaration: Place, depth: usize) -> Option<Definition> {
        let tree = &self.facts(declaration.file).tree;
        let at = |node: NodeId| Place {
            file: declaration.file,
            node,
        };
        let parent = tree.parent(declaration.node)?;
        match tree.kind(parent) {
            Kind::Declarator {
                init: Some(init), ..
            } => self.definition(at(*init), depth),
            Kind::PatternProperty { key, value, .. } if *value == declaration.node => {
                let declarator = tree.parent(tree.parent(parent)?)?;
                let Kind::Declarator {
                    init: Some(init), ..
                } = tree.kind(declarator)
                else {
                    return None;
                };
                let object = self.definition(at(*init), depth)?;
                self.property_definition(object, key.name()?, depth)
            }
            _ => None,
        }
    }

    fn imported_definition(&self, local: Place, depth: usize) -> Option<Definition> {
        let tree = &self.facts(local.file).tree;
        let Kind::Import { source, names, .. } = tree.kind(tree.parent(local.node)?) else {
            return None;
        };
        let module = self.module(local.file, source)?;
        match &names.iter().find(|it| it.local == local.node)?.imported {
            Some(name) => self.property_definition(module, name, depth),
            None => Some(module),
        }
    }

    fn property_definition(
        &self,
        object: Definition,
        name: &str,
        depth: usize,
    ) -> Option<Definition> {
        let depth = depth.checked_sub(1)?;
        match object {
            Definition::Module(file) if self.roles[file.index()].is_module => {
                self.exported(file, name, depth)
            }
            Definition::Module(file) => self.assigned_export(file, name, depth),
            Definition::Numbered(_) => None,
            Definition::Expression(place) => {
                let tree = &self.facts(place.file).tree;
                if let Kind::Enum {
                    members, values, ..
                } = tree.kind(place.node)
                {
                    let index = members.iter().position(|it| it == name)?;
                    let file = place.file;
                    return match values[index] {
                        Some(node) => self.definition(Place { file, node }, depth),
                        None => Some(Definition::Numbered(index)),
                    };
                }
                let Kind::Object { properties } = tree.kind(place.node) else {
                    return None;
                };
                let value = properties.iter().find_map(|it| match tree.kind(*it) {
                    Kind::Property { key, value, .. } if key.name() == Some(name) => Some(*value),
                    _ => None,
                })?;
                self.definition(
                    Place {
                        file: place.file,
                        node: value,
                    },
                    depth,
                )
            }
        }
    }

    /// What an ES module exports as `name`.
    fn exported(&self, file: FileId, name: &str, depth: usize) -> Option<Definition> {
        let facts = self.facts(file);
        let at = |node: NodeId| Place { file, node };
        let listed = facts.tree.ids().find_map(|it| match facts.tree.kind(it) {
            Kind::ExportNames { source, names, .. } => names
                .iter()
                .find(|it| it.exported == name)
                .map(|it| (source.as_deref(), it)),
            _ => None,
        });
        if let Some((source, export)) = listed {
            return match (source, export.local) {
                (Some(source), _) => {
                    let module = self.module(file, source)?;
                    self.property_definition(module, export.imported.as_deref()?, depth)
                }
                (None, Some(local)) => self.definition(at(local), depth),
                (None, None) => None,
            };
        }
        if name == "default" {
            let value = facts.tree.ids().find_map(|it| match facts.tree.kind(it) {
                Kind::ExportDefault { value, .. } => Some(*value),
                _ => None,
            })?;
            return self.definition(at(value), depth);
        }
        let (_, binding) = facts.bindings().find(|(_, it)| {
            it.name == name
                && matches!(it.kind, BindingKind::Const | BindingKind::Enum)
                && facts.scope(it.scope).parent.is_none()
        })?;
        let declaration = *binding.declarations.first()?;
        match binding.kind {
            BindingKind::Enum => Some(Definition::Expression(at(facts
                .tree
                .parent(declaration)?))),
            _ => self.declared_definition(at(declaration), depth),
        }
    }

    /// What a CommonJS file exports as `name`: `exports.name = …`, or that property of `module.exports = { … }`.
    fn assigned_export(&self, file: FileId, name: &str, depth: usize) -> Option<Definition> {
        let tree = &self.facts(file).tree;
        let mut found = None;
        for node in tree.ids() {
            let Kind::Assign { target, value, .. } = tree.kind(node) else {
                continue;
            };
            let value = Place { file, node: *value };
            let definition = match tree.kind(*target) {
                _ if self.is_exports(file, *target) => match self.definition(value, depth) {
                    Some(it) if name == "default" => Some(it),
                    Some(it) => self.property_definition(it, name, depth),
                    None => None,
                },
                Kind::Member {
                    object, property, ..
                } if property.name() == Some(name) && self.is_exports(file, *object) => {
                    self.definition(value, depth)
                }
                _ => continue,
            };
            match (found, definition) {
                (None, it) => found = it,
                // Two values under one name: neither is certain.
                (Some(_), Some(_)) => return None,
                (Some(_), None) => {}
            }
        }
        found
    }

    /// Whether an expression is `exports` or `module.exports`.
    fn is_exports(&self, file: FileId, node: NodeId) -> bool {
        let facts = self.facts(file);
        let is_free = |node: NodeId, name: &str| {
            facts.tree.name(node) == Some(name) && facts.binding_of(node).is_none()
        };
        match facts.tree.kind(node) {
            Kind::Member {
                object, property, ..
            } => property.name() == Some("exports") && is_free(*object, "module"),
            _ => is_free(node, "exports"),
        }
    }
}
