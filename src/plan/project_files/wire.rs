//! How the two sides of the runtime meet: the key of their channels in Redis, the adapter, and the package that connects.

use super::entry::{broadcaster_path, entry, wire_path};
use super::manifest::{Dependency, IOREDIS, REDIS, declared, oldest_of};
use super::{manifest, text_at};
use crate::config::adapter::Adapter;
use crate::plan::Input;
use crate::project::value::{Place, Value};
use crate::syntax::{Key, Kind, NodeId, Tree};

/// The packages of which one connects to Redis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) enum RedisClient {
    /// `redis`, which is called node-redis as well.
    NodeRedis,
    /// `ioredis`.
    Ioredis,
}

impl RedisClient {
    const ALL: [Self; 2] = [Self::NodeRedis, Self::Ioredis];

    /// The one that the package of the file at `path` has; `redis` if it has both, or none that is new enough.
    pub(super) fn of(input: &Input<'_>, path: &str) -> Self {
        let manifest = manifest::manifest(input, path);
        let is_there = |it: &Self| {
            let Dependency { name, oldest, .. } = it.dependency();
            let version = declared(&manifest, name);
            version.is_some_and(|it| oldest_of(&it).is_none_or(|it| it >= *oldest))
        };
        Self::ALL
            .into_iter()
            .find(is_there)
            .unwrap_or(Self::NodeRedis)
    }

    /// Its name.
    pub(super) fn package(self) -> &'static str {
        self.dependency().name
    }

    /// What of it the new files need.
    pub(super) fn dependency(self) -> &'static Dependency {
        match self {
            Self::NodeRedis => &REDIS,
            Self::Ioredis => &IOREDIS,
        }
    }
}

/// Packages through which a project already meets others in Redis.
const MEETING_POINTS: &[&str] = &[
    "@socket.io/redis-adapter",
    "@socket.io/redis-emitter",
    "socket.io-emitter",
    "socket.io-redis",
];

/// The key of the packages themselves.
const USUAL_KEY: &str = "socket.io";

/// The agreement, as it is written into the runtime.
pub(in crate::plan) struct Wire {
    /// Separates the events of this application from those of others on the same Redis, unless the environment says
    /// otherwise. The package's name, unless an adapter or an emitter of the project has been using another.
    pub(in crate::plan) redis_key: String,
    /// What carries the events.
    pub(super) adapter: Adapter,
    /// What connects to Redis. Each side could have its own; they have the one of the API.
    pub(super) client: RedisClient,
    /// What a person has to do for it.
    pub(super) note: Option<String>,
}

/// Adapters of other kinds, and the choice that is closest.
const OTHER_ADAPTERS: &[(&str, Option<Adapter>)] = &[
    ("@socket.io/azure-service-bus-adapter", None),
    ("@socket.io/cluster-adapter", None),
    ("@socket.io/gcp-pubsub-adapter", None),
    ("@socket.io/mongo-adapter", None),
    ("@socket.io/postgres-adapter", None),
    ("@socket.io/redis-streams-adapter", Some(Adapter::Streams)),
];

/// What a person should know if the server had an adapter of another kind.
pub(super) fn replaced(input: &Input<'_>, chosen: Adapter) -> Option<String> {
    let imports = |package: &str| {
        let mut files = input
            .project
            .files()
            .filter(|it| input.project.role(it.0).is_of_api());
        files.any(|it| {
            it.1.tree.ids().any(|node| {
                it.1.tree.string_value(node) == Some(package)
                    || imports_from(&it.1.tree, node, package)
            })
        })
    };
    let (package, closest) = OTHER_ADAPTERS.iter().find(|it| imports(it.0))?;
    match closest {
        Some(adapter) if *adapter == chosen => None,
        Some(adapter) => Some(format!(
            "the server had the adapter of `{package}`; `iomigrate apply --adapter {}` keeps its kind",
            adapter.as_str()
        )),
        None => Some(format!(
            "the adapter of `{package}` is replaced: the API reaches the dedicated server through Redis, which has to be there; \
             other programs that send events have to go that way, too"
        )),
    }
}

fn imports_from(tree: &Tree, node: NodeId, package: &str) -> bool {
    matches!(tree.kind(node), Kind::Import { source, .. } if source == package)
}

impl Wire {
    /// What was written once stays, because processes of two versions have to meet during a deployment. Only an adapter
    /// that was asked for replaces the former one.
    pub(in crate::plan) fn of(input: &Input<'_>) -> Self {
        let path = wire_path(&broadcaster_path(input));
        let written = text_at(input, &path).unwrap_or_default();
        let (redis_key, note) = match quoted_after(written, "process.env.SOCKET_IO_REDIS_KEY || ") {
            Some(key) => (key, None),
            None => fresh_key(input, &path),
        };
        let adapter = quoted_after(written, "const ADAPTER = ").and_then(|it| it.parse().ok());
        Self {
            redis_key,
            adapter: input.settings.adapter.or(adapter).unwrap_or_default(),
            client: RedisClient::of(
                input,
                entry(input).map_or(&path, |it| input.project.path(it)),
            ),
            note,
        }
    }
}

/// The key of an application that has none from us yet, and what to do if its former one can't be told.
fn fresh_key(input: &Input<'_>, path: &str) -> (String, Option<String>) {
    let Some(Place { file, node }) = adapter_key(input) else {
        let meets_others = manifest::depends_on(input, path, MEETING_POINTS);
        let key = if meets_others {
            USUAL_KEY.to_owned()
        } else {
            manifest::name(input, path)
        };
        return (key, None);
    };
    let tree = &input.project.facts(file).tree;
    let text = tree.string_value(node);
    if let Some(key) = text.filter(|it| !it.contains(['\'', '\\', '\n'])) {
        return (key.to_owned(), None);
    }
    let code = &input.sources[file.index()].text[tree.span(node).range()];
    let note = format!(
        "the Redis adapter had the key `{code}`: set `SOCKET_IO_REDIS_KEY` to it if other programs send events"
    );
    (USUAL_KEY.to_owned(), Some(note))
}

/// The value of `key` in the options of an adapter that the project makes.
fn adapter_key(input: &Input<'_>) -> Option<Place> {
    input.project.files().find_map(|(file, facts)| {
        let tree = &facts.tree;
        let calls = tree.ids().filter_map(|node| match tree.kind(node) {
            Kind::Call { arguments, .. } => Some((Place { file, node }, arguments)),
            _ => None,
        });
        let adapters = calls.filter(|(place, _)| {
            let mut values = input.project.values(*place);
            values.any(|it| *it == Value::Adapter(*place))
        });
        let mut options =
            adapters.flat_map(|(_, arguments)| arguments.iter().flat_map(|it| tree.children(*it)));
        options.find_map(|it| match tree.kind(it) {
            Kind::Property {
                key: Key::Static(name),
                value,
                ..
            } if name == "key" => Some(Place { file, node: *value }),
            _ => None,
        })
    })
}

/// The text between the quotes that follow `start`.
fn quoted_after(text: &str, start: &str) -> Option<String> {
    let (_, rest) = text.split_once(start)?;
    let (quoted, _) = rest.strip_prefix('\'')?.split_once('\'')?;
    Some(quoted.to_owned())
}
