//! A migration that was begun by hand: a dedicated server that the API's program does not load, and what such work gets
//! wrong. It is explained, and finished where the API makes no server of its own any more.

mod adopt;

use std::collections::BTreeSet;

use super::project_files::{makes_http_server, manifest};
use super::{Adopted, FileEdits, Input};
use crate::findings::entries::holders;
use crate::project::value::{Place, SiteKind, Value};
use crate::rules::Meaning;
use crate::source::{FileId, LineIndex};
use crate::syntax::{Kind, NodeId};

/// What was found.
pub(super) struct HalfDone {
    pub(super) reason: String,
    pub(super) notes: Vec<String>,
    /// How the server becomes one of the runtime's.
    pub(super) adopted: Option<Adopted>,
}

/// The dedicated server that was made by hand, and what is wrong around it.
pub(super) fn found(input: &Input<'_>) -> Option<HalfDone> {
    let is_migrated = input
        .project
        .files()
        .any(|it| input.project.role(it.0).is_dedicated_server);
    if is_migrated {
        return None;
    }
    let made: BTreeSet<FileId> = sites(input, SiteKind::Constructed)
        .map(|it| it.file)
        .collect();
    let programs = manifest::started(input);
    let services = made.iter().filter(|it| is_service(input, **it));
    let (server, api) = services.into_iter().find_map(|server| {
        let mut programs = programs.iter().filter(|it| is_beside(input, **it, *server));
        Some((*server, *programs.next()?))
    })?;
    let (server_path, api_path) = (input.project.path(server), input.project.path(api));
    let mut notes = Vec::new();
    let second = made
        .iter()
        .find(|it| **it != server && input.project.loads(api, **it));
    notes.extend(second.map(|it| {
        format!(
            "`{}` makes a second server: clients of one get nothing that is sent through the other",
            input.project.path(*it)
        )
    }));
    notes.extend(undefined(input, |_| true));
    notes.extend(dead_code(input));
    notes.extend(split_unions(input));
    notes.extend(subscribing_publishers(input));
    let adopted = match second {
        None => adopt::adopt(input, server),
        Some(_) => Err("the API makes a server, too".to_owned()),
    };
    let make = match second {
        Some(second) => format!(
            "add to `{}` the handlers that only `{server_path}` has",
            input.project.path(*second)
        ),
        None => {
            format!("make the server in `{api_path}` again, with the handlers of `{server_path}`")
        }
    };
    notes.push(match &adopted {
        Ok(_) => format!(
            "`apply --unsafe-fixes` lets the runtime run `{server_path}`, and the API send to it where it asks for a server today"
        ),
        Err(reason) => format!("`{server_path}` can't be run by the runtime: {reason}"),
    });
    notes.push(format!(
        "to let `apply` move the handlers again: {make}, move that file away, and the one that sends to it, and write \
         `io.to(…).emit(…)` where that was called"
    ));
    Some(HalfDone {
        reason: format!(
            "`{server_path}` is a dedicated server already, made by hand: `{api_path}` does not load it"
        ),
        notes,
        adopted: adopted.ok().map(|edits| Adopted {
            edits: FileEdits {
                file: server,
                edits,
            },
            notes: afterwards(input, server_path),
        }),
    })
}

/// Whether a program of the same package serves requests, and has nothing to do with the file of a server, which serves
/// none itself.
fn is_beside(input: &Input<'_>, api: FileId, server: FileId) -> bool {
    let (api_path, server_path) = (input.project.path(api), input.project.path(server));
    let is_apart =
        api != server && !input.project.loads(api, server) && !input.project.loads(server, api);
    let is_of_package =
        manifest::root_for(input, api_path) == manifest::root_for(input, server_path);
    let has_app = |file: FileId| {
        let mut nodes = input.project.facts(file).tree.ids();
        nodes.any(|node| {
            input
                .project
                .values(Place { file, node })
                .any(|it| *it == Value::App)
        })
    };
    is_apart && is_of_package && (has_app(api) || makes_http_server(input, api)) && !has_app(server)
}

/// Whether something that runs processes names a file, not only a script for trying things out.
fn is_service(input: &Input<'_>, server: FileId) -> bool {
    let name = input
        .project
        .path(server)
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |it| it.0);
    let names_it = |text: &str| {
        let mut words =
            text.split(|it: char| !it.is_ascii_alphanumeric() && !matches!(it, '-' | '_'));
        words.any(|it| it == stem)
    };
    let programs = input.sources.iter().map(|it| (&it.path, &it.text));
    let mut files = input
        .manifests
        .iter()
        .map(|it| (&it.path, &it.text))
        .chain(programs);
    files.any(|(path, text)| {
        let name = path.rsplit('/').next().unwrap_or_default();
        let runs = [
            "ecosystem",
            "pm2",
            "Procfile",
            "Dockerfile",
            "docker-compose",
            "compose",
        ];
        if name == "package.json" {
            let manifest = manifest::manifest(input, path);
            let scripts = manifest.get("scripts").and_then(|it| it.as_object());
            let mut starts = scripts
                .into_iter()
                .flatten()
                .filter(|it| it.0.starts_with("start") || it.0.starts_with("serve"));
            return starts.any(|it| it.1.as_str().is_some_and(names_it));
        }
        runs.iter().any(|it| name.starts_with(it)) && names_it(text)
    })
}

fn sites(input: &Input<'_>, kind: SiteKind) -> impl Iterator<Item = Place> {
    input
        .project
        .sites()
        .iter()
        .filter(move |it| it.kind == kind)
        .map(|it| it.place)
}

/// What a person should know once the runtime runs the server.
fn afterwards(input: &Input<'_>, server: &str) -> Vec<String> {
    let kept = format!(
        "`{server}` keeps its handlers; its adapter is the runtime's, which also lets it listen: on 127.0.0.1, unless \
         `SOCKET_IO_HOST` says otherwise"
    );
    let is_member = |it: Place| {
        let tree = &input.project.facts(it.file).tree;
        let parent = tree.parent(it.node).map(|it| tree.kind(it));
        matches!(parent, Some(Kind::Member { .. }))
    };
    let mut notes = vec![kept];
    notes.extend(undefined(input, |it| !is_member(it)));
    notes.extend(split_unions(input));
    notes
}

/// `io` in files where nothing declares it any more.
fn undefined(input: &Input<'_>, is_meant: impl Fn(Place) -> bool) -> Vec<String> {
    let files = input
        .project
        .files()
        .filter(|it| input.project.role(it.0).is_of_api());
    let names = files.filter_map(|(file, facts)| {
        let nodes = facts.free_names().get("io")?.iter();
        let mut places = nodes.map(|node| Place { file, node: *node });
        places.find(|it| is_meant(*it))
    });
    let note = |it: Place| {
        format!(
            "{}: `io` is declared nowhere: this throws a ReferenceError",
            place(input, it)
        )
    };
    names.map(note).collect()
}

/// Emissions through a handle that nothing puts a server into any more.
fn dead_code(input: &Input<'_>) -> Vec<String> {
    let is_guessed = |it: Place| {
        let site = input.project.part(it).and_then(Value::site);
        site.is_some_and(|it| input.project.site(it).kind == SiteKind::Guessed)
    };
    let dead = input
        .uses
        .iter()
        .filter(|it| it.meaning == Meaning::Emission && is_guessed(it.chain.root));
    let note = |it: Place| {
        format!(
            "{}: nothing gives this code a server any more, so it sends nothing; its guards hide that",
            place(input, it)
        )
    };
    dead.map(|it| note(it.chain.root)).collect()
}

/// Loops over rooms that publish for each.
fn split_unions(input: &Input<'_>) -> Vec<String> {
    let files = input
        .project
        .files()
        .filter(|it| !input.project.role(it.0).is_broadcaster);
    let loops = files.flat_map(|(file, facts)| {
        let nodes = facts.tree.ids().map(move |node| Place { file, node });
        nodes
            .filter(|it| is_split_union(input, *it))
            .collect::<Vec<_>>()
    });
    let note = |it: Place| {
        format!(
            "{}: sends to each room on its own: a client in two of them gets the event twice, where `io.to(a).to(b)` reached it \
             once",
            place(input, it)
        )
    };
    loops.map(note).collect()
}

/// Whether a node is a loop over rooms, and its body, or a function that it calls, publishes through Redis.
fn is_split_union(input: &Input<'_>, at: Place) -> bool {
    let Some((list, body)) = looped(input, at) else {
        return false;
    };
    let tree = &input.project.facts(at.file).tree;
    let text = |it: Place| {
        let span = input.project.facts(it.file).tree.span(it.node);
        &input.sources[it.file.index()].text[span.range()]
    };
    let here = |node: NodeId| Place {
        file: at.file,
        node,
    };
    let publishes = |it: Place| text(it).contains(".publish(");
    let calls = tree
        .descendants(body)
        .filter(|it| matches!(tree.kind(*it), Kind::Call { .. }));
    let mut sent = calls.flat_map(|it| {
        input
            .project
            .callees(here(it))
            .into_iter()
            .chain([here(it)])
    });
    let is_list =
        matches!(tree.kind(tree.bare(list)), Kind::Array { elements } if elements.len() > 1);
    (is_list || text(here(list)).contains("ooms")) && sent.any(publishes)
}

/// The list and the body of a `for (… of list)`, or of `list.forEach(body)`.
fn looped(input: &Input<'_>, at: Place) -> Option<(NodeId, NodeId)> {
    let tree = &input.project.facts(at.file).tree;
    match tree.kind(at.node) {
        Kind::ForEach {
            right,
            body,
            is_of: true,
            ..
        } => Some((*right, *body)),
        Kind::Call {
            callee, arguments, ..
        } => match tree.kind(*callee) {
            Kind::Member {
                object, property, ..
            } if property.name() == Some("forEach") => Some((*object, *arguments.first()?)),
            _ => None,
        },
        _ => None,
    }
}

/// `subscribe` on the client that an adapter publishes with.
fn subscribing_publishers(input: &Input<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    for (file, facts) in input.project.files() {
        let adapters = facts.tree.ids().filter_map(|node| {
            let call = Place { file, node };
            let is_adapter = input
                .project
                .values(call)
                .any(|it| *it == Value::Adapter(call));
            match facts.tree.kind(node) {
                Kind::Call { arguments, .. } if is_adapter => arguments.first().copied(),
                _ => None,
            }
        });
        let clients = adapters.flat_map(|node| input.project.values(Place { file, node }));
        let clients = clients.filter(|it| matches!(it, Value::RedisClient(_)));
        let subscribes = |it: &Place| {
            let tree = &input.project.facts(it.file).tree;
            let member = tree.parent(tree.wrapped(it.node)).map(|it| tree.kind(it));
            matches!(member, Some(Kind::Member { property, .. }) if matches!(property.name(), Some("subscribe" | "pSubscribe" | "psubscribe")))
        };
        let places = clients
            .flat_map(|it| holders(input.project, it))
            .filter(subscribes);
        notes.extend(places.map(|it| {
            format!(
                "{}: a Redis client that subscribes can't publish, and the adapter publishes with this one",
                place(input, it)
            )
        }));
    }
    notes
}

fn place(input: &Input<'_>, at: Place) -> String {
    let text = &input.sources[at.file.index()].text;
    let start = input.project.facts(at.file).tree.span(at.node).start;
    let position = LineIndex::new(text).position(text, start);
    format!("{}:{position}", input.project.path(at.file))
}
