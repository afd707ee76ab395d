//! Finds what the TypeScript grammars can't read where types stand among expressions.
//! Some of it they take for an error, the rest for something else: `await f<T>(a)` for a call of
//! what is awaited, `` f<T>`…` `` for comparisons. Leaves judging what is found to `mod.rs`.

use std::ops::Range;

use tree_sitter::{Parser, Tree};

use super::jsx::REACH;
use super::{Gap, Mask, judged, parse};
use crate::parse::{Cst, comments_and_errors, typescript};

/// What may be replaced in `text`, which was read as `tree`.
pub(super) fn find(tree: &Tree, text: &str, parser: &mut Parser) -> Vec<Mask> {
    let mut lists = lists_before_templates(tree, text);
    if text.contains(">(") {
        lists.extend(lists_after_operators(tree));
    }
    let mut found = import_types(text, tree.root_node().has_error());
    for list in lists {
        found.extend(blanks(text, list, parser));
    }
    found
}

/// Type arguments before a template. The grammars know a template after a value only.
fn lists_before_templates(tree: &Tree, text: &str) -> Vec<Range<usize>> {
    let signs = text.match_indices(">`").map(|it| it.0..it.0 + 1);
    let signs: Vec<Range<usize>> = signs.collect();
    // Elsewhere a template ends there, with a tag.
    let is_sign = judged(tree, &signs, |_, kinds| {
        let kind = kinds.last();
        kind.is_some_and(|it| it.contains('>') || typescript::is_type(it))
    });
    let ends = signs.iter().zip(is_sign).filter(|it| it.1);
    ends.filter_map(|it| list_before(text, it.0.start))
        .collect()
}

/// Type arguments of calls that got an operator as callee, which needs parentheses: what is meant
/// is `await (f<T>(a))`.
fn lists_after_operators(tree: &Tree) -> Vec<Range<usize>> {
    let is_operator = |it: Cst<'_>| {
        matches!(
            it.kind(),
            "await_expression" | "unary_expression" | "binary_expression"
        )
    };
    let mut out = Vec::new();
    let mut pending = vec![tree.root_node()];
    while let Some(node) = pending.pop() {
        if node.kind() == "call_expression"
            && node
                .child_by_field_name("function")
                .is_some_and(is_operator)
        {
            out.extend(
                node.child_by_field_name("type_arguments")
                    .map(|it| it.byte_range()),
            );
        }
        let mut cursor = node.walk();
        pending.extend(node.named_children(&mut cursor));
    }
    out
}

/// From the `<` that belongs to the `>` at `end`, if a value stands before it.
fn list_before(text: &str, end: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut depth = 0;
    for at in (end.saturating_sub(REACH).max(1)..=end).rev() {
        match bytes[at] {
            b'>' if bytes[at - 1] != b'=' => depth += 1,
            b'<' if depth == 1 => {
                let is_after_value = text[..at].ends_with(|it: char| {
                    it.is_alphanumeric() || matches!(it, '_' | '$' | ')' | ']')
                });
                return is_after_value.then_some(at..end + 1);
            }
            b'<' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The parts of `list` that are no comments, since no edit may lose one; none if it is no list of
/// types.
fn blanks(text: &str, list: Range<usize>, parser: &mut Parser) -> Vec<Mask> {
    let before = "type A=B";
    let alone = parse(
        parser,
        format!("{before}{}", &text[list.clone()]).as_bytes(),
    );
    let root = alone.root_node();
    if root.has_error() || root.named_child_count() != 1 {
        return Vec::new();
    }
    let (comments, _) = comments_and_errors(root);
    let mut start = list.start;
    let mut parts = Vec::new();
    for comment in comments {
        let comment = comment.span.range();
        parts.push(start..comment.start + list.start - before.len());
        start = comment.end + list.start - before.len();
    }
    parts.push(start..list.end);
    let parts = parts.into_iter().filter(|it| !it.is_empty());
    parts.map(|it| Mask::new(it, Gap::TypeArguments)).collect()
}

/// Each `import('x')` that may be a type. A wrong guess changes nothing around it, since a name can
/// stand wherever a call can; but if nothing is broken, most are values, and not worth a guess.
fn import_types(text: &str, is_broken: bool) -> Vec<Mask> {
    let is_part = |it: char| it.is_alphanumeric() || matches!(it, '_' | '$' | '.' | '#');
    let mut out = Vec::new();
    for (at, word) in text.match_indices("import") {
        let Some(length) = module_in_parentheses(&text[at + word.len()..]) else {
            continue;
        };
        let before = text[..at].trim_end();
        let is_value = ["await", "return", "=>", "(", ";", "}"]
            .iter()
            .any(|it| before.ends_with(it));
        // `this.import('x')` calls a method.
        if (is_broken || !is_value) && !text[..at].ends_with(is_part) {
            out.push(Mask::new(at..at + word.len() + length, Gap::ImportType));
        }
    }
    out
}

/// How long `('x')` at the start of `text` is.
fn module_in_parentheses(text: &str) -> Option<usize> {
    let blank = |it: &str| it.len() - it.trim_start_matches([' ', '\t']).len();
    let mut at = blank(text);
    at += usize::from(text[at..].starts_with('('));
    at += blank(&text[at..]);
    let quote = text[at..]
        .chars()
        .next()
        .filter(|it| matches!(it, '"' | '\''))?;
    let module = text[at + 1..].find([quote, '\n', '\\'])?;
    at += 1 + module;
    at += text[at..].strip_prefix(quote).map(|_| 1)?;
    at += blank(&text[at..]);
    text[at..].starts_with(')').then_some(at + 1)
}
