//! Flags and commands as clap reads them.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use super::environment::When;
use crate::config::adapter::Adapter;
use crate::config::choice::Choice;
use crate::config::manifest::Manifest;
use crate::config::names::{nearest, unknown};
use crate::report::Format;
use crate::rules::Rule;

/// Takes Socket.IO out of a Node API, provably.
///
/// Finds every in-process use of Socket.IO in an Express back end, moves the server into a process of its own,
/// rewrites the rest to a broadcaster over Redis, and proves that nothing is left.
#[derive(Debug, Parser)]
#[command(name = "iomigrate", version, max_term_width = 100, after_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) shared: Shared,
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXAMPLES: &str = "\
Usual order:
  iomigrate scan                  what is there
  iomigrate apply --dry-run       what would change, as a diff
  iomigrate apply                 change it; `iomigrate undo` takes it back
  iomigrate check                 in CI: fails while anything in-process remains

Exit codes: 0 done, 1 findings remain, 2 wrong usage or configuration, 3 analysis incomplete, 4 write refused";

/// What every command understands.
#[derive(Args, Debug)]
pub(super) struct Shared {
    /// Configuration file [default: the nearest `iomigrate.toml`, from PATH upward]
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help_heading = "Options for every command"
    )]
    pub(super) config: Option<PathBuf>,
    /// Form of the result: human, json, jsonl, github or markdown; with `=PATH` it goes to a file. Repeatable
    #[arg(long, global = true, value_name = "F[=PATH]", value_parser = format_target, help_heading = "Options for every command")]
    pub(super) format: Vec<FormatTarget>,
    /// When to use colours
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = When::Auto, help_heading = "Options for every command")]
    pub(super) color: When,
    /// No summary and no notes
    #[arg(
        long,
        short,
        global = true,
        conflicts_with = "verbose",
        help_heading = "Options for every command"
    )]
    pub(super) quiet: bool,
    /// Every finding with its surroundings and the way to it
    #[arg(long, short, global = true, help_heading = "Options for every command")]
    pub(super) verbose: bool,
    /// Threads to work with [default: one for each processor]
    #[arg(long, short = 'j', global = true, value_name = "N", value_parser = threads, help_heading = "Options for every command")]
    pub(super) threads: Option<usize>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Find every in-process Socket.IO touch point
    Scan(Paths),
    /// Carry the migration out: all files or none
    Apply(Apply),
    /// The CI gate: fail while anything in-process remains
    Check(Paths),
    /// Say whether the API is ready for several workers, with the evidence
    Report(Paths),
    /// Take the last apply back, byte for byte
    Undo(Undo),
    /// Show a rule's page: what, why, what to do
    Explain {
        /// A rule's id, as `scan` shows it
        #[arg(value_parser = rule)]
        rule: &'static Rule,
    },
    /// List the rules
    Rules,
    /// Print a shell completion script
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Args, Debug)]
pub(super) struct Paths {
    /// The back end's folder, or files of it [default: .]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub(super) struct Apply {
    /// The back end's folder, or files of it [default: .]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Print the whole change as one diff that `git apply` takes; write nothing
    #[arg(long, short = 'n', visible_alias = "diff")]
    pub(super) dry_run: bool,
    /// Choose hunk by hunk, with the letters of `git add -p`; what is left still works
    #[arg(long, short, conflicts_with_all = ["dry_run", "quiet"])]
    pub(super) interactive: bool,
    /// Also apply what changes behaviour in the way that its message names
    #[arg(long, alias = "unsafe")]
    pub(super) unsafe_fixes: bool,
    /// Only the rewrites of this rule, with what hands the server on for them. Repeatable
    #[arg(long, value_name = "ID", value_parser = rule)]
    pub(super) rule: Vec<&'static Rule>,
    /// Not the rewrites of this rule, even if `--rule` names it. Repeatable
    #[arg(long, value_name = "ID", value_parser = rule)]
    pub(super) skip_rule: Vec<&'static Rule>,
    /// What carries the events through Redis: classic, streams (keeps them over a restart) or sharded (Redis 7 cluster)
    #[arg(long, value_name = "NAME")]
    pub(super) adapter: Option<Adapter>,
    /// Write files for this, too: caddy, compose, haproxy, kubernetes, systemd or traefik. Repeatable
    #[arg(long, value_name = "NAME")]
    pub(super) with: Vec<Manifest>,
    /// Let the API serve Socket.IO itself again when it is started with `SOCKET_IO_IN_PROCESS=1`, until a later `apply`
    #[arg(long)]
    pub(super) roll_back_switch: bool,
    /// Write files even if git has no committed copy of what is there now
    #[arg(long)]
    pub(super) allow_dirty: bool,
    /// With --dry-run: exit 1 if there is a change to make
    #[arg(long, requires = "dry_run")]
    pub(super) exit_code: bool,
}

impl Apply {
    /// Which rewrites are wanted.
    pub(super) fn choice(&self) -> Choice {
        let ids = |it: &[&Rule]| it.iter().map(|it| it.id.clone()).collect();
        Choice {
            only: ids(&self.rule),
            skipped: ids(&self.skip_rule),
            with: self.with.iter().copied().collect(),
            roll_back_switch: self.roll_back_switch,
            ..Choice::default()
        }
    }

    /// The command line that makes the same plan, without its paths: `apply --rule emit-to-all`.
    pub(super) fn command(&self) -> String {
        let level = self.unsafe_fixes.then(|| " --unsafe-fixes".to_owned());
        let only = self.rule.iter().map(|it| format!(" --rule {}", it.id));
        let skipped = self.skip_rule.iter();
        let skipped = skipped.map(|it| format!(" --skip-rule {}", it.id));
        let with = self
            .with
            .iter()
            .map(|it| format!(" --with {}", it.as_str()));
        let switch = self
            .roll_back_switch
            .then(|| " --roll-back-switch".to_owned());
        let flags = level.into_iter().chain(only).chain(skipped).chain(with);
        let flags = flags.chain(switch);
        std::iter::once("apply".to_owned()).chain(flags).collect()
    }
}

#[derive(Args, Debug)]
pub(super) struct Undo {
    /// What `apply` was given [default: .]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Take back files that were edited since, too
    #[arg(long)]
    pub(super) force: bool,
}

/// A format and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FormatTarget {
    pub(super) format: Format,
    /// `None` for stdout.
    pub(super) path: Option<PathBuf>,
}

fn format_target(text: &str) -> Result<FormatTarget, String> {
    let (name, path) = text
        .split_once('=')
        .map_or((text, None), |it| (it.0, Some(it.1)));
    if path == Some("") {
        return Err(format!("after `{name}=` the path of a file is expected"));
    }
    let format = Format::ALL
        .into_iter()
        .find(|it| it.as_str() == name)
        .ok_or_else(|| unknown("format", name, &Format::ALL.map(Format::as_str)))?;
    Ok(FormatTarget {
        format,
        path: path.map(PathBuf::from),
    })
}

fn rule(text: &str) -> Result<&'static Rule, String> {
    let rules = Rule::all();
    rules.iter().find(|it| it.id == text).ok_or_else(|| {
        let ids: Vec<&str> = rules.iter().map(|it| it.id.as_str()).collect();
        let near = nearest(text, &ids).unwrap_or_default();
        format!("there is no rule `{text}`; the nearest is `{near}`, `iomigrate rules` lists all")
    })
}

fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("a number of threads is 1 or more".to_owned()),
        Ok(count) => Ok(count),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::{Arguments, format_target};

    #[test]
    fn the_flags_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn an_unknown_format_names_the_nearest() {
        let refused = format_target("jsn").unwrap_err();
        assert_eq!(
            refused,
            "there is no format `jsn`; the nearest is `json`, all are human, json, jsonl, github, markdown"
        );
    }

    #[test]
    fn a_path_may_hold_an_equals_sign() {
        let target = format_target("json=a=b.json").unwrap();
        assert_eq!(target.path.unwrap().to_str(), Some("a=b.json"));
    }
}
