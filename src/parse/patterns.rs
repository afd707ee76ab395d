//! Patterns: what declarations, parameters, assignments and loops take values apart with.
//! Leaves the values to `expressions.rs`.

use super::{Cst, Lowering, Role, has_token, literals, parts, span};
use crate::source::Span;
use crate::syntax::{Key, Kind, NodeId};

impl<'t> Lowering<'t> {
    /// A pattern whose identifiers declare.
    pub(super) fn binding_pattern(&mut self, node: Cst<'t>, annotation: Option<Span>) -> Kind {
        match node.kind() {
            "identifier"
            | "type_identifier"
            | "undefined"
            | "shorthand_property_identifier_pattern" => Kind::BindingName {
                name: literals::name(self.text_of(node)),
                annotation,
            },
            _ => self.pattern(node, Role::Declares(annotation)),
        }
    }

    /// A pattern whose identifiers are assigned.
    pub(super) fn assigned_pattern(&mut self, node: Cst<'t>) -> Kind {
        match node.kind() {
            "shorthand_property_identifier_pattern" => Kind::Name {
                name: literals::name(self.text_of(node)),
            },
            _ => self.pattern(node, Role::Assigns),
        }
    }

    fn pattern(&mut self, node: Cst<'t>, role: Role) -> Kind {
        // An annotation is that of the whole pattern; only a rest or a default hands it on.
        let inner = match role {
            Role::Declares(_) => Role::Declares(None),
            other => other,
        };
        match node.kind() {
            "object_pattern" => {
                let entry = Role::PatternEntry {
                    declares: matches!(role, Role::Declares(_)),
                };
                let properties = parts(node)
                    .into_iter()
                    .map(|it| self.push(it, entry))
                    .collect();
                Kind::ObjectPattern { properties }
            }
            "array_pattern" => Kind::ArrayPattern {
                elements: self.elements(node, inner),
            },
            "rest_pattern" => {
                let target = parts(node).first().map(|it| self.push(*it, role));
                Kind::RestPattern {
                    target: target.unwrap_or_else(|| self.nothing(node)),
                }
            }
            "assignment_pattern" | "object_assignment_pattern" => Kind::DefaultPattern {
                target: self.required(node, "left", role),
                value: self.required(node, "right", Role::Plain),
            },
            _ => self.lower_plain(node),
        }
    }

    /// One entry of an object pattern.
    pub(super) fn pattern_entry(&mut self, node: Cst<'t>, declares: bool) -> Kind {
        let role = if declares {
            Role::Declares(None)
        } else {
            Role::Assigns
        };
        match node.kind() {
            "pair_pattern" => Kind::PatternProperty {
                key: self.key_field(node, "key"),
                value: self.required(node, "value", role),
                shorthand: false,
            },
            "shorthand_property_identifier_pattern" => Kind::PatternProperty {
                key: Key::Static(literals::name(self.text_of(node))),
                value: self.push(node, role),
                shorthand: true,
            },
            "object_assignment_pattern" => {
                let name = node
                    .child_by_field_name("left")
                    .map_or("", |it| self.text_of(it));
                let key = Key::Static(literals::name(name));
                Kind::PatternProperty {
                    key,
                    value: self.push(node, role),
                    shorthand: true,
                }
            }
            _ => self.pattern(node, role),
        }
    }

    /// The elements of an array or an array pattern; a hole is `None`.
    pub(super) fn elements(&mut self, node: Cst<'t>, role: Role) -> Vec<Option<NodeId>> {
        let mut elements = Vec::new();
        let mut is_filled = false;
        let mut cursor = node.walk();
        for child in node.children(&mut cursor) {
            if child.kind() == "," {
                if !is_filled {
                    elements.push(None);
                }
                is_filled = false;
            } else if child.is_named() && !super::is_comment(child.kind()) {
                elements.push(Some(self.push(child, role)));
                is_filled = true;
            }
        }
        elements
    }

    /// The parameters of any function.
    pub(super) fn parameters(&mut self, node: Cst<'t>) -> Vec<NodeId> {
        if let Some(single) = node.child_by_field_name("parameter") {
            return vec![self.push(single, Role::Declares(None))];
        }
        let Some(list) = node.child_by_field_name("parameters") else {
            return Vec::new();
        };
        parts(list)
            .into_iter()
            .filter_map(|it| self.parameter(it))
            .collect()
    }

    fn parameter(&mut self, node: Cst<'t>) -> Option<NodeId> {
        if !matches!(node.kind(), "required_parameter" | "optional_parameter") {
            return Some(self.push(node, Role::Declares(None)));
        }
        let pattern = node.child_by_field_name("pattern")?;
        // `this` as a parameter is a type annotation; no argument is passed for it.
        if pattern.kind() == "this" {
            return None;
        }
        let target = if node.child_by_field_name("value").is_some() {
            let whole = Span::new(pattern.start_byte(), node.end_byte());
            self.push_at(whole, node, Role::ParameterDefault)
        } else {
            self.push(pattern, Role::Declares(annotation(node)))
        };
        let is_property = ["accessibility_modifier", "override_modifier", "readonly"]
            .iter()
            .any(|it| has_token(node, it));
        Some(if is_property {
            self.finished(span(node), Kind::ParameterProperty { target })
        } else {
            target
        })
    }

    /// A parameter with a default value in TypeScript.
    pub(super) fn parameter_default(&mut self, node: Cst<'t>) -> Kind {
        Kind::DefaultPattern {
            target: self.required(node, "pattern", Role::Declares(annotation(node))),
            value: self.required(node, "value", Role::Plain),
        }
    }
}

/// The range of the type annotated in the `type` field, without its colon.
pub(super) fn annotation(node: Cst<'_>) -> Option<Span> {
    let annotation = node.child_by_field_name("type")?;
    parts(annotation).first().map(|it| span(*it))
}
