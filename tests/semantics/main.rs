//! How the server travels: one small project a way, with every finding in it.
//!
//! Each file holds one family of ways. Where the analysis is known to be wrong, the case says what it says and a
//! comment what it should.

mod callbacks;
mod carriers;
mod constructions;
mod frameworks;
mod functions;
mod lookalikes;
mod modules;
mod objects;
mod parts;
mod settings;
mod starts;
#[path = "../support/mod.rs"]
mod support;

use iomigrate::Analysis;

/// Compares the findings of a project, `path:line kind rule confidence` each, with what is expected.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let analysis = analyse(text);
    assert!(
        analysis.skipped.is_empty(),
        "{:?}\n{text}",
        analysis.skipped
    );
    let found = support::lines(&analysis);
    assert_eq!(found, expected, "{text}\nfound:\n{}", found.join("\n"));
}

/// The analysis of a project written as one text, in which `//- path` starts each file.
fn analyse(text: &str) -> Analysis {
    let parts = text.trim_start().split("//- ").skip(1);
    let mut files: Vec<(String, String)> = parts
        .map(|it| {
            let (path, text) = it.split_once('\n').expect("a file's path ends its line");
            (path.to_owned(), text.to_owned())
        })
        .collect();
    // As `load` does.
    files.sort();
    support::analyse_files(files.into_iter())
}
