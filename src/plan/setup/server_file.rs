//! The text of the dedicated server's file, from the template and what moves.

use std::collections::BTreeSet;

use serde::Serialize;

use super::attached::{self, Attached};
use super::carry::{self, Cut, Kept};
use super::handle::Handle;
use super::site::Setup;
use super::switch::Switch;
use super::text::{Changes, NewText, Paragraphs};
use super::{Found, Parts, Slice};
use crate::parse::parse;
use crate::plan::apart::Division;
use crate::plan::imports::BROADCASTER;
use crate::plan::imports::prologue::{apart, with_import, with_name};
use crate::plan::layout::Layout;
use crate::plan::layout::lists;
use crate::plan::loading::connections::{Connecting, Connection};
use crate::plan::loading::{self, Reach, logger};
use crate::plan::toplevel::{Form, Statements};
use crate::plan::{Input, imports, project_files};
use crate::project::value::Place;
use crate::source::{FileId, Language, SourceFile, Span};
use crate::syntax::{Key, Kind, NodeId, Tree};

/// What the template of the dedicated server wants to know.
#[derive(Serialize)]
struct ServerFile {
    esm: bool,
    strict: bool,
    source: String,
    prologue: String,
    /// What of the prologue is no import: ES modules have these first.
    rest: String,
    server_name: String,
    io_name: String,
    setup: String,
    /// The set-up waits for something, where only functions may.
    waits: bool,
    /// The project's logger.
    logger: Option<String>,
    /// What the API may ask for.
    queries: String,
    runtime_path: String,
    quote: &'static str,
    semicolon: &'static str,
}

/// Puts the slice together from what was found.
pub(super) fn assemble(statements: &Statements<'_>, setup: &Setup, found: Found) -> Slice {
    let Found {
        mut parts,
        drops,
        drops_abroad,
        connections,
        connecting,
        sides,
        mut notes,
        abroad,
        opened,
        division,
    } = found;
    let goes = carry::going(statements, &parts, &drops);
    let paragraphs = Paragraphs::new(statements, &goes);
    let mut own: BTreeSet<usize> = carry::statements_of(&parts, &drops, statements);
    let whole = |it: &usize| paragraphs.whole(*it);
    let dropped = own.difference(&parts.moved).map(whole).collect();
    let kept = kept(statements, setup, &paragraphs);
    own.retain(|it| kept.as_ref().is_none_or(|kept| kept.0 != *it));
    if kept.is_none() {
        notes.extend(emptied(statements, &opened, &goes));
    }
    let cut = Cut {
        opened,
        runs: paragraphs.runs(&own),
        kept: kept.map(|it| it.1),
        dropped,
        ..Cut::of_drops(statements.file, drops.clone())
    };
    let abroad_cuts = drops_abroad.into_iter().filter(|it| !it.1.is_empty());
    let abroad_cuts = abroad_cuts.map(|(file, drops)| Cut::of_drops(file, drops));
    let calls = connect(statements, &mut parts, &connections);
    let texts = NewText {
        statements,
        paragraphs: &paragraphs,
        parts: &parts,
        drops: &drops,
        changes: changes(statements, setup, &connections, division.as_ref()),
        is_module: false,
    };
    // A moved function says so in the new module.
    let is_divided = |file: FileId| division.as_ref().is_some_and(|it| it.file == file);
    let returned = setup.io.returned().filter(|it| !is_divided(it.0.file));
    Slice {
        file: statements.file,
        switch: Switch::new(statements, setup, &|it| !goes.contains(&it)),
        server_path: server_path(statements.input, statements.file),
        server: server(
            statements,
            setup,
            (&texts, division.as_ref()),
            (&calls, connecting),
        ),
        socket_path: socket_path(statements.input, setup.construction),
        notes,
        dedicated: sides.dedicated,
        owned: sides.owned,
        abroad,
        returned: returned.map(|it| (it.0, it.1.to_owned())),
        cuts: std::iter::once(cut).chain(abroad_cuts).collect(),
        division,
    }
}

/// Tells of a block of which nothing is left: a plugin, a callback.
fn emptied(
    statements: &Statements<'_>,
    opened: &[NodeId],
    goes: &BTreeSet<usize>,
) -> Option<String> {
    let tree = statements.tree();
    let is_block = |it: &&NodeId| matches!(tree.kind(**it), Kind::Block { .. });
    let block = *opened.iter().rfind(is_block)?;
    let mut own =
        (0..statements.all.len()).filter(|it| tree.parent(statements.all[*it].node) == Some(block));
    let place = statements.place(tree.span(block));
    own.all(|it| goes.contains(&it)).then(|| {
        format!("nothing is left in the block at {place}: it can go, and what leads to it")
    })
}

/// The statement of which the API keeps how its HTTP server comes to listen.
fn kept(
    statements: &Statements<'_>,
    setup: &Setup,
    paragraphs: &Paragraphs<'_>,
) -> Option<(usize, Kept)> {
    let Attached::Listening(expression) = setup.server else {
        return None;
    };
    let statement = statements.tree().enclosing_statement(expression);
    let index = statements.index_of(statement)?;
    let kept = Kept {
        whole: paragraphs.whole(index),
        statement,
        expression,
    };
    Some((index, kept))
}

/// What of the moved statements is written otherwise in the new file.
fn changes(
    statements: &Statements<'_>,
    setup: &Setup,
    connections: &[Connection],
    division: Option<&Division>,
) -> Changes {
    let tree = statements.tree();
    let mut changes = division.map_or_else(Changes::default, |it| it.changes().clone());
    if let Handle::Returned { name, waits, .. } = &setup.io {
        let start = statements.span(setup.statement).start;
        let wait = if *waits { "await " } else { "" };
        let text = format!("const {name} = {wait}");
        changes.inserted.push((start, text));
    }
    let given = connections.iter().filter_map(|it| match it {
        Connection::Given(_, server) => Some((*server, BROADCASTER)),
        _ => None,
    });
    let server = setup.server.expression().map(|it| (it, attached::NAME));
    for (node, text) in given.chain(server) {
        let span = tree.span(node);
        changes.deleted.push(span);
        changes.inserted.push((span.start, text.to_owned()));
        changes.names_broadcaster |= text == BROADCASTER;
    }
    changes
}

/// Adds the statements that open connections; returns the calls that are taken out of others, by statement.
fn connect(
    statements: &Statements<'_>,
    parts: &mut Parts,
    connections: &[Connection],
) -> Vec<(usize, String)> {
    let mut calls = Vec::new();
    for connection in connections {
        let node = connection.node(statements);
        let index = statements.index_of(node);
        match connection {
            Connection::Statement(index) | Connection::Given(index, _) => {
                parts.copied.insert(*index);
            }
            Connection::Call(_) => {
                let text = &statements.text()[statements.tree().span(node).range()];
                calls.extend(index.map(|it| (it, format!("{text};"))));
            }
        }
    }
    calls
}

fn server(
    statements: &Statements<'_>,
    setup: &Setup,
    (texts, division): (&NewText<'_>, Option<&Division>),
    (calls, connecting): (&[(usize, String)], Option<Connecting>),
) -> String {
    let (input, parts) = (statements.input, texts.parts);
    let loaded = loading::reach(statements, parts.running().into_iter());
    let written = imports::Style {
        // As the template declares the rest.
        keyword: "const",
        ..imports::Style::of_file(&statements.layout())
    };
    let extra = environment_lines(statements, parts, &loaded, &written);
    let style = project_files::Style::beside(input, statements.file);
    let specifier = |path: &str| imports::specifier_beside(input, statements.file, path);
    let connecting = connecting.map(|it| {
        let source = specifier(input.project.path(it.file));
        (it.index, written.bare_line(&source, style.esm))
    });
    let broadcaster = project_files::broadcaster_path(input);
    let runtime = specifier(&project_files::runtime_path(&broadcaster));
    let prologue = texts.prologue(&extra, connecting);
    let (mut prologue, io_name) = named(statements, (setup, division), prologue, &written);
    let borrowed = input.queries.borrowed(input, statements.file);
    for ((file, _), name) in &borrowed {
        let own = specifier(input.project.path(*file));
        let divided = division.filter(|it| it.file == *file);
        let source = divided.map_or(own.clone(), |it| it.specifier(&own));
        let is_there = |it: &str| parts.names.iter().any(|name| statements.name(*name) == it);
        if let Some(name) = name.as_deref().filter(|it| !is_there(it)) {
            prologue = with_name(prologue, name, &source, (style.esm, &written));
        }
    }
    let mut imported = parts.names.iter().map(|it| statements.name(*it));
    let is_there = imported.any(|it| it == BROADCASTER);
    let prologue = match texts.changes.names_broadcaster && !is_there {
        true => {
            let line = written.line(BROADCASTER, &specifier(&broadcaster), style.esm);
            format!("{prologue}\n{line}")
        }
        false => prologue,
    };
    let (prologue, rest) = match style.esm {
        true => apart(&prologue),
        false => (prologue, String::new()),
    };
    let setup_text = texts.setup(calls);
    // What follows would go on with the line before.
    let runs_on =
        setup_text.starts_with(['(', '[', '`', '+', '-', '/']) && !setup_text.starts_with("//");
    let queries = input.queries.lines(input, &borrowed, written.semicolon);
    let waits = (style.ts || !style.esm) && awaits(&setup_text, style.ts);
    let values = ServerFile {
        esm: style.esm,
        strict: statements.all.iter().any(|it| it.form == Form::Directive),
        source: file_name(input, statements.file).to_owned(),
        prologue,
        server_name: setup.server.name(statements).to_owned(),
        io_name,
        setup: match waits {
            true => indented(&setup_text, style.ts),
            false => setup_text,
        },
        queries: match waits {
            true => indented(&queries, style.ts),
            false => queries,
        },
        waits,
        logger: logger::logger(statements, parts, &loaded)
            .map(|it| statements.name(it.0).to_owned()),
        runtime_path: runtime,
        rest,
        quote: written.quote,
        semicolon: if runs_on { ";" } else { written.semicolon },
    };
    project_files::render(include_str!("../runtime/dedicated-server.js"), &values)
}

/// What the server is called in the new file, and the imports with what that needs of the set-up's module.
fn named(
    statements: &Statements<'_>,
    (setup, division): (&Setup, Option<&Division>),
    prologue: String,
    written: &imports::Style,
) -> (String, String) {
    match &setup.io {
        Handle::Variable(io) => (prologue, statements.name(*io).to_owned()),
        Handle::Returned { name, .. } => (prologue, name.clone()),
        Handle::Expression(text) => (prologue, text.clone()),
        Handle::Import { name, source, call } => {
            let is_module = statements.input.project.role(statements.file).is_module;
            let moved = division.map(|it| it.specifier(source));
            let source = moved.as_deref().unwrap_or(source);
            let module = is_module.then_some(written);
            with_import(prologue, (name, source, call), module)
        }
    }
}

fn parsed(text: &str, is_typescript: bool) -> Tree {
    let language = match is_typescript {
        true => Language::TypeScript,
        false => Language::JavaScript,
    };
    let (path, text) = (String::new(), text.to_owned());
    parse(&SourceFile {
        path,
        text,
        language,
    })
    .tree
}

/// Whether statements wait for something outside of functions.
fn awaits(text: &str, is_typescript: bool) -> bool {
    let tree = parsed(text, is_typescript);
    let mut nodes = tree.ids();
    nodes.any(|it| {
        matches!(tree.kind(it), Kind::Await { .. }) && tree.enclosing_function(it).is_none()
    })
}

/// The text of statements as they stand in a block.
fn indented(text: &str, is_typescript: bool) -> String {
    let tree = parsed(text, is_typescript);
    let layout = Layout { text, tree: &tree };
    let lines = layout.lines_in(Span::new(0, text.len())).into_iter();
    let starts = std::iter::once(0)
        .chain(lines)
        .filter(|it| !layout.ends_line(*it));
    let starts: Vec<(u32, String)> = starts
        .filter_map(|it| Some((u32::try_from(it).ok()?, layout.unit().to_owned())))
        .collect();
    lists::edited(text, Span::new(0, text.len()), Vec::new(), &starts)
}

/// The lines that read the environment, if the old file left that to a module that the new one does not load.
fn environment_lines(
    statements: &Statements<'_>,
    parts: &Parts,
    loaded: &Reach,
    written: &imports::Style,
) -> Vec<String> {
    let has_own = parts.head.iter().any(|it| {
        let node = statements.all[*it].node;
        statements.text()[statements.tree().span(node).range()].contains("dotenv")
    });
    if has_own {
        return Vec::new();
    }
    let source = loading::environment(statements, loaded);
    let is_module = project_files::Style::beside(statements.input, statements.file).esm;
    let line = source.map(|it| written.bare_line(&it, is_module));
    line.into_iter().collect()
}

/// The `path` option of the server, which is Socket.IO's own if the text tells no other.
pub(in crate::plan) fn socket_path(input: &Input<'_>, construction: Place) -> String {
    path_option(input, construction).unwrap_or_else(|| "/socket.io/".to_owned())
}

fn path_option(input: &Input<'_>, construction: Place) -> Option<String> {
    let tree = &input.project.facts(construction.file).tree;
    let (Kind::New { arguments, .. } | Kind::Call { arguments, .. }) = tree.kind(construction.node)
    else {
        return None;
    };
    let paths = arguments
        .iter()
        .flat_map(|it| tree.children(*it))
        .filter_map(|it| match tree.kind(it) {
            Kind::Property {
                key: Key::Static(name),
                value,
                ..
            } if name == "path" => tree.string_value(*value),
            _ => None,
        });
    let path = paths.map(|it| format!("/{}/", it.trim_matches('/'))).next();
    path.filter(|it| {
        it.chars()
            .all(|it| it.is_ascii_alphanumeric() || "/._-".contains(it))
    })
}

/// Where the dedicated server of an entry file stands: beside it, with its extension.
pub(super) fn server_path(input: &Input<'_>, entry: FileId) -> String {
    let path = &input.sources[entry.index()].path;
    let folder = &path[..path.len() - file_name(input, entry).len()];
    let extension = path
        .rsplit('.')
        .next()
        .filter(|it| matches!(*it, "mjs" | "cjs" | "ts" | "mts" | "cts"))
        .unwrap_or(if path.ends_with(".tsx") { "ts" } else { "js" });
    format!("{folder}socketio-server.{extension}")
}

fn file_name<'a>(input: &Input<'a>, file: FileId) -> &'a str {
    let path = &input.sources[file.index()].path;
    path.rsplit('/').next().unwrap_or(path)
}
