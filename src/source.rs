//! The words every stage uses: a source file, a place in it, and where that is for a reader.
//! Leaves reading files to `load` and their structure to `syntax`.

use std::fmt;

/// A file of the analysed project; an index into the list that `load` returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

impl FileId {
    /// The position of this file in lists that have one entry a file.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A half-open range of bytes in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte, 0-based.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` up to, not including, `end` (bytes).
    pub fn new(start: usize, end: usize) -> Self {
        let narrow = |it: usize| u32::try_from(it).expect("load refuses files of 4 GiB and more");
        Self {
            start: narrow(start),
            end: narrow(end),
        }
    }

    /// The same range, to slice a text with.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether `other` lies within this range; a range contains itself.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// The grammar a file is read with, decided by its extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// `.js`, `.mjs`, `.cjs`, `.jsx`.
    JavaScript,
    /// `.ts`, `.mts`, `.cts`.
    TypeScript,
    /// `.tsx`.
    Tsx,
}

impl Language {
    /// The language of a path, or `None` if the file holds no program.
    pub fn of_path(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let (stem, extension) = name.rsplit_once('.')?;
        match extension {
            "js" | "mjs" | "cjs" | "jsx" => Some(Self::JavaScript),
            // A declaration file holds no expression.
            "ts" | "mts" | "cts" if stem.ends_with(".d") => None,
            "ts" | "mts" | "cts" => Some(Self::TypeScript),
            "tsx" => Some(Self::Tsx),
            _ => None,
        }
    }
}

/// One file as it was read.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Relative to the root, with `/`.
    pub path: String,
    /// The whole text, byte order mark and line endings included.
    pub text: String,
    /// The grammar to read it with.
    pub language: Language,
}

/// A place as a reader counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters (Unicode scalar values), not bytes.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.line, self.column)
    }
}

/// Finds lines and columns in one text.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    /// Remembers where each line of `text` starts. Lines end with `\n`; `\r\n` is one ending.
    pub fn new(text: &str) -> Self {
        let after_break = text
            .bytes()
            .enumerate()
            .filter(|it| it.1 == b'\n')
            .map(|it| it.0 + 1);
        Self {
            starts: std::iter::once(0).chain(after_break).collect(),
        }
    }

    /// The position of byte `offset` of `text`, the text this index was made from.
    /// A byte order mark is no column.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let offset = (offset as usize).min(text.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line - 1];
        let before = &text[start..offset];
        let column = before.trim_start_matches('\u{feff}').chars().count() + 1;
        Position { line, column }
    }

    /// The byte at which 1-based `line` starts.
    pub fn line_start(&self, line: usize) -> usize {
        self.starts[line - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, LineIndex, Position};

    #[test]
    fn columns_count_characters() {
        let text = "a\r\nčx\n";
        let index = LineIndex::new(text);
        assert_eq!(index.position(text, 5), Position { line: 2, column: 2 });
        assert_eq!(index.position(text, 7), Position { line: 3, column: 1 });
    }

    #[test]
    fn declaration_files_hold_no_program() {
        assert_eq!(Language::of_path("a/io.d.ts"), None);
        assert_eq!(Language::of_path("a/io.ts"), Some(Language::TypeScript));
    }
}
