//! An edit list: replacements in one text, sorted and disjoint by construction. A conflict is a value.

use crate::source::Span;

/// A replacement of a range of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

/// Edits of one text, sorted by their start and disjoint. Insertions at one offset keep the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EditList {
    edits: Vec<Edit>,
}

/// Two edits want the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The edit that was refused.
    pub refused: Edit,
    /// The range it collides with.
    pub with: Span,
}

impl EditList {
    /// Adds `edit`, or says with what it collides and leaves the list as it was.
    /// An insertion inside a replaced range collides; one at either end of it does not.
    pub fn add(&mut self, edit: Edit) -> Result<(), Conflict> {
        let clash = self.edits.iter().find(|it| collide(it.span, edit.span));
        if let Some(other) = clash {
            return Err(Conflict {
                with: other.span,
                refused: edit,
            });
        }
        let at = self
            .edits
            .partition_point(|it| (it.span.start, it.span.end) <= (edit.span.start, edit.span.end));
        self.edits.insert(at, edit);
        Ok(())
    }

    /// Replaces `span` by `text`; see [`EditList::add`].
    pub fn replace(&mut self, span: Span, text: impl Into<String>) -> Result<(), Conflict> {
        self.add(Edit {
            span,
            text: text.into(),
        })
    }

    /// Whether nothing touches `span` yet.
    pub fn is_free(&self, span: Span) -> bool {
        !self.edits.iter().any(|it| collide(it.span, span))
    }

    /// Takes out the edits that lie within `span`.
    pub fn drop_inside(&mut self, span: Span) {
        self.edits.retain(|it| !span.contains(it.span));
    }

    /// Takes out the edit of exactly `span`.
    pub fn take_back(&mut self, span: Span) {
        self.edits.retain(|it| it.span != span);
    }

    /// The edits, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &Edit> {
        self.edits.iter()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// Where the byte at `offset`, which no edit replaces, is afterwards.
    pub fn moved(&self, offset: u32) -> u32 {
        let before = self.edits.iter().take_while(|it| it.span.end <= offset);
        let (gone, come) = before.fold((0, 0), |(gone, come), it| {
            (gone + it.span.range().len(), come + it.text.len())
        });
        u32::try_from(offset as usize + come - gone).expect("spans are narrow")
    }

    /// `text` with every edit carried out.
    pub fn apply(&self, text: &str) -> String {
        let mut result = String::with_capacity(text.len());
        let mut from = 0;
        for edit in &self.edits {
            result.push_str(&text[from..edit.span.start as usize]);
            result.push_str(&edit.text);
            from = edit.span.end as usize;
        }
        result.push_str(&text[from..]);
        result
    }
}

impl FromIterator<Edit> for EditList {
    /// Of edits that are sorted and disjoint already.
    fn from_iter<I: IntoIterator<Item = Edit>>(edits: I) -> Self {
        Self {
            edits: edits.into_iter().collect(),
        }
    }
}

fn collide(a: Span, b: Span) -> bool {
    a.start < b.end && b.start < a.end
}
