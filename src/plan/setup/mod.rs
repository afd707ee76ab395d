//! Moves the set-up of the server out of the API: which statements go, which are needed on both sides, and what the
//! dedicated server's file says. Analysis first, all or nothing: where a person has to decide, nothing moves.

mod adapter;
mod carry;
mod closure;
mod modules;
mod purity;
mod site;
mod statements;
mod text;

use std::collections::BTreeSet;

use serde::Serialize;

use super::Input;
use super::draft::Draft;
use super::project_files;
use crate::findings::uses::Use;
use crate::project::value::{Place, SiteKind};
use crate::rules::Meaning;
use crate::source::{FileId, Span};
use crate::syntax::{Key, Kind, NodeId};
use adapter::Drops;
use closure::Parts;
use modules::Connection;
use site::{Part, Setup};
use statements::{Form, Statements};
use text::{NewText, Paragraphs};

/// What `runtime/socketio-server.js` declares at its top level.
const TEMPLATE_NAMES: &[&str] = &[
    "createHttpServer", "createSocketAdapter", "socketRedis", "socketWire", "thisProcessBroadcaster", "socketQueries",
    "socketService", "startSocketServer", "connectSocketRedis", "inheritSocketAdapter", "createSocketRedisClient",
    "reachSocketRedis", "isSocketRedisRefusal", "guardSocketPublish", "surviveRedisRejection", "answerSocketQuestion",
    "replyToSocketQuestion", "answerHealth", "stopSocketServer", "giveUpSocketServer",
];

/// Why the set-up stays: a person has to decide something first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::plan) struct Blocker {
    /// The file.
    pub(in crate::plan) file: FileId,
    /// What it is about.
    pub(in crate::plan) span: Span,
    /// What stands in the way.
    pub(in crate::plan) message: String,
    /// What to do about it.
    pub(in crate::plan) help: String,
}

/// A set-up that can be moved.
#[derive(Clone, Debug)]
pub(in crate::plan) struct Slice {
    /// The file that it moves out of: the API's entry.
    pub(in crate::plan) file: FileId,
    /// The dedicated server's file.
    pub(in crate::plan) server_path: String,
    /// Its text.
    pub(in crate::plan) server: String,
    /// The `path` option of the moved server.
    pub(in crate::plan) socket_path: String,
    /// What a person should know.
    pub(in crate::plan) notes: Vec<String>,
    /// Files that nothing but the moved code loads: in them the server is the real one.
    dedicated: BTreeSet<FileId>,
    /// Whole top-level statements that go, with their comments.
    runs: Vec<Span>,
    /// Those of them whose comments are lost: what they were about is not moved but made anew.
    dropped: Vec<Span>,
    drops: Drops,
}

impl Slice {
    /// Whether a place moves, or is dropped, with the set-up: uses of the server there stay as they are.
    pub(in crate::plan) fn takes(&self, place: Place, span: Span) -> bool {
        let is_moved = place.file == self.file && self.runs.iter().any(|it| it.contains(span));
        is_moved || self.dedicated.contains(&place.file)
    }

    /// Takes the set-up out of its file. [`sweep`] does the rest, when everything else is done.
    pub(in crate::plan) fn carry_out(&self, draft: &mut Draft<'_>) {
        let statements = Statements::new(draft.input, self.file);
        for span in &self.dropped {
            draft.drop_comments(self.file, *span);
        }
        carry::runs(draft, &statements, &self.runs);
        carry::nested(draft, &statements, &self.drops);
    }
}

/// Deletes the imports and constants of a file that nothing reads any more since the rest of the plan; to be called once
/// for a file, after everything else.
pub(in crate::plan) fn sweep(draft: &mut Draft<'_>, file: FileId) {
    let statements = Statements::new(draft.input, file);
    carry::sweep(draft, &statements);
}

/// Decides what of the set-up moves; `None` if the project makes no server in the API's process.
pub(in crate::plan) fn slice(input: &Input<'_>) -> Result<Option<Slice>, Vec<Blocker>> {
    let Some((file, construction)) = site::file(input).map_err(|it| vec![it])? else { return Ok(None) };
    let statements = Statements::new(input, file);
    let setup = site::setup(&statements, construction).map_err(|it| vec![it])?;
    let (seeds, setters) = seeds(&statements, &setup)?;
    let (drops, mut notes) = adapter::drops(&statements, &setters);
    let undropped = setters.iter().find(|it| !drops.covers(&statements, it.chain.end));
    if let Some(setter) = undropped {
        return Err(vec![site::misplaced(input, setter, file)]);
    }
    let (parts, connections) = parts(&statements, &setup, &seeds, &drops)?;
    let blockers = obstacles(&statements, &setup, &parts);
    if !blockers.is_empty() {
        return Err(blockers);
    }
    notes.extend(leftover_notes(&statements, &connections));
    Ok(Some(assemble(&statements, &setup, Plan { parts, drops, connections, notes })))
}

struct Plan {
    parts: Parts,
    drops: Drops,
    connections: Vec<Connection>,
    notes: Vec<String>,
}

/// The statements that the set-up consists of, and the uses that set an adapter.
fn seeds<'a>(statements: &Statements<'a>, setup: &Setup) -> Result<(BTreeSet<usize>, Vec<&'a Use>), Vec<Blocker>> {
    let mut seeds = BTreeSet::from([setup.statement]);
    seeds.extend(statements.definers(setup.io));
    let mut setters = Vec::new();
    let mut blockers = Vec::new();
    let uses = statements.input.uses.iter().filter(|it| is_in_process(statements.input, it));
    for site_use in uses {
        let is_here = site_use.chain.root.file == statements.file;
        match site::part(statements.input, site_use) {
            Part::Adapter if is_here => setters.push(site_use),
            Part::Moves | Part::Adapter => match movable(statements, site_use).filter(|_| is_here) {
                Some(index) => {
                    seeds.insert(index);
                }
                // A name for the server in a function is that function's own matter.
                None if site_use.meaning == Meaning::Alias => {}
                None => blockers.push(site::misplaced(statements.input, site_use, statements.file)),
            },
            Part::Inside | Part::Elsewhere => {}
        }
    }
    if blockers.is_empty() { Ok((seeds, setters)) } else { Err(blockers) }
}

/// Whether a use is of a server in the API's process: not of the dedicated one.
fn is_in_process(input: &Input<'_>, site_use: &Use) -> bool {
    let site = input.project.part(site_use.chain.root).and_then(crate::project::value::Value::site);
    site.is_some_and(|it| input.project.site(it).kind == SiteKind::Constructed)
}

/// The top-level statement that consists of a use: no function, class or condition is around it that has other work.
fn movable(statements: &Statements<'_>, site_use: &Use) -> Option<usize> {
    let tree = statements.tree();
    let end = site_use.chain.end;
    let index = statements.index_of(end)?;
    let is_nested = tree.ancestors(end).any(|it| matches!(tree.kind(it), Kind::Function(_) | Kind::Class(_)));
    let statement = &statements.all[index];
    let is_plain = matches!(statement.form, Form::Variables | Form::Other | Form::Exported);
    let has_other_work = statements.input.uses.iter().any(|it| {
        it.chain.root.file == statements.file
            && statements.index_of(it.chain.root.node) == Some(index)
            && site::part(statements.input, it) == Part::Elsewhere
            && !matches!(it.meaning, Meaning::Import | Meaning::Alias | Meaning::Construction)
    });
    (!is_nested && is_plain && !has_other_work).then_some(index)
}

/// Sorts the statements, with the connections that the moved code needs.
fn parts(
    statements: &Statements<'_>,
    setup: &Setup,
    seeds: &BTreeSet<usize>,
    drops: &Drops,
) -> Result<(Parts, Vec<Connection>), Vec<Blocker>> {
    let mut connections: Vec<Connection> = Vec::new();
    loop {
        let roots: Vec<NodeId> = connections.iter().map(|it| it.node(statements)).collect();
        let parts = closure::parts(&closure::Search { statements, setup, drops }, seeds, &roots)?;
        let loaded = modules::reach(statements, parts.imports.union(&parts.head).copied());
        let found = modules::connections(statements, &parts, &loaded).map_err(|it| vec![it])?;
        if found == connections {
            return Ok((parts, connections));
        }
        connections = found;
    }
}

/// What stands against a move whose statements are sorted.
fn obstacles(statements: &Statements<'_>, setup: &Setup, parts: &Parts) -> Vec<Blocker> {
    let mut blockers: Vec<Blocker> = modules::loop_back(statements, parts).into_iter().collect();
    let refuse = |span: Span, message: String, help: &str| Blocker {
        file: statements.file,
        span,
        message,
        help: help.to_owned(),
    };
    let declared = parts.moved.iter().chain(&parts.copied).flat_map(|it| &statements.all[*it].defines);
    let imported = parts.names.iter().filter(|it| statements.definers(**it).iter().any(|it| parts.imports.contains(it)));
    for binding in declared.chain(imported).chain([&setup.server]) {
        let name = statements.name(*binding);
        let declaration = statements.facts.binding(*binding).declarations.first();
        if let Some(declaration) = declaration.filter(|_| TEMPLATE_NAMES.contains(&name)) {
            let span = statements.tree().span(*declaration);
            let message = format!("`{name}` is the name of a part of the dedicated server");
            blockers.push(refuse(span, message, "give it another name"));
        }
    }
    let path = server_path(statements.input, statements.file);
    if project_files::exists(statements.input, &path) {
        let span = statements.tree().span(setup.construction);
        let message = format!("`{path}` exists already");
        blockers.push(refuse(span, message, "it would be overwritten: move it away, or merge the two set-ups by hand"));
    }
    blockers.extend(project_files::obstacles(statements.input));
    blockers
}

fn leftover_notes(statements: &Statements<'_>, connections: &[Connection]) -> Vec<String> {
    let tree = statements.tree();
    let note = |it: &Connection| {
        let node = it.node(statements);
        format!("the dedicated server opens the connection of {}, too", statements.place(tree.span(node)))
    };
    connections.iter().map(note).collect()
}

/// What the template of the dedicated server wants to know.
#[derive(Serialize)]
struct ServerFile {
    esm: bool,
    strict: bool,
    source: String,
    prologue: String,
    server_name: String,
    io_name: String,
    setup: String,
    broadcaster_path: String,
    wire_path: String,
}

fn assemble(statements: &Statements<'_>, setup: &Setup, plan: Plan) -> Slice {
    let Plan { mut parts, drops, connections, notes } = plan;
    let input = statements.input;
    let goes = going(statements, &parts, &drops);
    let paragraphs = Paragraphs::new(statements, &goes);
    let own: BTreeSet<usize> = statements_of(&parts, &drops, statements);
    let runs = paragraphs.runs(&own);
    let dropped = own.difference(&parts.moved).map(|it| paragraphs.whole(*it)).collect();
    let mut calls = Vec::new();
    for connection in &connections {
        match connection {
            Connection::Statement(index) => {
                parts.copied.insert(*index);
            }
            Connection::Call(node) => {
                let text = &statements.text()[statements.tree().span(*node).range()];
                calls.extend(statements.index_of(*node).map(|it| (it, format!("{text};"))));
            }
        }
    }
    let loaded = modules::reach(statements, parts.imports.union(&parts.head).copied());
    let extra = environment_lines(statements, &parts, &loaded);
    let texts = NewText { statements, paragraphs: &paragraphs, parts: &parts, drops: &drops };
    let style = project_files::Style::beside(input, statements.file);
    let broadcaster = project_files::broadcaster_path(input);
    let wire = broadcaster.replace("socketBroadcaster.", "socketWire.");
    let folder = &input.project.path(statements.file)[..input.project.path(statements.file).rfind('/').map_or(0, |it| it + 1)];
    let specifier = |path: &str| {
        let written = project_files::relative(folder, path);
        let stem = written.rsplit_once('.').map_or(written.clone(), |it| it.0.to_owned());
        format!("{stem}{}", style.suffix)
    };
    let server = project_files::render(include_str!("../runtime/socketio-server.js"), &ServerFile {
        esm: style.esm,
        strict: statements.all.iter().any(|it| it.form == Form::Directive),
        source: file_name(input, statements.file).to_owned(),
        prologue: texts.prologue(&extra),
        server_name: statements.name(setup.server).to_owned(),
        io_name: statements.name(setup.io).to_owned(),
        setup: texts.setup(&calls),
        broadcaster_path: specifier(&broadcaster),
        wire_path: specifier(&wire),
    });
    let stays = (0..statements.all.len()).filter(|it| !own.contains(it) && !is_unread(statements, &parts, &drops, *it));
    let kept = modules::reach(statements, stays);
    Slice {
        file: statements.file,
        server_path: server_path(input, statements.file),
        server,
        socket_path: socket_path(statements, setup.construction).unwrap_or_else(|| "/socket.io/".to_owned()),
        notes,
        dedicated: loaded.files.difference(&kept.files).copied().collect(),
        runs,
        dropped,
        drops,
    }
}

/// Whether an import is read by nothing that stays.
fn is_unread(statements: &Statements<'_>, parts: &Parts, drops: &Drops, index: usize) -> bool {
    let statement = &statements.all[index];
    let is_dead = |it: &(usize, NodeId)| parts.moved.contains(&it.0) || drops.covers(statements, it.1);
    let mut names = statement.defines.iter().map(|it| statements.readers(*it));
    statement.form == Form::Import && !statement.defines.is_empty() && names.all(|it| !it.is_empty() && it.iter().all(is_dead))
}

/// The top-level statements that this slice takes out of the file.
fn statements_of(parts: &Parts, drops: &Drops, statements: &Statements<'_>) -> BTreeSet<usize> {
    let dropped = (0..statements.all.len()).filter(|it| drops.covers(statements, statements.all[*it].node));
    parts.moved.iter().copied().chain(dropped).collect()
}

/// The same, with those that hand the server on: they go, too.
fn going(statements: &Statements<'_>, parts: &Parts, drops: &Drops) -> BTreeSet<usize> {
    let mut going = statements_of(parts, drops, statements);
    for it in statements.input.uses {
        let is_hand_over = matches!(it.meaning, Meaning::SettingWrite | Meaning::PropertyWrite | Meaning::Attach);
        if it.chain.root.file == statements.file && is_hand_over && it.inside.is_none() {
            let node = statements.tree().enclosing_statement(it.chain.root.node);
            going.extend((0..statements.all.len()).filter(|it| statements.all[*it].node == node));
        }
    }
    going
}

/// The lines that read the environment, if the old file left that to a module that the new one does not load.
fn environment_lines(statements: &Statements<'_>, parts: &Parts, loaded: &modules::Reach) -> Vec<String> {
    let has_own = parts.head.iter().any(|it| {
        let node = statements.all[*it].node;
        statements.text()[statements.tree().span(node).range()].contains("dotenv")
    });
    if has_own {
        return Vec::new();
    }
    let source = modules::environment(statements, loaded);
    let is_module = project_files::Style::beside(statements.input, statements.file).esm;
    let line = |it: String| if is_module { format!("import '{it}';") } else { format!("require('{it}');") };
    source.map(line).into_iter().collect()
}

/// The `path` option of the server, if the text tells it.
fn socket_path(statements: &Statements<'_>, construction: NodeId) -> Option<String> {
    let tree = statements.tree();
    let (Kind::New { arguments, .. } | Kind::Call { arguments, .. }) = tree.kind(construction) else { return None };
    let paths = arguments.iter().flat_map(|it| tree.children(*it)).filter_map(|it| match tree.kind(it) {
        Kind::Property { key: Key::Static(name), value, .. } if name == "path" => tree.string_value(*value),
        _ => None,
    });
    let path = paths.map(|it| format!("/{}/", it.trim_matches('/'))).next();
    path.filter(|it| it.chars().all(|it| it.is_ascii_alphanumeric() || "/._-".contains(it)))
}

/// Where the dedicated server of an entry file stands: beside it, with its extension.
fn server_path(input: &Input<'_>, entry: FileId) -> String {
    let path = &input.sources[entry.index()].path;
    let folder = &path[..path.len() - file_name(input, entry).len()];
    let extension = path.rsplit('.').next().filter(|it| matches!(*it, "mjs" | "cjs")).unwrap_or("js");
    format!("{folder}socketio-server.{extension}")
}

fn file_name<'a>(input: &Input<'a>, file: FileId) -> &'a str {
    let path = &input.sources[file.index()].path;
    path.rsplit('/').next().unwrap_or(path)
}
