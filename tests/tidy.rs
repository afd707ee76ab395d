//! Rules about the shape of this repository that no other tool checks.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may stop at the first surprise and reads the repository itself"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The stages in the order in which data flows through them. A stage may use itself and earlier ones.
const STAGES: &[&str] = &[
    "source",
    "config",
    "rules",
    "load",
    "syntax",
    "parse",
    "scope",
    "project",
    "findings",
    "plan",
    "apply",
    "diff",
    "proof",
    "readiness",
    "report",
    "cli",
];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &[
    "utils", "util", "helpers", "helper", "common", "types", "manager", "misc",
];

/// The headings of a rule's page.
const HEADINGS: &[&str] = &[
    "What it finds",
    "Why it matters",
    "What to do",
    "When it stays silent",
];

const LINES_A_FILE: usize = 500;
const FILES_A_FOLDER: usize = 9;

struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    /// The stage it belongs to; `lib` and `main` are none.
    fn stage(&self) -> &str {
        let top = self
            .path
            .components()
            .nth(1)
            .unwrap()
            .as_os_str()
            .to_str()
            .unwrap();
        top.trim_end_matches(".rs")
    }

    /// Tests that are a file of their own.
    fn is_test(&self) -> bool {
        let path = self.path.with_extension("");
        path.components()
            .any(|it| it.as_os_str().to_str().unwrap().ends_with("tests"))
    }

    /// The text without the tests at its end.
    fn product(&self) -> &str {
        self.text.split("#[cfg(test)]\nmod tests {").next().unwrap()
    }
}

fn sources() -> Vec<Source> {
    let mut pending = vec![PathBuf::from("src")];
    let mut sources = Vec::new();
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                sources.push(Source { path, text });
            }
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

/// Fails with every complaint about every file, not only the first.
fn expect_none(complaints: impl IntoIterator<Item = String>) {
    let complaints: Vec<String> = complaints.into_iter().collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

fn rank(stage: &str) -> Option<usize> {
    STAGES.iter().position(|it| *it == stage)
}

/// Each place where `path` is used outside of what `is_allowed`.
fn users(words: &[&str], is_allowed: impl Fn(&Source) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources()
        .iter()
        .filter(|it| !it.is_test() && !is_allowed(it))
    {
        for (number, line) in source.product().lines().enumerate() {
            let code = line.split("//").next().unwrap();
            if let Some(word) = words.iter().find(|it| code.contains(*it)) {
                found.push(format!(
                    "{}:{}: `{word}`",
                    source.path.display(),
                    number + 1
                ));
            }
        }
    }
    found
}

#[test]
fn data_flows_one_way() {
    let mut wrong = Vec::new();
    // A stage's own tests may run what comes before and after it.
    for source in sources().into_iter().filter(|it| !it.is_test()) {
        let here = source.stage();
        let Some(here_rank) = rank(here) else {
            continue;
        };
        for used in source.product().split("crate::").skip(1) {
            let name: String = used
                .chars()
                .take_while(|it| it.is_alphanumeric() || *it == '_')
                .collect();
            // What `lib.rs` itself offers runs the stages up to `plan`; only `cli` comes after it.
            let is_allowed =
                rank(&name).map_or(here == "cli" && !name.is_empty(), |it| it <= here_rank);
            if !is_allowed {
                wrong.push(format!(
                    "{}: `{here}` must not use `crate::{name}`",
                    source.path.display()
                ));
            }
        }
    }
    expect_none(wrong);
}

#[test]
fn modules_are_listed_in_reading_order() {
    let library = fs::read_to_string("src/lib.rs").unwrap();
    let listed: Vec<&str> = library
        .lines()
        .filter_map(|it| it.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    assert_eq!(listed, STAGES);
}

/// One that no module declares is not compiled, so nothing else would notice it.
#[test]
fn every_file_is_a_module() {
    let declared = |source: &Source| {
        let is_folder = source.path.file_name().unwrap() == "mod.rs";
        let module = match is_folder {
            true => source.path.parent().unwrap().to_owned(),
            false => source.path.with_extension(""),
        };
        let name = module.file_name().unwrap().to_str().unwrap();
        let folder = module.parent().unwrap();
        let parent = ["mod.rs", "lib.rs"].map(|it| folder.join(it));
        let text = parent.iter().find_map(|it| fs::read_to_string(it).ok());
        matches!(name, "lib" | "main")
            || text.is_some_and(|it| it.contains(&format!("mod {name};")))
    };
    let lost = sources().into_iter().filter(|it| !declared(it));
    expect_none(lost.map(|it| format!("{}: no module declares it", it.path.display())));
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent = sources()
        .into_iter()
        .filter(|it| !it.text.starts_with("//! "));
    expect_none(silent.map(|it| format!("{}: no `//!` line at its top", it.path.display())));
}

#[test]
fn files_stay_readable() {
    let long = sources()
        .into_iter()
        .filter(|it| it.text.lines().count() > LINES_A_FILE);
    expect_none(long.map(|it| format!("{}: over {LINES_A_FILE} lines", it.path.display())));
}

#[test]
fn folders_stay_small_and_flat() {
    let mut files: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for source in sources() {
        *files
            .entry(source.path.parent().unwrap().to_owned())
            .or_default() += 1;
    }
    expect_none(files.into_iter().filter_map(|(folder, count)| {
        let depth = folder.components().count() - 1;
        (count > FILES_A_FOLDER || depth > 2)
            .then(|| format!("{}: {count} files, {depth} deep", folder.display()))
    }));
}

#[test]
fn names_say_what_is_inside() {
    let empty = sources().into_iter().filter(|it| {
        it.path
            .with_extension("")
            .components()
            .any(|part| EMPTY_NAMES.contains(&part.as_os_str().to_str().unwrap()))
    });
    expect_none(empty.map(|it| format!("{}: name it after what it holds", it.path.display())));
}

#[test]
fn only_load_and_apply_touch_the_disk() {
    expect_none(users(&["std::fs", "fs::", "File::"], |it| {
        // `cli` writes the reports that a user asked for with `--format F=PATH`.
        matches!(it.stage(), "load" | "apply") || it.path.ends_with("cli/output.rs")
    }));
}

#[test]
fn only_the_command_line_prints_and_reads_the_environment() {
    let words = [
        "println!",
        "print!(",
        "eprint",
        "stdout()",
        "stderr()",
        "env::var",
        "process::exit",
        "is_terminal",
    ];
    expect_none(users(&words, |it| it.stage() == "cli"));
}

#[test]
fn only_parse_knows_the_grammar() {
    expect_none(users(
        &[
            "tree_sitter",
            ".kind() == \"",
            ".kind() != \"",
            "child_by_field_name",
        ],
        |it| it.stage() == "parse",
    ));
}

#[test]
fn only_frames_use_miette() {
    expect_none(users(&["miette"], |it| {
        it.path.ends_with("report/frame.rs")
    }));
}

#[test]
fn every_rule_folder_is_whole() {
    let mut lacking = Vec::new();
    for entry in fs::read_dir("rules").unwrap() {
        let folder = entry.unwrap().path();
        if folder.is_dir() {
            lacking.extend(
                lacks(&folder)
                    .into_iter()
                    .map(|it| format!("{} lacks {it}", folder.display())),
            );
        }
    }
    lacking.sort();
    expect_none(lacking);
}

/// What a rule's folder is missing.
fn lacks(folder: &Path) -> Vec<String> {
    let parts = ["rule.toml", "README.md", "before", "after", "findings.json"];
    let mut lacking: Vec<String> = parts
        .iter()
        .filter(|it| !folder.join(it).exists())
        .map(|it| format!("`{it}`"))
        .collect();
    let page = fs::read_to_string(folder.join("README.md")).unwrap_or_default();
    let headings: Vec<&str> = page
        .lines()
        .filter_map(|it| it.strip_prefix("## "))
        .collect();
    if headings != HEADINGS {
        lacking.push(format!(
            "the headings {HEADINGS:?}, in this order; it has {headings:?}"
        ));
    }
    lacking
}
