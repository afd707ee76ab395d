//! Set-ups of many shapes: what of each program is left, what the dedicated server's file says, and what is noted; and
//! what becomes of the files around. `tests/setups/<shape>.before.txt`, `tests/surroundings/…` and `tests/unsafe-fixes/…`, which
//! are for the fixes that are not safe, have the files of a project, each after a line `//- path`; `.after.txt` those that
//! changed. `UPDATE=1` writes the latter.

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use iomigrate::plan::Level;
use iomigrate::source::Language;
use iomigrate::{apply, migrate, prove};

#[test]
fn every_shape() {
    // What is the same in each, the runtime and what starts it, is left out.
    let is_told = |path: &str| {
        Language::of_path(path).is_some() && !path.contains("utils/") && !path.contains("ecosystem")
    };
    let failures = failures(("tests/setups", 17), Level::Safe, is_told);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn what_stands_around() {
    // The programs are the other test's matter.
    let is_told = |path: &str| {
        let is_configured = Language::of_path(path).is_none() || path.contains("ecosystem");
        is_configured && !path.ends_with("package.json")
    };
    let failures = failures(("tests/surroundings", 5), Level::Safe, is_told);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn what_is_not_safe() {
    let is_told = |path: &str| {
        Language::of_path(path).is_some() && !path.contains("utils/") && !path.contains("ecosystem")
    };
    let failures = failures(("tests/unsafe-fixes", 5), Level::Unsafe, is_told);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The shapes of a folder that come out otherwise than they should; there are at least `count`.
#[expect(clippy::disallowed_methods, reason = "UPDATE is read")]
fn failures(
    (folder, count): (&str, usize),
    level: Level,
    is_told: fn(&str) -> bool,
) -> Vec<String> {
    let shapes = shapes(folder);
    assert!(
        shapes.len() >= count,
        "the shapes are not where they should be"
    );
    let mut failures = Vec::new();
    for shape in shapes {
        let found = migrated(&read(&shape), level, is_told);
        let expected = PathBuf::from(shape.to_string_lossy().replace(".before.", ".after."));
        if std::env::var("UPDATE").is_ok_and(|it| it == "1") {
            write(&expected, &found);
        }
        if read(&expected) != found {
            failures.push(format!("{}:\n{found}", shape.display()));
        }
    }
    failures
}

/// The files of a project that are changed and to be told, and what is said.
fn migrated(text: &str, level: Level, is_told: fn(&str) -> bool) -> String {
    let files: BTreeMap<String, String> = text
        .split("//- ")
        .skip(1)
        .filter_map(|it| it.split_once('\n'))
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .collect();
    let analysis = support::analyse_files(files.clone().into_iter());
    let plan = migrate(&analysis, level);
    let changed = apply::preview(&analysis.loaded.files, &plan);
    assert_eq!(prove(&analysis, &plan, &changed, level), [], "{text}");
    let mut found = String::new();
    for file in changed.iter().filter(|it| is_told(&it.path)) {
        // What is written where nothing was is the same in each.
        let is_told = files.contains_key(&file.path)
            || Language::of_path(&file.path).is_some_and(|_| !file.path.contains("ecosystem"));
        let text = file
            .after
            .as_deref()
            .filter(|_| is_told)
            .unwrap_or_default();
        let next = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        found.extend(["//- ", &file.path, "\n", text, next]);
    }
    let kept = plan
        .stays
        .iter()
        .map(|it| format!("stays: {}\n", it.reason));
    let notes = plan.notes.iter().map(|it| format!("note: {it}\n"));
    found.extend(kept.take(1).chain(notes));
    let written = changed
        .into_iter()
        .filter_map(|it| Some((it.path, it.after?)));
    let after = support::analyse_files(
        files
            .into_iter()
            .chain(written)
            .collect::<BTreeMap<_, _>>()
            .into_iter(),
    );
    found.extend(
        support::lines(&after)
            .into_iter()
            .map(|it| format!("left: {it}\n")),
    );
    found
}

fn shapes(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let all = walkdir::WalkDir::new(folder).sort_by_file_name();
    let files = all.into_iter().map(|it| it.expect("readable").into_path());
    files
        .filter(|it| it.to_string_lossy().ends_with(".before.txt"))
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "the cases are files")]
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

#[expect(
    clippy::disallowed_methods,
    reason = "what is expected is written on demand"
)]
fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("writable");
}
