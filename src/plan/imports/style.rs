//! How a file writes its imports: what most of them do, and where they are even, what the one beside the new line does.

use std::collections::BTreeMap;

use super::place::import_statements;
use super::specifiers;
use crate::plan::Input;
use crate::plan::layout::Layout;
use crate::project::resolve::Target;
use crate::source::FileId;
use crate::syntax::{Keyword, Kind, NodeId};

/// The endings that `import` and `require` name files of programs with.
const EXTENSIONS: [&str; 3] = [".js", ".mjs", ".cjs"];

/// How an import is written.
pub(in crate::plan) struct Style {
    pub(in crate::plan) keyword: &'static str,
    pub(in crate::plan) quote: &'static str,
    pub(in crate::plan) semicolon: &'static str,
}

impl Style {
    /// The style of a file.
    pub(in crate::plan) fn of_file(layout: &Layout<'_>) -> Self {
        Self::of(layout, &import_statements(layout), None)
    }

    /// The style of `imports`; `beside` is the one that the new line stands next to.
    pub(super) fn of(layout: &Layout<'_>, imports: &[NodeId], beside: Option<NodeId>) -> Self {
        let everything: Vec<NodeId> = layout.tree.ids().collect();
        let decide = |feature: &dyn Fn(&Layout<'_>, NodeId) -> Option<&'static str>| {
            let votes = |all: &[NodeId]| most(all.iter().filter_map(|it| feature(layout, *it)));
            votes(imports)
                .or_else(|| beside.and_then(|it| feature(layout, it)))
                .or_else(|| votes(layout.tree.program()))
                .or_else(|| votes(&everything))
        };
        let keyword = match imports {
            // Other variables only tell whether the file is older than `const`.
            [] => decide(&keyword).filter(|it| *it == "var"),
            _ => decide(&keyword),
        };
        Self {
            keyword: keyword.unwrap_or("const"),
            quote: decide(&quote).unwrap_or("'"),
            semicolon: decide(&semicolon).unwrap_or(";"),
        }
    }

    /// A line that brings `name`, or `{ names }`.
    pub(in crate::plan) fn line(&self, name: &str, specifier: &str, is_module: bool) -> String {
        let Self {
            quote,
            semicolon,
            keyword,
        } = self;
        match is_module {
            true => format!("import {name} from {quote}{specifier}{quote}{semicolon}"),
            false => format!("{keyword} {name} = require({quote}{specifier}{quote}){semicolon}"),
        }
    }

    /// A line that only loads the module.
    pub(in crate::plan) fn bare_line(&self, specifier: &str, is_module: bool) -> String {
        let Self {
            quote, semicolon, ..
        } = self;
        match is_module {
            true => format!("import {quote}{specifier}{quote}{semicolon}"),
            false => format!("require({quote}{specifier}{quote}){semicolon}"),
        }
    }
}

/// What occurs most; `None` if nothing does.
fn most(votes: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for vote in votes {
        *counts.entry(vote).or_default() += 1;
    }
    let highest = *counts.values().max()?;
    let mut winners = counts.into_iter().filter(|it| it.1 == highest);
    let winner = winners.next()?.0;
    winners.next().is_none().then_some(winner)
}

fn keyword(layout: &Layout<'_>, statement: NodeId) -> Option<&'static str> {
    match layout.tree.kind(statement) {
        Kind::Variables { keyword, .. } => Some(match keyword {
            Keyword::Var => "var",
            Keyword::Let => "let",
            Keyword::Const => "const",
        }),
        _ => None,
    }
}

fn quote(layout: &Layout<'_>, statement: NodeId) -> Option<&'static str> {
    let text = &layout.text[layout.tree.span(statement).range()];
    most(text.chars().filter_map(|it| match it {
        '\'' => Some("'"),
        '"' => Some("\""),
        _ => None,
    }))
}

fn semicolon(layout: &Layout<'_>, statement: NodeId) -> Option<&'static str> {
    match layout.tree.kind(statement) {
        Kind::Import { .. } | Kind::Variables { .. } | Kind::ExpressionStatement { .. } => {
            let text = &layout.text[layout.tree.span(statement).range()];
            Some(if text.ends_with(';') { ";" } else { "" })
        }
        _ => None,
    }
}

/// Whether a file names other files of the project with their extension, as `./a.js`; if it names none, whether the
/// others like it do. `None` if nothing tells.
pub(in crate::plan) fn names_extensions(input: &Input<'_>, file: FileId) -> Option<bool> {
    let project = input.project;
    let likeness = |it: FileId| (project.role(it).is_module, project.path(it).ends_with("js"));
    let all = project.files().map(|it| it.0);
    let alike = all.filter(|it| likeness(*it) == likeness(file));
    majority(input, std::iter::once(file)).or_else(|| majority(input, alike))
}

/// Whether more relative specifiers of `files` have an extension than have none. `None` if they are even.
fn majority(input: &Input<'_>, files: impl Iterator<Item = FileId>) -> Option<bool> {
    let (mut with, mut without) = (0, 0);
    for file in files {
        for specifier in specifiers(input.project.facts(file)) {
            let Target::File(target) = input.project.resolve(file, specifier) else {
                continue;
            };
            let stem = file_stem(input.project.path(target));
            if EXTENSIONS.iter().any(|it| specifier.ends_with(it)) {
                with += 1;
            } else if specifier.starts_with('.') && specifier.rsplit('/').next() == Some(stem) {
                // Not the name of a folder, which stands for its index file.
                without += 1;
            }
        }
    }
    (with != without).then_some(with > without)
}

/// The last part of a path without its extension.
fn file_stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |it| it.0)
}
