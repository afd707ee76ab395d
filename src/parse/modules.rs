//! `import` and `export` in all their forms.
//! Leaves what is exported (declarations, expressions) to the rest of `parse`.

use super::{Cst, Lowering, Role, has_token, literals, parts, span};
use crate::source::Span;
use crate::syntax::{ExportName, ImportName, Kind, NodeId};

impl<'t> Lowering<'t> {
    /// The kind of an import or export, or `None` if `node` is neither.
    pub(super) fn module_statement(&mut self, node: Cst<'t>) -> Option<Kind> {
        Some(match node.kind() {
            "import_statement" => self.import(node),
            "export_statement" => self.export(node),
            _ => return None,
        })
    }

    fn import(&mut self, node: Cst<'t>) -> Kind {
        let is_type = has_token(node, "type") || has_token(node, "typeof");
        let mut source = node.child_by_field_name("source");
        let mut names = Vec::new();
        for part in parts(node) {
            match part.kind() {
                "import_clause" => names = self.import_clause(part, is_type),
                // `import x = require('y')`: the whole of what the module exports.
                "import_require_clause" => {
                    source = part.child_by_field_name("source");
                    names.extend(self.import_name(part, None, is_type));
                }
                _ => {}
            }
        }
        Kind::Import {
            source: source.map_or_else(String::new, |it| self.module_name(it)),
            source_span: source.map_or_else(|| Span::new(node.end_byte(), node.end_byte()), span),
            names,
            is_type,
        }
    }

    fn import_clause(&mut self, clause: Cst<'t>, is_type: bool) -> Vec<ImportName> {
        let mut names = Vec::new();
        for part in parts(clause) {
            match part.kind() {
                "identifier" => names.push(ImportName {
                    imported: Some("default".to_owned()),
                    local: self.push(part, Role::Declares(None)),
                    span: span(part),
                    is_type,
                }),
                "namespace_import" => names.extend(self.import_name(part, None, is_type)),
                "named_imports" => {
                    let specifiers = parts(part).into_iter();
                    names.extend(specifiers.filter_map(|it| self.import_specifier(it, is_type)));
                }
                _ => {}
            }
        }
        names
    }

    /// The identifier in `node` as the local name of `imported`.
    fn import_name(
        &mut self,
        node: Cst<'t>,
        imported: Option<String>,
        is_type: bool,
    ) -> Option<ImportName> {
        let local = parts(node)
            .into_iter()
            .find(|it| it.kind() == "identifier")?;
        let local = self.push(local, Role::Declares(None));
        Some(ImportName {
            imported,
            local,
            span: span(node),
            is_type,
        })
    }

    fn import_specifier(&mut self, node: Cst<'t>, is_type: bool) -> Option<ImportName> {
        if node.kind() != "import_specifier" {
            return None;
        }
        let name = node.child_by_field_name("name")?;
        let local = node.child_by_field_name("alias").unwrap_or(name);
        Some(ImportName {
            imported: Some(self.module_name(name)),
            local: self.push(local, Role::Declares(None)),
            span: span(node),
            is_type: is_type || has_type_keyword(node),
        })
    }

    fn export(&mut self, node: Cst<'t>) -> Kind {
        let declaration = node.child_by_field_name("declaration");
        let value = node.child_by_field_name("value");
        if let Some(exported) = declaration.or(value) {
            let decorators = self.decorators(node);
            if !decorators.is_empty() {
                self.outer_decorators.insert(exported.id(), decorators);
            }
            let exported = self.push(exported, Role::Declaration);
            return if has_token(node, "default") {
                Kind::ExportDefault {
                    value: exported,
                    is_assignment: false,
                }
            } else {
                Kind::ExportDeclaration {
                    declaration: exported,
                }
            };
        }
        if has_token(node, "=") {
            return Kind::ExportDefault {
                value: self.only_part(node),
                is_assignment: true,
            };
        }
        self.export_list(node)
    }

    fn export_list(&mut self, node: Cst<'t>) -> Kind {
        let source = node
            .child_by_field_name("source")
            .map(|it| self.module_name(it));
        let is_type = has_token(node, "type");
        let clause = parts(node)
            .into_iter()
            .find(|it| it.kind() == "export_clause");
        if let Some(clause) = clause {
            let has_source = source.is_some();
            let specifiers = parts(clause).into_iter();
            let names = specifiers.filter_map(|it| self.export_specifier(it, has_source, is_type));
            return Kind::ExportNames {
                names: names.collect(),
                source,
                is_type,
            };
        }
        match source {
            Some(source) => {
                let all = parts(node)
                    .into_iter()
                    .find(|it| it.kind() == "namespace_export");
                let name = all.and_then(|it| it.child(it.child_count().saturating_sub(1)));
                Kind::ExportAll {
                    source,
                    name: name.map(|it| self.module_name(it)),
                }
            }
            // `export as namespace N`, which only types know.
            None => Kind::Type,
        }
    }

    fn export_specifier(
        &mut self,
        node: Cst<'t>,
        has_source: bool,
        is_type: bool,
    ) -> Option<ExportName> {
        if node.kind() != "export_specifier" || has_type_keyword(node) {
            return None;
        }
        let name = node.child_by_field_name("name")?;
        let exported = node.child_by_field_name("alias").unwrap_or(name);
        let local: Option<NodeId> = (!has_source && !is_type).then(|| self.plain(name));
        Some(ExportName {
            imported: has_source.then(|| self.module_name(name)),
            local,
            exported: self.module_name(exported),
            span: span(node),
        })
    }

    /// A name or a string: both can name an export, and a string names a module.
    fn module_name(&self, node: Cst<'t>) -> String {
        match node.kind() {
            "string" => literals::string_value(self.text_of(node)),
            _ => literals::name(self.text_of(node)),
        }
    }
}

/// Whether the file says by itself that it is an ECMAScript module.
pub(super) fn has_module_statement(root: Cst<'_>) -> bool {
    parts(root)
        .iter()
        .any(|it| matches!(it.kind(), "import_statement" | "export_statement"))
}

/// `type` before a name in a list; a name can be called `type` too.
fn has_type_keyword(specifier: Cst<'_>) -> bool {
    let first = specifier.child(0).filter(|it| !it.is_named());
    first.is_some_and(|it| matches!(it.kind(), "type" | "typeof"))
}

#[cfg(test)]
mod tests {
    use crate::parse::tests::{check, js};

    #[test]
    fn imports() {
        check(
            &js("import a, * as b from 'c'
    import d, { e, f as g, default as h, 'i-j' as k } from 'l' with { type: 'json' }
    import 'm'"),
            r#"
            (Import "c" [default] [*] (BindingName a) (BindingName b))
            (Import "l" [default] [e] [f] [default] [i-j] (BindingName d) (BindingName e) (BindingName g) (BindingName h) (BindingName k))
            (Import "m")
            "#,
        );
    }

    #[test]
    fn exports() {
        check(
            &js("export * from 'm'; export * as n from 'o'; export { p, q as default }; export { r as s } from 't'
    export const v = 1; export { w as 'x y' }
    export default a + b"),
            r#"
            (ExportAll "m" None)
            (ExportAll "o" Some("n"))
            (ExportNames [local as p] [local as default] (Name p) (Name q))
            (ExportNames "t" [r as s])
            (ExportDeclaration (Variables const (Declarator (BindingName v) Literal)))
            (ExportNames [local as x y] (Name w))
            (ExportDefault (Binary + (Name a) (Name b)))
            "#,
        );
    }

    #[test]
    fn default_exports_are_declarations() {
        check(
            &js("export default function () {}
    export default class {}
    export default async function f() {}
    export default class C {}
    export default () => {}
    export default (function () {})"),
            "
            (ExportDefault (Function declaration Block))
            (ExportDefault (Class declaration))
            (ExportDefault (Function async declaration (BindingName f) Block))
            (ExportDefault (Class declaration (BindingName C)))
            (ExportDefault (Function arrow Block))
            (ExportDefault (Parenthesized (Function expression Block)))
            ",
        );
    }
}
