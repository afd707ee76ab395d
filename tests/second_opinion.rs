//! Asks another resolver (oxc) what every name of real code refers to, and compares the answers.
//! The ordinary test reads what is in the repository and what `tests/run.sh` installed; the other one fetches packages:
//! `cargo test --test second_opinion -- --ignored --nocapture`.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test reads files and tells how much it compared; the lints know only `#[test]`"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use iomigrate::parse;
use iomigrate::scope::{self, BindingKind, FileFacts};
use iomigrate::source::{Language, LineIndex, SourceFile, Span};
use iomigrate::syntax::{Kind, NodeId};
use oxc_allocator::Allocator;
use oxc_ast::AstKind;
use oxc_parser::Parser;
use oxc_semantic::{Scoping, SemanticBuilder, SymbolId};
use oxc_span::{GetSpan, SourceType};
use rayon::prelude::*;

/// Varied on purpose: old and new JavaScript, bundles, and TypeScript sources.
const PACKAGES: [&str; 10] = [
    "acorn@8.15.0",
    "express@5.1.0",
    "fastify@5.4.0",
    "lodash@4.17.21",
    "mongoose@8.16.0",
    "rxjs@7.8.2",
    "socket.io@4.8.1",
    "typeorm@0.3.25",
    "underscore@1.13.7",
    "zod@4.0.5",
];

/// Larger programs are bundles, which are made of programs like the others and would take most of the time.
const MAX_BYTES: u64 = 512 * 1024;

/// Folders of the repository with programs. Rules have one in each `before`.
const FOLDERS: [&str; 2] = ["fixtures", "tests"];

/// Wrong: what is right, and can't be read by the grammars. Such a file is reported as skipped.
const UNREAD: [&str; 3] = [
    // `let a` and, on the next line, `[a, b] = c`: where the first statement ends is not seen.
    "argparse/argparse.js",
    // A byte 0 in a string.
    "fast-uri/test/security-utf8-encoding.test.js",
    // `f<<T>(a: T) => B>()`, of which `<<` is taken for the operator.
    "fastify/test/types/reply.tst.ts",
];

/// Where `tests/run.sh` installs packages.
const INSTALLED: [&str; 2] = ["tests/runtime", "tests/e2e"];

/// One program a line: what real code seldom has. Left out is where oxc is wrong: functions in blocks below a `let`, a
/// loop's variable, a `catch` or a function expression of their name; `var` in functions whose parameters run something.
const HARD_JAVASCRIPT: &str = r#"function f(a, b = a) { var a; a; function b() {} b }
function f(arguments) { arguments; }
const f = function g() { g = 1; var h = g; }; g
const f = function g(g) { g };
const f = function g() { var g; g };
class A { static x = A; [A.y] = 1; static { A; var q; } m() { A; q } } A; q
const B = class A extends A { }; A
class A extends B { constructor() { super(A); } } class B {}
for (let i = 0, j = i; i < j; i++) { let i = 2; i } i
for (let x of x) { x }
for (var x of x) { x } x
for (const { a = b, ...c } of d) { a; c } b
for (let [i, j = i] = [1]; ;) { () => i + j }
try { let e } catch (e) { var e = 1; e } e
try {} catch ({ e, f = e }) { e; f } f
try {} catch { let e; e } e
switch (x) { case 0: let x; case x: x; default: function g() {} g } g
label: for (;;) { let label; break label }
{ function f() {} f = 1; } f
if (1) function f() {} else function g() {} f; g
{ { function f() {} } f } f
function o() { { function f() {} } let f; f }
function o(f) { { function f() {} f } f }
function o() { try {} catch (f) { { function f() {} } f } f }
{ async function f() {} } f
{ function* f() {} } f
{ class C {} } C
var f; { function f() {} f } f
let f; { function f() {} f } f
switch (1) { case 1: function f() {} } f
'use strict'; { function f() {} } f
function s() { 'use strict'; { function f() {} } f }
({ a, b: c, [d]: e, ...g } = h); a; c; e; g
[a, b.c, [d], ...e] = f
({ a = b, c: d = e, f: { g } } = h)
a = b = c; a += b; a ||= b; a ??= c; a++; --b; delete a; typeof b; void c
for (a in b) ; for (a.b of c) ; for ([a, b] of c) ; for ({ a, b: c } of d) ;
for (var a in b, c) ;
var { a, b: { c }, d: [e = a] } = a
function f({ a, b: [c] = a }, [d = c, ...e], ...[g]) { a; c; d; e; g; b }
(a, b) => c => a + b + c + d
async a => { await a; for await (const b of a) b }
function* g() { yield g; yield* h }
new.target; function n() { new.target }
tag`${a}${b => `${b}${c}`}`
a?.b?.[c]?.(d)
a => { 'use strict'; { function q() {} } q }
var a = class { #p = a; static #q = 1; m(b = this.#p) { return #p in b } }
class C { get a() { return a } set a(v) { v } static async *[g]() { g } 'x' = x; 1 = y }
class C { static C; m() { C } }
export default class { m() { D } }
export default function () { d }
export default class D { m() { D } }
import D, { a as b, default as c } from 'x'; D; a; b; c
import * as N from 'y'; N.x; export { N, b as c }; var b
export { a as default } from 'x'; a
export * as q from 'x'; q
export const { a, b: [c] } = d, e = a; a; b; c
import { a } from 'x'; function f(a) { a } a; { let a; a }
const x = <A.b c={d} {...e}><f-g/>{h}<i/><J k={<L/>}/></A.b>; const A = 1
with (a) { b; var c; function d() {} } c; d
function f() { eval('x'); x }
function f() { return arguments[0] + (() => arguments[1]) } arguments
var undefined; undefined; NaN
async function async(async) { async; let of; for (of of async) ; }
let let_ = 1, async = 2, of = 3, get = 4, set = 5, from = 6; async; of; get; set; from
({ get a() { return b }, set a(c) { c }, async *d() { e }, [f]: g, h, 'i': j, 1: k, __proto__: l })
({ get, set, async, of, static: s, await: w })
var get = { get: get, set(get) { get } }
do var x = 1; while (x)
while (0) var x; x
throw x; debugger; ;;;
if (a) { let b } else if (c) { let b } b
(function () { return f; function f() {} })(); f
!function f(f) { f }(f)
var a = a => a, b = (b) => b; a; b
x: { break x } x
function f(a, a) { a }
function f() { let a = a; { a; const b = a, c = b } c }
class A { constructor(a = A, { b } = a) { this.a = b } }
class A { static a = () => { var b = A; b; b2 } ; static b2 = this }
class A { a = arguments_; b = (c) => { var d = c; return d } }
var f = (a, b = () => { var a; return a }) => { var a; a; b }
function f(a = function () { return a; var a }) { a }
function f(a = eval('var b')) { b }
function f({ [a]: b }, a) { a; b }
function f(b = class extends a { [a]() {} }, a) {}
for (let i in { i }) { i }
for (const f = () => f; ;) { f }
for (let i = 0; ;) { var i2; let i; } i; i2
let [a = a, b = a] = [b]
let { [a]: a2 } = a, a
outer: { inner: { continue_; } } var continue_
export function f() {} export async function* g() { f } f; g
export let z = 1; z = 2; export { z as y }
export default (a, b)
export default async () => a
export default async function f() { f } f
$ + _ + \u0061bc + abc; var abc
var ünï = 1; ünï
var \u{61}x = 1; ax
"use strict"; function f() { arguments; eval }
<!-- html comment
a --> b
a /b/ c; d = /e/g.test(f)
a = b ? c : d ? (e, f) : g
a = { ...b, c() { c }, d: function d() { d }, e: class e { f = e } }
(async () => { for await (x of y) z; })()
async function f() { for await (var { x } of y) x }
await_; var yield_ ; yield_
var await = 1; await
function f() { var await = 1; return await }
(function let_() {}); var static_; let_;
var static = 1; static; var implements = 2; implements
if (a) ; else function q() {} q
lbl: function q() {} q
lbl: { function q() {} } q
function q() { return typeof q; { function q() {} } }
{ function q() {} var r = q; { var r } } q; r
{ function q() {} function q() {} q } q
try { function t() {} t } finally { t } t
while (0) { function t() {} } t
for (;;) { function t() {} break } t
(() => { { function t() {} } t })(); t
class K { m() { { function t() {} } t } static { { function t() {} } t } }
function f(t = 1) { { function t() {} t } t }
function f() { { function arguments() {} } arguments }
function f() { var arguments; arguments }
function f() { let arguments = 1; arguments; () => arguments }
function f() { function arguments() {} arguments }
(function f() { { let f; f } f = 2 })
var e; try {} catch (e) { for (var e of []) ; } e
try {} catch (e) { { var e; } let f = e; } e
try {} catch ([e]) { { function e() {} } e } e"#;

/// The same for what TypeScript adds.
const HARD_TYPESCRIPT: &str = r#"enum A { x, y = x, z = A.x, w = q } A.x; enum A { v = y } x
const enum B { a = 1, b = a << 1 } B.a
enum A { 'x', "y-z", w = x }
declare enum D { a } D.a
namespace N { export const a = 1; export namespace M { a; N } } N; M; namespace N { a }
namespace A.B.C { export const d = 1; d; A; B; C } A; B
declare namespace Q { const a: number } Q.a
declare global { interface Window { a: 1 } var g: number } g
module M { export function f() {} f } M
abstract class A<T> extends B<T> implements C { private x: T = y; abstract z(): T; constructor(readonly a: T, public b = a) { super(a); b } m?(): void } class B<T> {}
function f(a: number): void; function f(a: string): void; function f(a: any) { a } f
function f<T>(this: A, a: T, b?: typeof a): a is T { return a as any as B }
let a = <any>b; a!; a! = 1; (a as any) = 2; a satisfies B
import r = require('r'); r; import s = r.a.b; s; export import t = s; t
export = a; var a
export as namespace X
export type { A } from 'x'; export type B = C; export interface D { a: B } export { type E } ; type E = 1
type A = { [K in keyof B]: C<K> }; type F = (a: B) => typeof a; let v: typeof w; var w
interface A { (a: B): C; new (d: E): F; [g: string]: H }
class A { @dec() a; @dec b() {} @dec static c = d; constructor(@inj() e, @inj(f) private g) {} } function dec() {}
@dec @a.b(c) class A { } var c;
@dec export class A {}
export @dec class A {}
let x: A.B.C; namespace A.B { export type C = 1 } A
declare const a: number, b: string; a; b; declare function f(): void; f; declare class C {} C; declare let d; d = 1
function f(a?: string, ...b: C[]) { a; b }
const f = <T,>(a: T): a is T => a
const f = async <T>(a: T = b) => { a }
class A { declare a: B; override c = d; accessor e = f; get g(): H { return g } static readonly i = A }
class A { [k: string]: any; constructor(); constructor(a?: B) { a } }
function assert(a: any): asserts a is B { a }
let { a, b }: { a: C, b: D } = e; let [f]: [G] = h; a; b; f
try {} catch (e: unknown) { e }
for (const a of b as C[]) a
abstract class Q { abstract a: string; protected abstract b(): void } Q
type T = import('x').Y; typeof import('x')
let a: unique symbol; let b: `x${C}`; let g: infer_; type U = V extends infer W ? W : never
enum E { a = (() => { var b = a; return b })(), c = b }
namespace N { enum E { a } E.a; a }
namespace N { function f() {} class C {} f; C } f; C
namespace N { var v; { var u } } v; u
namespace N { export import a = M.b; a } namespace M { export const b = 1 }
type type = 1; let x2 = type
var x = a < b > (c)
export default interface I {}
export default abstract class A { } A
export declare const z: 1; z
export abstract class W {} W
let o = { m<T>(a: T) { a }, get p(): T { return p }, async *q<T>() { q } }
let fn: (a: A, b: typeof c) => void = (a) => a; var c
{ enum E { a } E } E
{ namespace_; class C {} interface C {} C } C
class C {} namespace C { export const a = 1; a } C.a; a
function C() {} namespace C { export const a = 1; a } C.a
enum C { a } namespace C { export const b = a } C.a
interface A {} const A = 1; A
type A = 1; function A() {} A; let z: A
import { A } from 'x'; namespace_; type B = A; export { A, B }
import { A } from 'x'; export default A
import type { A } from 'x'; export { A }
import A from 'x'; let a: A.B; let b: typeof A.c"#;

#[test]
fn on_the_repository_and_the_packages_of_its_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in INSTALLED {
        // npm writes this file last.
        let mark = root.join(folder).join("node_modules/.package-lock.json");
        assert!(
            mark.is_file(),
            "the packages of {folder} are not installed: run tests/run.sh first, or `npm ci --prefix {folder}`"
        );
    }
    let mut folders: Vec<PathBuf> = FOLDERS.iter().map(|it| root.join(it)).collect();
    folders.extend(examples_of_rules(root));
    let (programs, left_out) = programs(root, &folders, MAX_BYTES);
    let comparison = compare_all(programs, left_out);
    let packages = INSTALLED.map(|it| format!("{it}/node_modules/"));
    let folders = ["fixtures/", "rules/", "tests/runtime/support/"].map(str::to_owned);
    for folder in folders.iter().chain(&packages) {
        assert!(
            comparison.files.iter().any(|it| it.starts_with(folder)),
            "nothing of {folder} was compared"
        );
    }
    comparison.expect_agreement();
    comparison.expect_same_reach();
}

#[test]
fn on_programs_that_are_hard_to_resolve() {
    let javascript = (HARD_JAVASCRIPT, "js", Language::JavaScript);
    let typescript = (HARD_TYPESCRIPT, "ts", Language::TypeScript);
    let mut programs = Vec::new();
    for (texts, extension, language) in [javascript, typescript] {
        programs.extend(texts.lines().map(|it| SourceFile {
            path: format!("{it}.{extension}"),
            text: it.to_owned(),
            language,
        }));
    }
    let comparison = compare_all(programs, BTreeMap::new());
    comparison.expect_agreement();
    comparison.expect_same_reach();
}

fn examples_of_rules(root: &Path) -> Vec<PathBuf> {
    let rules = std::fs::read_dir(root.join("rules")).unwrap();
    let examples = rules.map(|it| it.unwrap().path().join("before"));
    let mut examples: Vec<PathBuf> = examples.filter(|it| it.is_dir()).collect();
    examples.sort();
    examples
}

#[test]
#[ignore = "fetches packages with npm"]
fn on_published_packages() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("second_opinion");
    for package in PACKAGES {
        unpack(package, &root.join(package));
    }
    // What only oxc reads is printed and no failure: the grammars lack some syntax, of types and of export names.
    let (programs, left_out) = programs(&root, std::slice::from_ref(&root), u64::MAX);
    compare_all(programs, left_out).expect_agreement();
}

fn unpack(package: &str, folder: &Path) {
    if folder.is_dir() {
        return;
    }
    let half = folder.with_extension("incomplete");
    std::fs::create_dir_all(&half).unwrap();
    run(Command::new("npm")
        .args(["pack", "--silent", package])
        .current_dir(&half));
    let archive = std::fs::read_dir(&half)
        .unwrap()
        .map(|it| it.unwrap().path())
        .find(|it| it.extension().is_some_and(|it| it == "tgz"));
    let archive = archive.unwrap_or_else(|| panic!("`npm pack {package}` left no archive"));
    run(Command::new("tar")
        .arg("xzf")
        .arg(archive)
        .current_dir(&half));
    std::fs::rename(&half, folder).unwrap();
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| {
        panic!("`{command:?}` can't be run: {error}; this test needs npm and tar on the PATH")
    });
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "`{command:?}` failed: {message}");
}

/// Why a file was not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum LeftOut {
    Declarations,
    Copy,
    TooLarge,
    NotUtf8,
    /// Broken on purpose.
    NobodyReads,
    OnlyWeRead,
    OnlyTheyRead,
}

impl LeftOut {
    fn words(self) -> &'static str {
        match self {
            Self::Declarations => "only declare types",
            Self::Copy => "are copies of others",
            Self::TooLarge => "are too large",
            Self::NotUtf8 => "are not UTF-8",
            Self::NobodyReads => "neither we nor oxc can read",
            Self::OnlyWeRead => "we read and oxc can't",
            Self::OnlyTheyRead => "oxc reads and we can't",
        }
    }

    /// Whether to print the paths: there are thousands of the others.
    fn is_listed(self) -> bool {
        !matches!(self, Self::Declarations | Self::Copy)
    }
}

#[derive(Default)]
struct Comparison {
    /// Those that were compared.
    files: Vec<String>,
    references: usize,
    /// Names of types, by why they are no disagreement.
    excused: BTreeMap<&'static str, usize>,
    left_out: BTreeMap<LeftOut, Vec<String>>,
    disagreements: Vec<String>,
}

impl Comparison {
    fn print(&self) {
        println!(
            "{} references in {} files compared, {} disagreements",
            self.references,
            self.files.len(),
            self.disagreements.len()
        );
        for (reason, count) in &self.excused {
            println!("no disagreement: {count} names {reason}");
        }
        for (reason, paths) in &self.left_out {
            println!("left out: {} files that {}", paths.len(), reason.words());
            if reason.is_listed() {
                println!("  {}", paths.join("\n  "));
            }
        }
    }

    fn expect_agreement(&self) {
        assert!(self.references > 0, "nothing was compared");
        assert!(
            self.disagreements.is_empty(),
            "{} disagreements:\n{}",
            self.disagreements.len(),
            self.disagreements.join("\n")
        );
    }

    /// What only one side can read hides what it would say.
    fn expect_same_reach(&self) {
        for reason in [LeftOut::OnlyWeRead, LeftOut::OnlyTheyRead] {
            let paths = self.left_out.get(&reason).into_iter().flatten();
            let is_known = |it: &String| UNREAD.iter().any(|known| it.ends_with(known));
            let unknown: Vec<&String> = paths.filter(|it| !is_known(it)).collect();
            assert!(
                unknown.is_empty(),
                "there are files that {}: {unknown:?}",
                reason.words()
            );
        }
    }
}

/// The programs in `folders`, with their paths relative to `root`, and what is left out.
fn programs(
    root: &Path,
    folders: &[PathBuf],
    max_bytes: u64,
) -> (Vec<SourceFile>, BTreeMap<LeftOut, Vec<String>>) {
    let mut programs = Vec::new();
    let mut left_out: BTreeMap<LeftOut, Vec<String>> = BTreeMap::new();
    let mut known = BTreeSet::new();
    for entry in folders
        .iter()
        .flat_map(|it| walkdir::WalkDir::new(it).sort_by_file_name())
    {
        let entry = entry.unwrap();
        let path = entry.path().strip_prefix(root).unwrap().to_str().unwrap();
        if !entry.file_type().is_file() || !is_script(path) {
            continue;
        }
        match program(path, &entry, max_bytes) {
            // The ending says how a text is read.
            Ok(it) if known.insert((extension(path).to_owned(), it.text.clone())) => {
                programs.push(it);
            }
            Ok(_) => left_out
                .entry(LeftOut::Copy)
                .or_default()
                .push(path.to_owned()),
            Err(reason) => left_out.entry(reason).or_default().push(path.to_owned()),
        }
    }
    (programs, left_out)
}

fn program(path: &str, entry: &walkdir::DirEntry, max_bytes: u64) -> Result<SourceFile, LeftOut> {
    let language = Language::of_path(path).ok_or(LeftOut::Declarations)?;
    if entry.metadata().unwrap().len() > max_bytes {
        return Err(LeftOut::TooLarge);
    }
    let bytes = std::fs::read(entry.path()).unwrap();
    Ok(SourceFile {
        path: path.to_owned(),
        text: String::from_utf8(bytes).map_err(|_| LeftOut::NotUtf8)?,
        language,
    })
}

/// A program, or a declaration file of TypeScript, which is none.
fn is_script(path: &str) -> bool {
    Language::of_path(path).is_some() || matches!(extension(path), "ts" | "mts" | "cts")
}

fn extension(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default()
}

fn compare_all(programs: Vec<SourceFile>, left_out: BTreeMap<LeftOut, Vec<String>>) -> Comparison {
    let outcomes: Vec<Result<Compared, LeftOut>> = programs.par_iter().map(compare).collect();
    let mut total = Comparison {
        left_out,
        ..Comparison::default()
    };
    for (file, outcome) in programs.into_iter().zip(outcomes) {
        match outcome {
            Ok(compared) => {
                total.files.push(file.path);
                total.references += compared.references;
                total.disagreements.extend(compared.disagreements);
                for reason in compared.excused {
                    *total.excused.entry(reason).or_default() += 1;
                }
            }
            Err(reason) => total.left_out.entry(reason).or_default().push(file.path),
        }
    }
    total.print();
    total
}

/// What one file contributes.
#[derive(Default)]
struct Compared {
    references: usize,
    excused: Vec<&'static str>,
    disagreements: Vec<String>,
}

fn compare(file: &SourceFile) -> Result<Compared, LeftOut> {
    let facts = scope::facts(file, parse::parse(file));
    let theirs = match (second_opinion(file, &facts), facts.errors.is_empty()) {
        (Some(it), true) => it,
        (Some(_), false) => return Err(LeftOut::OnlyTheyRead),
        (None, true) => return Err(LeftOut::OnlyWeRead),
        (None, false) => return Err(LeftOut::NobodyReads),
    };
    let ours = first_opinion(&facts);
    let index = LineIndex::new(&file.text);
    let mut compared = Compared::default();
    let offsets: BTreeSet<u32> = ours.keys().chain(theirs.keys()).copied().collect();
    for offset in offsets {
        let (our, their) = (ours.get(&offset), theirs.get(&offset));
        match judge(our, their) {
            Verdict::Same => compared.references += 1,
            Verdict::Excused(reason) => compared.excused.push(reason),
            Verdict::Different => {
                compared.references += 1;
                let show = |it: Option<&Answer>| {
                    it.map_or("no reference".to_owned(), |it| it.show(&file.text, &index))
                };
                compared.disagreements.push(format!(
                    "{}:{} {}: we say {}, they say {}",
                    file.path,
                    index.position(&file.text, offset),
                    our.or(their).map_or("", |it| it.name.as_str()),
                    show(our),
                    show(their)
                ));
            }
        }
    }
    Ok(compared)
}

/// What a name refers to and what is done with it.
struct Answer {
    name: String,
    place: Declared,
    is_read: bool,
    is_write: bool,
    /// Nothing that runs. Of these, we have only what is imported as a type.
    is_type: bool,
}

/// Where a name is declared.
enum Declared {
    Nowhere,
    /// Offsets of its declarations.
    At(Vec<u32>),
    /// Members of enums have no node in our tree: somewhere in the enum.
    In(Span),
}

impl Answer {
    fn show(&self, text: &str, index: &LineIndex) -> String {
        let place = |it: &u32| index.position(text, *it).to_string();
        let mut words = match &self.place {
            Declared::Nowhere => "free".to_owned(),
            Declared::At(offsets) => offsets.iter().map(place).collect::<Vec<_>>().join(" and "),
            Declared::In(span) => format!("in the enum at {}", place(&span.start)),
        };
        for (is_so, word) in [
            (self.is_type, " type"),
            (self.is_read, " read"),
            (self.is_write, " write"),
        ] {
            words.push_str(if is_so { word } else { "" });
        }
        words
    }
}

enum Verdict {
    Same,
    /// Both are right, for this reason.
    Excused(&'static str),
    Different,
}

fn judge(ours: Option<&Answer>, theirs: Option<&Answer>) -> Verdict {
    let (Some(ours), Some(theirs)) = (ours, theirs) else {
        return match theirs {
            Some(it) if it.is_type => Verdict::Excused("stand in types, which our tree leaves out"),
            _ => Verdict::Different,
        };
    };
    let is_same_place = match (&ours.place, &theirs.place) {
        (Declared::Nowhere, Declared::Nowhere) => true,
        (Declared::At(ours), Declared::At(theirs)) => ours.iter().any(|it| theirs.contains(it)),
        (Declared::In(span), Declared::At(theirs)) => theirs
            .iter()
            .any(|it| span.range().contains(&(*it as usize))),
        _ => false,
    };
    let is_same_use = (ours.is_read, ours.is_write) == (theirs.is_read, theirs.is_write);
    match ours.place {
        _ if is_same_place && is_same_use => Verdict::Same,
        // `import type { A }; export { A }`, which oxc reads only if `A` is a value.
        _ if is_same_place && ours.is_type && theirs.is_type => {
            Verdict::Excused("are exported as types")
        }
        Declared::Nowhere if theirs.is_type => {
            Verdict::Excused("are declared by types only, so they are free in our tree")
        }
        _ => Verdict::Different,
    }
}

fn first_opinion(facts: &FileFacts) -> BTreeMap<u32, Answer> {
    let names = facts
        .tree
        .ids()
        .filter(|it| matches!(facts.tree.kind(*it), Kind::Name { .. }));
    let answers = names.map(|node| {
        let answer = Answer {
            name: facts.tree.name(node).unwrap().to_owned(),
            place: declared(facts, node),
            is_read: facts.is_read(node),
            is_write: facts.is_write(node),
            is_type: facts
                .binding_of(node)
                .is_some_and(|it| facts.binding(it).kind == BindingKind::TypeImport),
        };
        (facts.tree.span(node).start, answer)
    });
    answers.collect()
}

fn declared(facts: &FileFacts, name: NodeId) -> Declared {
    let Some(binding) = facts.binding_of(name).map(|it| facts.binding(it)) else {
        return Declared::Nowhere;
    };
    if binding.kind == BindingKind::EnumMember {
        return Declared::In(facts.tree.span(facts.scope(binding.scope).node));
    }
    let start = |it: &NodeId| facts.tree.span(*it).start;
    Declared::At(binding.declarations.iter().map(start).collect())
}

/// `None` if oxc can't read the file, or does not think it is a program.
fn second_opinion(file: &SourceFile, facts: &FileFacts) -> Option<BTreeMap<u32, Answer>> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, &file.text, source_type(file, facts)).parse();
    if parsed.panicked || !parsed.diagnostics.is_empty() {
        return None;
    }
    let program = allocator.alloc(parsed.program);
    let semantic = SemanticBuilder::new()
        .with_build_nodes(true)
        .build(program)
        .semantic;
    let scoping = semantic.scoping();
    let mut answers = BTreeMap::new();
    for node in semantic.nodes() {
        let AstKind::IdentifierReference(identifier) = node.kind() else {
            continue;
        };
        let reference = scoping.get_reference(identifier.reference_id());
        let symbol = reference.symbol_id();
        let is_type_symbol = symbol.is_some_and(|it| {
            let flags = scoping.symbol_flags(it);
            flags.is_ambient() || !flags.can_be_referenced_by_value()
        });
        let answer = Answer {
            name: identifier.name.to_string(),
            place: symbol.map_or(Declared::Nowhere, |it| {
                Declared::At(declarations(scoping, it))
            }),
            is_read: reference.is_read(),
            is_write: reference.is_write(),
            is_type: !reference.is_value() || is_type_symbol,
        };
        answers.insert(identifier.span().start, answer);
    }
    Some(answers)
}

fn source_type(file: &SourceFile, facts: &FileFacts) -> SourceType {
    match file.language {
        Language::TypeScript => SourceType::ts(),
        Language::Tsx => SourceType::tsx(),
        Language::JavaScript => {
            let statements = facts.tree.children(facts.tree.root());
            let is_module = file.path.ends_with(".mjs")
                || statements.iter().any(|it| {
                    matches!(
                        facts.tree.kind(*it),
                        Kind::Import { .. }
                            | Kind::ExportNames { .. }
                            | Kind::ExportAll { .. }
                            | Kind::ExportDeclaration { .. }
                            | Kind::ExportDefault { .. }
                    )
                });
            let source_type = if is_module {
                SourceType::mjs()
            } else {
                SourceType::cjs()
            };
            source_type.with_jsx(true)
        }
    }
}

fn declarations(scoping: &Scoping, symbol: SymbolId) -> Vec<u32> {
    let mut starts = vec![scoping.symbol_span(symbol).start];
    starts.extend(
        scoping
            .symbol_redeclarations(symbol)
            .iter()
            .map(|it| it.span.start),
    );
    starts
}
