//! How values cross files: `import`, `export`, `require`, `module.exports`, `import()`.
//! Exports are live bindings (ECMAScript 16.2.1.7), so an edge from the binding is right at any time.

use super::Flow;
use super::cells::{CellId, Slot};
use crate::project::graph;
use crate::project::resolve::Target;
use crate::project::value::{Place, Value};
use crate::source::FileId;
use crate::syntax::{ImportName, Kind, NodeId};

impl Flow<'_> {
    /// Notes every `export * from`, before anything is looked up.
    pub(in crate::project) fn find_star_exports(&mut self) {
        for index in 0..self.files.len() {
            let file = FileId(u32::try_from(index).expect("load refuses 2^32 files"));
            let tree = &self.facts(file).tree;
            for node in tree.ids() {
                if let Kind::ExportAll { source, name: None } = tree.kind(node)
                    && let Target::File(target) = self.resolve(file, source)
                {
                    self.stars.entry(file).or_default().push(target);
                }
            }
        }
    }

    pub(in crate::project) fn describe_module_statement(&mut self, place: Place) {
        let file = place.file;
        match self.facts(file).tree.kind(place.node) {
            Kind::Import {
                source,
                names,
                is_type,
                ..
            } => {
                let target = self.resolve(file, source);
                for name in names.iter().filter(|it| !it.is_type && !is_type) {
                    self.describe_import(file, name, &target);
                }
            }
            Kind::ExportNames {
                source,
                names,
                is_type,
            } if !is_type => {
                let target = source.as_ref().map(|it| self.resolve(file, it));
                for name in names {
                    let to = self.export(file, &name.exported);
                    let from = match (&target, name.local) {
                        (None, Some(local)) => Some(self.at(file, local)),
                        (Some(target), _) => self.imported(target, name.imported.as_deref()),
                        (None, None) => None,
                    };
                    if let Some(from) = from {
                        let note = self.cells.note(
                            file,
                            name.span,
                            format!("exported as `{}`", name.exported),
                        );
                        self.cells.copy(from, to, Some(note));
                    }
                }
            }
            Kind::ExportAll {
                source,
                name: Some(name),
            } => {
                let target = self.resolve(file, source);
                let to = self.export(file, name);
                if let Some(from) = self.imported(&target, None) {
                    self.cells.copy(from, to, None);
                }
            }
            Kind::ExportDeclaration { declaration } => {
                self.describe_exported_declaration(file, *declaration);
            }
            Kind::ExportDefault {
                value,
                is_assignment,
            } => {
                let to = match is_assignment {
                    true => self.module_exports(file),
                    false => self.export(file, "default"),
                };
                let note = self.note(place, "exported");
                self.cells.copy(self.at(file, *value), to, Some(note));
            }
            _ => {}
        }
    }

    fn describe_import(&mut self, file: FileId, name: &ImportName, target: &Target) {
        let label = match self.facts(file).tree.name(name.local) {
            Some(local) => format!("imported as `{local}`"),
            None => "imported".to_owned(),
        };
        let to = self.at(file, name.local);
        // `import live = require('./live')`, and `import * as live` as TypeScript compiles it without `esModuleInterop`.
        if let (Target::File(target), None) = (target, &name.imported) {
            let exports = self.module_exports(*target);
            self.cells.copy(exports, to, None);
        }
        if let Some(from) = self.imported(target, name.imported.as_deref()) {
            let note = self.cells.note(file, name.span, label);
            self.cells.copy(from, to, Some(note));
        }
    }

    /// What another module gives under a name; `None` is its whole namespace.
    fn imported(&mut self, target: &Target, name: Option<&str>) -> Option<CellId> {
        match (target, name) {
            (Target::File(file), Some(name)) => Some(self.export(*file, name)),
            (Target::File(file), None) => Some(self.holding(&Value::Module(*file))),
            (Target::Package(package), None | Some("default")) => {
                Some(self.holding(&Value::Package(package.clone())))
            }
            (Target::Package(package), Some(name)) => {
                let member = Value::PackageMember(package.clone(), name.to_owned());
                Some(self.holding(&member))
            }
            (Target::Missing, _) => None,
        }
    }

    fn describe_exported_declaration(&mut self, file: FileId, declaration: NodeId) {
        let facts = self.facts(file);
        let names: Vec<NodeId> = match facts.tree.kind(declaration) {
            Kind::Function(it) => it.name.into_iter().collect(),
            Kind::Class(it) => it.name.into_iter().collect(),
            Kind::Enum { name, .. }
            | Kind::Namespace {
                name: Some(name), ..
            } => vec![*name],
            Kind::Variables { declarators, .. } => declarators
                .iter()
                .filter_map(|it| match facts.tree.kind(*it) {
                    Kind::Declarator { target, .. } => Some(*target),
                    _ => None,
                })
                .flat_map(|it| facts.tree.descendants(it))
                .filter(|it| matches!(facts.tree.kind(*it), Kind::BindingName { .. }))
                .collect(),
            _ => Vec::new(),
        };
        for node in names {
            let (Some(name), Some(binding)) = (facts.tree.name(node), facts.binding_of(node))
            else {
                continue;
            };
            let namespace = facts
                .tree
                .ancestors(declaration)
                .find(|it| matches!(facts.tree.kind(*it), Kind::Namespace { .. }));
            let to = match namespace {
                Some(node) => {
                    let owner = Value::Object(Place { file, node });
                    self.property_cell(&owner, Some(name.to_owned()))
                }
                None => self.export(file, name),
            };
            let note = self.note(Place { file, node }, format!("exported as `{name}`"));
            self.cells.copy(self.binding(file, binding), to, Some(note));
        }
    }

    /// The cell of an export, with its edges from `export *` and, for a CommonJS file, from `module.exports`.
    pub(in crate::project) fn export(&mut self, file: FileId, name: &str) -> CellId {
        let (cell, is_new) = self.cells.slot(Slot::Export(file, name.to_owned()));
        if !is_new {
            return cell;
        }
        // `export *` leaves `default` out (ECMAScript 16.2.1.7.2.1).
        let stars = if name == "default" {
            Vec::new()
        } else {
            self.stars.get(&file).cloned().unwrap_or_default()
        };
        for star in stars {
            let from = self.export(star, name);
            self.cells.copy(from, cell, None);
        }
        let exports = self.module_exports(file);
        let place = Place {
            file,
            node: self.facts(file).tree.root(),
        };
        self.read(exports, Some(name.to_owned()), cell, place);
        // Node gives `module.exports` as the default export of a CommonJS module.
        if name == "default" {
            self.cells.copy(exports, cell, None);
        }
        cell
    }

    pub(in crate::project) fn module_exports(&mut self, file: FileId) -> CellId {
        let (cell, is_new) = self.cells.slot(Slot::ModuleExports(file));
        if is_new {
            self.put(cell, &Value::Exports(file));
        }
        cell
    }

    /// `require('…')` and `import('…')`: true if it was one.
    pub(in crate::project) fn describe_import_call(
        &mut self,
        place: Place,
        callee: NodeId,
        arguments: &[NodeId],
    ) -> bool {
        let facts = self.facts(place.file);
        let is_import = match facts.tree.kind(facts.tree.bare(callee)) {
            Kind::ImportKeyword => true,
            Kind::Name { name } if name == "require" && facts.binding_of(callee).is_none() => false,
            _ => return false,
        };
        let specifier = arguments
            .first()
            .and_then(|it| self.constant_text(place.file, *it));
        let Some(specifier) = specifier else {
            self.describe_folder_import(place, arguments, is_import);
            return true;
        };
        let cell = self.node(place);
        match self.resolve(place.file, &specifier) {
            Target::File(file) => self.load_file(place, file, is_import),
            Target::Package(package) => self.put(cell, &Value::Package(package)),
            Target::Missing => {}
        }
        true
    }

    fn load_file(&mut self, place: Place, file: FileId, is_import: bool) {
        let cell = self.node(place);
        if is_import || self.roles[file.index()].is_module {
            self.put(cell, &Value::Module(file));
        }
        if !is_import {
            let exports = self.module_exports(file);
            let note = self.note(place, "required");
            self.cells.copy(exports, cell, Some(note));
        }
    }

    /// `` require(`./jobs/${name}`) ``: any file in that folder.
    fn describe_folder_import(&mut self, place: Place, arguments: &[NodeId], is_import: bool) {
        let tree = &self.facts(place.file).tree;
        let prefix = arguments
            .first()
            .and_then(|it| graph::folder_prefix(tree, *it));
        let Some(prefix) = prefix else {
            return;
        };
        let from = &self.sources[place.file.index()].path;
        for file in graph::files_under(self.sources, from, &prefix) {
            self.load_file(place, file, is_import);
        }
    }
}
