//! What TypeScript adds to expressions and statements.
//! Types themselves are left out: nothing in them runs.

use super::{Cst, Lowering, Role, literals, parts, span};
use crate::source::Span;
use crate::syntax::{Key, Keyword, Kind};

impl<'t> Lowering<'t> {
    /// The kind of a construct of TypeScript, or `None` if `node` is none.
    pub(super) fn typescript(&mut self, node: Cst<'t>) -> Option<Kind> {
        Some(match node.kind() {
            "as_expression"
            | "satisfies_expression"
            | "non_null_expression"
            | "instantiation_expression" => Kind::Cast {
                expression: self.only_part(node),
            },
            "type_assertion" => Kind::Cast {
                expression: match parts(node).last() {
                    Some(expression) => self.plain(*expression),
                    None => self.nothing(node),
                },
            },
            "enum_declaration" => self.enumeration(node),
            "internal_module" | "module" => self.namespace(node),
            "import_alias" => self.import_alias(node),
            "nested_identifier" => self.lower_nested(node),
            "ambient_declaration" | "interface_declaration" | "type_alias_declaration" => {
                Kind::Type
            }
            _ => return None,
        })
    }

    fn enumeration(&mut self, node: Cst<'t>) -> Kind {
        let name = self.required(node, "name", Role::Declares(None));
        let mut initializers = Vec::new();
        let mut members = Vec::new();
        let mut values = Vec::new();
        for member in node
            .child_by_field_name("body")
            .map_or_else(Vec::new, parts)
        {
            let (name, value) = match member.kind() {
                "enum_assignment" => (
                    member.child_by_field_name("name"),
                    member.child_by_field_name("value"),
                ),
                _ => (Some(member), None),
            };
            members.extend(name.map(|it| self.member_name(it)));
            let value = value.map(|it| self.plain(it));
            initializers.extend(value);
            values.push(value);
        }
        Kind::Enum {
            name,
            initializers,
            members,
            values,
        }
    }

    fn member_name(&self, node: Cst<'t>) -> String {
        let text = self.text_of(node);
        match node.kind() {
            "string" => literals::string_value(text),
            _ => literals::name(text),
        }
    }

    /// A namespace, unless only types are in it.
    pub(super) fn namespace(&mut self, node: Cst<'t>) -> Kind {
        let Some(body) = node.child_by_field_name("body") else {
            return Kind::Type;
        };
        if parts(body).into_iter().all(is_type_statement) {
            return Kind::Type;
        }
        // `namespace A.B {}` is `namespace A { export namespace B {} }`: A is visible outside, B inside.
        let mut outward = Vec::new();
        let mut path = node.child_by_field_name("name");
        while let Some(nested) = path.filter(|it| is_path(*it)) {
            outward.extend(nested.child_by_field_name("property"));
            path = nested.child_by_field_name("object");
        }
        let mut inner = self.plain(body);
        for name in outward {
            let whole = Span::new(name.start_byte(), body.end_byte());
            let binding = Kind::BindingName {
                name: literals::name(self.text_of(name)),
                annotation: None,
            };
            let name = Some(self.finished(span(name), binding));
            inner = self.finished(whole, Kind::Namespace { name, body: inner });
        }
        let name = path.filter(|it| it.kind() == "identifier");
        Kind::Namespace {
            name: name.map(|it| self.push(it, Role::Declares(None))),
            body: inner,
        }
    }

    /// `import a = b.c` gives a value another name, as `const a = b.c` does.
    fn import_alias(&mut self, node: Cst<'t>) -> Kind {
        let parts = parts(node);
        let (Some(name), Some(value)) = (parts.first(), parts.get(1)) else {
            return Kind::Broken {
                children: self.all(node),
            };
        };
        let whole = Span::new(name.start_byte(), value.end_byte());
        let target = self.push(*name, Role::Declares(None));
        let init = self.plain(*value);
        let declarator = self.finished(
            whole,
            Kind::Declarator {
                target,
                init: Some(init),
            },
        );
        Kind::Variables {
            keyword: Keyword::Const,
            declarators: vec![declarator],
        }
    }

    /// `a.b` where the grammar expects a path of names.
    fn lower_nested(&mut self, node: Cst<'t>) -> Kind {
        let property = node.child_by_field_name("property");
        let name = property.map_or("", |it| self.text_of(it));
        Kind::Member {
            object: self.required(node, "object", Role::Plain),
            property: Key::Static(literals::name(name)),
            property_span: property.map_or_else(|| span(node), span),
            optional: false,
        }
    }
}

/// `a.b`, and the `a.b` of `a.b.c`.
fn is_path(node: Cst<'_>) -> bool {
    matches!(node.kind(), "nested_identifier" | "member_expression")
}

fn is_type_statement(node: Cst<'_>) -> bool {
    match node.kind() {
        "interface_declaration" | "type_alias_declaration" | "ambient_declaration" => true,
        "export_statement" => node
            .child_by_field_name("declaration")
            .is_some_and(is_type_declaration),
        _ => false,
    }
}

fn is_type_declaration(node: Cst<'_>) -> bool {
    matches!(
        node.kind(),
        "interface_declaration" | "type_alias_declaration" | "ambient_declaration"
    )
}

/// Whether nothing of that kind holds a reference: names of properties and labels, pieces of
/// strings, and types.
pub(super) fn is_silent(kind: &str) -> bool {
    matches!(
        kind,
        "property_identifier"
            | "type_identifier"
            | "statement_identifier"
            | "string_fragment"
            | "escape_sequence"
            | "jsx_text"
            | "html_character_reference"
            | "optional_chain"
            | "regex_pattern"
            | "regex_flags"
            | "hash_bang_line"
            | "accessibility_modifier"
            | "override_modifier"
            | "import_attribute"
            | "index_signature"
            | "property_signature"
            | "call_signature"
            | "construct_signature"
    ) || is_type(kind)
}

/// Whether a node of that kind is a type, or stands for types only.
pub(super) fn is_type(kind: &str) -> bool {
    matches!(
        kind,
        "implements_clause"
            | "extends_type_clause"
            | "type_annotation"
            | "type_arguments"
            | "type_parameters"
            | "type_parameter"
            | "type_predicate_annotation"
            | "asserts_annotation"
            | "type_query"
            | "predefined_type"
            | "generic_type"
            | "nested_type_identifier"
            | "object_type"
            | "array_type"
            | "tuple_type"
            | "union_type"
            | "intersection_type"
            | "function_type"
            | "constructor_type"
            | "conditional_type"
            | "lookup_type"
            | "literal_type"
            | "index_type_query"
            | "readonly_type"
            | "parenthesized_type"
            | "template_literal_type"
            | "infer_type"
    )
}

#[cfg(test)]
mod tests {
    use crate::parse::tests::{check, ts};

    #[test]
    fn types_are_left_out() {
        check(
            &ts("interface I {}
    type T = X;
    declare const z: number;
    declare global { var x: 1 }
    namespace N { export interface J {} }
    export as namespace S;
    export default interface Q {}
    import type { A } from 'a'; import { type B, C } from 'c'; export type { D } from 'd'; export type { E }; export { type F, G }"),
            r#"
            Type
            Type
            Type
            Type
            Type
            Type
            (ExportDefault Type)
            (Import "a" [type A] type (BindingName A))
            (Import "c" [type B] [C] (BindingName B) (BindingName C))
            (ExportNames "d" type [D as D])
            (ExportNames type [local as E])
            (ExportNames [local as G] (Name G))
            "#,
        );
    }

    #[test]
    fn typescript_modules() {
        check(
            &ts("import x = require('x'); import y = A.B; export import l = M.N; export = x"),
            r#"
            (Import "x" [*] (BindingName x))
            (Variables const (Declarator (BindingName y) (Member .B (Name A))))
            (ExportDeclaration (Variables const (Declarator (BindingName l) (Member .N (Name M)))))
            (ExportDefault = (Name x))
            "#,
        );
    }

    #[test]
    fn assertions() {
        check(
            &ts(
                "f<T>(a as B, c!, <D>e, g satisfies H); a!.b = 1; (a as any) = 1; a!++; const k = f<T>; f?.<T>(1)",
            ),
            "
            (Call (Name f) (Cast (Name a)) (Cast (Name c)) (Cast (Name e)) (Cast (Name g)))
            (Assign = (Member .b (Cast (Name a))) Literal)
            (Assign = (Parenthesized (Cast (Name a))) Literal)
            (Update (Cast (Name a)))
            (Variables const (Declarator (BindingName k) (Cast (Name f))))
            (Call ?. (Name f) Literal)
            ",
        );
    }

    #[test]
    fn annotations() {
        check(
            &ts("let v: Foo<string> = new Foo<string>(); const fn = <T,>(a: T): T => a; try {} catch (e: unknown) {}
    function g(this: A, b?: B, ...c: C[]): asserts b {}"),
            "
            (Variables let (Declarator (BindingName v :type) (New (Name Foo))))
            (Variables const (Declarator (BindingName fn) (Function arrow (BindingName a :type) (Name a))))
            (Try Block (Catch (BindingName e :type) Block))
            (Function declaration (BindingName g) (BindingName b :type) (RestPattern (BindingName c :type)) Block)
            ",
        );
    }

    #[test]
    fn typescript_classes() {
        check(
            &ts(
                "abstract class A<T> extends B<T> implements C { abstract m(): void; [k: string]: any; f(): void; f() {} @dec g() {} private static h?: Server = 1; declare q: string; constructor(private readonly io: Server, @Inject('X') public y = 1) { super() } }",
            ),
            r#"
            (Class declaration (BindingName A) (Name B) (ClassMember .m (Function method bodiless)) (ClassMember .f (Function method bodiless)) (ClassMember .f (Function method Block)) (ClassMember .g (Name dec) (Function method Block)) (ClassMember static .h :type Literal) (ClassMember .q :type) (ClassMember .constructor (Call (Name Inject) (String "X")) (Function method (ParameterProperty (BindingName io :type)) (ParameterProperty (DefaultPattern (BindingName y) Literal)) (Block (Call Super)))))
            "#,
        );
    }

    #[test]
    fn overloads_enums_namespaces() {
        check(
            &ts("function o(a: string): void; function o(a) {}
    enum E { A = 1, B = A << 1, 'C', D }
    const enum F { G }
    namespace N.M { export const a = 1 }"),
            r#"
            (Function declaration bodiless (BindingName o) (BindingName a :type))
            (Function declaration (BindingName o) (BindingName a) Block)
            (Enum ["A", "B", "C", "D"] (BindingName E) Literal (Binary << (Name A) Literal))
            (Enum ["G"] (BindingName F))
            (Namespace (BindingName N) (Namespace (BindingName M) (Block (ExportDeclaration (Variables const (Declarator (BindingName a) Literal))))))
            "#,
        );
    }

    #[test]
    fn using() {
        check(
            &ts("using a = b
    async function f() { await using c = d }"),
            "
            (Variables const (Declarator (BindingName a) (Name b)))
            (Function async declaration (BindingName f) (Block (Variables const (Declarator (BindingName c) (Name d)))))
            ",
        );
    }
}
