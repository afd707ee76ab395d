//! What must hold for every program: small backends are made up, written in another way, and analysed again.
//! Edit lists are compared with the plainest way to splice texts.

mod support;

use std::fmt::Write as _;

use iomigrate::plan::edits::{Edit, EditList};
use iomigrate::source::Span;
use proptest::prelude::{Just, ProptestConfig, Strategy, prop, prop_assert_eq, proptest};

use support::{analyse_files, lines};

/// How a route obtains the server. In all texts, `$` stands before each local name.
const ACCESSES: [&str; 5] = [
    "const $io = req.app.get('io');",
    "const $io = req.io;",
    "const { io: $io } = req;",
    "const { io: $io } = require('../server');",
    "let $io = req.app && req.app.get('io');",
];

/// What it does with it.
const ACTIONS: [&str; 9] = [
    "$io.emit('a', $value);",
    "$io.to('staff').emit('b');",
    "if ($io) { $io.to($value).in('x').emit('c'); }",
    "$io.of('/admin').volatile.emit('d');",
    "$tell($io, $value);",
    "$io.in($value).socketsJoin('y');",
    "console.log($value, $io.engine.clientsCount);",
    "$value.forEach(($it) => { $io.emit($it); });",
    "$value.emit('io.emit', `io.emit`);",
];

const SERVER: &str = "const $express = require('express');
const { Server: $Server } = require('socket.io');
const $app = $express();
const $io = new $Server(3001);
$app.set('io', $io);
$app.use(($req, $res, $next) => { $req.io = $io; $next(); });
module.exports = { io: $io };
";

/// A route: by which access it obtains the server, and which actions follow.
#[derive(Clone, Debug)]
struct Route {
    access: usize,
    actions: Vec<usize>,
}

/// How a project is written.
#[derive(Clone, Copy, Debug)]
struct Writing {
    /// What each local name starts with.
    prefix: &'static str,
    /// What ends each line.
    line_end: &'static str,
    /// The route whose actions stand in a function with a parameter called like the handle.
    shadowed: Option<usize>,
}

const PLAIN: Writing = Writing {
    prefix: "",
    line_end: "\n",
    shadowed: None,
};

/// A path and a text.
type File = (String, String);

fn routes() -> impl Strategy<Value = Vec<Route>> {
    let route = (
        0..ACCESSES.len(),
        prop::collection::vec(0..ACTIONS.len(), 0..5),
    )
        .prop_map(|(access, actions)| Route { access, actions });
    prop::collection::vec(route, 1..4)
}

fn project(routes: &[Route], writing: Writing) -> Vec<File> {
    let write = |text: String| {
        text.replace('$', writing.prefix)
            .replace('\n', writing.line_end)
    };
    let mut files = Vec::new();
    let mut server = SERVER.to_owned();
    for (index, route) in routes.iter().enumerate() {
        let text = route_text(route, writing.shadowed == Some(index));
        files.push((format!("routes/r{index}.js"), write(text)));
        writeln!(server, "$app.use(require('./routes/r{index}'));")
            .expect("a string takes everything");
    }
    files.push(("server.js".to_owned(), write(server)));
    files
}

fn route_text(route: &Route, is_shadowed: bool) -> String {
    let mut lines = vec![
        "const $router = require('express').Router();",
        "const $tell = ($server, $value) => { $server.to('a').emit($value); };",
        "$router.post('/', (req, res) => {",
        "const $value = req.body;",
        ACCESSES[route.access],
    ];
    lines.extend(is_shadowed.then_some("(($own, $io) => {"));
    lines.extend(route.actions.iter().map(|it| ACTIONS[*it]));
    lines.extend(is_shadowed.then_some("})(1, {});"));
    lines.extend(["});", "module.exports = $router;", ""]);
    lines.join("\n")
}

/// Each finding as `path:line kind rule confidence`.
fn findings(files: Vec<File>) -> Vec<String> {
    lines(&analyse_files(files.into_iter()))
}

/// The findings without their lines.
fn without_lines(findings: Vec<String>) -> Vec<String> {
    let without_line = |it: String| {
        let (place, rest) = it.split_once(' ').expect("a line has four words");
        format!("{} {rest}", place.rsplit_once(':').map_or(place, |it| it.0))
    };
    findings.into_iter().map(without_line).collect()
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn comments_and_blank_lines_change_only_lines(routes in routes()) {
        let line_end = "\n\n  // io.emit('x')\n/* require('socket.io') */\t\n";
        let commented = project(&routes, Writing { line_end, ..PLAIN });
        let plain = project(&routes, PLAIN);
        prop_assert_eq!(without_lines(findings(commented)), without_lines(findings(plain)));
    }

    #[test]
    fn line_endings_change_nothing(routes in routes()) {
        let other = project(&routes, Writing { line_end: "\r\n", ..PLAIN });
        prop_assert_eq!(findings(other), findings(project(&routes, PLAIN)));
    }

    #[test]
    fn the_order_of_files_changes_nothing(
        (plain, shuffled) in routes().prop_flat_map(|it| {
            let files = project(&it, PLAIN);
            (Just(files.clone()), Just(files).prop_shuffle())
        })
    ) {
        let sorted = |files: Vec<File>| {
            let mut found = findings(files);
            found.sort();
            found
        };
        prop_assert_eq!(sorted(shuffled), sorted(plain));
    }

    #[test]
    fn names_of_locals_change_nothing(routes in routes()) {
        let renamed = project(&routes, Writing { prefix: "q_", ..PLAIN });
        prop_assert_eq!(findings(renamed), findings(project(&routes, PLAIN)));
    }

    #[test]
    fn shadowing_takes_away_what_the_function_did(routes in routes(), which in 0..3_usize) {
        let which = which % routes.len();
        let shadowed = project(&routes, Writing { shadowed: Some(which), ..PLAIN });
        let mut idle = routes;
        idle[which].actions.clear();
        let idle = project(&idle, PLAIN);
        prop_assert_eq!(without_lines(findings(shadowed)), without_lines(findings(idle)));
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
