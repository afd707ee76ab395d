//! Reads valid text that the grammars take for broken: parses a copy in which the few bytes they
//! stumble over are replaced by harmless ones, as many of them, so that every span stays right.
//! Leaves finding those bytes to `gaps.rs`, and what the tree means to the rest of `parse`, which
//! takes all names and strings from the text as it was written.
//!
//! A replacement is a guess until the copy is parsed. It stays only if it then stands where nothing
//! runs: in text or attributes of JSX, or in a type. So it can't hide an error of the program.

mod gaps;
#[cfg(test)]
mod tests;

use std::ops::Range;

use tree_sitter::{Parser, Tree};

use super::{Cst, typescript};
use crate::source::Language;

/// How many times a file with errors is looked at again. Nearly all are done after the first time;
/// more of them help where one gap hid the next.
const ROUNDS: usize = 8;

/// What the grammars can't read, though it is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    /// `&` in the text or in a string attribute of JSX that begins no entity.
    Ampersand,
    /// A reserved word that names an attribute: `<label for="a">`.
    AttributeName,
    /// `import('x')` in a type, where type arguments or several names follow.
    ImportType,
    /// Type arguments before a template: `` sql<Row[]>`…` ``.
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

    /// Whether `path`, the nodes around the replaced bytes from the root on, says that nothing of
    /// them runs.
    fn is_harmless_in(self, path: &[Cst<'_>]) -> bool {
        let kinds: Vec<&str> = path.iter().rev().map(Cst::kind).collect();
        match (self, kinds.as_slice()) {
            (Self::Ampersand, ["jsx_text", ..])
            | (Self::Ampersand, ["string_fragment", "string", "jsx_attribute", ..])
            | (Self::AttributeName, ["property_identifier", "jsx_attribute", ..]) => true,
            (Self::ImportType, all) => all.iter().any(|it| typescript::is_type(it)),
            // The blanks are no part of the callee and none of the template.
            (Self::TypeArguments, ["call_expression", ..]) => true,
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

    fn is_harmless(&self, tree: &Tree) -> bool {
        self.gap
            .is_harmless_in(&path_to(tree, self.start, self.end))
    }
}

/// The nodes that hold the bytes from `start` to `end`, from the root on.
fn path_to(tree: &Tree, start: usize, end: usize) -> Vec<Cst<'_>> {
    let mut cursor = tree.walk();
    let mut path = Vec::new();
    loop {
        let node = cursor.node();
        if start < node.start_byte() || node.end_byte() < end {
            return path;
        }
        path.push(node);
        if cursor.goto_first_child_for_byte(start).is_none() {
            return path;
        }
    }
}

/// The grammar's tree of `text`, with as few errors as replacing what it can't read allows.
pub(super) fn read(parser: &mut Parser, text: &str, language: Language) -> Tree {
    let mut tree = parse(parser, text.as_bytes());
    let mut best = (errors_in(&tree), tree.clone());
    if best.0 == 0 && !gaps::may_be_misread(text, language) {
        return tree;
    }
    let mut reader = Reader {
        parser,
        text,
        language,
        masks: Vec::new(),
        refused: Vec::new(),
    };
    for _ in 0..ROUNDS {
        let Some(next) = reader.round(&tree) else {
            break;
        };
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
    refused: Vec<Mask>,
}

impl Reader<'_> {
    /// Replaces what `tree` stumbles over too; `None` if there is nothing more to replace.
    fn round(&mut self, tree: &Tree) -> Option<Tree> {
        let masked = self.masked();
        let mut found = gaps::find(tree.root_node(), &masked, self.language);
        found.extend(gaps::type_arguments(
            tree,
            &masked,
            self.parser,
            self.language,
        ));
        found.retain(|it| !self.masks.contains(it) && !self.refused.contains(it));
        if found.is_empty() {
            return None;
        }
        let before = self.masks.len();
        self.masks.append(&mut found);
        // What is taken back can change where the others stand.
        loop {
            let masked = self.masked();
            let tree = parse(self.parser, masked.as_bytes());
            let (harmless, others) = std::mem::take(&mut self.masks)
                .into_iter()
                .partition(|it| it.is_harmless(&tree));
            self.masks = harmless;
            if others.is_empty() {
                return (self.masks.len() > before).then_some(tree);
            }
            self.refused.extend(others);
        }
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
