//! Made-up back ends are run before and after their migration, and have to do the same: evaluate the same expressions in
//! the same order, and send the same events to the same rooms. Before, they use a server that records; afterwards, the
//! broadcaster that was generated for them, attached to such a server.
//!
//! Case `n` of a seed is always the same program. `EXECUTION_CASES` says how many are run, `EXECUTION_SEED` which,
//! `EXECUTION_CASE` runs a single one.

#![expect(
    clippy::disallowed_methods,
    reason = "a test writes the programs that it runs and reads what they say"
)]

mod chains;
mod kept;
mod projects;
mod statements;
#[expect(dead_code, reason = "this test looks at no findings")]
#[path = "../support/mod.rs"]
mod support;
mod writer;

use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::str::FromStr;
use std::{env, fs};

use iomigrate::apply::Changed;
use iomigrate::plan::{Level, Plan};
use iomigrate::{Analysis, apply, migrate, prove};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::json;

use projects::{Choices, File, Program, choices, program};

/// Any number would do. It is fixed, so that two runs run the same programs.
const SEED: u64 = 20_250_611;

const CASES: u64 = 2500;

/// How many programs one Node.js runs.
const BATCH: usize = 250;

/// How many smaller programs are tried for one that fails.
const ATTEMPTS: usize = 250;

/// Every which program's plans are proven as well: that takes ten times as long as making them.
const PROVEN: u64 = 5;

/// How many failures are told in full.
const TOLD: usize = 3;

/// A program with one of its migrations.
struct Case {
    name: String,
    before: Vec<File>,
    after: Vec<File>,
    is_module: bool,
    /// The broadcaster, if no line of the program attaches it to a server.
    attached: Option<String>,
    is_whole: bool,
}

/// What one side did.
#[derive(Debug, Default, Deserialize, PartialEq)]
struct Run {
    #[serde(default)]
    log: Vec<String>,
    /// Why it could not even be loaded.
    broken: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Outcome {
    before: Run,
    after: Run,
}

#[derive(Default)]
struct Tally {
    programs: usize,
    migrations: usize,
    whole: usize,
    lines: usize,
    sent: usize,
}

struct Failure {
    name: String,
    text: String,
}

fn number<T: FromStr>(variable: &str) -> Option<T> {
    let text = env::var(variable).ok()?;
    match text.parse() {
        Ok(number) => Some(number),
        Err(_) => panic!("{variable} has to be a number, not `{text}`"),
    }
}

/// The choices that make up a case; they can be shrunk.
fn tree(seed: u64, case: u64) -> impl ValueTree<Value = Choices> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&case.to_le_bytes());
    let source = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), source);
    choices()
        .new_tree(&mut runner)
        .expect("no choice is ruled out")
}

/// The migrations of a program that change it: at the safe level, and at the other one where that does more.
/// Fails if a plan does not stand its own proof.
fn migrations(name: &str, program: &Program) -> Result<Vec<Case>, Failure> {
    let analysis = support::analyse_files(program.files.iter().cloned());
    let mut cases: Vec<Case> = Vec::new();
    for (level, word) in [(Level::Safe, "safe"), (Level::Unsafe, "unsafe")] {
        let plan = migrate(&analysis, level);
        let changed = apply::preview(&analysis.loaded.files, &plan);
        let after = outcome(&program.files, &changed);
        if after == program.files || cases.iter().any(|it| it.after == after) {
            continue;
        }
        let name = format!("{name}-{word}");
        let problem = problem(&analysis, &plan).or_else(|| {
            let is_proven = program.is_proven;
            is_proven
                .then(|| unproven(&analysis, &plan, &changed, level))
                .flatten()
        });
        if let Some(problem) = problem {
            let text = format!("{problem}\n{}", sides(&program.files, &after));
            return Err(Failure { name, text });
        }
        let broadcaster = after
            .iter()
            .find(|it| it.1.contains("// @iomigrate broadcaster"));
        cases.push(Case {
            name,
            before: program.files.clone(),
            is_module: program.is_module,
            attached: broadcaster
                .filter(|_| !plan.is_partial)
                .map(|it| it.0.clone()),
            is_whole: !plan.is_partial,
            after,
        });
    }
    Ok(cases)
}

fn problem(analysis: &Analysis, plan: &Plan) -> Option<String> {
    if let Some(skipped) = analysis.skipped.first() {
        return Some(format!("the program can't be read: {skipped:?}"));
    }
    let conflicts = &plan.conflicts;
    (!conflicts.is_empty()).then(|| format!("two edits want the same place: {conflicts:?}"))
}

fn unproven(analysis: &Analysis, plan: &Plan, changed: &[Changed], level: Level) -> Option<String> {
    let failures = prove(analysis, plan, changed, level);
    let failures: Vec<String> = failures.iter().map(ToString::to_string).collect();
    (!failures.is_empty()).then(|| format!("a proof failed: {}", failures.join("; ")))
}

fn outcome(files: &[File], changed: &[Changed]) -> Vec<File> {
    let mut after: Vec<File> = files.to_vec();
    for it in changed {
        after.retain(|file| file.0 != it.path);
        if let Some(text) = &it.after {
            after.push((it.path.clone(), text.clone()));
        }
    }
    after.sort();
    after
}

/// Runs both sides of all cases in one Node.js.
fn run(cases: &[Case]) -> Vec<Outcome> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut list = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let id = index.to_string();
        for (side, files) in [("before", &case.before), ("after", &case.after)] {
            write(&folder.path().join(&id).join(side), files);
        }
        let files = case
            .after
            .iter()
            .map(|it| &it.0)
            .filter(|it| it.ends_with(".js"));
        list.push(json!({
            "id": id,
            "isModule": case.is_module,
            "entry": "server.js",
            "attached": case.attached,
            "files": files.collect::<Vec<_>>(),
        }));
    }
    let list = serde_json::Value::from(list).to_string();
    fs::write(folder.path().join("cases.json"), list).expect("a file can be written");
    let status = Command::new("node")
        .args(["--no-warnings", "--experimental-vm-modules"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/execution/run.mjs"))
        .arg(folder.path())
        .status()
        .expect("this test needs Node.js 18.11 or newer: apt-get install nodejs npm, or run tests/run.sh");
    assert!(
        status.success(),
        "tests/execution/run.mjs ended with {status}: see above"
    );
    let results =
        fs::read_to_string(folder.path().join("results.json")).expect("it writes its results");
    serde_json::from_str(&results).expect("the results are outcomes")
}

fn write(folder: &Path, files: &[File]) {
    let is_loaded = |it: &&File| it.0.ends_with(".js") || it.0 == "package.json";
    for (path, text) in files.iter().filter(is_loaded) {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("it is in the folder"))
            .expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }
}

/// Why an outcome is not as it has to be.
fn fault(outcome: &Outcome) -> Option<&'static str> {
    match outcome {
        Outcome {
            before: Run {
                broken: Some(_), ..
            },
            ..
        } => Some("the program of this test can't be loaded"),
        Outcome {
            after: Run {
                broken: Some(_), ..
            },
            ..
        } => Some("the migrated program can't be loaded"),
        Outcome { before, after } if before != after => {
            Some("the migrated program does something else")
        }
        _ => None,
    }
}

fn sides(before: &[File], after: &[File]) -> String {
    let mut text = String::new();
    for (side, files, others) in [("before", before, after), ("after", after, before)] {
        for (path, content) in files {
            let is_generated = content.contains("// @iomigrate") || path.ends_with(".json");
            let is_same =
                side == "after" && others.iter().any(|it| it.0 == *path && it.1 == *content);
            let is_program = path.ends_with(".js") && !path.ends_with(".config.js");
            if is_program && !is_generated && !is_same {
                let _ = write!(text, "---- {side}: {path}\n{content}");
            }
        }
    }
    text
}

fn told(case: &Case, outcome: &Outcome, fault: &str) -> Failure {
    let log = |run: &Run| match &run.broken {
        Some(reason) => format!("  {reason}\n"),
        None => run.log.iter().map(|it| format!("  {it}\n")).collect(),
    };
    let text = format!(
        "{fault}\n{}---- did before\n{}---- did after\n{}",
        sides(&case.before, &case.after),
        log(&outcome.before),
        log(&outcome.after)
    );
    Failure {
        name: case.name.clone(),
        text,
    }
}

/// Runs programs. Returns what fails with the place of the program in the list.
fn check(programs: &[(String, Program)]) -> (Tally, Vec<(usize, Failure)>) {
    let mut tally = Tally {
        programs: programs.len(),
        ..Tally::default()
    };
    let mut failures = Vec::new();
    let (mut cases, mut owners) = (Vec::new(), Vec::new());
    for (index, (name, program)) in programs.iter().enumerate() {
        match migrations(name, program) {
            Ok(found) => {
                owners.extend(found.iter().map(|_| index));
                cases.extend(found);
            }
            Err(failure) => failures.push((index, failure)),
        }
    }
    tally.migrations = cases.len();
    if cases.is_empty() {
        return (tally, failures);
    }
    for ((case, outcome), owner) in cases.iter().zip(run(&cases)).zip(owners) {
        tally.whole += usize::from(case.is_whole);
        tally.lines += outcome.before.log.len();
        tally.sent += outcome
            .before
            .log
            .iter()
            .filter(|it| it.starts_with("emit "))
            .count();
        if let Some(fault) = fault(&outcome) {
            failures.push((owner, told(case, &outcome, fault)));
        }
    }
    (tally, failures)
}

/// The smallest program found that still fails, by taking choices away and making them smaller.
fn shrunk(seed: u64, case: u64, failure: Failure) -> Failure {
    let mut tree = tree(seed, case);
    let mut smallest = failure;
    let mut can_go_on = tree.simplify();
    for _ in 0..ATTEMPTS {
        if !can_go_on {
            break;
        }
        let (_, failures) = check(&[(format!("case-{case}"), program(&tree.current()))]);
        can_go_on = match failures.into_iter().next() {
            Some((_, failure)) if !failure.text.starts_with("the program") => {
                smallest = failure;
                tree.simplify()
            }
            _ => tree.complicate(),
        };
    }
    smallest
}

fn expect_none(failures: Vec<Failure>, what: &str) {
    let count = failures.len();
    let texts: Vec<String> = failures
        .into_iter()
        .take(TOLD)
        .map(|it| format!("==== {}: {}", it.name, it.text))
        .collect();
    assert!(count == 0, "{count} {what} failed\n{}", texts.join("\n"));
}

#[test]
fn made_up_programs_do_the_same_afterwards() {
    let seed = number("EXECUTION_SEED").unwrap_or(SEED);
    let single = number("EXECUTION_CASE");
    let count = number("EXECUTION_CASES");
    let all: Vec<u64> = match single {
        Some(case) => vec![case],
        None => (0..count.unwrap_or(CASES)).collect(),
    };
    let proves_all = single.is_some() || count.is_some();
    let batches: Vec<(Tally, Vec<(u64, Failure)>)> = all
        .par_chunks(BATCH)
        .map(|cases| {
            let named = |case: &u64| {
                let mut program = program(&tree(seed, *case).current());
                program.is_proven = proves_all || case.is_multiple_of(PROVEN);
                (format!("case-{case}"), program)
            };
            let programs: Vec<_> = cases.iter().map(named).collect();
            let (tally, failures) = check(&programs);
            (
                tally,
                failures
                    .into_iter()
                    .map(|(index, it)| (cases[index], it))
                    .collect(),
            )
        })
        .collect();
    let mut tally = Tally::default();
    let mut failures = Vec::new();
    for (one, failed) in batches {
        tally.programs += one.programs;
        tally.migrations += one.migrations;
        tally.whole += one.whole;
        tally.lines += one.lines;
        tally.sent += one.sent;
        failures.extend(failed);
    }
    let summary = format!(
        "seed {seed}: {} programs, {} migrations ({} whole), {} events sent, {} steps compared",
        tally.programs, tally.migrations, tally.whole, tally.sent, tally.lines
    );
    println!("{summary}");
    for (case, it) in &failures {
        println!("case {case}: {}", it.text.lines().next().unwrap_or(""));
    }
    let count = failures.len();
    let told: Vec<String> = failures
        .into_iter()
        .take(number("EXECUTION_TOLD").unwrap_or(TOLD))
        .map(|(case, it)| shrunk(seed, case, it))
        .map(|it| format!("==== {}: {}", it.name, it.text))
        .collect();
    assert!(
        count == 0,
        "{count} failures; {summary}\n{}",
        told.join("\n")
    );
}

#[test]
fn kept_programs_do_the_same_afterwards() {
    let programs: Vec<_> = kept::PROGRAMS
        .iter()
        .map(|(name, body)| ((*name).to_owned(), projects::kept(body)))
        .collect();
    let failures = check(&programs).1.into_iter().map(|it| it.1);
    expect_none(failures.collect(), "kept programs");
}
