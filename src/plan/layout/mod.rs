//! Lines and indentation around nodes: which range goes when a statement goes, and how a block is taken out of its
//! braces, so that the diff is what a person would have typed.

pub(in crate::plan) mod docs;
mod formatting;
pub(in crate::plan) mod lists;
pub(in crate::plan) mod reflow;

use super::edits::{Edit, EditList};
use crate::source::Span;
use crate::syntax::{Kind, NodeId, Tree};
pub(in crate::plan) use formatting::Formatting;

/// A file's text and structure, for measuring.
#[derive(Clone, Copy)]
pub(in crate::plan) struct Layout<'a> {
    pub(in crate::plan) text: &'a str,
    pub(in crate::plan) tree: &'a Tree,
}

impl<'a> Layout<'a> {
    /// The byte at which the line of `offset` starts.
    pub(in crate::plan) fn line_start(&self, offset: usize) -> usize {
        self.text[..offset].rfind('\n').map_or(0, |it| it + 1)
    }

    /// The byte after the line of `offset`, its line break included.
    pub(in crate::plan) fn line_end(&self, offset: usize) -> usize {
        self.text[offset..]
            .find('\n')
            .map_or(self.text.len(), |it| offset + it + 1)
    }

    /// The white space at the start of the line of `offset`.
    pub(in crate::plan) fn indentation(&self, offset: usize) -> &'a str {
        let line = &self.text[self.line_start(offset)..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// One level of indentation: that of the first indented line.
    pub(in crate::plan) fn unit(&self) -> &'a str {
        let indented = self.text.lines().find(|it| {
            it.starts_with([' ', '\t'])
                && !it.trim().is_empty()
                && !it.trim_start().starts_with('*')
        });
        indented.map_or("  ", |it| {
            &it[..it.len() - it.trim_start_matches([' ', '\t']).len()]
        })
    }

    /// The file's line ending, decided by its first line.
    pub(in crate::plan) fn line_break(&self) -> &'static str {
        match self.text.find('\n') {
            Some(at) if self.text[..at].ends_with('\r') => "\r\n",
            _ => "\n",
        }
    }

    /// Whether nothing but white space stands before `offset` on its line.
    pub(in crate::plan) fn starts_line(&self, offset: usize) -> bool {
        self.text[self.line_start(offset)..offset]
            .chars()
            .all(|it| it == ' ' || it == '\t' || it == '\u{feff}')
    }

    /// Whether nothing but white space stands after `offset` on its line.
    pub(in crate::plan) fn ends_line(&self, offset: usize) -> bool {
        self.text[offset..self.line_end(offset)].trim().is_empty()
    }

    /// What stands behind `offset` on its line, without a comment: `;`, `);`.
    pub(in crate::plan) fn behind_on_line(&self, offset: usize) -> &'a str {
        let end = self.line_end(offset);
        let comments = self.tree.comments.iter().map(|it| it.span.start as usize);
        let comment = comments.into_iter().find(|it| (offset..end).contains(it));
        self.text[offset..comment.unwrap_or(end)].trim_end()
    }

    /// The comments that lie within `span`.
    pub(in crate::plan) fn comments_in(&self, span: Span) -> Vec<Span> {
        self.tree
            .comments
            .iter()
            .map(|it| it.span)
            .filter(|it| span.contains(*it))
            .collect()
    }

    /// The range to delete for a statement to be gone: whole lines if it has them to itself.
    pub(in crate::plan) fn removal(&self, span: Span) -> Span {
        let (start, end) = (span.start as usize, span.end as usize);
        match (self.starts_line(start), self.ends_line(end)) {
            (true, true) => Span::new(self.line_start(start), self.line_end(end)),
            // What stands before it ends the line now.
            (false, true) => Span::new(self.text[..start].trim_end_matches([' ', '\t']).len(), end),
            (_, false) => {
                let after = self.text[end..].trim_start_matches([' ', '\t']);
                Span::new(start, self.text.len() - after.len())
            }
        }
    }

    /// The blank line at `to` if it is one too many once everything between `from` and `to` is gone: another one, or
    /// the start of a block, stands before it.
    pub(in crate::plan) fn spare_blank_line(&self, from: usize, to: usize) -> Option<Span> {
        let before = self.text[..from].trim_end_matches(['\n', '\r', ' ', '\t']);
        let gap = self.text[before.len()..from].matches('\n').count();
        let opens = before.is_empty() || before.ends_with('{') || gap > 1;
        let next_is_blank =
            to < self.text.len() && self.text[to..self.line_end(to)].trim().is_empty();
        (opens && next_is_blank).then(|| Span::new(to, self.line_end(to)))
    }

    /// The blank lines before `from` with which the file would end once everything from there to `to` is gone.
    pub(in crate::plan) fn blank_end(&self, from: usize, to: usize) -> Option<Span> {
        let before = self.text[..from].trim_end().len();
        let start = self.line_end(before);
        let is_end = self.text[to..].trim().is_empty();
        (is_end && before > 0 && start < from).then(|| Span::new(start, from))
    }

    /// The lines that start within `span`, by the byte at which they start; lines inside templates are left out.
    pub(in crate::plan) fn lines_in(&self, span: Span) -> Vec<usize> {
        let mut lines = Vec::new();
        let mut line = self.line_end(span.start as usize);
        while line < span.end as usize && line < self.text.len() {
            if !self.is_in_template(line) {
                lines.push(line);
            }
            line = self.line_end(line);
        }
        lines
    }

    /// Where a word stands in the text, as a whole.
    pub(in crate::plan) fn words(&self, word: &str) -> Vec<Span> {
        let text = self.text;
        let found = text.match_indices(word).filter(|(at, _)| {
            !word.is_empty()
                && !text[..*at].ends_with(is_of_name)
                && !text[at + word.len()..].starts_with(is_of_name)
        });
        found
            .map(|(at, _)| Span::new(at, at + word.len()))
            .collect()
    }

    /// Whether `offset` lies inside the text of a template, where white space counts.
    fn is_in_template(&self, offset: usize) -> bool {
        let offset = u32::try_from(offset).expect("spans are narrow");
        self.tree.ids().any(|it| {
            let span = self.tree.span(it);
            matches!(self.tree.kind(it), Kind::Template { .. })
                && span.start < offset
                && offset < span.end
        })
    }

    /// A statement with the comment lines right above it and the comment behind it on its last line.
    pub(in crate::plan) fn with_comments(&self, statement: NodeId) -> Span {
        let span = self.tree.span(statement);
        let mut start = span.start as usize;
        for comment in self.tree.comments.iter().rev().map(|it| it.span) {
            let is_right_above = comment.end as usize <= start
                && self.text[comment.end as usize..start].matches('\n').count() == 1
                && self.text[comment.end as usize..start].trim().is_empty()
                && self.starts_line(comment.start as usize);
            if is_right_above {
                start = comment.start as usize;
            }
        }
        let mut end = span.end as usize;
        let line_end = self.line_end(end);
        for comment in self.tree.comments.iter().map(|it| it.span) {
            if comment.start as usize >= end && (comment.start as usize) < line_end {
                let is_next = self.text[end..comment.start as usize].trim().is_empty();
                end = if is_next { comment.end as usize } else { end };
            }
        }
        Span::new(start, end)
    }

    /// Where a semicolon is needed that was not there before `edits`: at statements which would go on with the one before
    /// them, because what stood between the two goes (`a()`, `if (io) {`, `[b].forEach(io.emit)`).
    pub(in crate::plan) fn missing_separators(&self, edits: &EditList) -> Vec<u32> {
        let statements = self.tree.ids().filter(|it| {
            matches!(self.tree.kind(*it), Kind::ExpressionStatement { .. })
                && self.is_listed(*it, edits)
        });
        let starts = statements.map(|it| self.tree.span(it).start);
        starts.filter(|it| self.runs_on(*it, edits)).collect()
    }

    /// Whether a statement is one of a list, or becomes one because what it was the branch of goes.
    fn is_listed(&self, statement: NodeId, edits: &EditList) -> bool {
        let start = self.tree.span(statement).start;
        let is_gone = edits
            .iter()
            .any(|it| it.span.start <= start && start < it.span.end && it.text.trim().is_empty());
        let is_freed = || {
            let parent = self
                .tree
                .parent(statement)
                .map(|it| self.tree.span(it).start);
            edits.iter().any(|it| {
                parent.is_some_and(|parent| it.span.start <= parent) && it.span.end == start
            })
        };
        // A statement that starts with what goes (`io && (b)()`) is still there.
        let is_whole_gone = is_gone
            && edits
                .iter()
                .any(|it| it.span.contains(self.tree.span(statement)));
        !is_whole_gone && (self.tree.statement_list(statement).is_some() || is_freed())
    }

    /// Whether the statement that starts at `start` begins, after `edits`, with what continues an expression, and follows
    /// something else than before that no semicolon ends.
    fn runs_on(&self, start: u32, edits: &EditList) -> bool {
        let (first, at) = self.first_after(start, edits);
        if !first.is_some_and(|it| "([`+-/".contains(it)) {
            return false;
        }
        let before = self.code_before(&self.text[..start as usize]);
        let from = u32::try_from(before.len().saturating_sub(1)).expect("spans are narrow");
        let is_touched =
            |it: &Edit| it.span.end > from && it.span.start < at || it.span.end == start;
        if !edits.iter().any(is_touched) {
            return false;
        }
        let until = EditList::from_iter(edits.iter().filter(|it| it.span.end <= start).cloned());
        let text = until.apply(&self.text[..start as usize]);
        match self.code_before(&text).chars().last() {
            None | Some(';' | '{' | ':') => false,
            Some('}') => !self.has_semicolons(),
            Some(_) => true,
        }
    }

    /// The first character that is code from `start` on once `edits` are carried out, and where it was.
    fn first_after(&self, start: u32, edits: &EditList) -> (Option<char>, u32) {
        let mut at = start;
        loop {
            let edit = edits
                .iter()
                .find(|it| it.span.start == at && it.span.end > at);
            if let Some(edit) = edit {
                let bare = edit
                    .text
                    .rsplit("*/")
                    .next()
                    .unwrap_or_default()
                    .trim_start();
                if let Some(first) = bare.chars().next() {
                    return (Some(first), edit.span.end);
                }
                at = edit.span.end;
                continue;
            }
            if let Some(comment) = self.tree.comments.iter().find(|it| it.span.start == at) {
                at = comment.span.end;
                continue;
            }
            match self.text[at as usize..].chars().next() {
                Some(' ' | '\t' | '\r' | '\n') => at += 1,
                first => return (first, at),
            }
        }
    }

    /// `text` without the white space and the comments at its end; each comment is one of the file's.
    fn code_before<'t>(&self, text: &'t str) -> &'t str {
        let mut text = text.trim_end();
        loop {
            let is_line = |it: &&str| it.starts_with("//") && text.ends_with(*it);
            let comments = self
                .tree
                .comments
                .iter()
                .map(|it| self.text[it.span.range()].trim_end());
            let cut = match comments.filter(is_line).max_by_key(|it| it.len()) {
                Some(comment) => text.len() - comment.len(),
                None if text.ends_with("*/") => text.rfind("/*").unwrap_or(0),
                None => return text,
            };
            text = text[..cut].trim_end();
        }
    }

    /// Whether most statements of the file end with a semicolon.
    pub(in crate::plan) fn has_semicolons(&self) -> bool {
        let statements = self
            .tree
            .ids()
            .filter(|it| matches!(self.tree.kind(*it), Kind::ExpressionStatement { .. }));
        let (with, without): (Vec<NodeId>, Vec<NodeId>) =
            statements.partition(|it| self.text[self.tree.span(*it).range()].ends_with(';'));
        with.len() > without.len()
    }
}

/// Whether a character can be part of a name. Escapes in names are not known.
pub(in crate::plan) fn is_of_name(it: char) -> bool {
    it.is_alphanumeric() || matches!(it, '_' | '$')
}
