//! The commands that need no project: `explain`, `rules`, `completions`.

use clap::CommandFactory;
use clap_complete::Shell;

use super::ExitCode;
use super::arguments::Arguments;
use super::complaint::Complaint;
use super::output::Output;
use crate::report::{Ink, Style};
use crate::rules::Rule;

/// Prints a rule's page.
pub(super) fn explain(rule: &Rule, output: &mut Output) -> Result<ExitCode, Complaint> {
    output.result(&page(rule.page, output.results))?;
    Ok(ExitCode::Done)
}

/// Lists the rules.
pub(super) fn list(output: &mut Output) -> Result<ExitCode, Complaint> {
    let rules = Rule::all();
    let style = output.results;
    let width = rules.iter().map(|it| it.id.len()).max().unwrap_or_default();
    let lines = rules.iter().map(|it| {
        let id = style.paint(Ink::Name, &format!("{:width$}", it.id));
        let kind = style.paint(Ink::Dim, &format!("{:7}", it.kind.as_str()));
        format!("{id}  {kind}  {:6}  {}\n", it.fix.as_str(), it.title)
    });
    output.result(&lines.collect::<String>())?;
    Ok(ExitCode::Done)
}

/// Prints the completion script of a shell.
pub(super) fn completions(shell: Shell, output: &mut Output) -> Result<ExitCode, Complaint> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "iomigrate", &mut script);
    output.result(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::Done)
}

/// Markdown with its headings and diffs in colour; without colours it stays as it is.
fn page(markdown: &str, style: Style) -> String {
    let mut is_diff = false;
    let lines = markdown.lines().map(|line| {
        if line.starts_with("```") {
            is_diff = line == "```diff";
            return style.paint(Ink::Dim, line) + "\n";
        }
        let ink = match line.chars().next() {
            Some('#') if !is_diff => Some(Ink::Bold),
            Some('+') if is_diff => Some(Ink::Good),
            Some('-') if is_diff => Some(Ink::Bad),
            _ => None,
        };
        ink.map_or_else(|| line.to_owned(), |it| style.paint(it, line)) + "\n"
    });
    lines.collect()
}
