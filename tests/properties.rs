//! What must hold for every program: small backends are made up, written in another way, and analysed again.
//! Edit lists are compared with the plainest way to splice texts.

#[path = "support/programs.rs"]
mod programs;
mod support;

use std::fmt::Display;
use std::path::Path;
use std::sync::LazyLock;

use iomigrate::plan::edits::{Edit, EditList};
use iomigrate::report::{Counts, Format, Report, Style, render};
use iomigrate::source::Span;
use iomigrate::{Analysis, analyze, load};
use proptest::prelude::{
    Just, ProptestConfig, Strategy, TestCaseError, prop, prop_assert, prop_assert_eq, proptest,
};
use proptest::sample::select;
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde_json::Value;

use programs::{
    ACCESSES, ACTIONS, File, Handler, Modules, Route, SHADOWS, Shadow, Way, Writing, handlers,
    named_back, project,
};
use support::{analyse_files, lines};

fn routes() -> impl Strategy<Value = Vec<Route>> {
    let route = (0..ACCESSES.len(), actions()).prop_map(|(access, actions)| Route {
        access,
        actions,
        shadow: None,
    });
    prop::collection::vec(route, 1..5)
}

fn actions() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0..ACTIONS.len(), 0..6)
}

fn modules() -> impl Strategy<Value = Modules> {
    select(&[Modules::CommonJs, Modules::Es][..])
}

/// A project in plain writing.
fn files() -> impl Strategy<Value = Vec<File>> {
    (routes(), modules()).prop_map(|(routes, modules)| project(&routes, Writing::plain(modules)))
}

/// The report of the contract, as text.
fn json(analysis: &Analysis) -> String {
    let report = Report::new(
        "project",
        &analysis.loaded.files,
        &analysis.findings,
        &analysis.skipped,
        Counts::default(),
    );
    render(&report, Format::Json, Style::plain())
}

/// All that the report says of each finding.
fn findings(files: &[File]) -> Vec<Value> {
    let analysis = analyse_files(files.iter().cloned());
    assert!(analysis.skipped.is_empty(), "a program here is broken");
    let mut report: Value = serde_json::from_str(&json(&analysis)).expect("the report is JSON");
    match report["findings"].take() {
        Value::Array(findings) => findings,
        _ => panic!("the report lists findings"),
    }
}

/// The findings without what `keys` say, in their steps too.
fn without(mut findings: Vec<Value>, keys: &[&str]) -> Vec<Value> {
    for finding in &mut findings {
        remove(finding, keys);
        for step in finding["steps"].as_array_mut().into_iter().flatten() {
            remove(step, keys);
        }
    }
    findings
}

fn remove(object: &mut Value, keys: &[&str]) {
    let object = object.as_object_mut().expect("it is an object");
    object.retain(|key, _| !keys.contains(&key.as_str()));
}

const OFFSETS: [&str; 2] = ["byte_start", "byte_end"];

/// Says only what differs: whole lists are too long to read.
fn expect_same<T: PartialEq + Display>(found: &[T], expected: &[T]) -> Result<(), TestCaseError> {
    let only_in = |here: &[T], there: &[T]| {
        let only = here.iter().filter(|it| !there.contains(it));
        only.map(|it| format!("\n  {it}")).collect::<String>()
    };
    prop_assert!(
        found == expected,
        "lost:{}\nnew:{}\n{} instead of {}",
        only_in(expected, found),
        only_in(found, expected),
        found.len(),
        expected.len()
    );
    Ok(())
}

/// What may stand above a line and behind it without a change of meaning, and how many lines it adds.
const NOISE: [(&str, &str, usize); 6] = [
    ("", "", 0),
    ("\n", "", 1),
    ("// io.emit('x')\n", "", 1),
    ("/* require('socket.io')\n */\n\n", " // io", 3),
    ("", "\t/* io.emit('x') */", 0),
    (" \n\t\n", " ", 2),
];

/// A file with noise in front of each line, and where each line is now; both counted from 1.
fn noisy((path, text): &File, noise: &[usize]) -> (File, Vec<usize>) {
    let (mut noisy, mut moved, mut line) = (String::new(), vec![0], 0);
    for (row, noise) in text.lines().zip(noise.iter().cycle()) {
        let (above, behind, added) = NOISE[*noise];
        noisy += &[above, row, behind, "\n"].concat();
        line += added + 1;
        moved.push(line);
    }
    ((path.clone(), noisy), moved)
}

/// Gives a finding, or a step, the line that its line moved to.
fn move_lines(object: &mut Value, files: &[File], moved: &[Vec<usize>]) {
    let path = object["path"].as_str().expect("it has a path");
    let file = files.iter().position(|it| it.0 == path);
    let lines = &moved[file.expect("the path is one of the project")];
    for key in ["line", "end_line"] {
        if let Some(line) = object[key].as_u64() {
            let line = usize::try_from(line).expect("files are short");
            object[key] = lines[line].into();
        }
    }
    let steps = object.get_mut("steps").and_then(Value::as_array_mut);
    for step in steps.into_iter().flatten() {
        move_lines(step, files, moved);
    }
}

/// One thread, two, and more than there are processors or files.
static POOLS: LazyLock<Vec<ThreadPool>> = LazyLock::new(|| {
    let pool = |threads| ThreadPoolBuilder::new().num_threads(threads).build();
    let pools = [1, 2, 7].map(|it| pool(it).expect("threads can be started"));
    pools.into()
});

/// What `work` says in each pool.
fn in_all_pools(work: impl Fn() -> String + Sync) -> Vec<String> {
    POOLS.iter().map(|it| it.install(&work)).collect()
}

/// What a finding says of its code, not of its place or the way to it. `None` for what only hands the server on.
fn said_of_code(finding: &Value) -> Option<String> {
    let word = |key: &str| finding[key].as_str().unwrap_or_default();
    let is_use = !matches!(word("kind"), "setup" | "inject" | "access");
    let keys = ["kind", "rule", "fix", "confidence", "message"];
    is_use.then(|| keys.map(word).join(" "))
}

fn uses(findings: &[Value]) -> Vec<String> {
    let mut uses: Vec<String> = findings.iter().filter_map(said_of_code).collect();
    uses.sort();
    uses
}

/// Texts to splice into `text`, each with its range; ranges are in order and disjoint.
fn disjoint_edits(length: usize) -> impl Strategy<Value = Vec<Edit>> {
    let cuts = prop::collection::btree_set(0..=length, 0..12);
    let texts = prop::collection::vec("[a-z]{0,3}", 6);
    (cuts, texts).prop_map(|(cuts, texts)| {
        let cuts: Vec<usize> = cuts.into_iter().collect();
        let ranges = cuts.chunks_exact(2).map(|it| Span::new(it[0], it[1]));
        ranges
            .zip(texts)
            .map(|(span, text)| Edit { span, text })
            .collect()
    })
}

/// From the end, so that no splice moves another.
fn splice(text: &str, edits: &[Edit]) -> String {
    let mut result = text.to_owned();
    for edit in edits.iter().rev() {
        result.replace_range(edit.span.range(), &edit.text);
    }
    result
}

const TEXT: &str = "io.to(room).emit(event, payload); // žluť";

/// The properties below would hold as well if nothing was found at all.
#[test]
fn the_programs_use_the_server() {
    for modules in [Modules::CommonJs, Modules::Es] {
        let found = |access, actions: &[usize]| {
            let route = Route {
                access,
                actions: actions.to_vec(),
                shadow: None,
            };
            let files = project(&[route], Writing::plain(modules));
            lines(&analyse_files(files.into_iter()))
        };
        for access in 0..ACCESSES.len() {
            let (idle, busy) = (found(access, &[]), found(access, &[0]));
            let new: Vec<&String> = busy.iter().filter(|it| !idle.contains(it)).collect();
            assert_eq!(new.len(), 1, "{modules:?}, access {access}: {new:?}");
            assert!(new[0].starts_with("r0.js:") && new[0].ends_with(" proven"));
        }
        for (action, text) in ACTIONS.iter().enumerate() {
            let is_use = action + 1 < ACTIONS.len();
            let (idle, busy) = (found(0, &[]), found(0, &[action]));
            assert_eq!(busy.len() > idle.len(), is_use, "{modules:?}: {text}");
        }
        for way in Way::ALL {
            let handler = Handler {
                actions: vec![0],
                is_moved: true,
            };
            let files = handlers(&[handler], Some(way), Writing::plain(modules));
            let found = lines(&analyse_files(files.into_iter()));
            let moved = found.iter().filter(|it| {
                it.starts_with("more.js:") && it.ends_with(" emit emit-to-all proven")
            });
            assert_eq!(moved.count(), 1, "{modules:?}, {way:?}: {found:?}");
        }
    }
}

#[test]
fn the_number_of_threads_changes_nothing_for_a_fixture() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/isp-desk");
    let reports = in_all_pools(|| {
        let analysis = analyze(std::slice::from_ref(&fixture), &load::Options::default());
        json(&analysis.expect("the fixture can be read"))
    });
    assert!(reports[0].contains("\"emit-to-room\""));
    assert_eq!(reports[1], reports[0]);
    assert_eq!(reports[2], reports[0]);
}

proptest! {
    // A failure prints the program that it shrank to; nothing is kept in the repository.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn comments_and_blank_lines_move_positions_only(
        files in files(),
        noise in prop::collection::vec(0..NOISE.len(), 1..9)
    ) {
        let (noisy, moved): (Vec<File>, Vec<_>) = files.iter().map(|it| noisy(it, &noise)).unzip();
        let mut expected = without(findings(&files), &OFFSETS);
        for finding in &mut expected {
            move_lines(finding, &files, &moved);
        }
        expect_same(&without(findings(&noisy), &OFFSETS), &expected)?;
    }

    #[test]
    fn line_endings_change_nothing(routes in routes(), modules in modules()) {
        let plain = Writing::plain(modules);
        let other = project(&routes, Writing { line_end: "\r\n", ..plain });
        let plain = project(&routes, plain);
        expect_same(&without(findings(&other), &OFFSETS), &without(findings(&plain), &OFFSETS))?;
    }

    #[test]
    fn the_order_of_files_changes_nothing(
        (files, shuffled) in files().prop_flat_map(|it| (Just(it.clone()), Just(it).prop_shuffle()))
    ) {
        let sorted = |files: &[File]| {
            let mut found: Vec<String> = findings(files).iter().map(Value::to_string).collect();
            found.sort();
            found
        };
        expect_same(&sorted(&shuffled), &sorted(&files))?;
    }

    #[test]
    fn the_number_of_threads_changes_nothing(files in files()) {
        let reports = in_all_pools(|| json(&analyse_files(files.iter().cloned())));
        prop_assert_eq!(&reports[1], &reports[0]);
        prop_assert_eq!(&reports[2], &reports[0]);
    }

    #[test]
    fn names_of_locals_change_nothing(routes in routes(), modules in modules()) {
        let plain = Writing::plain(modules);
        let renamed = project(&routes, Writing { has_other_names: true, ..plain });
        let files = project(&routes, plain);
        let texts = |files: &[File]| -> Vec<String> {
            let found = without(findings(files), &["fingerprint"]);
            found.iter().map(Value::to_string).collect()
        };
        let found = texts(&renamed).into_iter().map(|it| named_back(&it, &files, &renamed));
        expect_same(&found.collect::<Vec<_>>(), &texts(&files))?;
    }

    #[test]
    fn shadowing_takes_away_what_is_shadowed(
        routes in routes(),
        modules in modules(),
        (which, from, form) in (0..4_usize, 0..6_usize, 0..SHADOWS.len())
    ) {
        let which = which % routes.len();
        let from = from.min(routes[which].actions.len());
        let (mut shadowed, mut shortened) = (routes.clone(), routes);
        shadowed[which].shadow = Some(Shadow { from, form });
        shortened[which].actions.truncate(from);
        let found = |routes: &[Route]| {
            without(findings(&project(routes, Writing::plain(modules))), &OFFSETS)
        };
        expect_same(&found(&shadowed), &found(&shortened))?;
    }

    #[test]
    fn splitting_a_file_in_two_keeps_what_is_done_with_the_server(
        all in prop::collection::vec(
            (actions(), prop::bool::ANY).prop_map(|(actions, is_moved)| Handler { actions, is_moved }),
            1..5
        ),
        way in select(&Way::ALL[..]),
        modules in modules()
    ) {
        let writing = Writing::plain(modules);
        let whole = findings(&handlers(&all, None, writing));
        let split = findings(&handlers(&all, Some(way), writing));
        expect_same(&uses(&split), &uses(&whole))?;
    }

    #[test]
    fn disjoint_edits_are_spliced(
        (edits, order) in disjoint_edits(35).prop_flat_map(|it| (Just(it.clone()), Just(it).prop_shuffle()))
    ) {
        let mut list = EditList::default();
        for edit in order {
            prop_assert_eq!(list.add(edit), Ok(()));
        }
        prop_assert_eq!(list.apply(TEXT), splice(TEXT, &edits));
    }

    #[test]
    fn overlapping_edits_are_refused(start in 0..30_usize, length in 2..5_usize, at in 0..35_usize, size in 0..5_usize) {
        let mut list = EditList::default();
        let first = Edit { span: Span::new(start, start + length), text: "x".to_owned() };
        prop_assert_eq!(list.add(first.clone()), Ok(()));
        let second = Edit { span: Span::new(at, at + size), text: "y".to_owned() };
        let overlaps = at < start + length && start < at + size;
        prop_assert_eq!(list.add(second).is_err(), overlaps);
        if overlaps {
            prop_assert_eq!(list.apply(TEXT), splice(TEXT, &[first]));
        }
    }
}
