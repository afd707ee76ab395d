//! The report: everything that a run has to say, as plain data, and the formats it is written in.
//! Deciding where it goes, and writing it there, is `cli`'s work.

mod frame;
mod github;
mod human;
mod json;
mod markdown;
mod style;

use std::collections::{BTreeMap, BTreeSet};

use crate::findings::Finding;
use crate::load::Skipped;
use crate::project::Step;
use crate::readiness::{Readiness, Verdict};
use crate::rules::{FindingKind, Fix};
use crate::source::{FileId, LineIndex, Position, SourceFile, Span};

pub use human::{notes, summary};
pub use style::{Ink, Style, counted};

/// Characters of a snippet in a table.
const SNIPPET: usize = 100;

/// A form that a report can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For a terminal: code frames.
    Human,
    /// One object, by the contract.
    Json,
    /// One object a line: findings, skipped files, the summary last.
    Jsonl,
    /// Workflow commands that GitHub shows beside the changed lines.
    Github,
    /// For a pull request's comment or a step summary.
    Markdown,
}

impl Format {
    /// Every format that can be asked for.
    pub const ALL: [Self; 5] = [
        Self::Human,
        Self::Json,
        Self::Jsonl,
        Self::Github,
        Self::Markdown,
    ];

    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Github => "github",
            Self::Markdown => "markdown",
        }
    }
}

/// How many files there were; what is not here can be counted from the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Program files under the root.
    pub files_seen: usize,
    /// Those whose structure was looked at.
    pub files_parsed: usize,
}

/// What a run found, with the texts to show it in.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// The root as the user named it.
    pub root: String,
    /// How many files there were.
    pub counts: Counts,
    /// Whether anything in-process is left or was not looked at.
    pub verdict: Verdict,
    /// Sorted by file, place and rule.
    pub findings: &'a [Finding],
    /// What could not be analysed.
    pub skipped: &'a [Skipped],
    /// The readiness checks; `None` for the commands that do not assess.
    pub readiness: Option<Readiness>,
    /// What else a person should know.
    pub notes: Vec<String>,
    files: &'a [SourceFile],
    lines: BTreeMap<FileId, LineIndex>,
}

impl<'a> Report<'a> {
    /// A report about `findings` in `files`.
    pub fn new(
        root: &str,
        files: &'a [SourceFile],
        findings: &'a [Finding],
        skipped: &'a [Skipped],
        counts: Counts,
    ) -> Self {
        let shown: BTreeSet<FileId> = findings
            .iter()
            .flat_map(|it| std::iter::once(it.file).chain(it.steps.iter().map(|step| step.file)))
            .collect();
        let lines = shown
            .into_iter()
            .map(|it| (it, LineIndex::new(&files[it.index()].text)))
            .collect();
        let verdict = Verdict::of(findings, skipped);
        let root = root.to_owned();
        Self {
            root,
            counts,
            verdict,
            findings,
            skipped,
            readiness: None,
            notes: Vec::new(),
            files,
            lines,
        }
    }

    /// The same report with the readiness checks.
    #[must_use]
    pub fn with_readiness(self, readiness: Readiness) -> Self {
        Self {
            verdict: readiness.verdict,
            readiness: Some(readiness),
            ..self
        }
    }

    /// The same report with notes.
    #[must_use]
    pub fn with_notes(self, notes: Vec<String>) -> Self {
        Self { notes, ..self }
    }

    /// A file's path, relative to the root.
    pub fn path(&self, file: FileId) -> &'a str {
        &self.files[file.index()].path
    }

    /// A path as it can be opened from where the user stands.
    pub fn shown_path(&self, path: &str) -> String {
        match self.root.trim_end_matches('/') {
            "" if self.root.starts_with('/') => format!("/{path}"),
            "" | "." => path.to_owned(),
            root => format!("{root}/{path}"),
        }
    }

    /// A note or a reason, with the paths of programs in it as they can be opened from where the user stands.
    pub fn shown_note(&self, note: &str) -> String {
        let is_between = |it: char| it.is_whitespace() || matches!(it, '`' | '(' | ')' | ',' | ';');
        let shown = |word: &str| {
            let path = word.split(':').next().unwrap_or(word);
            match self.files.iter().any(|it| it.path == path) {
                true => self.shown_path(word),
                false => word.to_owned(),
            }
        };
        let words = note.split_inclusive(is_between);
        let piece = |it: &str| {
            let word = it.trim_end_matches(is_between);
            shown(word) + &it[word.len()..]
        };
        words.map(piece).collect()
    }

    /// The text of a file.
    pub fn text(&self, file: FileId) -> &'a str {
        &self.files[file.index()].text
    }

    /// The line and column of byte `offset` of `file`, a file that a finding or a step is in.
    pub fn position(&self, file: FileId, offset: u32) -> Position {
        self.lines(file).position(self.text(file), offset)
    }

    /// The lines of `file`, a file that a finding or a step is in.
    pub fn lines(&self, file: FileId) -> &LineIndex {
        self.lines
            .get(&file)
            .expect("files of findings and steps are indexed by `new`")
    }

    /// How many findings each kind has, without those that have none.
    pub fn by_kind(&self) -> Vec<(FindingKind, usize)> {
        tally(&FindingKind::ALL, self.findings.iter().map(|it| it.kind))
    }

    /// How many findings each fix has, without those that have none.
    pub fn by_fix(&self) -> Vec<(Fix, usize)> {
        tally(&Fix::ALL, self.findings.iter().map(|it| it.fix))
    }

    /// The findings, file by file.
    pub fn by_file(&self) -> impl Iterator<Item = &'a [Finding]> {
        self.findings
            .chunk_by(|left, right| left.file == right.file)
    }

    /// Skipped files that may hold Socket.IO: the verdict depends on them.
    pub fn relevant_skips(&self) -> impl Iterator<Item = &'a Skipped> {
        self.skipped.iter().filter(|it| it.mentions_socketio)
    }

    /// A span's text on one line, cut where it gets long.
    fn snippet(&self, file: FileId, span: Span) -> String {
        let words = self.text(file)[span.range()].split_whitespace();
        let text = words.collect::<Vec<_>>().join(" ").replace(" .", ".");
        match text.char_indices().nth(SNIPPET) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }

    /// The way to a finding as a reader can follow it: `server created server.js:12 → …`.
    fn trail(&self, steps: &[Step], style: Style) -> String {
        let arrow = format!(" {} ", style.sign("→", "->"));
        let station = |it: &Step| {
            let line = self.position(it.file, it.span.start).line;
            let place = format!("{}:{line}", self.shown_path(self.path(it.file)));
            format!("{} {}", it.label, style.paint(Ink::Dim, &place))
        };
        steps.iter().map(station).collect::<Vec<_>>().join(&arrow)
    }
}

/// Writes `report` in `format`. Formats for programs do not look at `style`.
pub fn render(report: &Report<'_>, format: Format, style: Style) -> String {
    match format {
        Format::Human => human::render(report, style),
        Format::Json => json::object(report),
        Format::Jsonl => json::lines(report),
        Format::Github => github::render(report),
        Format::Markdown => markdown::render(report),
    }
}

fn tally<T: Copy + PartialEq>(all: &[T], present: impl Iterator<Item = T>) -> Vec<(T, usize)> {
    let present: Vec<T> = present.collect();
    let count = |wanted: T| present.iter().filter(|it| **it == wanted).count();
    all.iter()
        .map(|it| (*it, count(*it)))
        .filter(|it| it.1 > 0)
        .collect()
}

#[cfg(test)]
mod tests;
