//! What the process is told by its environment: colours, width, folders.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use super::complaint::Complaint;
use crate::apply::journal;
use crate::report::Style;

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum When {
    /// On a terminal.
    Auto,
    /// Even into a file.
    Always,
    /// Not at all.
    Never,
}

impl When {
    /// What `--color` says, found before the arguments are parsed; wrong values are clap's to refuse.
    pub(super) fn among(arguments: &[OsString]) -> Self {
        let texts: Vec<&str> = arguments
            .iter()
            .filter_map(|it| it.to_str())
            .take_while(|it| *it != "--")
            .collect();
        let after = |index: usize| texts.get(index + 1).copied();
        let mut values = texts.iter().enumerate().filter_map(|(index, it)| {
            it.strip_prefix("--color=")
                .or_else(|| after(index).filter(|_| *it == "--color"))
        });
        match values.next_back() {
            Some("always") => Self::Always,
            Some("never") => Self::Never,
            _ => Self::Auto,
        }
    }
}

/// The variables that matter, as they were when the process started.
#[derive(Clone, Debug, Default)]
pub(super) struct Environment {
    no_color: Option<String>,
    force_color: Option<String>,
    clicolor: Option<String>,
    clicolor_force: Option<String>,
    term: Option<String>,
    locale: Option<String>,
    state: Option<PathBuf>,
    folder: Option<PathBuf>,
}

impl Environment {
    pub(super) fn read() -> Self {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .find_map(|it| variable(it));
        Self {
            no_color: variable("NO_COLOR"),
            force_color: variable("FORCE_COLOR"),
            clicolor: variable("CLICOLOR"),
            clicolor_force: variable("CLICOLOR_FORCE"),
            term: variable("TERM"),
            locale,
            state: journal::default_dir(variable),
            folder: std::env::current_dir()
                .and_then(|it| it.canonicalize())
                .ok(),
        }
    }

    /// How text may look on `stream`.
    pub(super) fn style(&self, stream: &impl IsTerminal, when: When) -> Style {
        let is_terminal = stream.is_terminal();
        let width = terminal_size::terminal_size()
            .filter(|_| is_terminal)
            .map(|it| usize::from(it.0.0));
        Style {
            has_color: self.has_color(when, is_terminal),
            has_unicode: self.has_unicode(),
            // Wider lines are hard to read, narrower ones break code frames. Elsewhere a line is what `grep` finds.
            width: width.map_or(usize::MAX, |it| it.clamp(40, 120)),
            is_verbose: false,
        }
    }

    /// `--color`, then `NO_COLOR`, then what forces, then what the terminal is.
    fn has_color(&self, when: When, is_terminal: bool) -> bool {
        let is_off = |it: &Option<String>| it.as_deref() == Some("0");
        let is_on = |it: &Option<String>| it.as_deref().is_some_and(|it| it != "0");
        match when {
            When::Always => true,
            When::Never => false,
            When::Auto if self.no_color.is_some() || is_off(&self.force_color) => false,
            When::Auto if is_on(&self.force_color) || is_on(&self.clicolor_force) => true,
            When::Auto => {
                is_terminal && !is_off(&self.clicolor) && self.term.as_deref() != Some("dumb")
            }
        }
    }

    /// Unless a terminal or a locale says that it knows ASCII only.
    fn has_unicode(&self) -> bool {
        let knows = |it: &String| it.to_ascii_lowercase().replace('-', "").contains("utf8");
        let is_plain = matches!(self.term.as_deref(), Some("dumb" | "linux"));
        !is_plain && self.locale.as_ref().is_none_or(knows)
    }

    /// Where journals of applied changes are kept.
    pub(super) fn state_folder(&self) -> Result<PathBuf, Complaint> {
        self.state.clone().ok_or_else(Complaint::no_state_folder)
    }

    /// The canonical `root` as the user would write it.
    pub(super) fn shown_root(&self, paths: &[PathBuf], root: &Path) -> String {
        let named = paths.first().filter(|it| it.is_dir());
        self.below(root)
            .unwrap_or_else(|| with_slashes(named.map_or(root, PathBuf::as_path)))
    }

    /// The canonical `root` as seen from the working folder; `None` if it is not in it.
    fn below(&self, root: &Path) -> Option<String> {
        let below = root.strip_prefix(self.folder.as_deref()?).ok()?;
        Some(match below.as_os_str().is_empty() {
            true => ".".to_owned(),
            false => with_slashes(below),
        })
    }

    /// Where `git apply` takes a diff of the canonical `root`. It never changes what is outside the folder that it runs
    /// in, and reads a path after `diff --git` from the top of the repository down, whichever folder of it that is.
    pub(super) fn patching(&self, root: &Path) -> Patching {
        let here = self.folder.as_deref().filter(|it| root.starts_with(it));
        let folder = here.unwrap_or(root);
        let mut above = folder.ancestors();
        let top = above.find(|it| it.join(".git").exists());
        let start = root.strip_prefix(top.unwrap_or(folder)).unwrap_or(root);
        Patching {
            start: with_slashes(start),
            is_here: here.is_some(),
        }
    }
}

/// How `git apply` takes a diff.
#[derive(Clone, Debug)]
pub(super) struct Patching {
    /// The folder that every path starts with; empty for none.
    pub(super) start: String,
    /// It is taken in the working folder; otherwise, in the root.
    pub(super) is_here: bool,
}

fn with_slashes(path: &Path) -> String {
    let path: PathBuf = path.components().collect();
    path.to_string_lossy().replace('\\', "/")
}

/// A variable that is set to something.
fn variable(name: &str) -> Option<String> {
    std::env::var_os(name)
        .map(|it| it.to_string_lossy().into_owned())
        .filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Environment, When};

    fn with(change: impl Fn(&mut Environment)) -> Environment {
        let mut environment = Environment::default();
        change(&mut environment);
        environment
    }

    #[test]
    fn the_flag_wins_over_every_variable() {
        let no_color = with(|it| it.no_color = Some("1".to_owned()));
        assert!(no_color.has_color(When::Always, false));
        let forced = with(|it| it.force_color = Some("1".to_owned()));
        assert!(!forced.has_color(When::Never, true));
    }

    #[test]
    fn no_color_wins_over_what_forces() {
        let both = with(|it| {
            it.no_color = Some("1".to_owned());
            it.force_color = Some("1".to_owned());
        });
        assert!(!both.has_color(When::Auto, true));
    }

    #[test]
    fn variables_force_and_forbid() {
        assert!(with(|it| it.force_color = Some("3".to_owned())).has_color(When::Auto, false));
        assert!(with(|it| it.clicolor_force = Some("1".to_owned())).has_color(When::Auto, false));
        assert!(!with(|it| it.force_color = Some("0".to_owned())).has_color(When::Auto, true));
        assert!(!with(|it| it.clicolor = Some("0".to_owned())).has_color(When::Auto, true));
        assert!(!with(|it| it.term = Some("dumb".to_owned())).has_color(When::Auto, true));
        assert!(with(|_| ()).has_color(When::Auto, true));
        assert!(!with(|_| ()).has_color(When::Auto, false));
    }

    #[test]
    fn the_flag_is_found_before_parsing() {
        let among = |it: &[&str]| When::among(&it.iter().map(Into::into).collect::<Vec<_>>());
        assert_eq!(
            among(&["iomigrate", "scan", "--color", "never"]),
            When::Never
        );
        assert_eq!(among(&["iomigrate", "--color=always", "scn"]), When::Always);
        assert_eq!(
            among(&["iomigrate", "scan", "--", "--color=always"]),
            When::Auto
        );
    }

    #[test]
    fn a_locale_without_utf8_gets_ascii() {
        assert!(!with(|it| it.locale = Some("C".to_owned())).has_unicode());
        assert!(with(|it| it.locale = Some("C.UTF-8".to_owned())).has_unicode());
        assert!(with(|_| ()).has_unicode());
    }
}
