//! What stands around uses of the server: conditions that ask whether it is there. The broadcaster always is, so they
//! are decided: the condition goes, and with it the branch that can no longer run.

use std::collections::BTreeSet;

use crate::plan::draft::Draft;
use crate::plan::layout::Layout;
use crate::source::{FileId, Span};
use crate::syntax::{Kind, LogicalOperator, NodeId, Tree};

/// What is known of a condition once the handle is known to be there.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Known {
    /// Always true.
    True,
    /// Always false.
    False,
    /// As true as the expression at this node alone.
    Same(NodeId),
    /// Nothing.
    Open,
}

/// Decides every guard among `handles`, expressions of one file that are always the broadcaster.
/// Returns those that stand in a condition which has to stay; they are to be replaced by its name.
pub(super) fn decide(
    draft: &mut Draft<'_>,
    file: FileId,
    handles: &BTreeSet<NodeId>,
) -> BTreeSet<NodeId> {
    let tree = draft.layout(file).tree;
    let mut tests: Vec<NodeId> = handles
        .iter()
        .map(|it| test_around(draft, file, *it))
        .collect();
    // Outer conditions first: what they delete need not be decided.
    tests.sort_by_key(|it| (tree.span(*it).start, std::cmp::Reverse(tree.span(*it).end)));
    tests.dedup();
    for test in &tests {
        decide_test(draft, file, *test, handles);
    }
    let is_open = |it: &&NodeId| !draft.is_gone(file, tree.span(**it));
    handles.iter().filter(is_open).copied().collect()
}

/// Whether more than the truth of an expression may matter: `const server = io || null`.
fn is_value(tree: &Tree, test: NodeId) -> bool {
    let is_asked = tree.parent(test).is_some_and(|it| match tree.kind(it) {
        Kind::If { test: own, .. }
        | Kind::Conditional { test: own, .. }
        | Kind::While { test: own, .. }
        | Kind::DoWhile { test: own, .. } => *own == test,
        Kind::For { test: own, .. } => *own == Some(test),
        _ => false,
    });
    let is_boolean = matches!(
        tree.kind(tree.bare(test)),
        Kind::Unary { .. } | Kind::Binary { .. }
    );
    !is_asked && !is_boolean
}

/// The outermost expression that is decided together with `handle`: a whole condition, or an operand of `&&`.
fn test_around(draft: &Draft<'_>, file: FileId, handle: NodeId) -> NodeId {
    let tree = draft.layout(file).tree;
    let mut here = handle;
    while let Some(parent) = tree.parent(here) {
        let is_part = match tree.kind(parent) {
            Kind::Parenthesized { .. } | Kind::Cast { .. } => true,
            Kind::Unary { operator, .. } => operator == "!" || operator == "typeof",
            Kind::Logical { .. } => true,
            Kind::Binary { operator, .. } => is_equality(operator),
            _ => false,
        };
        if !is_part {
            break;
        }
        here = parent;
    }
    here
}

fn is_equality(operator: &str) -> bool {
    matches!(operator, "===" | "!==" | "==" | "!=")
}

fn known(draft: &Draft<'_>, file: FileId, node: NodeId, handles: &BTreeSet<NodeId>) -> Known {
    let tree = draft.layout(file).tree;
    if handles.contains(&node) {
        return Known::True;
    }
    match tree.kind(node) {
        Kind::Parenthesized { expression } | Kind::Cast { expression } => {
            match known(draft, file, *expression, handles) {
                Known::Open => Known::Open,
                // Parentheses around what is left are left as well, unless nothing else was in them.
                decided @ (Known::True | Known::False) => decided,
                Known::Same(inner) => Known::Same(inner),
            }
        }
        Kind::Unary { operator, argument } if operator == "!" => {
            match known(draft, file, *argument, handles) {
                Known::True => Known::False,
                Known::False => Known::True,
                Known::Same(_) | Known::Open => Known::Open,
            }
        }
        Kind::Binary {
            operator,
            left,
            right,
        } if is_equality(operator) => compared(draft, file, (operator, *left, *right), handles),
        Kind::Logical {
            operator,
            left,
            right,
        } => {
            let sides = (
                known(draft, file, *left, handles),
                known(draft, file, *right, handles),
            );
            combined(*operator, sides, *left, *right)
        }
        _ => Known::Open,
    }
}

fn combined(
    operator: LogicalOperator,
    sides: (Known, Known),
    left: NodeId,
    right: NodeId,
) -> Known {
    let or = |it: Known, node: NodeId| {
        if it == Known::Open {
            Known::Same(node)
        } else {
            it
        }
    };
    match (operator, sides) {
        (LogicalOperator::And, (Known::True, it)) => or(it, right),
        (LogicalOperator::And, (Known::False, _)) => Known::False,
        (LogicalOperator::And, (it, Known::True)) => or(it, left),
        (LogicalOperator::Or, (Known::False, it)) => or(it, right),
        (LogicalOperator::Or, (Known::True, _)) => Known::True,
        (LogicalOperator::Or, (it, Known::False)) => or(it, left),
        (LogicalOperator::Coalesce, (Known::True, _)) => Known::True,
        _ => Known::Open,
    }
}

/// `io !== undefined`, `io == null`, `typeof io !== 'undefined'`.
fn compared(
    draft: &Draft<'_>,
    file: FileId,
    (operator, left, right): (&str, NodeId, NodeId),
    handles: &BTreeSet<NodeId>,
) -> Known {
    let tree = draft.layout(file).tree;
    let is_nothing =
        |it: NodeId| matches!(tree.kind(it), Kind::Null) || tree.name(it) == Some("undefined");
    let is_handle = |it: NodeId| handles.contains(&tree.bare(it));
    let is_typeof = |it: NodeId| match tree.kind(it) {
        Kind::Unary { operator, argument } => operator == "typeof" && is_handle(*argument),
        _ => false,
    };
    let of_nothing =
        (is_handle(left) && is_nothing(right)) || (is_nothing(left) && is_handle(right));
    let of_type = is_typeof(left) && tree.string_value(right) == Some("undefined");
    match (of_nothing || of_type, operator.starts_with('!')) {
        (true, true) => Known::True,
        (true, false) => Known::False,
        (false, _) => Known::Open,
    }
}

fn decide_test(draft: &mut Draft<'_>, file: FileId, test: NodeId, handles: &BTreeSet<NodeId>) {
    let layout = draft.layout(file);
    let span = layout.tree.span(test);
    if draft.is_gone(file, span) {
        return;
    }
    let Some(parent) = layout.tree.parent(test) else {
        return;
    };
    match (known(draft, file, test, handles), layout.tree.kind(parent)) {
        (Known::Open, _) => decide_inner(draft, file, test, handles),
        (Known::Same(kept), _) => keep_only(draft, file, span, kept),
        (known, Kind::If { test: own, .. }) if *own == test => {
            decide_if(draft, file, parent, known == Known::True);
        }
        (
            known,
            Kind::Conditional {
                test: own,
                consequent,
                alternate,
            },
        ) if *own == test => {
            let kept = if known == Known::True {
                *consequent
            } else {
                *alternate
            };
            keep_only(draft, file, layout.tree.span(parent), kept);
        }
        // `io || complain();` does nothing.
        (Known::True | Known::False, Kind::ExpressionStatement { .. })
            if layout.tree.statement_list(parent).is_some() =>
        {
            draft.drop_comments(file, span);
            draft.remove_statement(file, parent);
        }
        (Known::True, _) if is_value(layout.tree, test) => {}
        (Known::True, _) => draft.replace_whole(file, span, "true"),
        (Known::False, _) => draft.replace_whole(file, span, "false"),
    }
}

/// Part of a condition may be decided though the whole is not: `(io && a) || b`.
fn decide_inner(draft: &mut Draft<'_>, file: FileId, test: NodeId, handles: &BTreeSet<NodeId>) {
    let tree = draft.layout(file).tree;
    for child in tree.children(test) {
        match known(draft, file, child, handles) {
            Known::Same(kept) => {
                let inner = match tree.kind(child) {
                    Kind::Parenthesized { expression } => *expression,
                    _ => child,
                };
                keep_only(draft, file, tree.span(inner), kept);
            }
            Known::Open => decide_inner(draft, file, child, handles),
            Known::True | Known::False => {}
        }
    }
}

/// Leaves of `span` only `kept`, and the comments.
fn keep_only(draft: &mut Draft<'_>, file: FileId, span: Span, kept: NodeId) {
    let kept = draft.layout(file).tree.span(kept);
    for gone in [
        Span {
            start: span.start,
            end: kept.start,
        },
        Span {
            start: kept.end,
            end: span.end,
        },
    ] {
        let comments = comment_text(&draft.layout(file), gone);
        if gone.start < gone.end {
            draft.replace_whole(file, gone, &comments);
        }
    }
}

/// The comments of a range that goes, as block comments on one line.
fn comment_text(layout: &Layout<'_>, span: Span) -> String {
    let comments = layout
        .comments_in(span)
        .into_iter()
        .map(|it| &layout.text[it.range()]);
    comments
        .map(|it| match it.strip_prefix("//") {
            Some(text) => format!("/*{} */ ", text.trim_end()),
            None => format!("{it} "),
        })
        .collect()
}

/// Takes an `if` away and leaves the branch that runs.
fn decide_if(draft: &mut Draft<'_>, file: FileId, statement: NodeId, value: bool) {
    let layout = draft.layout(file);
    let Kind::If {
        consequent,
        alternate,
        ..
    } = layout.tree.kind(statement)
    else {
        return;
    };
    let (kept, dead) = match value {
        true => (Some(*consequent), *alternate),
        false => (*alternate, Some(*consequent)),
    };
    if dead.is_some_and(|it| declares_outward(draft, file, layout.tree.span(it))) {
        return;
    }
    if let Some(dead) = dead {
        draft.drop_comments(file, layout.tree.span(dead));
    }
    match kept {
        Some(kept) if layout.tree.statement_list(statement).is_some() => {
            unwrap(draft, file, statement, kept);
            if ends_function(layout.tree, kept) {
                remove_rest(draft, file, statement);
            }
        }
        Some(kept) => keep_only(draft, file, layout.tree.span(statement), kept),
        None if layout.tree.statement_list(statement).is_some() => {
            draft.remove_statement(file, statement);
        }
        None => remove_branch(draft, file, statement),
    }
}

fn ends_function(tree: &Tree, branch: NodeId) -> bool {
    match tree.kind(branch) {
        Kind::Block { body } => body.last().is_some_and(|it| ends_function(tree, *it)),
        Kind::Return { .. } | Kind::Throw { .. } => true,
        _ => false,
    }
}

/// Removes what stood behind an `if` whose branch always leaves the function, unless something in it is declared for code
/// that still runs.
fn remove_rest(draft: &mut Draft<'_>, file: FileId, statement: NodeId) {
    let layout = draft.layout(file);
    let is_block = layout
        .tree
        .parent(statement)
        .is_some_and(|it| matches!(layout.tree.kind(it), Kind::Block { .. }));
    let all = layout.tree.statement_list(statement).unwrap_or_default();
    let rest = all.iter().skip_while(|it| **it != statement).skip(1);
    let rest: Vec<NodeId> = rest.filter(|_| is_block).copied().collect();
    let (Some(first), Some(last)) = (rest.first(), rest.last()) else {
        return;
    };
    let whole = Span {
        start: layout.tree.span(*first).start,
        end: layout.tree.span(*last).end,
    };
    if declares_outward(draft, file, whole) {
        return;
    }
    let gone = Span {
        start: layout.tree.span(statement).end,
        end: layout.with_comments(*last).end,
    };
    draft.drop_comments(file, gone);
    draft.delete(file, gone);
}

/// `else if (!io) { … }`: the whole `else` goes. Elsewhere an empty block is left.
fn remove_branch(draft: &mut Draft<'_>, file: FileId, statement: NodeId) {
    let layout = draft.layout(file);
    let span = layout.tree.span(statement);
    let parent = layout
        .tree
        .parent(statement)
        .map(|it| (it, layout.tree.kind(it)));
    match parent {
        Some((
            _,
            Kind::If {
                consequent,
                alternate: Some(alternate),
                ..
            },
        )) if *alternate == statement => {
            let start = layout.tree.span(*consequent).end;
            draft.delete(
                file,
                Span {
                    start,
                    end: span.end,
                },
            );
        }
        _ => draft.replace_whole(file, span, "{}"),
    }
}

/// Whether dead code declares what code outside of it may use: `var` and functions are hoisted.
fn declares_outward(draft: &Draft<'_>, file: FileId, dead: Span) -> bool {
    let facts = draft.input.project.facts(file);
    facts.bindings().any(|(_, it)| {
        let is_inside = |node: &NodeId| dead.contains(facts.tree.span(*node));
        it.declarations.iter().any(is_inside) && it.references.iter().any(|node| !is_inside(node))
    })
}

/// Puts the statements of a branch in the place of its `if`.
fn unwrap(draft: &mut Draft<'_>, file: FileId, statement: NodeId, kept: NodeId) {
    let layout = draft.layout(file);
    let whole = layout.tree.span(statement);
    let own = layout.tree.span(kept);
    let Kind::Block { .. } = layout.tree.kind(kept) else {
        return unwrap_single(draft, file, whole, own);
    };
    if clashes(draft, file, statement, kept) {
        return keep_only(draft, file, whole, kept);
    }
    let inner = &layout.text[own.start as usize + 1..own.end as usize - 1];
    let lead = inner.len() - inner.trim_start().len();
    if inner.trim().is_empty() {
        return draft.remove_statement(file, statement);
    }
    let first = own.start as usize + 1 + lead;
    let last = own.start as usize + 1 + inner.trim_end().len();
    let head = Span::new(whole.start as usize, first);
    let tail = Span::new(last, whole.end as usize);
    let is_one_line = layout.line_start(first) == layout.line_start(whole.start as usize);
    let depth = match is_one_line {
        true => 0,
        false => layout
            .indentation(first)
            .len()
            .saturating_sub(layout.indentation(whole.start as usize).len()),
    };
    let kept_comments = condition_comments(&layout, statement);
    draft.dedent(file, Span::new(own.start as usize, last), depth);
    draft.replace_whole(file, head, &kept_comments);
    draft.delete(file, tail);
}

/// Comments between `if` and the block it guards go on lines of their own.
fn condition_comments(layout: &Layout<'_>, statement: NodeId) -> String {
    let Kind::If { consequent, .. } = layout.tree.kind(statement) else {
        return String::new();
    };
    let start = layout.tree.span(statement).start;
    let before = Span {
        start,
        end: layout.tree.span(*consequent).start,
    };
    let next = format!(
        "{}{}",
        layout.line_break(),
        layout.indentation(start as usize)
    );
    let comments = layout
        .comments_in(before)
        .into_iter()
        .map(|it| &layout.text[it.range()]);
    comments.map(|it| format!("{it}{next}")).collect()
}

fn unwrap_single(draft: &mut Draft<'_>, file: FileId, whole: Span, own: Span) {
    let layout = draft.layout(file);
    let depth = layout
        .indentation(own.start as usize)
        .len()
        .saturating_sub(layout.indentation(whole.start as usize).len());
    draft.dedent(file, own, depth);
    let head = Span {
        start: whole.start,
        end: own.start,
    };
    let comments = comment_text(&layout, head);
    draft.replace_whole(file, head, &comments);
    if own.end < whole.end {
        draft.delete(
            file,
            Span {
                start: own.end,
                end: whole.end,
            },
        );
    }
}

/// Whether a name that the block declares means something else around it.
fn clashes(draft: &Draft<'_>, file: FileId, statement: NodeId, block: NodeId) -> bool {
    let facts = draft.input.project.facts(file);
    let outer = facts.scope_of(statement);
    let span = facts.tree.span(block);
    let around = facts.tree.span(facts.scope(outer).node);
    let declared = facts
        .scopes()
        .filter(|(_, it)| it.node == block)
        .flat_map(|(_, it)| it.names.keys());
    let names: Vec<&String> = declared.collect();
    names.iter().any(|name| {
        let is_taken = facts.scope(outer).names.contains_key(*name);
        // Used around the block, it meant an outer binding or a global.
        let is_used_around = facts.tree.ids().any(|it| {
            let here = facts.tree.span(it);
            facts.tree.name(it) == Some(name.as_str())
                && around.contains(here)
                && !span.contains(here)
        });
        is_taken || is_used_around
    })
}
