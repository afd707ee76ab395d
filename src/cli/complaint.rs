//! What goes wrong, told in three parts: what, why, what to do.

use std::path::Path;

use super::ExitCode;
use crate::apply::WriteError;
use crate::load::LoadError;
use crate::report::{Ink, Style};

/// The reason why a command ends without its result.
#[derive(Clone, Debug)]
pub(super) struct Complaint {
    /// How the process ends.
    pub(super) code: ExitCode,
    what: String,
    why: Option<String>,
    help: Option<String>,
}

impl Complaint {
    pub(super) fn usage(what: impl Into<String>) -> Self {
        Self {
            code: ExitCode::Usage,
            what: what.into(),
            why: None,
            help: None,
        }
    }

    pub(super) fn refused(what: &str, why: String, help: &str) -> Self {
        let (what, help) = (what.to_owned(), Some(help.to_owned()));
        Self {
            code: ExitCode::Refused,
            what,
            why: Some(why),
            help,
        }
    }

    pub(super) fn because(self, why: impl Into<String>) -> Self {
        Self {
            why: Some(why.into()),
            ..self
        }
    }

    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }

    pub(super) fn no_state_folder() -> Self {
        Self::usage("there is no folder for the undo journal")
            .because("the home folder is not known")
            .help("set `IOMIGRATE_STATE_DIR` to a folder that can be written")
    }

    pub(super) fn unwritable(path: &Path, cause: &std::io::Error) -> Self {
        Self::usage(format!("`{}` can't be written", path.display()))
            .because(cause.to_string())
            .help("give `--format` a path that can be written")
    }

    /// The three parts, each on lines of its own.
    pub(super) fn render(&self, style: Style) -> String {
        let parts = [
            ("error:", Ink::Bad, Some(&self.what)),
            ("  why:", Ink::Dim, self.why.as_ref()),
            (" help:", Ink::Name, self.help.as_ref()),
        ];
        let shown = parts.into_iter().filter_map(|(name, ink, text)| {
            Some(format!(
                "{} {}\n",
                style.paint(ink, name),
                style.wrap(7, text?)
            ))
        });
        shown.collect()
    }

    /// The errors of other stages are one sentence: what, a colon and why, a semicolon and what to do.
    fn of_sentence(code: ExitCode, sentence: &str) -> Self {
        let (rest, help) = split(sentence, "; ");
        // A colon may also stand in a path or a place; only after a refusal does it open the reason.
        let (what, why) = split(rest, ": ");
        let is_refusal = what.contains("can't") || what.starts_with("nothing");
        let (what, why) = if is_refusal {
            (what, why)
        } else {
            (rest, None)
        };
        Self {
            code,
            what: what.to_owned(),
            why,
            help,
        }
    }
}

fn split<'a>(text: &'a str, separator: &str) -> (&'a str, Option<String>) {
    text.split_once(separator)
        .map_or((text, None), |it| (it.0, Some(it.1.to_owned())))
}

impl From<LoadError> for Complaint {
    fn from(error: LoadError) -> Self {
        Self::of_sentence(ExitCode::Usage, &error.to_string())
    }
}

impl From<WriteError> for Complaint {
    fn from(error: WriteError) -> Self {
        Self::of_sentence(ExitCode::Refused, &error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::Complaint;
    use crate::cli::ExitCode;
    use crate::report::Style;

    #[test]
    fn a_sentence_becomes_three_parts() {
        let sentence = "`a.js` can't be written: no space left; nothing was changed";
        let complaint = Complaint::of_sentence(ExitCode::Refused, sentence);
        let expected =
            "error: `a.js` can't be written\n  why: no space left\n help: nothing was changed\n";
        assert_eq!(complaint.render(Style::plain()), expected);
    }

    #[test]
    fn a_colon_in_a_place_opens_no_reason() {
        let complaint = Complaint::of_sentence(
            ExitCode::Usage,
            "iomigrate.toml:3: unknown key `entri`; the nearest is `entry`",
        );
        let expected =
            "error: iomigrate.toml:3: unknown key `entri`\n help: the nearest is `entry`\n";
        assert_eq!(complaint.render(Style::plain()), expected);
    }
}
