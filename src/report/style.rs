//! How text may look where it is going: colours, line-drawing characters, width.
//! Finding out what a terminal can do is `cli`'s work.

/// What the place that a text is written to can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// ANSI colours.
    pub has_color: bool,
    /// Line-drawing characters and arrows outside ASCII.
    pub has_unicode: bool,
    /// Columns; `usize::MAX` if nothing has to fit.
    pub width: usize,
    /// Every finding with its surroundings and the whole way to it.
    pub is_verbose: bool,
}

impl Style {
    /// For a file or a pipe: no colours, a width that fits a code review.
    pub fn plain() -> Self {
        Self {
            has_color: false,
            has_unicode: true,
            width: 100,
            is_verbose: false,
        }
    }

    /// `text` in `ink`.
    pub fn paint(&self, ink: Ink, text: &str) -> String {
        if self.has_color {
            format!("\u{1b}[{}m{text}\u{1b}[0m", ink.code())
        } else {
            text.to_owned()
        }
    }

    /// A diff in the colours of git; without colours it is what `git apply` reads.
    pub fn diff(&self, diff: &str) -> String {
        if !self.has_color {
            return diff.to_owned();
        }
        let lines = diff.split_inclusive('\n').map(|line| {
            let ink = match line.as_bytes() {
                [b'd', b'i', b'f', b'f', b' ', ..]
                | [b'-', b'-', b'-', b' ', ..]
                | [b'+', b'+', b'+', b' ', ..] => Ink::Bold,
                [b'@', b'@', ..] => Ink::Name,
                [b'+', ..] => Ink::Good,
                [b'-', ..] => Ink::Bad,
                _ => return line.to_owned(),
            };
            let text = line.trim_end_matches(['\n', '\r']);
            self.paint(ink, text) + &line[text.len()..]
        });
        lines.collect()
    }

    /// `fancy` where it can be shown, `plain` elsewhere.
    pub fn sign(&self, fancy: &'static str, plain: &'static str) -> &'static str {
        if self.has_unicode { fancy } else { plain }
    }

    /// `text` broken into lines that fit the width after `indent` columns; the first line is not indented.
    pub fn wrap(&self, indent: usize, text: &str) -> String {
        let room = self.width.saturating_sub(indent).max(20);
        let mut wrapped = String::new();
        let mut used = 0;
        for word in text.split_whitespace() {
            let length = shown_length(word);
            if used > 0 && used + 1 + length > room {
                wrapped.push('\n');
                wrapped.extend(std::iter::repeat_n(' ', indent));
                used = 0;
            } else if used > 0 {
                wrapped.push(' ');
                used += 1;
            }
            wrapped.push_str(word);
            used += length;
        }
        wrapped
    }
}

/// Characters that take room: a colour's escape sequence does not.
fn shown_length(word: &str) -> usize {
    let mut pieces = word.split('\u{1b}');
    let first = pieces.next().unwrap_or_default().chars().count();
    first
        + pieces
            .map(|it| it.split_once('m').map_or(0, |it| it.1.chars().count()))
            .sum::<usize>()
}

/// What a colour is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// A place, a title.
    Bold,
    /// What a reader may skip.
    Dim,
    /// All is well; done without asking.
    Good,
    /// Look here.
    Caution,
    /// Something is left for a person.
    Bad,
    /// The good news itself.
    BoldGood,
    /// The bad news itself.
    BoldBad,
    /// A name that can be looked up.
    Name,
}

impl Ink {
    fn code(self) -> &'static str {
        match self {
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Good => "32",
            Self::Caution => "33",
            Self::Bad => "31",
            Self::BoldGood => "1;32",
            Self::BoldBad => "1;31",
            Self::Name => "36",
        }
    }
}

/// A count and its noun: `1 file`, `3 files`.
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

#[cfg(test)]
mod tests {
    use super::{Ink, Style, counted};

    #[test]
    fn wraps_at_words_and_indents_what_follows() {
        let style = Style {
            width: 34,
            ..Style::plain()
        };
        assert_eq!(
            style.wrap(10, "one two three four five six seven"),
            "one two three four five\n          six seven"
        );
    }

    #[test]
    fn without_color_nothing_is_added() {
        assert_eq!(Style::plain().paint(Ink::Bad, "x"), "x");
        assert_eq!(
            Style {
                has_color: true,
                ..Style::plain()
            }
            .paint(Ink::Bad, "x"),
            "\u{1b}[31mx\u{1b}[0m"
        );
    }

    #[test]
    fn one_is_no_plural() {
        assert_eq!(counted(1, "file"), "1 file");
        assert_eq!(counted(0, "file"), "0 files");
    }
}
