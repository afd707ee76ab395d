//! The lines that `apply --roll-back-switch` puts where the set-up was: with a variable of the environment the API loads
//! the dedicated server's file itself.

use super::attached::Attached;
use super::server_file::server_path;
use super::site::Setup;
use super::text::trailing_end;
use crate::plan::draft::Draft;
use crate::plan::imports::{self, Style};
use crate::plan::project_files;
use crate::plan::project_files::manifest::is_module_package;
use crate::plan::toplevel::Statements;
use crate::source::{FileId, Language, Span};

/// What has to be 1 for it.
pub(in crate::plan) const ROLL_BACK_VARIABLE: &str = "SOCKET_IO_IN_PROCESS";

/// Where the lines go, and what they name.
#[derive(Clone, Debug)]
pub(super) struct Switch {
    /// The byte behind the statement, and its comment, that they follow; before all others where there is none.
    at: u32,
    is_behind: bool,
    /// The API's HTTP server.
    server: String,
    /// How the file loads others.
    loading: Loading,
    /// The modules' specifiers.
    runtime: String,
    dedicated: String,
}

/// How the lines load modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loading {
    /// `require('a')`
    Require,
    /// `await import('a')`
    Await,
    /// `import('a').then(…)`: where nothing may be awaited.
    Then,
}

impl Switch {
    /// `stays` tells of the statements that the file keeps. `None` if it has no expression for its HTTP server.
    pub(super) fn new(
        statements: &Statements<'_>,
        setup: &Setup,
        stays: &dyn Fn(usize) -> bool,
    ) -> Option<Self> {
        let (input, file) = (statements.input, statements.file);
        let server = match setup.server {
            Attached::Variable(server) => statements.name(server),
            Attached::Reading(node) => &statements.text()[statements.tree().span(node).range()],
            Attached::Listening(_) | Attached::Port(_) => return None,
        };
        let specifier = |path: &str| imports::specifier_beside(input, file, path);
        let broadcaster = project_files::broadcaster_path(input);
        let start = setup.statement;
        let before = (0..start).rev();
        let behind = before
            .filter(|it| statements.are_siblings(*it, start))
            .find(|it| stays(*it));
        let at = match behind {
            Some(it) => trailing_end(statements, statements.span(it)),
            None => statements.span(start).start,
        };
        Some(Self {
            at,
            is_behind: behind.is_some(),
            server: server.to_owned(),
            loading: Loading::of(statements, start),
            runtime: specifier(&project_files::runtime_path(&broadcaster)),
            dedicated: specifier(&server_path(input, file)),
        })
    }

    /// Writes the lines. Returns what a person should know.
    pub(super) fn put(&self, draft: &mut Draft<'_>, file: FileId) -> String {
        let layout = draft.layout(file);
        let indentation = layout.indentation(self.at as usize);
        let next = format!("{}{indentation}", layout.line_break());
        let lines = self
            .lines(&Style::of_file(&layout), layout.unit())
            .join(&next);
        let has_blank_line = layout.ends_line(layout.line_end(self.at as usize));
        let text = match self.is_behind {
            true if has_blank_line => format!("{}{next}{lines}", layout.line_break()),
            true => format!("{next}{lines}"),
            false => format!("{lines}{next}"),
        };
        let at = Span {
            start: self.at,
            end: self.at,
        };
        draft.replace(file, at, text);
        format!(
            "for a roll-back, start one process of the API with `{ROLL_BACK_VARIABLE}=1` and let the proxy send it Socket.IO as well; the \
             next `apply` without `--roll-back-switch` takes the lines for it out"
        )
    }

    fn lines(&self, style: &Style, unit: &str) -> Vec<String> {
        let Style {
            quote: q,
            semicolon: end,
            ..
        } = style;
        let Self {
            server,
            runtime,
            dedicated,
            ..
        } = self;
        let call = format!("serveSocketsInProcess({server})");
        let inner = match self.loading {
            Loading::Require => vec![
                format!("require({q}{runtime}{q}).{call}{end}"),
                format!("require({q}{dedicated}{q}){end}"),
            ],
            Loading::Await => vec![
                // Without a semicolon the parenthesis would go on with what stands before it.
                format!("const runtime = await import({q}{runtime}{q}){end}"),
                format!("runtime.{call}{end}"),
                format!("await import({q}{dedicated}{q}){end}"),
            ],
            Loading::Then => vec![
                format!("import({q}{runtime}{q}).then((runtime) => {{"),
                format!("{unit}runtime.{call}{end}"),
                format!("{unit}return import({q}{dedicated}{q}){end}"),
                format!("}}){end}"),
            ],
        };
        let head = format!("if (process.env.{ROLL_BACK_VARIABLE} === {q}1{q}) {{");
        let inner = inner.into_iter().map(|it| format!("{unit}{it}"));
        std::iter::once(head)
            .chain(inner)
            .chain(["}".to_owned()])
            .collect()
    }
}

impl Loading {
    fn of(statements: &Statements<'_>, start: usize) -> Self {
        let tree = statements.tree();
        let function = tree.enclosing_function(statements.all[start].node);
        let function = function.and_then(|it| tree.function(it));
        match function.is_none_or(|it| it.is_async) {
            _ if !is_module(statements) => Self::Require,
            true => Self::Await,
            false => Self::Then,
        }
    }
}

/// Whether Node.js runs the file as an ES module. TypeScript is written as one, whatever it becomes.
fn is_module(statements: &Statements<'_>) -> bool {
    let (input, file) = (statements.input, statements.file);
    let path = input.project.path(file);
    match input.sources[file.index()].language {
        Language::JavaScript => input.project.role(file).is_module,
        _ => is_module_package(input, path),
    }
}
