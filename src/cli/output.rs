//! Where text goes: results to stdout or to files, everything else to stderr.

use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Write, stderr, stdin, stdout};
use std::path::Path;

use super::complaint::Complaint;
use super::environment::{Environment, When};
use crate::report::{Ink, Style};

/// The two streams and how text may look on them.
#[derive(Debug)]
pub(super) struct Output {
    /// How results look.
    pub(super) results: Style,
    /// How everything else looks.
    pub(super) errors: Style,
    is_quiet: bool,
}

impl Output {
    /// Standard output and standard error.
    pub(super) fn to_terminal(environment: &Environment, when: When) -> Self {
        let results = environment.style(&stdout(), when);
        Self {
            results,
            errors: environment.style(&stderr(), when),
            is_quiet: false,
        }
    }

    /// Takes `--quiet` and `--verbose` into account.
    pub(super) fn adjust(&mut self, is_quiet: bool, is_verbose: bool) {
        self.is_quiet = is_quiet;
        self.results.is_verbose = is_verbose;
        self.errors.is_verbose = is_verbose;
    }

    /// Prints what was asked for.
    pub(super) fn result(&mut self, text: &str) -> Result<(), Complaint> {
        let mut stream = stdout().lock();
        unless_closed(
            stream
                .write_all(text.as_bytes())
                .and_then(|()| stream.flush()),
        )
        .map_err(|cause| Complaint::unwritable(Path::new("stdout"), &cause))
    }

    /// Writes what was asked for into a file, and the folders above it.
    pub(super) fn result_file(&mut self, path: &Path, text: &str) -> Result<(), Complaint> {
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
        let write = || {
            folder.map_or(Ok(()), std::fs::create_dir_all)?;
            File::create(path)?.write_all(text.as_bytes())
        };
        write().map_err(|cause| Complaint::unwritable(path, &cause))
    }

    /// Prints what a person may want to know beside the result; not with `--quiet`.
    pub(super) fn note(&mut self, text: &str) {
        if !self.is_quiet {
            self.error(text);
        }
    }

    /// Prints what a person has to know.
    pub(super) fn error(&mut self, text: &str) {
        // When stderr is gone there is nobody left to tell.
        let _ = stderr().write_all(text.as_bytes());
    }

    /// Asks a person, who answers with a line; `None` at the end of the input.
    pub(super) fn ask(&mut self, question: &str) -> Option<String> {
        self.error(&self.errors.paint(Ink::Bold, question));
        let mut line = String::new();
        let count = stdin().read_line(&mut line).unwrap_or_default();
        if count == 0 {
            self.error("\n");
            return None;
        }
        Some(line)
    }

    /// Prints why a command ends without its result.
    pub(super) fn complain(&mut self, complaint: &Complaint) {
        self.error(&complaint.render(self.errors));
    }

    /// Prints a line that begins with a sign in `ink`.
    pub(super) fn conclude(&mut self, ink: Ink, sign: &str, text: &str) {
        let style = self.errors;
        self.note(&format!(
            "{} {}\n",
            style.paint(ink, sign),
            style.wrap(2, text)
        ));
    }

    /// Prints the commands to run next, with what each is for.
    pub(super) fn suggest(&mut self, next: &[(String, &str)]) {
        let style = self.errors;
        if !next.is_empty() {
            self.note("\n");
        }
        let width = next
            .iter()
            .map(|it| it.0.chars().count())
            .max()
            .unwrap_or_default();
        for (index, (command, purpose)) in next.iter().enumerate() {
            let head = if index == 0 { "next" } else { "" };
            let padding = " ".repeat(width - command.chars().count());
            self.note(&format!(
                "{} {}{padding}  {purpose}\n",
                style.paint(Ink::Bold, &format!("{head:4}")),
                style.paint(Ink::Name, command),
            ));
        }
    }
}

/// Refuses to ask questions where nobody sees or answers them.
pub(super) fn expect_dialogue() -> Result<(), Complaint> {
    if stdin().is_terminal() && stderr().is_terminal() {
        return Ok(());
    }
    Err(Complaint::usage("`--interactive` asks questions")
        .because("standard input or standard error is no terminal, so nobody could answer them")
        .help("look at the change with `--dry-run`, and choose with `--rule` and `--skip-rule`"))
}

/// A reader that closed its end, such as `head`, has what it wanted.
fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(cause) if cause.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
