//! Whole projects: what the program finds in `before`, and that it makes `after` of it, byte for byte.
//!
//! `UPDATE=1 cargo test --test projects` rewrites what is expected; read the difference before you commit it.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads and writes projects and may stop at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use walkdir::WalkDir;

/// Files by path.
type Tree = BTreeMap<String, Vec<u8>>;

#[test]
fn every_project() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let folders = fs::read_dir(fixtures).unwrap().map(|it| it.unwrap().path());
    let projects: Vec<PathBuf> = folders.filter(|it| it.join("before").is_dir()).collect();
    assert!(!projects.is_empty());
    let failures: Vec<String> = projects.iter().flat_map(|it| failures(it)).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn failures(folder: &Path) -> Vec<String> {
    let desk = Desk::with(&tree(&folder.join("before")));
    let report = desk.succeed(&["scan", "--format", "json"]);
    let partial = desk.succeed(&["apply", "--dry-run"]);
    desk.succeed(&["apply", "--unsafe-fixes", "--quiet"]);
    let after = tree(desk.project.path());
    if std::env::var("UPDATE").is_ok_and(|it| it == "1") {
        fs::write(folder.join("report.json"), &report).unwrap();
        fs::write(folder.join("partial.diff"), &partial).unwrap();
        replace(&folder.join("after"), &after);
    }
    let mut failures = differences(&tree(&folder.join("after")), &after);
    let expected = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
    if expected("report.json") != report {
        failures.push("report.json: the scan of `before` says something else".to_owned());
    }
    if expected("partial.diff") != partial {
        failures.push("partial.diff: without --unsafe-fixes the diff is another".to_owned());
    }
    failures.extend(desk.leftovers());
    let name = folder.file_name().unwrap().to_string_lossy();
    failures.iter().map(|it| format!("{name}: {it}")).collect()
}

fn differences(expected: &Tree, found: &Tree) -> Vec<String> {
    let paths: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    let complaint = |path: &String| match (expected.get(path), found.get(path)) {
        (Some(expected), Some(found)) if expected == found => None,
        (Some(_), Some(_)) => Some(format!("after/{path} is another")),
        (None, _) => Some(format!("after/{path} is not expected")),
        (_, None) => Some(format!("after/{path} is missing")),
    };
    paths.into_iter().filter_map(complaint).collect()
}

/// A copy of a project that commands are run in.
struct Desk {
    project: TempDir,
    state: TempDir,
}

impl Desk {
    fn with(files: &Tree) -> Self {
        let desk = Self {
            project: TempDir::new().unwrap(),
            state: TempDir::new().unwrap(),
        };
        replace(desk.project.path(), files);
        desk
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_iomigrate"))
            .args(arguments)
            .current_dir(self.project.path())
            .env("IOMIGRATE_STATE_DIR", self.state.path())
            .env("NO_COLOR", "1")
            .output()
            .unwrap()
    }

    /// What a command prints that ends with 0.
    fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What is wrong with the migrated project.
    fn leftovers(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let report: Value =
            serde_json::from_str(&self.succeed(&["scan", "--format", "json"])).unwrap();
        if report["findings"]
            .as_array()
            .is_none_or(|it| !it.is_empty())
            || report["verdict"] != "ready"
        {
            wrong.push(format!("after the migration: {}", report["summary"]));
        }
        let check = self.run(&["check"]);
        if !check.status.success() {
            wrong.push(format!("`check` ends with {}", check.status));
        }
        wrong
    }
}

fn tree(folder: &Path) -> Tree {
    let entries = WalkDir::new(folder).into_iter().filter_map(Result::ok);
    let files = entries.filter(|it| it.file_type().is_file());
    let entry = |path: &Path| {
        let name = path.strip_prefix(folder).unwrap().to_string_lossy();
        (name.replace('\\', "/"), fs::read(path).unwrap())
    };
    files.map(|it| entry(it.path())).collect()
}

fn replace(folder: &Path, files: &Tree) {
    if folder.exists() {
        fs::remove_dir_all(folder).unwrap();
    }
    for (path, bytes) in files {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
}
