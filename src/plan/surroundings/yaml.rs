//! A YAML file as meaning and as lines, so that lines can be copied and added where the meaning says. Reading it is a
//! library's work.

use std::ops::Range;

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};

pub(super) type Node = MarkedYaml<'static>;

/// One document.
pub(super) struct Document<'a> {
    pub(super) text: &'a str,
    pub(super) root: Node,
    /// Where each line starts, and the end of the text.
    starts: Vec<usize>,
}

/// A key of a mapping whose entries have lines of their own, with its value.
#[derive(Clone)]
pub(super) struct Entry<'d> {
    pub(super) key: &'d str,
    pub(super) value: &'d Node,
    /// Of the key.
    pub(super) column: usize,
    /// 0-based. Comments above it, and what follows it for the next entry, are not among them.
    pub(super) lines: Range<usize>,
}

impl<'a> Document<'a> {
    /// The document, if the text, whose last line has to be ended, is exactly one.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let mut documents =
            Node::load_from_iter(text.trim_start_matches('\u{feff}').chars()).ok()?;
        let root = documents.pop().filter(|_| documents.is_empty())?;
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|it| it.0 + 1));
        Some(Self { text, root, starts })
    }

    /// The whole lines of a range, line breaks included.
    pub(super) fn lines(&self, range: Range<usize>) -> &'a str {
        &self.text[self.starts[range.start]..self.starts[range.end]]
    }

    /// Where a line starts.
    pub(super) fn offset(&self, line: usize) -> usize {
        self.starts[line]
    }

    /// How many lines there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    fn line(&self, line: usize) -> &'a str {
        self.lines(line..line + 1)
    }

    /// The entries of a mapping that ends before the line `end`; `None` if they share lines, as in `{ a: 1, b: 2 }`.
    pub(super) fn entries<'d>(&'d self, mapping: &'d Node, end: usize) -> Option<Vec<Entry<'d>>> {
        let YamlData::Mapping(pairs) = &mapping.data else {
            return None;
        };
        let mut entries: Vec<Entry<'d>> = Vec::new();
        for (key, value) in pairs {
            let (line, column) = (key.span.start.line() - 1, key.span.start.col());
            let before: String = self.line(line).chars().take(column).collect();
            let is_own = before.chars().all(|it| it == ' ');
            let has_place = entries
                .last()
                .is_none_or(|it| it.lines.start < line && it.column == column);
            if !is_own || !has_place || !self.is_block(mapping) {
                return None;
            }
            entries.push(Entry {
                key: text_of(key)?,
                value,
                column,
                lines: line..end,
            });
        }
        for at in 0..entries.len() {
            let next = entries.get(at + 1).map_or(end, |it| it.lines.start);
            let (first, column) = (entries[at].lines.start, entries[at].column);
            entries[at].lines.end = self.trimmed(first + 1, next, column);
        }
        Some(entries)
    }

    /// Whether a list or a mapping is written without brackets.
    pub(super) fn is_block(&self, node: &Node) -> bool {
        !matches!(self.first_char(node), Some('{' | '['))
    }

    /// The first character of a node's text.
    pub(super) fn first_char(&self, node: &Node) -> Option<char> {
        let (line, column) = (node.span.start.line(), node.span.start.col());
        let line = line.checked_sub(1)?;
        self.line(line).chars().nth(column)
    }

    /// `end` without the empty lines before it, and the comments there that stand no deeper than `column`.
    fn trimmed(&self, first: usize, end: usize, column: usize) -> usize {
        let is_between = |line: &usize| {
            let text = self.line(*line);
            let bare = text.trim_start();
            bare.is_empty() || bare.starts_with('#') && text.len() - bare.len() <= column
        };
        (first..end)
            .rev()
            .find(|it| !is_between(it))
            .map_or(first, |it| it + 1)
    }
}

/// The keys of a mapping that are texts, and their values.
pub(super) fn pairs(node: &Node) -> Vec<(&str, &Node)> {
    match &node.data {
        YamlData::Mapping(pairs) => pairs
            .iter()
            .filter_map(|it| Some((text_of(it.0)?, it.1)))
            .collect(),
        _ => Vec::new(),
    }
}

/// The value of a key.
pub(super) fn get<'d>(node: &'d Node, wanted: &str) -> Option<&'d Node> {
    pairs(node)
        .into_iter()
        .find(|it| it.0 == wanted)
        .map(|it| it.1)
}

/// The elements of a list.
pub(super) fn elements(node: &Node) -> &[Node] {
    match &node.data {
        YamlData::Sequence(elements) => elements,
        _ => &[],
    }
}

/// The text of a scalar that is one.
pub(super) fn text_of(node: &Node) -> Option<&str> {
    match &node.data {
        YamlData::Value(Scalar::String(text)) => Some(text),
        _ => None,
    }
}

/// The text of a scalar, numbers and truth values included.
pub(super) fn word(node: &Node) -> Option<String> {
    match &node.data {
        YamlData::Value(Scalar::String(text)) => Some(text.to_string()),
        YamlData::Value(Scalar::Integer(number)) => Some(number.to_string()),
        YamlData::Value(Scalar::Boolean(truth)) => Some(truth.to_string()),
        _ => None,
    }
}
