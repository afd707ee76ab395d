//! Reads valid text that the grammars take for broken or for something else: parses a copy in which the few bytes they
//! stumble over are replaced by harmless ones, as many of them, so that every span stays right.
//! Leaves finding those bytes to `jsx.rs` and `generics.rs`, and what the tree means to the rest of `parse`, which
//! takes all names and strings from the text as it was written.
//!
//! A replacement is a guess until the copy is parsed. It stays only if it then stands where nothing
//! runs: in text or attributes of JSX, or in a type. So it can't hide an error of the program.

mod generics;
mod jsx;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::ops::Range;

use tree_sitter::{Parser, Tree};

use super::typescript;
use crate::source::Language;

/// How often a file is parsed again at most. Nearly always once is enough; a long file without
/// hope must not take long.
const ATTEMPTS: usize = 12;

/// What the grammars can't read as it is meant, though it is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    /// `&` in the text or in a string attribute of JSX that begins no entity.
    Ampersand,
    /// A reserved word that names an attribute: `<label for="a">`.
    AttributeName,
    /// `import('x')` in a type, where type arguments or several names follow.
    ImportType,
    /// Type arguments before a template, or of a call behind an operator: `` sql<Row[]>`…` ``,
    /// `await f<T>(a)`.
    TypeArguments,
}

impl Gap {
    /// Makes of `bytes` something that the grammars can read there.
    fn mask(self, bytes: &mut [u8]) {
        match self {
            // A letter fits in text and in a string. In an expression it is rarely valid.
            Self::Ampersand => bytes.fill(b'_'),
            // No reserved word has a capital.
            Self::AttributeName => bytes[..1].make_ascii_uppercase(),
            // `import('x')` becomes the name `import_____`.
            Self::ImportType => bytes["import".len()..].fill(b'_'),
            // A comment that ends with the line must still end there.
            Self::TypeArguments => {
                let same_line = bytes.iter_mut().filter(|it| !matches!(it, b'\n' | b'\r'));
                same_line.for_each(|it| *it = b' ');
            }
        }
    }

    /// Whether `kinds`, those of the nodes around the replaced bytes from the root on, say that
    /// nothing of them runs.
    fn is_harmless_in(self, kinds: &[&str]) -> bool {
        match (self, kinds) {
            (Self::Ampersand, [.., "jsx_text"])
            | (Self::Ampersand, [.., "jsx_attribute", "string", "string_fragment"])
            | (Self::AttributeName, [.., "jsx_attribute", "property_identifier"]) => true,
            (Self::ImportType, all) => all.iter().any(|it| typescript::is_type(it)),
            // The blanks are no part of the callee and none of the template.
            (Self::TypeArguments, [.., "call_expression"]) => true,
            _ => false,
        }
    }
}

/// Bytes to replace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mask {
    start: usize,
    end: usize,
    gap: Gap,
}

impl Mask {
    fn new(range: Range<usize>, gap: Gap) -> Self {
        Self {
            start: range.start,
            end: range.end,
            gap,
        }
    }

    fn is_list(&self) -> bool {
        self.gap == Gap::TypeArguments
    }

    fn covers(&self, other: &Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// For each of `ranges`, which are in the order of the text, what `judge` says of the smallest node
/// that holds it: it gets the kinds of the nodes around the range, from the root on.
fn judged<T: Clone + Default>(
    tree: &Tree,
    ranges: &[Range<usize>],
    judge: impl Fn(usize, &[&str]) -> T,
) -> Vec<T> {
    let mut out = vec![T::default(); ranges.len()];
    let mut kinds = Vec::new();
    let mut pending = vec![(tree.root_node(), 0)];
    while let Some((node, depth)) = pending.pop() {
        let whole = node.byte_range();
        let first = ranges.partition_point(|it| it.start < whole.start);
        let inside = ranges[first..].iter().take_while(|it| it.start < whole.end);
        let inside = first..first + inside.count();
        if inside.is_empty() {
            continue;
        }
        kinds.truncate(depth);
        kinds.push(node.kind());
        for index in inside {
            // Nodes come before their parts, so the smallest has the last word.
            if ranges[index].end <= whole.end {
                out[index] = judge(index, &kinds);
            }
        }
        let mut cursor = node.walk();
        pending.extend(node.children(&mut cursor).map(|it| (it, depth + 1)));
    }
    out
}

/// The grammar's tree of `text`, with as few errors as replacing what it can't read allows.
pub(super) fn read(parser: &mut Parser, text: &str, language: Language) -> Tree {
    let mut tree = parse(parser, text.as_bytes());
    let mut best = (errors_in(&tree), tree.clone());
    if best.0 == 0 && language == Language::JavaScript {
        return tree;
    }
    let mut reader = Reader {
        parser,
        text,
        language,
        masks: Vec::new(),
        refused: BTreeSet::new(),
        attempts: 0,
    };
    while let Some(next) = reader.round(&tree) {
        tree = next;
        let errors = errors_in(&tree);
        // With as many errors as before, more of the text is read as it is meant.
        if errors <= best.0 {
            best = (errors, tree.clone());
        }
    }
    best.1
}

fn parse(parser: &mut Parser, bytes: &[u8]) -> Tree {
    parser
        .parse(bytes, None)
        .expect("nothing cancels the parser")
}

fn errors_in(tree: &Tree) -> usize {
    if !tree.root_node().has_error() {
        return 0;
    }
    super::comments_and_errors(tree.root_node()).1.len()
}

/// The search for what to replace in one file.
struct Reader<'t> {
    parser: &'t mut Parser,
    text: &'t str,
    language: Language,
    /// What is replaced, because it proved to be harmless.
    masks: Vec<Mask>,
    /// What proved not to be.
    refused: BTreeSet<Mask>,
    attempts: usize,
}

impl Reader<'_> {
    /// Replaces what `tree` stumbles over too; `None` if there is nothing more to replace.
    fn round(&mut self, tree: &Tree) -> Option<Tree> {
        let masked = self.masked();
        let mut found = Vec::new();
        if self.language != Language::TypeScript {
            found.extend(jsx::find(tree.root_node(), &masked, self.language));
        }
        if self.language != Language::JavaScript {
            found.extend(generics::find(tree, &masked, self.parser));
        }
        found.sort();
        found.dedup();
        found.retain(|it| !self.refused.contains(it));
        if found.is_empty() {
            return None;
        }
        // What is in a list of types goes with it. They are sorted, and none is in another.
        let lists: Vec<Mask> = found.iter().filter(|it| it.is_list()).cloned().collect();
        let is_alone = |it: &Mask| {
            let after = lists.partition_point(|list| list.start <= it.start);
            it.is_list() || after == 0 || !lists[after - 1].covers(it)
        };
        found.retain(is_alone);
        let before = self.masks.clone();
        self.masks.retain(is_alone);
        self.masks.append(&mut found);
        self.masks.sort();
        // What is taken back can change where the others stand.
        while self.attempts < ATTEMPTS {
            self.attempts += 1;
            let masked = self.masked();
            let tree = parse(self.parser, masked.as_bytes());
            let ranges: Vec<Range<usize>> = self.masks.iter().map(|it| it.start..it.end).collect();
            let harmless = judged(&tree, &ranges, |index, kinds| {
                self.masks[index].gap.is_harmless_in(kinds)
            });
            if harmless.iter().all(|it| *it) {
                return (self.masks != before).then_some(tree);
            }
            for (mask, is_harmless) in std::mem::take(&mut self.masks).into_iter().zip(harmless) {
                if is_harmless {
                    self.masks.push(mask);
                } else {
                    self.refused.insert(mask);
                }
            }
        }
        None
    }

    /// The copy: as long as the text, and equal outside of the masks.
    fn masked(&self) -> String {
        let mut bytes = self.text.as_bytes().to_vec();
        for mask in &self.masks {
            mask.gap.mask(&mut bytes[mask.start..mask.end]);
        }
        String::from_utf8(bytes).expect("whole characters are replaced, by ASCII")
    }
}
