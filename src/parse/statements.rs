//! Statements that run, and declarations of variables.
//! Leaves `import` and `export` to `modules.rs`.

use super::patterns::annotation;
use super::{Cst, Lowering, Role, has_token, parts};
use crate::source::Span;
use crate::syntax::{Keyword, Kind, NodeId};

impl<'t> Lowering<'t> {
    /// The kind of a statement, or `None` if `node` is none that JavaScript knows.
    pub(super) fn statement(&mut self, node: Cst<'t>) -> Option<Kind> {
        Some(match node.kind() {
            "expression_statement" => self.expression_statement(node),
            "statement_block" => Kind::Block {
                body: self.statements(parts(node)),
            },
            "variable_declaration" => self.variables(node, Keyword::Var),
            "using_declaration" => self.variables(node, Keyword::Const),
            "lexical_declaration" => {
                let keyword = if has_token(node, "let") {
                    Keyword::Let
                } else {
                    Keyword::Const
                };
                self.variables(node, keyword)
            }
            "variable_declarator" => Kind::Declarator {
                target: self.required(node, "name", Role::Declares(annotation(node))),
                init: self.optional(node, "value", Role::Plain),
            },
            "function_declaration" | "generator_function_declaration" | "function_signature" => {
                self.function(node)
            }
            "class_declaration" | "abstract_class_declaration" => self.class(node, true),
            "return_statement" => Kind::Return {
                value: parts(node).first().map(|it| self.plain(*it)),
            },
            "throw_statement" => Kind::Throw {
                value: self.only_part(node),
            },
            "try_statement" => self.try_statement(node),
            "catch_clause" => Kind::Catch {
                parameter: self.optional(node, "parameter", Role::Declares(annotation(node))),
                body: self.required(node, "body", Role::Plain),
            },
            "continue_statement" if parts(node).is_empty() => Kind::Continue,
            "empty_statement" | "break_statement" | "continue_statement" | "debugger_statement" => {
                Kind::Simple
            }
            "labeled_statement" => Kind::Labeled {
                body: self.required(node, "body", Role::Plain),
            },
            _ => return self.branch(node).or_else(|| self.repetition(node)),
        })
    }

    fn branch(&mut self, node: Cst<'t>) -> Option<Kind> {
        Some(match node.kind() {
            "if_statement" => Kind::If {
                test: self.inside_parentheses(node, "condition"),
                consequent: self.required(node, "consequence", Role::Plain),
                alternate: node
                    .child_by_field_name("alternative")
                    .map(|it| self.only_part(it)),
            },
            "switch_statement" => Kind::Switch {
                subject: self.inside_parentheses(node, "value"),
                cases: node
                    .child_by_field_name("body")
                    .map_or_else(Vec::new, |it| self.all(it)),
            },
            "switch_case" | "switch_default" => {
                let test = node.child_by_field_name("value");
                let body = parts(node).into_iter().filter(|it| Some(*it) != test);
                Kind::Case {
                    body: self.statements(body.collect()),
                    test: test.map(|it| self.plain(it)),
                }
            }
            "with_statement" => Kind::With {
                object: self.inside_parentheses(node, "object"),
                body: self.required(node, "body", Role::Plain),
            },
            _ => return None,
        })
    }

    fn repetition(&mut self, node: Cst<'t>) -> Option<Kind> {
        Some(match node.kind() {
            "for_statement" => Kind::For {
                init: self.for_part(node, "initializer"),
                test: self.for_part(node, "condition"),
                update: self.for_part(node, "increment"),
                body: self.required(node, "body", Role::Plain),
            },
            "for_in_statement" => self.for_each(node),
            "while_statement" => Kind::While {
                test: self.inside_parentheses(node, "condition"),
                body: self.required(node, "body", Role::Plain),
            },
            "do_statement" => Kind::DoWhile {
                body: self.required(node, "body", Role::Plain),
                test: self.inside_parentheses(node, "condition"),
            },
            _ => return None,
        })
    }

    /// The statements of a list.
    pub(super) fn statements(&mut self, list: Vec<Cst<'t>>) -> Vec<NodeId> {
        let mut statements = Vec::with_capacity(list.len());
        let mut rest = list.into_iter().peekable();
        while let Some(statement) = rest.next() {
            let is_let = self.is_lone_let(statement);
            // With a comment after it, the JavaScript grammar reads `let` as a name that stands
            // alone, and what it declares as an expression.
            statements.push(
                match rest.next_if(|it| is_let && it.kind() == "expression_statement") {
                    Some(declared) => {
                        let whole = Span::new(statement.start_byte(), declared.end_byte());
                        self.push_at(whole, declared, Role::LetDeclarators)
                    }
                    None => self.plain(statement),
                },
            );
        }
        statements
    }

    fn is_lone_let(&self, statement: Cst<'t>) -> bool {
        statement.kind() == "expression_statement"
            && !has_token(statement, ";")
            && parts(statement)
                .first()
                .is_some_and(|it| self.text_of(*it) == "let")
    }

    /// What follows a `let` that the grammar took for a statement.
    pub(super) fn let_declarators(&mut self, node: Cst<'t>) -> Kind {
        let mut declarators = parts(node);
        if let [sequence] = declarators.as_slice()
            && sequence.kind() == "sequence_expression"
        {
            declarators = parts(*sequence);
        }
        let declarators = declarators
            .into_iter()
            .map(|it| self.push(it, Role::Declarator));
        Kind::Variables {
            keyword: Keyword::Let,
            declarators: declarators.collect(),
        }
    }

    fn expression_statement(&mut self, node: Cst<'t>) -> Kind {
        let mut first = parts(node).first().copied();
        // `await using x = y`.
        if first.is_some_and(|it| it.kind() == "await_expression") {
            let awaited = first.and_then(|it| parts(it).first().copied());
            first = awaited.filter(|it| is_using(*it)).or(first);
        }
        match first {
            // The TypeScript grammar reads `namespace N {}` and `using x = y` as expressions.
            Some(namespace) if namespace.kind() == "internal_module" => self.namespace(namespace),
            Some(assignment) if is_using(assignment) => {
                let start = assignment.child_by_field_name("left").unwrap_or(assignment);
                let span = Span::new(start.start_byte(), assignment.end_byte());
                let declarator = self.push_at(span, assignment, Role::Declarator);
                Kind::Variables {
                    keyword: Keyword::Const,
                    declarators: vec![declarator],
                }
            }
            _ => Kind::ExpressionStatement {
                expression: self.only_part(node),
            },
        }
    }

    /// `x = y` or `x` as a declarator.
    pub(super) fn expression_declarator(&mut self, node: Cst<'t>) -> Kind {
        if node.kind() != "assignment_expression" {
            let target = self.push(node, Role::Declares(None));
            return Kind::Declarator { target, init: None };
        }
        Kind::Declarator {
            target: self.required(node, "left", Role::Declares(None)),
            init: self.optional(node, "right", Role::Plain),
        }
    }

    fn variables(&mut self, node: Cst<'t>, keyword: Keyword) -> Kind {
        Kind::Variables {
            keyword,
            declarators: self.all(node),
        }
    }

    fn try_statement(&mut self, node: Cst<'t>) -> Kind {
        let finalizer = node.child_by_field_name("finalizer");
        Kind::Try {
            block: self.required(node, "body", Role::Plain),
            handler: self.optional(node, "handler", Role::Plain),
            finalizer: finalizer.map(|it| self.required(it, "body", Role::Plain)),
        }
    }

    /// The expression in the parentheses that a statement needs around it.
    fn inside_parentheses(&mut self, node: Cst<'t>, field: &str) -> NodeId {
        match node.child_by_field_name(field) {
            Some(part) if part.kind() == "parenthesized_expression" => self.only_part(part),
            Some(part) => self.plain(part),
            None => self.nothing(node),
        }
    }

    /// A part of a `for` header; the grammar has an empty statement where there is none.
    fn for_part(&mut self, node: Cst<'t>, field: &str) -> Option<NodeId> {
        let part = node.child_by_field_name(field)?;
        match part.kind() {
            "empty_statement" | ";" => None,
            "expression_statement" => Some(self.only_part(part)),
            _ => Some(self.plain(part)),
        }
    }

    fn for_each(&mut self, node: Cst<'t>) -> Kind {
        let keyword = node
            .child_by_field_name("kind")
            .map(|it| match self.text_of(it) {
                "var" => Keyword::Var,
                "let" => Keyword::Let,
                _ => Keyword::Const,
            });
        let role = if keyword.is_some() {
            Role::Declares(None)
        } else {
            Role::Assigns
        };
        let mut left = self.required(node, "left", role);
        // `for (var a = 1 in b)`, which browsers still accept.
        if let Some(value) = node.child_by_field_name("value") {
            let value = self.plain(value);
            let start = self.nodes[left.index()].span;
            let span = Span {
                start: start.start,
                end: self.nodes[value.index()].span.end,
            };
            left = self.finished(
                span,
                Kind::DefaultPattern {
                    target: left,
                    value,
                },
            );
        }
        Kind::ForEach {
            keyword,
            left,
            right: self.required(node, "right", Role::Plain),
            body: self.required(node, "body", Role::Plain),
            is_of: node
                .child_by_field_name("operator")
                .is_some_and(|it| it.kind() == "of"),
        }
    }
}

fn is_using(assignment: Cst<'_>) -> bool {
    assignment.kind() == "assignment_expression" && has_token(assignment, "using")
}
