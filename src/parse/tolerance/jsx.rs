//! Finds what the grammars can't read in JSX, by the errors of a tree and what is written around.
//! These are guesses; leaves judging them to `mod.rs`.

use std::ops::Range;

use super::{Gap, Mask};
use crate::parse::Cst;
use crate::source::Language;

/// How far text is searched for what encloses a sign: longer than texts and addresses are.
pub(super) const REACH: usize = 4096;

/// The words that the JavaScript grammar refuses as names of attributes.
const RESERVED: &[&str] = &[
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "import",
    "in",
    "instanceof",
    "new",
    "null",
    "return",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "var",
    "void",
    "while",
    "with",
];

/// What may be replaced in the places of the tree's errors and on the lines around them.
pub(super) fn find(root: Cst<'_>, text: &str, language: Language) -> Vec<Mask> {
    let errors = errors(root);
    let mut found = Vec::new();
    for (error, parent) in &errors {
        found.extend(skipped_ampersands(*error, parent, text));
    }
    let places = united(errors.iter().map(|it| it.0.byte_range()).collect());
    let lines = places.into_iter().map(|it| whole_lines(text, it));
    for range in united(lines.collect()) {
        found.extend(ampersands(text, range.clone()));
        if language == Language::JavaScript {
            found.extend(attribute_names(text, range));
        }
    }
    found
}

/// The places that a tree could not read, each with the kind of what it stands in.
fn errors(root: Cst<'_>) -> Vec<(Cst<'_>, &str)> {
    let mut out = Vec::new();
    let mut pending = vec![(root, "")];
    while let Some((node, parent)) = pending.pop() {
        if node.is_error() || node.is_missing() {
            out.push((node, parent));
        }
        if node.has_error() {
            let mut cursor = node.walk();
            pending.extend(node.children(&mut cursor).map(|it| (it, node.kind())));
        }
    }
    out
}

fn whole_lines(text: &str, range: Range<usize>) -> Range<usize> {
    let bytes = text.as_bytes();
    let before = bytes[..range.start].iter().rposition(|it| *it == b'\n');
    let after = bytes[range.end..].iter().position(|it| *it == b'\n');
    before.map_or(0, |it| it + 1)..after.map_or(bytes.len(), |it| range.end + it)
}

/// The same bytes, each in one range only.
fn united(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|it| it.start);
    let mut out: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}

/// The ampersands of a piece of text that the grammar skipped inside an element or an attribute.
fn skipped_ampersands(error: Cst<'_>, parent: &str, text: &str) -> Vec<Mask> {
    let skipped = &text[error.byte_range()];
    if !skipped.starts_with('&') || !matches!(parent, "jsx_element" | "string") {
        return Vec::new();
    }
    let end = skipped.find(is_bracket).unwrap_or(skipped.len());
    let start = error.start_byte();
    masked_ampersands(text, start..start + end).collect()
}

fn masked_ampersands(text: &str, range: Range<usize>) -> impl Iterator<Item = Mask> {
    let signs = text[range.clone()].match_indices('&');
    signs
        .map(move |it| range.start + it.0)
        .filter(|at| !is_entity(&text[at + 1..]))
        .map(|at| Mask::new(at..at + 1, Gap::Ampersand))
}

/// The ampersands in `range` that look as if they stood in text or in an attribute. `&&` does not:
/// before an element it is nearly always the operator.
fn ampersands(text: &str, range: Range<usize>) -> impl Iterator<Item = Mask> {
    masked_ampersands(text, range).filter(|it| {
        let (before, after) = (&text[..it.start], &text[it.end..]);
        let is_operator = before.ends_with('&') || after.starts_with(['&', '=']);
        !is_operator && (is_between_tags(before, after) || is_in_attribute(before))
    })
}

/// Whether the grammar reads an entity after its `&`. Its rule has no digits in names.
fn is_entity(after: &str) -> bool {
    let Some(end) = after.bytes().take(32).position(|it| it == b';') else {
        return false;
    };
    let name = &after[..end];
    let is_number = |digits: &str, longest: usize, is_digit: fn(char) -> bool| {
        (1..=longest).contains(&digits.len()) && digits.chars().all(is_digit)
    };
    match name.strip_prefix('#') {
        None => is_number(name, 30, |it| it.is_ascii_alphabetic()),
        Some(code) => match code.strip_prefix(['x', 'X']) {
            None => is_number(code, 5, |it| it.is_ascii_digit()),
            Some(code) => is_number(code, 6, |it| it.is_ascii_hexdigit()),
        },
    }
}

fn is_bracket(letter: char) -> bool {
    matches!(letter, '<' | '>' | '{' | '}')
}

/// Whether a tag or an expression ends before, and the next one begins after.
fn is_between_tags(before: &str, after: &str) -> bool {
    let before = before.as_bytes();
    let near = &before[before.len().saturating_sub(REACH)..];
    let Some(at) = near.iter().rposition(|it| is_bracket(char::from(*it))) else {
        return false;
    };
    let ends = match near[at] {
        b'>' => at == 0 || near[at - 1] != b'=',
        other => other == b'}',
    };
    let mut signs = after.bytes().take(REACH).map(char::from);
    ends && matches!(signs.find(|it| is_bracket(*it)), Some('<' | '{'))
}

/// Whether `="` or `='` stands before, and the string is still open.
fn is_in_attribute(before: &str) -> bool {
    let before = before.as_bytes();
    let near = &before[before.len().saturating_sub(REACH)..];
    [b'"', b'\''].into_iter().any(|quote| {
        let opening = near.iter().rposition(|it| *it == quote);
        opening.is_some_and(|at| near[..at].trim_ascii_end().ends_with(b"="))
    })
}

/// The reserved words in `range` that look like names of attributes.
fn attribute_names(text: &str, range: Range<usize>) -> Vec<Mask> {
    let mut out = Vec::new();
    let is_part = |it: char| it.is_alphanumeric() || matches!(it, '_' | '$' | '-' | '.');
    let mut at = range.start;
    for word in text[range].split_inclusive(|it| !is_part(it)) {
        let name = word.trim_end_matches(|it| !is_part(it));
        let end = at + name.len();
        if RESERVED.contains(&name) && names_attribute(name, &text[end..]) {
            out.push(Mask::new(at..end, Gap::AttributeName));
        }
        at += word.len();
    }
    out
}

/// Whether `after`, which follows a reserved word, makes it the name of an attribute.
fn names_attribute(name: &str, after: &str) -> bool {
    let after = after.trim_ascii_start();
    if let Some(value) = after.strip_prefix('=') {
        // No program assigns to a reserved word.
        return value.trim_ascii_start().starts_with(['"', '\'', '{', '<']);
    }
    // Without a value only these occur, and others would often be taken for one wrongly. More names
    // may follow.
    let is_part = |it: char| it.is_alphanumeric() || it.is_whitespace() || it == '-';
    let rest = after.trim_start_matches(is_part);
    let ends = [">", "/>", "{...", "=\"", "='", "={"];
    matches!(name, "default" | "in") && ends.iter().any(|it| rest.starts_with(it))
}
