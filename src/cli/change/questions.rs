//! The questions of an interactive apply: which hunk is asked about next, and what an answer does. The letters are those
//! of `git add -p`. Pure; printing and reading are `choose`'s work.

use std::collections::BTreeSet;

use regex::RegexBuilder;

use crate::config::choice::UsePlace;
use crate::diff::{Hunk, Tag};

/// What each letter does, in the order in which they are offered.
const HELP: [(char, &str); 12] = [
    ('y', "apply this hunk"),
    ('n', "do not apply this hunk"),
    (
        'q',
        "quit; do not apply this hunk or any of the remaining ones",
    ),
    ('a', "apply this hunk and all later hunks in the file"),
    (
        'd',
        "do not apply this hunk or any of the later hunks in the file",
    ),
    (
        'k',
        "leave this hunk undecided, see previous undecided hunk",
    ),
    ('K', "leave this hunk undecided, see previous hunk"),
    ('j', "leave this hunk undecided, see next undecided hunk"),
    ('J', "leave this hunk undecided, see next hunk"),
    ('g', "select a hunk to go to"),
    ('/', "search for a hunk matching the given regex"),
    ('s', "split the current hunk into smaller hunks"),
];

/// The lines of a file's old text that a use of the server stands on.
#[derive(Clone, Debug)]
pub(super) struct UseLines {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) place: UsePlace,
    /// It only asks whether the server is there, and goes with what it guards.
    pub(super) is_guard: bool,
}

/// A hunk that is asked about.
#[derive(Clone, Debug)]
pub(super) struct Asked<'a> {
    pub(super) hunk: Hunk<'a>,
    /// The uses that it rewrites; at least one that is no guard.
    uses: Vec<UseLines>,
    /// The answer; nobody said yet if `None`.
    is_wanted: Option<bool>,
}

impl<'a> Asked<'a> {
    /// `None` for a hunk that rewrites none of `uses`: it follows from others, and there is nothing to ask.
    pub(super) fn of(hunk: Hunk<'a>, uses: &[UseLines]) -> Option<Self> {
        let removed = |it: &UseLines| {
            let mut changes = hunk.changes();
            changes.any(|(line, change)| {
                change.tag == Tag::Removed && (it.first..=it.last).contains(&line)
            })
        };
        let uses: Vec<UseLines> = uses.iter().filter(|it| removed(it)).cloned().collect();
        uses.iter().any(|it| !it.is_guard).then_some(Self {
            hunk,
            uses,
            is_wanted: None,
        })
    }

    fn split(&self) -> Vec<Self> {
        let parts = self.hunk.split().into_iter();
        parts.filter_map(|it| Self::of(it, &self.uses)).collect()
    }

    /// A line of a list to choose from.
    fn summary(&self, number: usize) -> String {
        let mark = match self.is_wanted {
            Some(true) => '+',
            Some(false) => '-',
            None => ' ',
        };
        let Hunk { old, new, .. } = &self.hunk;
        let range = format!("-{old} +{new}");
        let change = self.hunk.changes().next();
        let line = change.map_or("", |it| it.1.text.trim_end());
        format!("{mark}{number:2}: {range:<20} {line}\n")
    }
}

/// The hunks of one file that are asked about.
#[derive(Clone, Debug)]
pub(super) struct AskedFile<'a> {
    /// As the user would write it.
    pub(super) path: String,
    /// What a diff has above its first hunk.
    pub(super) header: String,
    /// At least one.
    pub(super) hunks: Vec<Asked<'a>>,
}

/// What an answer led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// Another hunk is to be shown, or nothing is left to ask.
    Moved,
    /// The same hunk is asked about again, after this was said.
    Said(String),
    /// After this was said, one more line is asked for, which belongs behind the letter.
    Wanted(String, &'static str),
}

/// All questions, and which of them is asked now.
#[derive(Clone, Debug)]
pub(super) struct Questions<'a> {
    files: Vec<AskedFile<'a>>,
    file: usize,
    hunk: usize,
}

impl<'a> Questions<'a> {
    pub(super) fn new(files: Vec<AskedFile<'a>>) -> Self {
        Self {
            files,
            file: 0,
            hunk: 0,
        }
    }

    /// The file and the hunk that are asked about; `None` at the end.
    pub(super) fn current(&self) -> Option<(&AskedFile<'a>, &Asked<'a>)> {
        let file = self.files.get(self.file)?;
        Some((file, &file.hunks[self.hunk]))
    }

    /// The question: which hunk of how many, of which file, and what may be answered.
    pub(super) fn prompt(&self) -> String {
        let Some((file, _)) = self.current() else {
            return String::new();
        };
        let letters: String = self.letters().iter().map(|it| format!("{it},")).collect();
        let (number, count, path) = (self.hunk + 1, file.hunks.len(), &file.path);
        format!("({number}/{count}) Apply this hunk to {path} [{letters}?]? ")
    }

    /// Takes an answer to the current question.
    pub(super) fn answer(&mut self, line: &str) -> Reply {
        let line = line.trim();
        let Some(typed) = line.chars().next() else {
            return Reply::Said(String::new());
        };
        let rest = line[typed.len_utf8()..].trim();
        let letter = match typed {
            'J' | 'K' => typed,
            _ => typed.to_ascii_lowercase(),
        };
        if letter == '?' {
            return Reply::Said(self.help());
        }
        if !self.letters().contains(&letter) {
            return Reply::Said(format!(
                "`{line}` is no answer here; `?` lists those that are\n"
            ));
        }
        match letter {
            'g' => return self.go_to(rest),
            '/' => return self.search(rest),
            _ if !rest.is_empty() => {
                return Reply::Said(format!("one letter is an answer, not `{line}`\n"));
            }
            'y' | 'n' => self.decide(self.hunk..self.hunk + 1, letter == 'y'),
            'a' | 'd' => self.decide(self.hunk..usize::MAX, letter == 'a'),
            'q' => self.file = self.files.len(),
            's' => self.split(),
            _ => self.hunk = self.neighbour(letter).unwrap_or(self.hunk),
        }
        Reply::Moved
    }

    /// The places of the uses that are not to be rewritten.
    pub(super) fn declined(&self) -> BTreeSet<UsePlace> {
        let hunks = self.files.iter().flat_map(|it| &it.hunks);
        let declined = hunks.filter(|it| it.is_wanted != Some(true));
        declined
            .flat_map(|it| it.uses.iter().map(|it| it.place.clone()))
            .collect()
    }

    /// The hunks that are to be applied, file by file; only files that have any.
    pub(super) fn wanted(&self) -> Vec<(&AskedFile<'a>, Vec<&Hunk<'a>>)> {
        let wanted = self.files.iter().map(|file| {
            let hunks = file.hunks.iter().filter(|it| it.is_wanted == Some(true));
            (file, hunks.map(|it| &it.hunk).collect::<Vec<_>>())
        });
        wanted.filter(|it| !it.1.is_empty()).collect()
    }

    fn hunks(&self) -> &[Asked<'a>] {
        self.files.get(self.file).map_or(&[], |it| &it.hunks)
    }

    /// The letters that lead anywhere from here.
    fn letters(&self) -> Vec<char> {
        let leads = |letter: char| match letter {
            'k' | 'K' | 'j' | 'J' => self.neighbour(letter).is_some(),
            'g' | '/' => self.hunks().len() > 1,
            's' => self.hunks()[self.hunk].split().len() > 1,
            _ => true,
        };
        HELP.iter().map(|it| it.0).filter(|it| leads(*it)).collect()
    }

    fn help(&self) -> String {
        let letters = self.letters();
        let offered = HELP.iter().filter(|it| letters.contains(&it.0));
        let lines = offered.map(|(letter, purpose)| format!("{letter} - {purpose}\n"));
        lines.chain(["? - print help\n".to_owned()]).collect()
    }

    /// The hunk that a letter of movement leads to.
    fn neighbour(&self, letter: char) -> Option<usize> {
        let is_open = |it: &usize| self.hunks()[*it].is_wanted.is_none();
        match letter {
            'K' => self.hunk.checked_sub(1),
            'k' => (0..self.hunk).rev().find(is_open),
            'J' => Some(self.hunk + 1).filter(|it| *it < self.hunks().len()),
            _ => (self.hunk + 1..self.hunks().len()).find(is_open),
        }
    }

    /// Answers for the first hunk of `range` and for those after it that are undecided, and goes on.
    fn decide(&mut self, range: std::ops::Range<usize>, is_wanted: bool) {
        let hunks = &mut self.files[self.file].hunks;
        let end = range.end.min(hunks.len());
        hunks[range.start].is_wanted = Some(is_wanted);
        for it in &mut hunks[range.start..end] {
            it.is_wanted.get_or_insert(is_wanted);
        }
        if let Some(next) = self.neighbour('j').or_else(|| self.neighbour('k')) {
            self.hunk = next;
        } else {
            self.file += 1;
            self.hunk = 0;
        }
    }

    fn split(&mut self) {
        let hunks = &mut self.files[self.file].hunks;
        let parts = hunks[self.hunk].split();
        hunks.splice(self.hunk..=self.hunk, parts);
    }

    fn go_to(&mut self, number: &str) -> Reply {
        if number.is_empty() {
            let lines = self.hunks().iter().zip(1..);
            let list = lines.map(|(it, number)| it.summary(number)).collect();
            return Reply::Wanted(list, "go to which hunk? ");
        }
        let count = self.hunks().len();
        match number.parse::<usize>() {
            Ok(number) if (1..=count).contains(&number) => {
                self.hunk = number - 1;
                Reply::Moved
            }
            _ => Reply::Said(format!("there is no hunk `{number}`, only 1 to {count}\n")),
        }
    }

    /// Goes to the next hunk that matches, from the end on to the beginning.
    fn search(&mut self, pattern: &str) -> Reply {
        if pattern.is_empty() {
            return Reply::Wanted(String::new(), "search for regex? ");
        }
        let regex = match RegexBuilder::new(pattern).multi_line(true).build() {
            Ok(regex) => regex,
            Err(cause) => return Reply::Said(format!("{cause}\n")),
        };
        let count = self.hunks().len();
        let mut others = (1..=count).map(|it| (self.hunk + it) % count);
        match others.find(|it| regex.is_match(&self.hunks()[*it].hunk.to_string())) {
            Some(found) => {
                self.hunk = found;
                Reply::Moved
            }
            None => Reply::Said("no hunk matches the pattern\n".to_owned()),
        }
    }
}
