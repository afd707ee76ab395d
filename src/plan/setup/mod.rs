//! Moves the set-up of the server out of the API: which statements go, which are needed on both sides, and what the
//! dedicated server's file says. Analysis first, all or nothing: where a person has to decide, nothing moves.

mod attached;
mod carry;
mod handle;
mod seeds;
mod server_file;
mod site;
mod switch;
mod text;

use std::collections::BTreeSet;

use super::adapter::{self, Drops};
use super::apart::{self, Division, Move};
use super::draft::Draft;
use super::loading::conflicts;
use super::loading::connections::{self, Connecting, Connection};
use super::loading::{self, Sides, holders, logger, sessions, state};
pub(in crate::plan) use super::toplevel::closure::Parts;
use super::toplevel::closure::{self, Search};
use super::toplevel::{Statements, clients};
use super::{Input, project_files, rewrite};
use crate::findings::uses::Use;
use crate::project::value::Place;
use crate::scope::{BindingId, ScopeId};
use crate::source::{FileId, Span};
use crate::syntax::NodeId;
pub(in crate::plan) use carry::{Cut, returning};
pub(in crate::plan) use server_file::socket_path;
use site::{Home, Setup};
pub(in crate::plan) use switch::ROLL_BACK_VARIABLE;
use switch::Switch;
pub(in crate::plan) use text::{Changes, NewText, Paragraphs, removal};

/// What `runtime/dedicated-server.js` declares at its top level.
const TEMPLATE_NAMES: &[&str] = &["createSocketHttpServer", "startSocketServer"];

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
    /// Functions of other files that nothing but the dedicated server runs: in them, too.
    owned: BTreeSet<Place>,
    /// Files of the dedicated server that have a part of the set-up.
    abroad: BTreeSet<FileId>,
    /// A function that returns the server from now on, and the variable that it is in.
    returned: Option<(Place, String)>,
    /// What leaves the file, and others with a part of the set-up.
    cuts: Vec<Cut>,
    /// The module that is taken apart.
    division: Option<Division>,
    /// How the API would serve Socket.IO itself again.
    switch: Option<Switch>,
}

impl Slice {
    /// Whether a place moves, or is dropped, with the set-up: uses of the server there stay as they are.
    pub(in crate::plan) fn takes(&self, input: &Input<'_>, place: Place, span: Span) -> bool {
        let tree = &input.project.facts(place.file).tree;
        let is_moved = self.cuts().any(|it| it.0.takes(tree, place.file, span));
        is_moved || self.dedicated.contains(&place.file) || self.is_owned(input, place)
    }

    /// Whether a name is one of a function that nothing but the dedicated server runs: a parameter that holds the server.
    /// What such a function obtains it from is taken out, as it is elsewhere in its file.
    fn is_owned(&self, input: &Input<'_>, place: Place) -> bool {
        let facts = input.project.facts(place.file);
        let binding = facts.binding_of(place.node).map(|it| facts.binding(it));
        let is_local = binding.is_some_and(|it| it.scope != ScopeId::MODULE);
        let mut around = facts.tree.ancestors(place.node);
        is_local
            && around.any(|node| {
                let file = place.file;
                self.owned.contains(&Place { file, node })
            })
    }

    /// The files that lead to a part of the set-up, and that nothing but the dedicated server loads from now on.
    fn owned_files(&self, input: &Input<'_>) -> BTreeSet<FileId> {
        let leads = |it: &FileId| {
            let mut parts = self.abroad.iter();
            parts.any(|part| input.project.loads(*it, *part))
        };
        self.dedicated.iter().copied().filter(leads).collect()
    }

    /// What leaves files, and what the new file says that it goes to.
    fn cuts(&self) -> impl Iterator<Item = (&Cut, &str)> {
        let divided = self.division.iter().map(|it| (&it.cut, it.text.as_str()));
        let cuts = self.cuts.iter().map(|it| (it, self.server.as_str()));
        cuts.chain(divided)
    }

    /// The modules that are created: where, and what they say.
    pub(in crate::plan) fn modules(&self) -> impl Iterator<Item = (&str, &str)> {
        let new = self.division.iter();
        new.map(|it| (it.path.as_str(), it.text.as_str()))
    }

    /// Takes the set-up out of its files. [`Slice::sweep`] does the rest, when everything else is done.
    pub(in crate::plan) fn carry_out(&self, draft: &mut Draft<'_>) {
        let input = draft.input;
        for mention in input.queries.mentions(self.file) {
            rewrite::remove_export(draft, mention);
        }
        draft.owned = self.owned_files(draft.input);
        if let Some((function, name)) = &self.returned {
            carry::return_server(draft, *function, name);
        }
        for (cut, text) in self.cuts() {
            cut.carry_out(draft, text);
        }
        if let Some(division) = &self.division {
            division.carry_out(draft);
        }
    }

    /// Puts in the lines with which the API serves Socket.IO itself again when its environment says so. Returns what a person
    /// should know.
    pub(in crate::plan) fn put_switch(&self, draft: &mut Draft<'_>) -> String {
        let put = self.switch.as_ref().map(|it| it.put(draft, self.file));
        put.unwrap_or_else(|| {
            "there is no switch for a roll-back: the API has no name for the HTTP server that it would serve Socket.IO on"
                .to_owned()
        })
    }

    /// Deletes the imports and constants that nothing reads any more; to be called once, when every other edit of the
    /// files is made but for new imports.
    pub(in crate::plan) fn sweep(&self, draft: &mut Draft<'_>) {
        for (cut, text) in self.cuts() {
            cut.sweep(draft, text);
        }
    }
}

/// Decides what of the set-up moves; `None` if the project makes no server in the API's process.
pub(in crate::plan) fn slice(input: &Input<'_>) -> Result<Option<Slice>, Vec<Blocker>> {
    let Some(construction) = site::construction(input).map_err(|it| vec![it])? else {
        return Ok(None);
    };
    let homes = site::homes(input, construction).map_err(|it| vec![it])?;
    let mut blockers = Vec::new();
    for home in homes {
        match slice_at(input, &home) {
            Ok(slice) => return Ok(Some(slice)),
            Err(found) => blockers = found,
        }
    }
    Err(blockers)
}

fn slice_at(input: &Input<'_>, home: &Home) -> Result<Slice, Vec<Blocker>> {
    let statements = Statements::opening(input, home.file, home.opened.clone());
    let setup = site::setup(&statements, home).map_err(|it| vec![it])?;
    let seeds = seeds::seeds(&statements, &setup)?;
    let (drops, mut notes) = dropped(&statements, home.file, &seeds.setters)?;
    let elsewhere = seeds
        .setters
        .iter()
        .map(|it| it.0.file)
        .chain([setup.construction.file]);
    let elsewhere: BTreeSet<FileId> = elsewhere.filter(|it| *it != home.file).collect();
    let mut drops_abroad = Vec::new();
    for file in elsewhere {
        let (drops, found) = dropped(&Statements::new(input, file), home.file, &seeds.setters)?;
        drops_abroad.push((file, drops));
        notes.extend(found);
    }
    let (parts, connections) = parts(&statements, &setup, &seeds.statements, &drops)?;
    let stays = carry::stays(&statements, &parts, &drops);
    let sides = loading::sides(&statements, &parts, stays.iter().copied());
    let divided = apart::divide(
        &Move {
            home: &statements,
            parts: &parts,
            stays: &stays,
            construction: setup.construction,
            abroad: &seeds.abroad,
            setters: &seeds.setters,
            handle: setup.io.name_in_module(),
            returned: setup.io.returned(),
        },
        &sides,
    )?;
    let (division, sides) = match divided {
        Some((division, sides)) => (Some(division), sides),
        None => (None, sides),
    };
    drops_abroad.retain(|it| {
        division
            .as_ref()
            .is_none_or(|division| division.file != it.0)
    });
    let mut blockers = obstacles(&statements, &setup, &parts, division.as_ref());
    blockers.extend(
        setup
            .server
            .port()
            .and_then(|it| attached::port_obstacle(&statements, it, &sides)),
    );
    let connecting = connections::connecting(&statements, &parts);
    blockers.extend(connecting.as_ref().err().cloned());
    blockers.extend(conflicts::loaded_by_both(
        &statements,
        setup.construction,
        &seeds.abroad,
        &sides,
    ));
    blockers.extend(conflicts::listens(&statements, &parts, &sides));
    blockers.extend(holders::held_by_both(&statements, &parts, &sides));
    blockers.extend(conflicts::handed_to_both(&statements, &parts, &sides));
    blockers.extend(sessions::in_memory(&statements, &parts, &sides));
    blockers.extend(state::in_modules(&statements, &parts, &sides));
    blockers.extend(state::on_global(&statements, &parts));
    if !blockers.is_empty() {
        return Err(blockers);
    }
    notes.extend(leftover_notes(&statements, &setup, &parts, &connections));
    notes.extend(input.queries.notes(input));
    let abroad = seeds.abroad.iter().map(|it| it.chain.root.file);
    let abroad = abroad.chain([setup.construction.file]);
    Ok(server_file::assemble(
        &statements,
        &setup,
        Found {
            parts,
            drops,
            drops_abroad,
            connections,
            connecting: connecting.ok().flatten(),
            sides,
            notes,
            abroad: abroad.collect(),
            opened: home.opened.clone(),
            division,
        },
    ))
}

/// What is dropped of a file, because the dedicated server makes its own adapter.
fn dropped(
    statements: &Statements<'_>,
    home: FileId,
    setters: &[(Place, &Use)],
) -> Result<(Drops, Vec<String>), Vec<Blocker>> {
    let own: Vec<&(Place, &Use)> = setters
        .iter()
        .filter(|it| it.0.file == statements.file)
        .collect();
    let nodes: Vec<NodeId> = own.iter().map(|it| it.0.node).collect();
    let (drops, notes) = adapter::drops(statements, &nodes);
    // Two adapters would deliver everything twice.
    match own.iter().find(|it| !drops.covers(statements, it.0.node)) {
        Some(setter) => Err(vec![seeds::misplaced(statements.input, setter.1, home)]),
        None => Ok((drops, notes)),
    }
}

struct Found {
    parts: Parts,
    drops: Drops,
    drops_abroad: Vec<(FileId, Drops)>,
    connections: Vec<Connection>,
    connecting: Option<Connecting>,
    sides: Sides,
    notes: Vec<String>,
    abroad: BTreeSet<FileId>,
    opened: Vec<NodeId>,
    division: Option<Division>,
}

/// Sorts the statements, with the connections that the moved code needs.
fn parts(
    statements: &Statements<'_>,
    setup: &Setup,
    seeds: &BTreeSet<usize>,
    drops: &Drops,
) -> Result<(Parts, Vec<Connection>), Vec<Blocker>> {
    let mut connections: Vec<Connection> = Vec::new();
    let mut logger: Option<NodeId> = None;
    loop {
        let opened = connections.iter().map(|it| it.node(statements));
        let roots: Vec<NodeId> = opened.chain(logger).collect();
        let parts = closure::parts(
            &Search {
                statements,
                server: setup.server.variable(),
                drops,
                module: None,
            },
            seeds,
            &roots,
        )?;
        let loaded = loading::reach(statements, parts.running().into_iter());
        let stays = carry::stays(statements, &parts, drops);
        let sides = loading::files(statements, &parts, stays.into_iter());
        let given = holders::given(statements, &parts, &sides).into_iter();
        let given: Vec<Connection> = given.map(|it| Connection::Given(it.0, it.1)).collect();
        let opened = connections::connections(statements, &parts, &loaded, &given);
        let mut found = opened.map_err(|it| vec![it])?;
        found.extend(given);
        found.extend(connections::watchers(statements, &parts));
        let heard = logger::logger(statements, &parts, &loaded).map(|it| it.1);
        if found == connections && heard == logger {
            return Ok((parts, connections));
        }
        connections = found;
        logger = heard;
    }
}

/// What stands against a move whose statements are sorted.
fn obstacles(
    statements: &Statements<'_>,
    setup: &Setup,
    parts: &Parts,
    division: Option<&Division>,
) -> Vec<Blocker> {
    let mut blockers: Vec<Blocker> = conflicts::loop_back(statements, parts)
        .into_iter()
        .collect();
    let refuse = |span: Span, message: String, help: &str| Blocker {
        file: statements.file,
        span,
        message,
        help: help.to_owned(),
    };
    let declared = parts.declared(statements).into_iter();
    let own = setup.server.expression().map(|_| attached::NAME);
    for binding in declared.chain(setup.server.variable()) {
        let name = statements.name(binding);
        let is_taken = TEMPLATE_NAMES.contains(&name) || own == Some(name);
        let declaration = statements.facts.binding(binding).declarations.first();
        if let Some(declaration) = declaration.filter(|_| is_taken) {
            let span = statements.tree().span(*declaration);
            let message = format!("`{name}` is the name of a part of the dedicated server");
            blockers.push(refuse(span, message, "give it another name"));
        }
    }
    let path = server_file::server_path(statements.input, statements.file);
    let new = std::iter::once(path).chain(division.map(|it| it.path.clone()));
    for path in new.filter(|it| project_files::exists(statements.input, it)) {
        let span = statements.span(setup.statement);
        let message = format!("`{path}` exists already");
        blockers.push(refuse(
            span,
            message,
            "it would be overwritten: move it away, or merge the two set-ups by hand",
        ));
    }
    blockers.extend(project_files::obstacles(statements.input));
    let borrowed = statements
        .input
        .queries
        .borrowed(statements.input, statements.file);
    for ((file, binding), _) in borrowed.iter().filter(|it| it.1.is_none()) {
        let binding = statements.input.project.facts(*file).binding(*binding);
        let message = format!(
            "`{}` is not exported, so the dedicated server can't answer with it",
            binding.name
        );
        let span = statements.span(setup.statement);
        blockers.push(refuse(span, message, "export it"));
    }
    blockers
}

fn leftover_notes(
    statements: &Statements<'_>,
    setup: &Setup,
    parts: &Parts,
    connections: &[Connection],
) -> Vec<String> {
    let tree = statements.tree();
    let connects =
        |it: &BindingId| clients::connects(statements, *it) && clients::is_client(statements, *it);
    let copied = parts.copied.iter().map(|it| &statements.all[*it]);
    let clients = copied.filter(|it| it.defines.iter().any(connects));
    let clients = clients.map(|it| it.node);
    let prepares = |it: &usize| clients::prepared_by(statements, *it).is_some();
    let opened = connections.iter().filter(|it| match it {
        Connection::Statement(index) => !prepares(index),
        _ => true,
    });
    let opened = opened.map(|it| it.node(statements));
    let done_twice = clients.chain(opened).map(|it| {
        let span = tree.span(it);
        let text = &statements.text()[span.range()];
        let line = text.lines().next().unwrap_or(text);
        format!(
            "`{line}` ({}) runs in the dedicated server, too",
            statements.place(span)
        )
    });
    let all = 0..statements.all.len();
    let is_left = |it: &usize| !connections.contains(&Connection::Statement(*it));
    let left = all.filter(is_left).filter_map(|it| {
        let event = connections::watched_event(statements, it)?;
        let place = statements.place(statements.span(it));
        Some(format!(
            "what {place} does on `{event}` is not done in the dedicated server"
        ))
    });
    let port = setup
        .server
        .port()
        .map(|it| attached::port_note(statements, it));
    let is_secure = setup.server.is_any(statements, |it| {
        it.file == statements.file && {
            let text = &statements.text()[tree.span(it.node).range()];
            text.starts_with("https.") || text.starts_with("http2.")
        }
    });
    let plain =
        "the dedicated server speaks plain HTTP: let nginx end the TLS connections".to_owned();
    done_twice
        .chain(left)
        .chain(is_secure.then_some(plain))
        .chain(port)
        .collect()
}
