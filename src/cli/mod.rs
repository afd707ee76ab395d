//! The command line: flags, commands, exit codes. The only place that prints and that reads the environment.
//! What a command finds out and does is the other stages' work.

mod arguments;
mod change;
mod complaint;
mod environment;
mod inspect;
mod lookup;
mod output;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{ColorChoice, CommandFactory, FromArgMatches};

use crate::Analysis;
use crate::analyze;
use crate::load;
use crate::report::counted;
use crate::rules::Rule;
use arguments::{Apply, Arguments, Command, Shared};
use complaint::Complaint;
use environment::{Environment, Patching, When};
use output::Output;

/// How the process ends; the table of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitCode {
    /// Done; nothing is left.
    Done,
    /// Findings remain, or a diff that was asked about is not empty.
    Left,
    /// Usage, configuration, a path that does not exist. Nothing was changed.
    Usage,
    /// No findings, but something that may concern Socket.IO was not analysed.
    Incomplete,
    /// A write was refused; everything is as it was.
    Refused,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(match code {
            ExitCode::Done => 0,
            ExitCode::Left => 1,
            ExitCode::Usage => 2,
            ExitCode::Incomplete => 3,
            ExitCode::Refused => 4,
        })
    }
}

/// Carries out what `arguments`, the program's name first, ask for.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let environment = Environment::read();
    // Even a complaint about the flags has to obey `--color`.
    let mut output = Output::to_terminal(&environment, When::among(&arguments));
    let done = match parse(arguments) {
        Ok(arguments) => execute(&arguments, &environment, &mut output),
        Err(refusal) => say(&refusal, &mut output),
    };
    done.unwrap_or_else(|complaint| {
        output.complain(&complaint);
        complaint.code
    })
}

fn parse(arguments: Vec<OsString>) -> Result<Arguments, clap::Error> {
    // What is shown in colour is decided when it is printed.
    let command = Arguments::command().color(ColorChoice::Always);
    command
        .try_get_matches_from(arguments)
        .and_then(|it| Arguments::from_arg_matches(&it))
}

/// Prints what clap has to say: help that was asked for, or what is wrong with the arguments.
fn say(refusal: &clap::Error, output: &mut Output) -> Result<ExitCode, Complaint> {
    let text = refusal.render();
    let in_style = |has_color: bool| {
        if has_color {
            text.ansi().to_string()
        } else {
            text.to_string()
        }
    };
    if refusal.use_stderr() {
        output.error(&in_style(output.errors.has_color));
        return Ok(ExitCode::Usage);
    }
    output.result(&in_style(output.results.has_color))?;
    Ok(ExitCode::Done)
}

fn execute(
    arguments: &Arguments,
    environment: &Environment,
    output: &mut Output,
) -> Result<ExitCode, Complaint> {
    let shared = &arguments.shared;
    output.adjust(shared.quiet, shared.verbose);
    if let Some(threads) = shared.threads {
        // Fails only if the pool exists, which is when a test runs several commands in one process.
        let _ = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global();
    }
    match &arguments.command {
        Command::Scan(paths) => {
            inspect::scan(&Run::new(shared, &paths.paths, environment)?, output)
        }
        Command::Check(paths) => {
            inspect::check(&Run::new(shared, &paths.paths, environment)?, output)
        }
        Command::Report(paths) => {
            inspect::report(&Run::new(shared, &paths.paths, environment)?, output)
        }
        Command::Apply(apply) if apply.dry_run => {
            change::preview(&Run::of_apply(shared, apply, environment)?, apply, output)
        }
        Command::Apply(apply) => {
            if apply.interactive {
                output::expect_dialogue()?;
            }
            let state = environment.state_folder()?;
            // What an interrupted apply left half-done would be analysed as if it were the project.
            let root = load::root(&apply.paths)?;
            let interrupted = crate::apply::recover(&root, &state)?;
            let mut run = Run::of_apply(shared, apply, environment)?;
            if interrupted.is_some() {
                let note = "an interrupted apply was found and taken back first";
                run.notes.push(note.to_owned());
            }
            change::apply(&mut run, apply, &state, output)
        }
        Command::Undo(undo) => change::undo(undo, &environment.state_folder()?, output),
        Command::Explain { rule } => lookup::explain(rule, output),
        Command::Rules => lookup::list(output),
        Command::Completions { shell } => lookup::completions(*shell, output),
    }
}

/// What a command that looks at a project starts with.
struct Run<'a> {
    shared: &'a Shared,
    analysis: Analysis,
    /// The root as the user would write it.
    root: String,
    /// Where a diff is taken.
    patching: Patching,
    /// What the next command has to be given to be about the same.
    target: String,
    /// What a person should know before anything else.
    notes: Vec<String>,
}

impl<'a> Run<'a> {
    fn new(
        shared: &'a Shared,
        paths: &[PathBuf],
        environment: &Environment,
    ) -> Result<Self, Complaint> {
        let rules = Rule::all();
        let ids: Vec<&str> = rules.iter().map(|it| it.id.as_str()).collect();
        let from = paths.first().map_or(Path::new("."), PathBuf::as_path);
        let options = load::Options {
            config: load::read_config(shared.config.as_deref(), from, &ids)?,
            ..load::Options::default()
        };
        let analysis = analyze(paths, &options)?;
        let root = environment.shown_root(paths, &analysis.loaded.root);
        Ok(Self {
            shared,
            target: target(paths, &analysis, &root),
            notes: silenced(&analysis),
            patching: environment.patching(&analysis.loaded.root),
            analysis,
            root,
        })
    }

    /// The same, with what `apply` was told beside the configuration.
    fn of_apply(
        shared: &'a Shared,
        apply: &Apply,
        environment: &Environment,
    ) -> Result<Self, Complaint> {
        let mut run = Self::new(shared, &apply.paths, environment)?;
        let settings = &mut run.analysis.loaded.settings;
        settings.adapter = apply.adapter.or(settings.adapter);
        settings.choice = apply.choice();
        Ok(run)
    }
}

/// The files that were named, else the root.
fn target(paths: &[PathBuf], analysis: &Analysis, root: &str) -> String {
    let quoted = |it: &str| match it.contains(' ') {
        true => format!("'{it}'"),
        false => it.to_owned(),
    };
    match &analysis.loaded.focus {
        Some(_) => {
            let named: Vec<String> = paths
                .iter()
                .map(|it| quoted(&it.to_string_lossy()))
                .collect();
            named.join(" ")
        }
        None => quoted(root),
    }
}

/// What is not reported because a rule is off: a configuration may silence, but not in secret.
fn silenced(analysis: &Analysis) -> Vec<String> {
    let rules = analysis.loaded.settings.off.iter();
    let count = |rule: &String| {
        let all = analysis.unreported.iter();
        all.filter(|it| it.rule == *rule).count()
    };
    rules
        .map(|it| (it, count(it)))
        .filter(|it| it.1 > 0)
        .map(|(rule, count)| {
            let places = counted(count, "touch point");
            format!("the rule `{rule}` is off in the configuration: {places} not reported, not rewritten")
        })
        .collect()
}
