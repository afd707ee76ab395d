//! Takes out what only served the handle: variables, settings, exports, imports; from lists with their comma.

use crate::findings::uses::{Use, Variable, receiving_parameters};
use crate::plan::Input;
use crate::plan::draft::Draft;
use crate::plan::layout::lists;
use crate::plan::setup::ROLL_BACK_VARIABLE;
use crate::project::value::{Place, Value};
use crate::rules::Meaning;
use crate::source::{FileId, Span};
use crate::syntax::{Kind, NodeId, Tree};

/// Removes `app.set('io', io)`, `req.io = io` with their statement.
pub(super) fn remove_hand_over(draft: &mut Draft<'_>, it: &Use) {
    let file = it.chain.root.file;
    let tree = draft.layout(file).tree;
    let statement = tree.enclosing_statement(it.chain.end);
    match tree.kind(statement) {
        Kind::ExpressionStatement { expression } if is_hand_over(tree, *expression, it) => {
            remove_whole_statement(draft, file, statement);
        }
        _ => draft.replace_whole(file, tree.span(it.chain.end), "undefined"),
    }
}

/// Removes `if (process.env.SOCKET_IO_IN_PROCESS === '1') { … }`, or the statement alone where somebody put it elsewhere;
/// false if it is wanted.
pub(super) fn remove_switch(draft: &mut Draft<'_>, it: &Use) -> bool {
    if draft.input.settings.choice.roll_back_switch {
        return false;
    }
    let file = it.chain.root.file;
    let tree = draft.layout(file).tree;
    let statement = tree.enclosing_statement(it.chain.end);
    let asks = |it: &NodeId| match tree.kind(*it) {
        Kind::If { test, .. } => {
            let text = &draft.layout(file).text[tree.span(*test).range()];
            text.contains(ROLL_BACK_VARIABLE)
        }
        _ => false,
    };
    let condition = tree.ancestors(statement).find(asks);
    let whole = condition.unwrap_or(statement);
    draft.drop_comments(file, tree.span(whole));
    remove_whole_statement(draft, file, whole);
    true
}

/// Whether an expression does nothing but hand the server over: `app.set('io', io)`, `req.io = res.io = io`; not
/// `app.set('io', io).listen(3000)`.
fn is_hand_over(tree: &Tree, expression: NodeId, it: &Use) -> bool {
    match tree.kind(tree.bare(expression)) {
        Kind::Call { arguments, .. } => arguments.contains(&it.chain.end),
        Kind::Assign { value, .. } => *value == it.chain.end || is_hand_over(tree, *value, it),
        Kind::Await { argument } => is_hand_over(tree, *argument, it),
        _ => false,
    }
}

/// A statement that stands alone after `if (x)` leaves an empty block.
fn remove_whole_statement(draft: &mut Draft<'_>, file: FileId, statement: NodeId) {
    let tree = draft.layout(file).tree;
    match tree.statement_list(statement) {
        Some(_) => draft.remove_statement(file, statement),
        None => draft.replace_whole(file, tree.span(statement), "{}"),
    }
}

/// Whether a write goes to an object that only carries values: a request, the application, the global object.
pub(super) fn writes_carrier(input: &Input<'_>, it: &Use) -> bool {
    let file = it.chain.root.file;
    let tree = &input.project.facts(file).tree;
    tree.ancestors(it.chain.end)
        .any(|node| match tree.kind(node) {
            Kind::Assign { target, .. } => match tree.kind(*target) {
                Kind::Member { object, .. } => input
                    .project
                    .values(Place {
                        file,
                        node: *object,
                    })
                    .any(|it| {
                        matches!(
                            it,
                            Value::Request
                                | Value::Response
                                | Value::App
                                | Value::AppLocals
                                | Value::AppSettings
                                | Value::ResponseLocals
                                | Value::Global
                        )
                    }),
                _ => false,
            },
            _ => false,
        })
}

/// Removes from a file's exports what an expression names there.
pub(in crate::plan) fn remove_export(draft: &mut Draft<'_>, Place { file, node }: Place) {
    let tree = draft.layout(file).tree;
    let Some(parent) = tree.parent(node) else {
        return;
    };
    match tree.kind(parent) {
        Kind::Property { .. } => match exported_object(draft, Place { file, node: parent }) {
            Some(statement) => draft.remove_statement(file, statement),
            None => remove_from_list(draft, file, parent),
        },
        Kind::ExportNames { names, .. } => {
            let own = names.iter().position(|name| name.local == Some(node));
            remove_specifier(draft, file, (parent, own.unwrap_or(0)));
        }
        _ => draft.remove_statement(file, tree.enclosing_statement(node)),
    }
}

/// The statement that exports nothing but an object of which a property is the last one left, if that makes no
/// difference to anybody.
fn exported_object(draft: &Draft<'_>, property: Place) -> Option<NodeId> {
    let Place { file, node } = property;
    let facts = draft.input.project.facts(file);
    let tree = &facts.tree;
    let object = tree.parent(node)?;
    if !is_last(draft, file, &tree.children(object)) {
        return None;
    }
    let statement = tree.enclosing_statement(object);
    let exported = match tree.kind(statement) {
        Kind::ExpressionStatement { expression } => match tree.kind(*expression) {
            Kind::Assign { value, .. } => *value,
            _ => return None,
        },
        Kind::ExportDefault { value, .. } => *value,
        _ => return None,
    };
    let is_missed = match tree.kind(statement) {
        Kind::ExportDefault { .. } => {
            let mut others = draft.input.project.files().filter(|it| it.0 != file);
            others.any(|it| draft.input.project.loads(it.0, file))
        }
        // Without it a module exports an empty object, too, unless something was exported otherwise.
        _ => {
            let names = ["module", "exports"].iter();
            let all = names.filter_map(|it| facts.free_names().get(*it)).flatten();
            let own = tree.span(statement);
            all.into_iter().any(|it| !own.contains(tree.span(*it)))
        }
    };
    let is_listed = tree.statement_list(statement).is_some();
    (exported == object && is_listed && !is_missed).then_some(statement)
}

/// Removes one name from `export { a, b }`; the last one with the statement.
pub(in crate::plan) fn remove_specifier(
    draft: &mut Draft<'_>,
    file: FileId,
    (statement, own): (NodeId, usize),
) {
    let Kind::ExportNames { names, .. } = draft.layout(file).tree.kind(statement) else {
        return;
    };
    let spans: Vec<Span> = names.iter().map(|it| it.span).collect();
    let left = spans.iter().filter(|it| !draft.is_gone(file, **it));
    match left.count() > 1 {
        true => remove_item(draft, file, &spans, own),
        false => draft.remove_statement(file, statement),
    }
}

/// Removes a property of an object, or an element of an array, with the comma that belongs to it.
pub(in crate::plan) fn remove_from_list(draft: &mut Draft<'_>, file: FileId, item: NodeId) {
    let tree = draft.layout(file).tree;
    let Some(list) = tree.parent(item) else {
        return;
    };
    let items: Vec<NodeId> = tree.children(list);
    let spans: Vec<Span> = items.iter().map(|it| tree.span(*it)).collect();
    if let Some(own) = items.iter().position(|it| *it == item) {
        remove_item(draft, file, &spans, own);
    }
}

/// Removes the `own`th of several items of a list in braces or brackets. Others may be gone already.
fn remove_item(draft: &mut Draft<'_>, file: FileId, items: &[Span], own: usize) {
    let layout = draft.layout(file);
    let item = items[own];
    let is_left = |it: &&Span| !draft.is_gone(file, **it);
    let previous = items[..own].iter().rfind(is_left).copied();
    let next = items[own + 1..].iter().find(is_left).copied();
    let gone = lists::run(layout, previous, (item, item), next);
    draft.delete(file, gone);
}

/// Removes the declaration of a variable: its declarator, its import, or its part of a pattern.
pub(in crate::plan) fn remove_declaration(draft: &mut Draft<'_>, name: Place) {
    let file = name.file;
    let tree = draft.layout(file).tree;
    if draft.is_gone(file, tree.span(name.node)) {
        return;
    }
    let Some(parent) = tree.parent(name.node) else {
        return;
    };
    match tree.kind(parent) {
        Kind::Declarator { .. } => remove_declarator(draft, file, parent),
        Kind::PatternProperty { .. } => {
            let Some(pattern) = tree.parent(parent) else {
                return;
            };
            let declarator = tree.parent(pattern);
            match declarator {
                Some(declarator) if is_last(draft, file, &tree.children(pattern)) => {
                    remove_declarator(draft, file, declarator);
                }
                _ => remove_from_list(draft, file, parent),
            }
        }
        Kind::Import { names, .. } => {
            let own = names.iter().position(|it| it.local == name.node);
            let locals: Vec<NodeId> = names.iter().map(|it| it.local).collect();
            match own {
                Some(own) if !is_last(draft, file, &locals) => {
                    remove_import_name(draft, file, parent, own);
                }
                _ => draft.remove_names(file, parent),
            }
        }
        _ => {}
    }
}

fn remove_declarator(draft: &mut Draft<'_>, file: FileId, declarator: NodeId) {
    let tree = draft.layout(file).tree;
    let Some(statement) = tree.parent(declarator) else {
        return;
    };
    match is_last(draft, file, &tree.children(statement)) {
        true => draft.remove_names(file, statement),
        false => remove_from_list(draft, file, declarator),
    }
}

/// Whether no more than one item of a list is left.
fn is_last(draft: &Draft<'_>, file: FileId, items: &[NodeId]) -> bool {
    let tree = draft.layout(file).tree;
    let left = items
        .iter()
        .filter(|it| !draft.is_gone(file, tree.span(**it)));
    left.count() <= 1
}

/// `import app, { io } from` keeps its shape: without `io` the braces go too.
fn remove_import_name(draft: &mut Draft<'_>, file: FileId, statement: NodeId, own: usize) {
    let layout = draft.layout(file);
    let Kind::Import { names, .. } = layout.tree.kind(statement) else {
        return;
    };
    let own = names[own].span;
    let named: Vec<Span> = names
        .iter()
        .map(|it| it.span)
        .filter(|it| is_braced(&layout, *it) && (*it == own || !draft.is_gone(file, *it)))
        .collect();
    match named.iter().position(|it| *it == own) {
        Some(position) if named.len() > 1 => remove_item(draft, file, &named, position),
        Some(_) => {
            // `default, { own }`: from the comma to the closing brace.
            let text = layout.text;
            let start = text[..own.start as usize]
                .rfind(',')
                .unwrap_or(own.start as usize);
            let end = text[own.end as usize..]
                .find('}')
                .map_or(own.end as usize, |it| own.end as usize + it + 1);
            draft.delete(file, Span::new(start, end));
        }
        None => {
            // `own, { others }`: up to the opening brace.
            let end = layout.text[own.end as usize..]
                .find('{')
                .map_or(own.end as usize, |it| own.end as usize + it);
            draft.delete(file, Span::new(own.start as usize, end));
        }
    }
}

fn is_braced(layout: &crate::plan::layout::Layout<'_>, name: Span) -> bool {
    let before = layout.text[..name.start as usize].trim_end();
    before.ends_with('{')
        || before.ends_with(',') && {
            let open = before.rfind('{');
            let import = before.rfind("import");
            open > import
        }
}

/// Writes `name` for a value; a shorthand property keeps its key: `{ io }` becomes `{ io: name }`.
pub(super) fn replace_value(draft: &mut Draft<'_>, value: Place, name: &str) {
    let tree = draft.layout(value.file).tree;
    let span = tree.span(value.node);
    let shorthand = tree.parent(value.node).is_some_and(|it| {
        matches!(
            tree.kind(it),
            Kind::Property {
                shorthand: true,
                ..
            }
        )
    });
    match shorthand {
        true => {
            let text = format!("{}: {name}", draft.text(value));
            draft.replace(value.file, span, text);
        }
        false => draft.replace(value.file, span, name),
    }
}

/// The range of a declared name without its type.
pub(super) fn name_span(draft: &Draft<'_>, name: Place) -> Span {
    let tree = draft.layout(name.file).tree;
    let span = tree.span(name.node);
    match tree.name(name.node) {
        Some(text) => Span::new(span.start as usize, span.start as usize + text.len()),
        None => span,
    }
}

/// The variable that an alias declares: `const io = …`, without destructuring.
pub(super) fn declared_by(input: &Input<'_>, it: &Use) -> Option<Variable> {
    if it.meaning != Meaning::Alias || !it.chain.links.is_empty() {
        return None;
    }
    let file = it.chain.root.file;
    let facts = input.project.facts(file);
    let declarator = facts.tree.ancestors(it.chain.end).find(|node| {
        !matches!(
            facts.tree.kind(*node),
            Kind::Logical { .. }
                | Kind::Conditional { .. }
                | Kind::Parenthesized { .. }
                | Kind::Cast { .. }
                | Kind::Await { .. }
        )
    })?;
    match facts.tree.kind(declarator) {
        Kind::Declarator { target, .. } => facts.binding_of(*target).map(|binding| (file, binding)),
        _ => None,
    }
}

/// Takes out the variable that is declared with a chain.
pub(super) fn remove_declared(draft: &mut Draft<'_>, it: &Use) {
    let file = it.chain.root.file;
    let tree = draft.layout(file).tree;
    if let Some(Kind::Declarator { target, .. }) = tree.parent(it.chain.end).map(|it| tree.kind(it))
    {
        remove_declaration(
            draft,
            Place {
                file,
                node: *target,
            },
        );
    }
}

/// The variable that a use declares in any way: an alias, an import, a destructured name.
pub(super) fn declared(input: &Input<'_>, it: &Use) -> Option<Variable> {
    let root = it.chain.root;
    let facts = input.project.facts(root.file);
    let node = match facts.tree.kind(root.node) {
        Kind::PatternProperty { value, .. } => *value,
        Kind::BindingName { .. } => root.node,
        _ => return declared_by(input, it),
    };
    facts.binding_of(node).map(|binding| (root.file, binding))
}

/// Whether every call of the parameter's function hands the server over, and there is at least one.
pub(super) fn is_always_passed(input: &Input<'_>, parameter: Variable) -> bool {
    let facts = input.project.facts(parameter.0);
    let Some(declaration) = facts.binding(parameter.1).declarations.first().copied() else {
        return false;
    };
    let Some(function) = facts.tree.enclosing_function(declaration) else {
        return false;
    };
    let function = Place {
        file: parameter.0,
        node: function,
    };
    let handed = input
        .uses
        .iter()
        .filter(|it| {
            receiving_parameters(input.project, &it.chain)
                .is_some_and(|all| all.contains(&Some(parameter)))
        })
        .count();
    let calls = input.project.calls_of(function).len();
    calls > 0 && calls == handed
}

/// Removes an import of Socket.IO's server that nothing uses; false if something does.
pub(super) fn remove_unused_import(draft: &mut Draft<'_>, it: &Use) -> bool {
    let file = it.chain.root.file;
    let facts = draft.input.project.facts(file);
    let statement = facts.tree.enclosing_statement(it.chain.root.node);
    let span = facts.tree.span(statement);
    let declared = facts.bindings().filter(|(_, it)| {
        it.declarations
            .iter()
            .any(|node| span.contains(facts.tree.span(*node)))
    });
    let is_used = declared.into_iter().any(|(_, it)| {
        it.references
            .iter()
            .any(|node| !draft.is_unread(file, facts.tree.span(*node)))
    });
    let is_alone = matches!(facts.tree.kind(statement), Kind::Import { .. })
        || matches!(facts.tree.kind(statement), Kind::Variables { declarators, .. } if declarators.len() == 1);
    if is_used || !is_alone {
        return false;
    }
    draft.remove_statement(file, statement);
    true
}
