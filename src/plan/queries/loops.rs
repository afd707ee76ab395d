//! `list.forEach((it) => { … })` in which a question is asked: as a loop, where it can be awaited.

use crate::plan::Input;
use crate::plan::awaiting::{Awaiting, awaiting};
use crate::plan::draft::Draft;
use crate::project::value::Place;
use crate::source::Span;
use crate::syntax::{FunctionStyle, Key, Keyword, Kind, NodeId, Tree};

/// Methods that give a new list.
const LISTING: [&str; 8] = [
    "map", "filter", "slice", "concat", "flat", "flatMap", "split", "sort",
];

/// A call of `forEach` that can be a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Loop {
    statement: Place,
    list: NodeId,
    parameter: NodeId,
    body: NodeId,
}

/// The loop that a question's callback would be, and where it can be awaited then.
pub(super) fn around(input: &Input<'_>, question: Place) -> Option<(Loop, Awaiting)> {
    let tree = &input.project.facts(question.file).tree;
    let function = tree.enclosing_function(question.node)?;
    let call = tree.parent(function)?;
    let Kind::Call {
        callee, arguments, ..
    } = tree.kind(call)
    else {
        return None;
    };
    let Kind::Member {
        object,
        property: Key::Static(name),
        optional: false,
        ..
    } = tree.kind(*callee)
    else {
        return None;
    };
    let statement = tree.parent(call)?;
    let is_alone = matches!(tree.kind(statement), Kind::ExpressionStatement { .. })
        && tree.statement_list(statement).is_some();
    if name != "forEach" || arguments[..] != [function] || !is_alone {
        return None;
    }
    let (parameter, body) = callback(tree, function)?;
    let text = &input.sources[question.file.index()].text;
    if is_typed(text, tree, parameter, body) {
        return None;
    }
    let found = awaiting(input, question.beside(call));
    let may_wait = matches!(found, Awaiting::Here | Awaiting::InAsync(_));
    (may_wait && is_list(input, question.beside(*object))).then_some((
        Loop {
            statement: question.beside(statement),
            list: *object,
            parameter,
            body,
        },
        found,
    ))
}

/// The parameter and the body of a callback that a loop's body can say as well.
fn callback(tree: &Tree, node: NodeId) -> Option<(NodeId, NodeId)> {
    let function = tree.function(node)?;
    let ([parameter], Some(body)) = (&function.parameters[..], function.body) else {
        return None;
    };
    let is_plain = function.style == FunctionStyle::Arrow
        && !function.is_async
        && matches!(tree.kind(body), Kind::Block { .. })
        && !matches!(
            tree.kind(*parameter),
            Kind::RestPattern { .. } | Kind::DefaultPattern { .. }
        );
    let leaves = |it: &NodeId| {
        let is_own = tree.enclosing_function(*it) == Some(node);
        match tree.kind(*it) {
            Kind::Return { .. } => is_own,
            Kind::Variables { keyword, .. } => is_own && *keyword == Keyword::Var,
            _ => false,
        }
    };
    (is_plain && !tree.descendants(body).any(|it| leaves(&it))).then_some((*parameter, body))
}

/// Whether TypeScript says what the parameter is, or what the callback gives: in a loop there is no place for it.
fn is_typed(text: &str, tree: &Tree, parameter: NodeId, body: NodeId) -> bool {
    let (own, body) = (tree.span(parameter), tree.span(body));
    let behind = &text[own.end as usize..body.start as usize];
    let is_annotated = matches!(
        tree.kind(parameter),
        Kind::BindingName {
            annotation: Some(_),
            ..
        }
    );
    is_annotated || behind.contains(':')
}

/// Whether an expression is a list, not a map, whose loop has other elements; and nothing is done to get it.
fn is_list(input: &Input<'_>, place: Place) -> bool {
    let facts = input.project.facts(place.file);
    let tree = &facts.tree;
    let Kind::Name { .. } = tree.kind(place.node) else {
        return false;
    };
    let Some(binding) = facts.binding_of(place.node).map(|it| facts.binding(it)) else {
        return false;
    };
    let [declaration] = binding.declarations[..] else {
        return false;
    };
    let declarator = tree.ancestors(declaration).find(|it| {
        !matches!(
            tree.kind(*it),
            Kind::ObjectPattern { .. } | Kind::ArrayPattern { .. } | Kind::PatternProperty { .. }
        )
    });
    match declarator.map(|it| tree.kind(it)) {
        Some(Kind::Declarator {
            init: Some(init), ..
        }) => gives_list(tree, *init),
        _ => false,
    }
}

fn gives_list(tree: &Tree, node: NodeId) -> bool {
    match tree.kind(tree.bare(node)) {
        // Data from elsewhere.
        Kind::Await { .. } | Kind::Array { .. } => true,
        Kind::Call { callee, .. } => match tree.kind(*callee) {
            Kind::Member {
                object, property, ..
            } => {
                let is_maker = matches!(tree.name(*object), Some("Array" | "Object"));
                is_maker || property.name().is_some_and(|it| LISTING.contains(&it))
            }
            _ => false,
        },
        _ => false,
    }
}

impl Loop {
    /// Writes it as one, once.
    pub(super) fn write(self, draft: &mut Draft<'_>) {
        let file = self.statement.file;
        let layout = draft.layout(file);
        let tree = layout.tree;
        let whole = tree.span(self.statement.node);
        let body = tree.span(self.body);
        let text = |it: NodeId| &layout.text[tree.span(it).range()];
        let head = format!(
            "for (const {} of {}) ",
            text(self.parameter),
            text(self.list)
        );
        let start = Span {
            start: whole.start,
            end: body.start,
        };
        let end = Span {
            start: body.end,
            end: whole.end,
        };
        if draft.is_gone(file, start) {
            return;
        }
        draft.drop_comments(file, end);
        draft.reuse(file, tree.span(self.list));
        draft.replace_whole(file, start, &head);
        draft.replace_whole(file, end, "");
    }
}
