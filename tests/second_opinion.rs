//! Asks another resolver (oxc) what every name of real code refers to, and compares the answers.
//! The packages come from npm: `cargo test --test second_opinion -- --ignored --nocapture`.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test reads files and tells how much it compared; the lints know only `#[test]`"
)]

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use iomigrate::parse;
use iomigrate::scope::{self, BindingKind, FileFacts};
use iomigrate::source::{Language, LineIndex, SourceFile};
use iomigrate::syntax::Kind;
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

#[test]
fn on_the_fixtures() {
    compare_all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"));
}

#[test]
#[ignore = "fetches packages with npm"]
fn on_published_packages() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("second_opinion");
    for package in PACKAGES {
        unpack(package, &root.join(package));
    }
    compare_all(&root);
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
    let archive = files(&half)
        .into_iter()
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

fn files(root: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(root).sort_by_file_name().into_iter();
    entries
        .map(|it| it.unwrap().into_path())
        .filter(|it| it.is_file())
        .collect()
}

/// What one file contributes.
#[derive(Default)]
struct Outcome {
    files: usize,
    references: usize,
    /// Files that only we could not read.
    unreadable: Vec<String>,
    disagreements: Vec<String>,
}

fn compare_all(root: &Path) {
    let files = files(root);
    let outcomes: Vec<Outcome> = files
        .par_iter()
        .filter_map(|path| compare_file(root, path))
        .collect();
    let mut total = Outcome::default();
    for outcome in outcomes {
        total.files += outcome.files;
        total.references += outcome.references;
        total.unreadable.extend(outcome.unreadable);
        total.disagreements.extend(outcome.disagreements);
    }
    println!(
        "{} references in {} files compared",
        total.references, total.files
    );
    println!(
        "{} files only oxc reads:\n{}",
        total.unreadable.len(),
        total.unreadable.join("\n")
    );
    assert!(total.files > 0, "nothing to compare in {}", root.display());
    assert!(
        total.disagreements.is_empty(),
        "{} disagreements:\n{}",
        total.disagreements.len(),
        total.disagreements.join("\n")
    );
}

fn compare_file(root: &Path, path: &Path) -> Option<Outcome> {
    let text = std::fs::read_to_string(path).ok()?;
    let path = path.strip_prefix(root).unwrap().to_str()?.to_owned();
    let language = Language::of_path(&path)?;
    let file = SourceFile {
        path,
        text,
        language,
    };
    let parsed = parse::parse(&file);
    let facts = scope::facts(&file, parsed);
    let theirs = second_opinion(&file, &facts)?;
    let mut outcome = Outcome {
        files: 1,
        ..Outcome::default()
    };
    let index = LineIndex::new(&file.text);
    if let Some(error) = facts.errors.first() {
        outcome.files = 0;
        let position = index.position(&file.text, error.span.start);
        outcome.unreadable.push(format!("{}:{position}", file.path));
        return Some(outcome);
    }
    let ours = first_opinion(&facts);
    outcome.references = ours.keys().filter(|it| theirs.contains_key(it)).count();
    for offset in ours
        .keys()
        .chain(theirs.keys().filter(|it| !ours.contains_key(it)))
    {
        let (our, their) = (ours.get(offset), theirs.get(offset));
        if !agree(our, their) {
            let position = index.position(&file.text, *offset);
            let show = |it: Option<&Answer>| it.map_or("no name".to_owned(), Answer::to_string);
            let name = our.or(their).map_or("", |it| it.name.as_str());
            outcome.disagreements.push(format!(
                "{}:{position} {name}: here {}, oxc {}",
                file.path,
                show(our),
                show(their)
            ));
        }
    }
    Some(outcome)
}

/// What a name refers to and what is done with it.
struct Answer {
    name: String,
    /// Offsets of the declarations; `None` if the file has none.
    declarations: Option<Vec<u32>>,
    is_read: bool,
    is_write: bool,
    /// Nothing that runs: only one side has it at all.
    is_type: bool,
    is_enum_member: bool,
}

impl fmt::Display for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sort = if self.is_type { " type" } else { "" };
        let read = if self.is_read { " read" } else { "" };
        let write = if self.is_write { " write" } else { "" };
        write!(out, "{:?}{sort}{read}{write}", self.declarations)
    }
}

fn agree(ours: Option<&Answer>, theirs: Option<&Answer>) -> bool {
    let (Some(ours), Some(theirs)) = (ours, theirs) else {
        return theirs.is_some_and(|it| it.is_type);
    };
    let same_place = match (&ours.declarations, &theirs.declarations) {
        (Some(ours), Some(theirs)) => ours.iter().any(|it| theirs.contains(it)),
        (ours, theirs) => ours.is_some() == theirs.is_some(),
    };
    let is_same = same_place || (ours.is_enum_member && theirs.is_enum_member);
    // What only types declare is not in our tree, so the name is free there.
    let is_same = is_same || (theirs.is_type && ours.declarations.is_none());
    is_same && ours.is_read == theirs.is_read && ours.is_write == theirs.is_write
}

fn first_opinion(facts: &FileFacts) -> BTreeMap<u32, Answer> {
    let names = facts
        .tree
        .ids()
        .filter(|it| matches!(facts.tree.kind(*it), Kind::Name { .. }));
    let answers = names.map(|node| {
        let binding = facts.binding_of(node).map(|it| facts.binding(it));
        let start = |it: &_| facts.tree.span(*it).start;
        let answer = Answer {
            name: facts.tree.name(node).unwrap().to_owned(),
            declarations: binding.map(|it| it.declarations.iter().map(start).collect()),
            is_read: facts.is_read(node),
            is_write: facts.is_write(node),
            is_type: false,
            is_enum_member: binding.is_some_and(|it| it.kind == BindingKind::EnumMember),
        };
        (facts.tree.span(node).start, answer)
    });
    answers.collect()
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
            declarations: symbol.map(|it| declarations(scoping, it)),
            is_read: reference.is_read(),
            is_write: reference.is_write(),
            is_type: !reference.is_value() || is_type_symbol,
            is_enum_member: symbol.is_some_and(|it| scoping.symbol_flags(it).is_enum_member()),
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
