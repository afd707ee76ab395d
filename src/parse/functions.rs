//! Functions, classes and their members.
//! Leaves parameters to `patterns.rs`.

use super::patterns::annotation;
use super::{Cst, Lowering, Role, has_token, parts};
use crate::syntax::{Class, Function, FunctionStyle, Kind, NodeId};

impl<'t> Lowering<'t> {
    /// A function that is no method.
    pub(super) fn function(&mut self, node: Cst<'t>) -> Kind {
        let style = match node.kind() {
            "arrow_function" => FunctionStyle::Arrow,
            "function_expression" | "generator_function" => FunctionStyle::Expression,
            _ => FunctionStyle::Declaration,
        };
        let name = self.optional(node, "name", Role::Declares(None));
        self.function_of(node, style, name)
    }

    /// The function of a method, whose name is its key.
    pub(super) fn method(&mut self, node: Cst<'t>) -> Kind {
        let style = if has_token(node, "get") || has_token(node, "static get") {
            FunctionStyle::Getter
        } else if has_token(node, "set") {
            FunctionStyle::Setter
        } else {
            FunctionStyle::Method
        };
        self.function_of(node, style, None)
    }

    fn function_of(&mut self, node: Cst<'t>, style: FunctionStyle, name: Option<NodeId>) -> Kind {
        let is_async = has_token(node, "async");
        self.in_async = is_async;
        Kind::Function(Function {
            name,
            parameters: self.parameters(node),
            body: self.optional(node, "body", Role::Plain),
            style,
            is_async,
            is_generator: has_token(node, "*"),
        })
    }

    /// What `export default` gives away: without a name it is a declaration all the same.
    pub(super) fn default_declaration(&mut self, node: Cst<'t>) -> Kind {
        match node.kind() {
            "class" => self.class(node, true),
            "function_expression" | "generator_function" => {
                let name = self.optional(node, "name", Role::Declares(None));
                self.function_of(node, FunctionStyle::Declaration, name)
            }
            _ => self.lower_plain(node),
        }
    }

    pub(super) fn class(&mut self, node: Cst<'t>, is_declaration: bool) -> Kind {
        let mut decorators = self.outer_decorators.remove(&node.id()).unwrap_or_default();
        decorators.extend(self.decorators(node));
        let name = self.optional(node, "name", Role::Declares(None));
        let mut parent_class = None;
        let mut members = Vec::new();
        for part in parts(node) {
            match part.kind() {
                "class_heritage" => parent_class = self.parent_class(part),
                "class_body" => members = self.members(part),
                _ => {}
            }
        }
        Kind::Class(Class {
            name,
            parent_class,
            members,
            is_declaration,
            decorators,
        })
    }

    fn parent_class(&mut self, heritage: Cst<'t>) -> Option<NodeId> {
        let part = parts(heritage)
            .into_iter()
            .find(|it| it.kind() != "implements_clause")?;
        match part.kind() {
            "extends_clause" => self.optional(part, "value", Role::Plain),
            _ => Some(self.plain(part)),
        }
    }

    fn members(&mut self, body: Cst<'t>) -> Vec<NodeId> {
        let mut members = Vec::new();
        let mut before = Vec::new();
        for part in parts(body) {
            match part.kind() {
                // The TypeScript grammar puts a method's decorators beside it.
                "decorator" => before.push(self.only_part(part)),
                // Only types know it.
                "index_signature" => {}
                _ => {
                    if !before.is_empty() {
                        self.outer_decorators
                            .insert(part.id(), std::mem::take(&mut before));
                    }
                    members.push(self.push(part, Role::Member));
                }
            }
        }
        members
    }

    /// One member of a class.
    pub(super) fn member(&mut self, node: Cst<'t>) -> Kind {
        let (name, is_method) = match node.kind() {
            "method_definition" | "method_signature" | "abstract_method_signature" => {
                ("name", true)
            }
            "public_field_definition" => ("name", false),
            "field_definition" => ("property", false),
            "class_static_block" => {
                let block = node
                    .child_by_field_name("body")
                    .map_or_else(Vec::new, parts);
                let body = self.statements(block);
                return Kind::StaticBlock { body };
            }
            _ => return self.lower_plain(node),
        };
        let mut decorators = self.outer_decorators.remove(&node.id()).unwrap_or_default();
        decorators.extend(self.decorators(node));
        decorators.extend(self.parameter_decorators(node));
        let key = self.key_field(node, name);
        let value = if is_method {
            Some(self.push(node, Role::Method))
        } else {
            self.optional(node, "value", Role::Plain)
        };
        let is_static = has_token(node, "static") || has_token(node, "static get");
        Kind::ClassMember {
            key,
            value,
            is_static,
            annotation: annotation(node),
            decorators,
        }
    }

    /// The decorators that stand directly in `node`.
    pub(super) fn decorators(&mut self, node: Cst<'t>) -> Vec<NodeId> {
        let decorators = parts(node)
            .into_iter()
            .filter(|it| it.kind() == "decorator");
        decorators.map(|it| self.only_part(it)).collect()
    }

    /// Decorators of parameters run with the class, in its scope: they are kept by the member.
    fn parameter_decorators(&mut self, node: Cst<'t>) -> Vec<NodeId> {
        let parameters = node
            .child_by_field_name("parameters")
            .map_or_else(Vec::new, parts);
        parameters
            .into_iter()
            .flat_map(|it| self.decorators(it))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::parse::tests::{check, js};

    #[test]
    fn functions() {
        check(
            &js("async function* f(a, b = 1, ...c) { yield* x; await y; yield }
    async x => x; async ({ a }, [b]) => ({ a }); (function g() {})"),
            "
            (Function async * declaration (BindingName f) (BindingName a) (DefaultPattern (BindingName b) Literal) (RestPattern (BindingName c)) (Block (Yield (Name x)) (Await (Name y)) Yield))
            (Function async arrow (BindingName x) (Name x))
            (Function async arrow (ObjectPattern (PatternProperty .a shorthand (BindingName a))) (ArrayPattern (BindingName b)) (Parenthesized (Object (Property .a shorthand (Name a)))))
            (Parenthesized (Function expression (BindingName g) Block))
            ",
        );
    }

    #[test]
    fn object_members() {
        check(
            &js("({ a, b: 1, c() {}, get d() {}, set d(v) {}, async *[e]() {}, ['f']: 1, 'g': 2, 0x10: 3, ...h, async: 4, get: 5 })"),
            "
            (Parenthesized (Object (Property .a shorthand (Name a)) (Property .b Literal) (Property .c (Function method Block)) (Property .d (Function getter Block)) (Property .d (Function setter (BindingName v) Block)) (Property [] (Name e) (Function async * method Block)) (Property .f Literal) (Property .g Literal) (Property .16 Literal) (Spread (Name h)) (Property .async Literal) (Property .get Literal)))
            ",
        );
    }

    #[test]
    fn classes() {
        check(
            &js("class A extends B { static x = 1; #y; static { z } constructor() { super() } static async *m() {} get p() {} static set q(v) {} ['a'] = b; async; static get = 1 }
    (class {})"),
            "
            (Class declaration (BindingName A) (Name B) (ClassMember static .x Literal) (ClassMember #y) (StaticBlock (Name z)) (ClassMember .constructor (Function method (Block (Call Super)))) (ClassMember static .m (Function async * method Block)) (ClassMember .p (Function getter Block)) (ClassMember static .q (Function setter (BindingName v) Block)) (ClassMember .a (Name b)) (ClassMember .async) (ClassMember static .get Literal))
            (Parenthesized Class)
            ",
        );
    }

    #[test]
    fn decorators() {
        check(
            &js("@a class A { @b.c(1) f() {} @d e = 1 }
    @g export class H {}
    export @i class J {}"),
            "
            (Class declaration (Name a) (BindingName A) (ClassMember .f (Call (Member .c (Name b)) Literal) (Function method Block)) (ClassMember .e (Name d) Literal))
            (ExportDeclaration (Class declaration (Name g) (BindingName H)))
            (ExportDeclaration (Class declaration (Name i) (BindingName J)))
            ",
        );
    }
}
