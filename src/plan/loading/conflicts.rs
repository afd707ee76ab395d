//! What stands against two processes: files, functions and states that both would need, and work of the API's in what
//! moves.

use std::collections::BTreeSet;

use super::{Sides, brings_only_handle, imports, reach};
use crate::findings::uses::{Use, receiving_parameters};
use crate::plan::Input;
use crate::plan::setup::{Blocker, Parts};
use crate::plan::toplevel::starts::function_around;
use crate::plan::toplevel::{Statements, place};
use crate::project::resolve::Target;
use crate::project::value::{Place, Value};
use crate::rules::Meaning;
use crate::source::FileId;

/// Blocks what would start the API in the dedicated server.
pub(in crate::plan) fn loop_back(statements: &Statements<'_>, parts: &Parts) -> Option<Blocker> {
    let project = statements.input.project;
    let index = parts.running().into_iter().find(|it| {
        reach(statements, std::iter::once(*it))
            .files
            .contains(&statements.file)
    })?;
    Some(Blocker {
        file: statements.file,
        span: statements.span(index),
        message: format!(
            "the socket code imports a module that imports `{}` again",
            project.path(statements.file)
        ),
        help: "the dedicated server would start the API, too; take what that module needs out of the entry file"
            .to_owned(),
    })
}

/// Blocks files with parts of the set-up that the API goes on loading.
pub(in crate::plan) fn loaded_by_both(
    statements: &Statements<'_>,
    construction: Place,
    abroad: &[&Use],
    sides: &Sides,
) -> Vec<Blocker> {
    let project = statements.input.project;
    let parts = abroad.iter().map(|it| Place {
        file: it.chain.root.file,
        node: it.chain.end,
    });
    let is_owned = |it: &Place| {
        let function = function_around(statements.input, *it);
        function.is_some_and(|it| sides.owned.contains(&it))
    };
    let parts = std::iter::once(construction).chain(parts.filter(|it| !is_owned(it)));
    let mut blockers: Vec<Blocker> = Vec::new();
    let is_left = |it: &Place| it.file != statements.file && !sides.moves(statements.input, *it);
    for part in parts.filter(is_left) {
        if blockers.iter().any(|it| it.file == part.file) {
            continue;
        }
        let name = project.path(part.file);
        let loader = sides
            .kept
            .iter()
            .copied()
            .chain([statements.file])
            .find_map(|file| {
                let found = imports(project, file).into_iter().find(|it| {
                    project.resolve(file, it.1) == Target::File(part.file)
                        && !brings_only_handle(statements.input, file, it.0)
                })?;
                Some(place(
                    statements.input,
                    file,
                    project.facts(file).tree.span(found.0),
                ))
            });
        let home = project.path(statements.file);
        let help = match loader {
            Some(at) => format!(
                "it is loaded at {at}, too; put what the API needs of it into a file of its own"
            ),
            None if project.loads(part.file, statements.file) => {
                format!(
                    "do it in `{home}`, after `new Server(…)`, or in a module that only `{home}` loads"
                )
            }
            None => {
                "it can't be told who loads it; put what the API needs of it into a file of its own"
                    .to_owned()
            }
        };
        blockers.push(Blocker {
            file: part.file,
            span: project.facts(part.file).tree.span(part.node),
            message: format!("a part of the set-up is in `{name}`, which has other uses"),
            help,
        });
    }
    blockers
}

/// Blocks moved code in which the API's HTTP server starts to listen: the API would do so no more.
pub(in crate::plan) fn listens(
    statements: &Statements<'_>,
    parts: &Parts,
    sides: &Sides,
) -> Option<Blocker> {
    let project = statements.input.project;
    let is_moved = |place: &Place| {
        sides.moves(statements.input, *place)
            || place.file == statements.file
                && statements
                    .index_of(place.node)
                    .is_some_and(|it| parts.moved.contains(&it))
    };
    let starts_api = |place: &Place| {
        let tree = &project.facts(place.file).tree;
        let is_server = |it: &Value| matches!(it, Value::HttpServer(_) | Value::App);
        tree.method_call(place.node)
            .filter(|it| it.name == "listen")
            .is_some_and(|it| project.values(place.beside(it.object)).any(is_server))
    };
    let taken = sides.divided.iter().map(|it| it.file);
    let files = sides.dedicated.iter().copied().chain(taken);
    let files: BTreeSet<FileId> = files.chain([statements.file]).collect();
    let mut places = files.into_iter().flat_map(|file| {
        let nodes = project.facts(file).tree.ids();
        nodes.map(move |node| Place { file, node })
    });
    let call = places.find(|it| is_moved(it) && starts_api(it))?;
    Some(Blocker {
        file: call.file,
        span: project.facts(call.file).tree.span(call.node),
        message: "what sets the Socket.IO server up lets the API's HTTP server listen, too"
            .to_owned(),
        help: "put that into a statement of its own in the entry file, behind the set-up"
            .to_owned(),
    })
}

/// Blocks a server that the moved code hands to a function which the API calls with the broadcaster.
pub(in crate::plan) fn handed_to_both(
    statements: &Statements<'_>,
    parts: &Parts,
    sides: &Sides,
) -> Option<Blocker> {
    let project = statements.input.project;
    statements.input.uses.iter().find_map(|it| {
        let (file, end) = (it.chain.root.file, it.chain.end);
        let tree = &project.facts(file).tree;
        let is_moved = sides.moves(statements.input, it.chain.root)
            || file == statements.file
                && statements.index_of(end).is_some_and(|it| parts.moved.contains(&it));
        let argument = Some(end).filter(|_| is_moved && it.meaning == Meaning::Argument)?;
        let call = tree.parent(argument)?;
        let callees = project.callees(Place { file, node: call });
        let shared = callees
            .into_iter()
            .filter(|_| it.inside.is_none() || !is_understood(statements.input, it))
            .find(|it| {
                it.file != statements.file
                    && !sides.moves(statements.input, *it)
                    && !sides.owned.contains(it)
            })?;
        let other = project.facts(shared.file).tree.span(shared.node);
        Some(Blocker {
            file,
            span: tree.span(call),
            message: "the socket code hands the server to a function of a module that the API loads, too".to_owned(),
            help: format!(
                "the function at {} would be called with the server here and with the broadcaster there; give the \
                 socket code a function of its own",
                place(statements.input, shared.file, other)
            ),
        })
    })
}

/// Whether the functions that handlers hand the server to, like others the broadcaster, do nothing with it but to emit.
fn is_understood(input: &Input<'_>, argument: &Use) -> bool {
    let received = receiving_parameters(input.project, &argument.chain).unwrap_or_default();
    received.into_iter().all(|parameter| {
        parameter.is_some_and(|(file, binding)| {
            let facts = input.project.facts(file);
            let is_of_it = |it: &&Use| {
                it.chain.root.file == file && facts.binding_of(it.chain.root.node) == Some(binding)
            };
            let mut uses = input.uses.iter().filter(is_of_it);
            uses.all(|it| it.is_shared && it.meaning == Meaning::Emission)
        })
    })
}
