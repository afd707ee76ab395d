//! Expressions of JavaScript, JSX included.
//! Leaves functions and classes to `functions.rs` and type assertions to `typescript.rs`.

use super::{Cst, Lowering, Role, has_token, literals, parts, span};
use crate::source::Span;
use crate::syntax::{Key, Kind, LogicalOperator, NodeId};

impl<'t> Lowering<'t> {
    /// The kind of an expression, or `None` if `node` is none that JavaScript knows.
    pub(super) fn expression(&mut self, node: Cst<'t>) -> Option<Kind> {
        self.primary(node)
            .or_else(|| self.operation(node))
            .or_else(|| self.jsx(node))
    }

    fn primary(&mut self, node: Cst<'t>) -> Option<Kind> {
        Some(match node.kind() {
            "identifier"
            | "undefined"
            | "shorthand_property_identifier"
            | "shorthand_property_identifier_pattern" => Kind::Name {
                name: literals::name(self.text_of(node)),
            },
            "member_expression" => self.dot_member(node),
            "subscript_expression" => self.subscript(node),
            "call_expression" => self.call(node),
            "new_expression" => Kind::New {
                callee: self.required(node, "constructor", Role::Plain),
                arguments: self.arguments(node).0,
            },
            "this" => Kind::This,
            "super" => Kind::Super,
            "import" => Kind::ImportKeyword,
            "string" => Kind::String {
                value: literals::string_value(self.text_of(node)),
            },
            "template_string" => self.template(node),
            "number" | "regex" => Kind::Literal,
            "true" => Kind::Boolean { value: true },
            "false" => Kind::Boolean { value: false },
            "null" => Kind::Null,
            "array" => Kind::Array {
                elements: self.elements(node, Role::Plain),
            },
            "object" => {
                let entries = parts(node).into_iter().map(|it| self.push(it, Role::Entry));
                Kind::Object {
                    properties: entries.collect(),
                }
            }
            "parenthesized_expression" => Kind::Parenthesized {
                expression: self.only_part(node),
            },
            "function_expression" | "generator_function" | "arrow_function" => self.function(node),
            "class" => self.class(node, false),
            // These name no binding: `new.target`, `#name in object`.
            "meta_property" | "private_property_identifier" => Kind::Other {
                children: Vec::new(),
            },
            // Reached only where text is broken; elsewhere their parents read them.
            "object_pattern" | "array_pattern" => return Some(self.assigned_pattern(node)),
            _ => return None,
        })
    }

    fn operation(&mut self, node: Cst<'t>) -> Option<Kind> {
        Some(match node.kind() {
            "binary_expression" => self.binary(node),
            "assignment_expression" => self.assignment(node, "="),
            "augmented_assignment_expression" => {
                let operator = self.operator(node);
                self.assignment(node, operator)
            }
            "ternary_expression" => Kind::Conditional {
                test: self.required(node, "condition", Role::Plain),
                consequent: self.required(node, "consequence", Role::Plain),
                alternate: self.required(node, "alternative", Role::Plain),
            },
            "unary_expression" => Kind::Unary {
                operator: self.operator(node).to_owned(),
                argument: self.required(node, "argument", Role::Plain),
            },
            "update_expression" => Kind::Update {
                argument: self.required(node, "argument", Role::Assigns),
            },
            "await_expression" => Kind::Await {
                argument: self.only_part(node),
            },
            "yield_expression" => Kind::Yield {
                argument: parts(node).first().map(|it| self.plain(*it)),
            },
            "spread_element" => Kind::Spread {
                argument: self.only_part(node),
            },
            "sequence_expression" => Kind::Sequence {
                expressions: parts(node).into_iter().map(|it| self.plain(it)).collect(),
            },
            _ => return None,
        })
    }

    fn operator(&self, node: Cst<'t>) -> &'t str {
        node.child_by_field_name("operator")
            .map_or("", |it| self.text_of(it))
    }

    fn binary(&mut self, node: Cst<'t>) -> Kind {
        let left = self.required(node, "left", Role::Plain);
        let right = self.required(node, "right", Role::Plain);
        let operator = match self.operator(node) {
            "&&" => LogicalOperator::And,
            "||" => LogicalOperator::Or,
            "??" => LogicalOperator::Coalesce,
            other => {
                return Kind::Binary {
                    operator: other.to_owned(),
                    left,
                    right,
                };
            }
        };
        Kind::Logical {
            operator,
            left,
            right,
        }
    }

    fn assignment(&mut self, node: Cst<'t>, operator: &str) -> Kind {
        Kind::Assign {
            operator: operator.to_owned(),
            target: self.required(node, "left", Role::Assigns),
            value: self.required(node, "right", Role::Plain),
        }
    }

    fn dot_member(&mut self, node: Cst<'t>) -> Kind {
        let object = node.child_by_field_name("object");
        // Some versions of the grammar read `import.meta` as a property of `import`.
        if object.is_some_and(|it| it.kind() == "import") {
            return Kind::Other {
                children: Vec::new(),
            };
        }
        let property = node.child_by_field_name("property");
        let text = property.map_or("", |it| self.text_of(it));
        let key = match text.strip_prefix('#') {
            Some(private) => Key::Private(literals::name(private)),
            None => Key::Static(literals::name(text)),
        };
        Kind::Member {
            object: self.left_end(node, "object"),
            property: key,
            property_span: property.map_or_else(|| end_of(node), span),
            optional: is_optional(node),
        }
    }

    fn subscript(&mut self, node: Cst<'t>) -> Kind {
        let object = self.left_end(node, "object");
        let optional = is_optional(node);
        let (property, property_span) = match node.child_by_field_name("index") {
            Some(index) => (self.key_of(index), span(index)),
            None => (Key::Computed(self.nothing(node)), end_of(node)),
        };
        Kind::Member {
            object,
            property,
            property_span,
            optional,
        }
    }

    fn call(&mut self, node: Cst<'t>) -> Kind {
        let callee = self.left_end(node, "function");
        let template = node.child_by_field_name("arguments");
        if let Some(template) = template.filter(|it| it.kind() == "template_string") {
            return Kind::TaggedTemplate {
                tag: callee,
                template: self.plain(template),
            };
        }
        let (arguments, arguments_span) = self.arguments(node);
        Kind::Call {
            callee,
            arguments,
            arguments_span,
            optional: is_optional(node),
        }
    }

    /// What a chain continues from; starts where the chain does.
    fn left_end(&mut self, node: Cst<'t>, field: &str) -> NodeId {
        let Some(part) = node.child_by_field_name(field) else {
            return self.nothing(node);
        };
        let start = self.start;
        let end = span(part).end;
        self.push_at(Span { start, end }, part, Role::Link)
    }

    /// The JavaScript grammar reads `await (a).b` as a call of something called `await`. The whole
    /// chain is what is awaited, and the arguments are parentheses.
    pub(super) fn awaited(&mut self, node: Cst<'t>) -> Option<Kind> {
        if !self.in_async {
            return None;
        }
        let mut here = node;
        loop {
            if let Some(list) = self.awaited_parentheses(here) {
                let span = Span::new(list.start_byte(), node.end_byte());
                let argument = self.push_at(span, node, Role::Link);
                return Some(Kind::Await { argument });
            }
            let field = match here.kind() {
                "call_expression" => "function",
                "member_expression" | "subscript_expression" => "object",
                _ => return None,
            };
            here = here.child_by_field_name(field)?;
        }
    }

    fn awaited_parentheses(&self, call: Cst<'t>) -> Option<Cst<'t>> {
        if call.kind() != "call_expression" {
            return None;
        }
        let callee = call.child_by_field_name("function")?;
        let list = call.child_by_field_name("arguments")?;
        let is_await = callee.kind() == "identifier" && self.text_of(callee) == "await";
        (is_await && list.kind() == "arguments" && !parts(list).is_empty()).then_some(list)
    }

    /// A part of a chain whose left end has been looked at already.
    pub(super) fn link(&mut self, node: Cst<'t>) -> Kind {
        let list = self.in_async.then(|| self.awaited_parentheses(node));
        let Some(list) = list.flatten() else {
            return self.lower_plain(node);
        };
        let parts = parts(list);
        if let [only] = parts.as_slice() {
            let expression = self.plain(*only);
            return Kind::Parenthesized { expression };
        }
        let whole = Span::new(parts[0].start_byte(), parts[parts.len() - 1].end_byte());
        let expressions = parts.into_iter().map(|it| self.plain(it)).collect();
        let expression = self.finished(whole, Kind::Sequence { expressions });
        Kind::Parenthesized { expression }
    }

    fn arguments(&mut self, node: Cst<'t>) -> (Vec<NodeId>, Span) {
        match node.child_by_field_name("arguments") {
            Some(list) => (
                parts(list).into_iter().map(|it| self.plain(it)).collect(),
                span(list),
            ),
            None => (Vec::new(), end_of(node)),
        }
    }

    fn template(&mut self, node: Cst<'t>) -> Kind {
        let mut texts = Vec::new();
        let mut expressions = Vec::new();
        let mut start = node.start_byte() + 1;
        for part in parts(node) {
            if part.kind() == "template_substitution" {
                texts.push(self.text[start..part.start_byte()].to_owned());
                expressions.push(self.only_part(part));
                start = part.end_byte();
            }
        }
        let last = &self.text[start.min(node.end_byte())..node.end_byte()];
        texts.push(last.strip_suffix('`').unwrap_or(last).to_owned());
        Kind::Template { texts, expressions }
    }

    /// One entry of an object.
    pub(super) fn entry(&mut self, node: Cst<'t>) -> Kind {
        match node.kind() {
            "pair" => Kind::Property {
                key: self.key_field(node, "key"),
                value: self.required(node, "value", Role::Plain),
                shorthand: false,
            },
            "method_definition" => {
                let key = self.key_field(node, "name");
                Kind::Property {
                    key,
                    value: self.push(node, Role::Method),
                    shorthand: false,
                }
            }
            "shorthand_property_identifier" => Kind::Property {
                key: Key::Static(literals::name(self.text_of(node))),
                value: self.plain(node),
                shorthand: true,
            },
            _ => self.lower_plain(node),
        }
    }

    /// The key in `field`, the name of a property, a method or a class field.
    pub(super) fn key_field(&mut self, node: Cst<'t>, field: &str) -> Key {
        match node.child_by_field_name(field) {
            Some(key) if key.kind() == "computed_property_name" => match parts(key).first() {
                Some(expression) => self.key_of(*expression),
                None => Key::Computed(self.nothing(key)),
            },
            Some(key) => match key.kind() {
                "string" | "number" => self.key_of(key),
                "private_property_identifier" => {
                    Key::Private(literals::name(self.text_of(key).trim_start_matches('#')))
                }
                _ => Key::Static(literals::name(self.text_of(key))),
            },
            None => Key::Static(String::new()),
        }
    }

    /// The key that the expression between brackets is.
    fn key_of(&mut self, expression: Cst<'t>) -> Key {
        let text = self.text_of(expression);
        match expression.kind() {
            "string" => Key::Static(literals::string_value(text)),
            "template_string" if !has_token(expression, "template_substitution") => {
                Key::Static(literals::string_value(text))
            }
            "number" => Key::Static(literals::number_key(text)),
            _ => Key::Computed(self.plain(expression)),
        }
    }

    fn jsx(&mut self, node: Cst<'t>) -> Option<Kind> {
        let children = match node.kind() {
            "jsx_element" => self.all(node),
            "jsx_opening_element" | "jsx_closing_element" | "jsx_self_closing_element" => {
                let name = node.child_by_field_name("name");
                let is_component = name.is_some_and(|it| self.is_component(it));
                let attributes = parts(node).into_iter().filter(|it| {
                    (is_component || Some(*it) != name) && !super::typescript::is_silent(it.kind())
                });
                attributes.map(|it| self.plain(it)).collect()
            }
            "jsx_attribute" => {
                let value = parts(node).into_iter().skip(1);
                value.map(|it| self.plain(it)).collect()
            }
            "jsx_expression" => self.all(node),
            "jsx_namespace_name" => Vec::new(),
            _ => return None,
        };
        Some(Kind::Other { children })
    }

    /// A lower-case tag is an element of the page, no reference; nor is one with a dash.
    fn is_component(&self, name: Cst<'t>) -> bool {
        let text = self.text_of(name);
        name.kind() == "member_expression"
            || (!text.starts_with(|it: char| it.is_ascii_lowercase()) && !text.contains('-'))
    }
}

/// `?.`, which is a node in one grammar and a sign in the other.
fn is_optional(node: Cst<'_>) -> bool {
    has_token(node, "optional_chain") || has_token(node, "?.")
}

fn end_of(node: Cst<'_>) -> Span {
    Span::new(node.end_byte(), node.end_byte())
}
