//! How the server travels: one small project a way, with every finding in it.
//!
//! Each file holds one family of ways. Where the analysis is known to be wrong, the case says what it says and a
//! comment what it should.

mod carriers;
mod constructions;
mod functions;
mod lookalikes;
mod modules;
mod objects;
mod parts;
mod settings;
#[path = "../support/mod.rs"]
mod support;

/// Compares the findings of a project, `path:line kind rule confidence` each, with what is expected.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let analysis = support::analyse(text);
    assert!(
        analysis.skipped.is_empty(),
        "{:?}\n{text}",
        analysis.skipped
    );
    let found = support::lines(&analysis);
    assert_eq!(found, expected, "{text}\nfound:\n{}", found.join("\n"));
}
