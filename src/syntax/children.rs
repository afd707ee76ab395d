//! The parts of each kind of node, in the order of the text. The only list of them: walking, parents and
//! searching all go through it.

use super::{Key, Kind, NodeId};

impl Kind {
    /// The nodes that are directly part of this one, in the order of the text.
    pub fn children(&self) -> Vec<NodeId> {
        self.statement_children()
            .or_else(|| self.pattern_children())
            .unwrap_or_else(|| self.expression_children())
    }

    fn statement_children(&self) -> Option<Vec<NodeId>> {
        Some(match self {
            Self::Program { body } | Self::Block { body } | Self::StaticBlock { body } => {
                body.clone()
            }
            Self::Variables { declarators, .. } => declarators.clone(),
            Self::Declarator { target, init } => with([*target], *init),
            Self::ExpressionStatement { expression } => vec![*expression],
            Self::If {
                test,
                consequent,
                alternate,
            } => with([*test, *consequent], *alternate),
            Self::For {
                init,
                test,
                update,
                body,
            } => [*init, *test, *update, Some(*body)]
                .into_iter()
                .flatten()
                .collect(),
            Self::ForEach {
                left, right, body, ..
            } => vec![*left, *right, *body],
            Self::While { test, body } => vec![*test, *body],
            Self::DoWhile { body, test } => vec![*body, *test],
            Self::Return { value } => value.iter().copied().collect(),
            Self::Throw { value } => vec![*value],
            Self::Try {
                block,
                handler,
                finalizer,
            } => [Some(*block), *handler, *finalizer]
                .into_iter()
                .flatten()
                .collect(),
            Self::Catch { parameter, body } => {
                [*parameter, Some(*body)].into_iter().flatten().collect()
            }
            Self::Switch { subject, cases } => with([*subject], cases.iter().copied()),
            Self::Case { test, body } => test.iter().chain(body).copied().collect(),
            Self::Labeled { body } => vec![*body],
            Self::With { object, body } => vec![*object, *body],
            Self::Import { names, .. } => names.iter().map(|it| it.local).collect(),
            Self::ExportNames { names, .. } => names.iter().filter_map(|it| it.local).collect(),
            Self::ExportDeclaration { declaration } => vec![*declaration],
            Self::ExportDefault { value, .. } => vec![*value],
            Self::Enum {
                name, initializers, ..
            } => with([*name], initializers.iter().copied()),
            Self::Namespace { name, body } => [*name, Some(*body)].into_iter().flatten().collect(),
            Self::Simple | Self::Continue | Self::ExportAll { .. } | Self::Type => Vec::new(),
            _ => return None,
        })
    }

    fn pattern_children(&self) -> Option<Vec<NodeId>> {
        Some(match self {
            Self::BindingName { .. } => Vec::new(),
            Self::ObjectPattern { properties } => properties.clone(),
            Self::PatternProperty { key, value, .. } | Self::Property { key, value, .. } => {
                with(computed(key), [*value])
            }
            Self::ArrayPattern { elements } | Self::Array { elements } => {
                elements.iter().flatten().copied().collect()
            }
            Self::DefaultPattern { target, value } => vec![*target, *value],
            Self::RestPattern { target } | Self::ParameterProperty { target } => vec![*target],
            _ => return None,
        })
    }

    fn expression_children(&self) -> Vec<NodeId> {
        match self {
            Self::Template { expressions, .. } | Self::Sequence { expressions } => {
                expressions.clone()
            }
            Self::TaggedTemplate { tag, template } => vec![*tag, *template],
            Self::Object { properties } => properties.clone(),
            Self::Function(it) => with(
                it.name.into_iter().chain(it.parameters.iter().copied()),
                it.body,
            ),
            Self::Class(it) => it
                .decorators
                .iter()
                .copied()
                .chain(it.name)
                .chain(it.parent_class)
                .chain(it.members.iter().copied())
                .collect(),
            Self::ClassMember {
                key,
                value,
                decorators,
                ..
            } => with(decorators.iter().copied().chain(computed(key)), *value),
            Self::Parenthesized { expression } | Self::Cast { expression } => vec![*expression],
            Self::Member {
                object, property, ..
            } => with([*object], computed(property)),
            Self::Call {
                callee, arguments, ..
            }
            | Self::New { callee, arguments } => with([*callee], arguments.iter().copied()),
            Self::Spread { argument }
            | Self::Await { argument }
            | Self::Unary { argument, .. }
            | Self::Update { argument } => vec![*argument],
            Self::Yield { argument } => argument.iter().copied().collect(),
            Self::Binary { left, right, .. } | Self::Logical { left, right, .. } => {
                vec![*left, *right]
            }
            Self::Assign { target, value, .. } => vec![*target, *value],
            Self::Conditional {
                test,
                consequent,
                alternate,
            } => vec![*test, *consequent, *alternate],
            Self::Other { children } | Self::Broken { children } => children.clone(),
            _ => Vec::new(),
        }
    }
}

fn with(
    first: impl IntoIterator<Item = NodeId>,
    then: impl IntoIterator<Item = NodeId>,
) -> Vec<NodeId> {
    first.into_iter().chain(then).collect()
}

fn computed(key: &Key) -> Option<NodeId> {
    match key {
        Key::Computed(node) => Some(*node),
        Key::Static(_) | Key::Private(_) => None,
    }
}
