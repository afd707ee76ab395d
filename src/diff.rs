//! Old and new text as a patch that `git apply` and `patch -p1` accept. Colouring it is `report`'s work.

use std::fmt::{self, Display, Write};
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};

use crate::apply::Changed;

/// Unchanged lines around a change, as git has it.
const CONTEXT: usize = 3;

/// The differences of one file. Displayed, it is one file of a patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDiff<'a> {
    /// Relative to the root, with `/`.
    pub path: &'a str,
    /// What happens to the file as a whole.
    pub kind: Kind,
    /// In the order of the file. Empty if an empty file is created or deleted.
    pub hunks: Vec<Hunk<'a>>,
}

/// What happens to a file as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It is there before and afterwards.
    Changed,
    /// It is not there before.
    Created,
    /// It is not there afterwards.
    Deleted,
}

/// Some lines that change, and unchanged ones around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk<'a> {
    /// Its range in the old text.
    pub old: Lines,
    /// Its range in the new text.
    pub new: Lines,
    /// Its lines, in the order in which a patch has them.
    pub lines: Vec<Line<'a>>,
}

/// A range of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lines {
    /// 1-based; of an empty range, the line before it, or 0.
    pub start: usize,
    /// How many.
    pub count: usize,
}

/// One line of a hunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line<'a> {
    /// What happens to it.
    pub tag: Tag,
    /// With its line ending, if it has one.
    pub text: &'a str,
}

/// What happens to a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tag {
    /// It stays.
    Same,
    /// It goes.
    Removed,
    /// It comes.
    Added,
}

/// The differences of each file, in order.
pub fn files(changed: &[Changed]) -> Vec<FileDiff<'_>> {
    changed.iter().map(file).collect()
}

/// One patch of all files, ready for `git apply`.
pub fn unified(changed: &[Changed]) -> String {
    files(changed).iter().map(ToString::to_string).collect()
}

fn file(changed: &Changed) -> FileDiff<'_> {
    let kind = match (&changed.before, &changed.after) {
        (None, _) => Kind::Created,
        (_, None) => Kind::Deleted,
        _ => Kind::Changed,
    };
    let hunks = hunks(
        &lines(changed.before.as_deref()),
        &lines(changed.after.as_deref()),
    );
    FileDiff {
        path: &changed.path,
        kind,
        hunks,
    }
}

/// Only `\n` ends a line for git. A `\r` before it belongs to the line.
fn lines(text: Option<&str>) -> Vec<&str> {
    text.unwrap_or_default().split_inclusive('\n').collect()
}

fn hunks<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Hunk<'a>> {
    let ops = capture_diff_slices(Algorithm::Myers, old, new);
    let groups = group_diff_ops(ops, CONTEXT);
    groups
        .iter()
        .filter(|it| !it.is_empty())
        .map(|it| hunk(it, old, new))
        .collect()
}

fn hunk<'a>(ops: &[DiffOp], old: &[&'a str], new: &[&'a str]) -> Hunk<'a> {
    let (first, last) = (&ops[0], &ops[ops.len() - 1]);
    let mut lines = Vec::new();
    for op in ops {
        let removed = old[op.old_range()].iter();
        if let DiffOp::Equal { .. } = op {
            lines.extend(removed.map(|text| Line {
                tag: Tag::Same,
                text,
            }));
            continue;
        }
        lines.extend(removed.map(|text| Line {
            tag: Tag::Removed,
            text,
        }));
        lines.extend(new[op.new_range()].iter().map(|text| Line {
            tag: Tag::Added,
            text,
        }));
    }
    Hunk {
        old: Lines::of(first.old_range().start, last.old_range().end),
        new: Lines::of(first.new_range().start, last.new_range().end),
        lines,
    }
}

impl Lines {
    fn of(start: usize, end: usize) -> Self {
        let count = end - start;
        Self {
            start: if count == 0 { start } else { start + 1 },
            count,
        }
    }
}

impl Hunk<'_> {
    /// The hunk in as many parts as there are changes with unchanged lines between them, which are shown with both.
    pub fn split(&self) -> Vec<Self> {
        let is_change = |it: &usize| self.lines[*it].tag != Tag::Same;
        let changes: Vec<usize> = (0..self.lines.len()).filter(is_change).collect();
        let runs: Vec<&[usize]> = changes.chunk_by(|left, right| left + 1 == *right).collect();
        let part = |index: usize| {
            let before = index.checked_sub(1).and_then(|it| runs[it].last());
            let after = runs.get(index + 1).and_then(|it| it.first());
            self.part(before.map_or(0, |it| it + 1)..*after.unwrap_or(&self.lines.len()))
        };
        (0..runs.len()).map(part).collect()
    }

    /// The lines at `range` as a hunk of their own.
    fn part(&self, range: Range<usize>) -> Self {
        let lines = |whole: Lines, other: Tag| {
            let count = |it: &[Line<'_>]| it.iter().filter(|it| it.tag != other).count();
            let first = whole.start - usize::from(whole.count > 0);
            let start = first + count(&self.lines[..range.start]);
            Lines::of(start, start + count(&self.lines[range.clone()]))
        };
        Self {
            old: lines(self.old, Tag::Added),
            new: lines(self.new, Tag::Removed),
            lines: self.lines[range.clone()].to_vec(),
        }
    }

    /// Every line that goes or comes, with the number of the old line that it stands at.
    pub fn changes(&self) -> impl Iterator<Item = (usize, Line<'_>)> {
        let mut number = self.old.start + usize::from(self.old.count == 0);
        self.lines.iter().filter_map(move |line| {
            let here = number;
            number += usize::from(line.tag != Tag::Added);
            (line.tag != Tag::Same).then_some((here, *line))
        })
    }
}

impl FileDiff<'_> {
    /// The lines above the first hunk, each with its line ending.
    pub fn header(&self) -> String {
        let old = quoted("a/", self.path);
        let new = quoted("b/", self.path);
        let mut header = format!("diff --git {old} {new}\n");
        header.push_str(match self.kind {
            Kind::Changed => "",
            Kind::Created => "new file mode 100644\n",
            Kind::Deleted => "deleted file mode 100644\n",
        });
        if self.hunks.is_empty() {
            return header;
        }
        // Here, and only here, a name with a blank ends with a tab: programs look for a date after it.
        let end = if self.path.contains(' ') { "\t" } else { "" };
        let old = if self.kind == Kind::Created {
            "/dev/null".to_owned()
        } else {
            old + end
        };
        let new = if self.kind == Kind::Deleted {
            "/dev/null".to_owned()
        } else {
            new + end
        };
        header + "--- " + &old + "\n+++ " + &new + "\n"
    }

    /// How many lines come and how many go.
    pub fn counts(&self) -> (usize, usize) {
        let count = |tag| {
            self.hunks
                .iter()
                .flat_map(|it| &it.lines)
                .filter(|it| it.tag == tag)
                .count()
        };
        (count(Tag::Added), count(Tag::Removed))
    }
}

impl Display for FileDiff<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.header())?;
        self.hunks.iter().try_for_each(|it| it.fmt(out))
    }
}

impl Display for Hunk<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "@@ -{} +{} @@", self.old, self.new)?;
        self.lines.iter().try_for_each(|it| it.fmt(out))
    }
}

impl Display for Lines {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            1 => write!(out, "{}", self.start),
            count => write!(out, "{},{count}", self.start),
        }
    }
}

impl Display for Line<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.tag {
            Tag::Same => ' ',
            Tag::Removed => '-',
            Tag::Added => '+',
        };
        let end = if self.text.ends_with('\n') {
            ""
        } else {
            "\n\\ No newline at end of file\n"
        };
        write!(out, "{sign}{}{end}", self.text)
    }
}

/// A path as git writes it: in quotes, with escapes, if it has anything but printable ASCII.
fn quoted(side: &str, path: &str) -> String {
    let is_plain = |it: u8| matches!(it, b' '..=b'~') && it != b'"' && it != b'\\';
    if path.bytes().all(is_plain) {
        return format!("{side}{path}");
    }
    let mut quoted = format!("\"{side}");
    for byte in path.bytes() {
        let escape = match byte {
            b'\t' => "\\t",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'"' => "\\\"",
            b'\\' => "\\\\",
            it if is_plain(it) => {
                quoted.push(char::from(it));
                continue;
            }
            it => {
                write!(quoted, "\\{it:03o}").expect("a string takes everything");
                continue;
            }
        };
        quoted.push_str(escape);
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::disallowed_methods,
        reason = "the tests try patches out on the disk"
    )]

    use std::fs;
    use std::path::Path;
    use std::process::Command;

    use proptest::prelude::*;
    use tempfile::TempDir;

    use super::{files, unified};
    use crate::apply::Changed;

    fn changed(path: &str, before: Option<&str>, after: Option<&str>) -> Changed {
        let owned = |it: Option<&str>| it.map(ToOwned::to_owned);
        Changed {
            path: path.to_owned(),
            before: owned(before),
            after: owned(after),
        }
    }

    fn lay_out(folder: &Path, changed: &[Changed]) {
        for Changed { path, before, .. } in changed {
            let file = folder.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            if let Some(before) = before {
                fs::write(file, before).unwrap();
            }
        }
    }

    /// Has `program` apply the patch and looks at what it made.
    fn check(program: &str, arguments: &[&str], changed: &[Changed]) {
        let folder = TempDir::new().unwrap();
        let patch = folder.path().join("changes.patch");
        let tree = folder.path().join("tree");
        fs::create_dir(&tree).unwrap();
        lay_out(&tree, changed);
        fs::write(&patch, unified(changed)).unwrap();
        let output = Command::new(program)
            .args(arguments)
            .arg(&patch)
            .current_dir(&tree)
            .env("GIT_CEILING_DIRECTORIES", folder.path())
            .output()
            .unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{complaint}\n{}", unified(changed));
        for Changed { path, after, .. } in changed {
            let made = fs::read_to_string(tree.join(path)).ok();
            assert_eq!(made, *after, "{path}\n{}", unified(changed));
        }
    }

    const GIT: [&str; 1] = ["apply"];
    const PATCH: [&str; 4] = ["--binary", "-s", "-p1", "-i"];

    #[test]
    fn a_patch_looks_as_git_makes_it() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let after = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n";
        let diff = unified(&[
            changed("a b.js", Some(before), Some(after)),
            changed("née.js", None, Some("x\r\ny")),
        ]);
        assert_eq!(
            diff,
            "diff --git a/a b.js b/a b.js\n\
             --- a/a b.js\t\n\
             +++ b/a b.js\t\n\
             @@ -2,7 +2,7 @@\n \
             2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n\
             diff --git \"a/n\\303\\251e.js\" \"b/n\\303\\251e.js\"\n\
             new file mode 100644\n\
             --- /dev/null\n\
             +++ \"b/n\\303\\251e.js\"\n\
             @@ -0,0 +1,2 @@\n\
             +x\r\n+y\n\\ No newline at end of file\n"
        );
    }

    #[test]
    fn a_hunk_splits_where_lines_stay() {
        let before = "1\n2\n3\n4\n5\n6\n";
        let after = "1\nb\nbb\n3\n4\n6\n7\n";
        let all = [changed("a.js", Some(before), Some(after))];
        let parts = files(&all)[0].hunks[0].split();
        let shown: Vec<String> = parts.iter().map(ToString::to_string).collect();
        let expected = [
            "@@ -1,4 +1,5 @@\n 1\n-2\n+b\n+bb\n 3\n 4\n",
            "@@ -3,4 +4,3 @@\n 3\n 4\n-5\n 6\n",
            "@@ -6 +6,2 @@\n 6\n+7\n",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn nothing_changed_is_an_empty_patch() {
        assert_eq!(unified(&[]), "");
    }

    #[test]
    fn git_takes_every_kind_of_change_and_name() {
        let all = [
            changed("empty.js", None, Some("")),
            changed("src/new dir/né\u{a0}w [id].js", None, Some("1")),
            changed("src/qu\"ote\\s.js", Some("1\n"), Some("2\n")),
            changed("emptied.js", Some("1\n"), Some("")),
            changed("filled.js", Some(""), Some("1\r\n")),
            changed("gone.js", Some("1\n"), None),
            changed("bom.js", Some("\u{feff}1\n2"), Some("\u{feff}1\n2\n")),
        ];
        check("git", &GIT, &all);
    }

    #[test]
    fn patch_takes_it_too() {
        if Command::new("patch").arg("--version").output().is_err() {
            return;
        }
        let all = [
            changed("src/new dir/a b.js", None, Some("1")),
            changed("née.js", Some("1\r\n2"), Some("2\r\n2\n")),
            changed("gone.js", Some("1\n"), None),
        ];
        check("patch", &PATCH, &all);
    }

    /// Texts that share lines, with every line ending there is.
    fn text() -> impl Strategy<Value = String> {
        let line = (
            "[ab]{0,2}",
            prop_oneof![4 => Just("\n"), 2 => Just("\r\n"), 1 => Just("\r")],
        );
        let lines = prop::collection::vec(line, 0..20);
        (lines, "[abč]{0,2}").prop_map(|(lines, last)| {
            let lines = lines.into_iter().map(|(text, end)| text + end);
            lines.chain([last]).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

        #[test]
        fn git_makes_exactly_the_new_text(pairs in prop::collection::vec((text(), text()), 1..12)) {
            let named = pairs.iter().enumerate().map(|(index, (before, after))| {
                changed(&format!("{index}.js"), Some(before), Some(after))
            });
            let all: Vec<_> = named.filter(|it| it.before != it.after).collect();
            if !all.is_empty() {
                check("git", &GIT, &all);
            }
        }
    }
}
