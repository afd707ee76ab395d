//! `package.json`: what the new files need is added, the rest stays as it was written.

use serde_json::Value;

use super::commands::Command;
use super::entry::{entry, folder};
use super::json;
use super::wire::RedisClient;
use super::wire::Wire;
use super::{Written, text_at};
use crate::config::adapter::Adapter;
use crate::plan::Input;
use crate::plan::setup::Slice;
use crate::project::entries::file_at;
use crate::source::FileId;

/// A package that the new files need: the version that is added, and the oldest that will do.
pub(super) struct Dependency {
    pub(super) name: &'static str,
    version: &'static str,
    /// Its major and its minor number.
    pub(super) oldest: (u32, u32),
    user: User,
    /// The adapters that need it.
    adapters: &'static [Adapter],
}

impl Dependency {
    /// The range that has to stand where `range` lets in what is too old; of the same major version if that will do, because
    /// the project's own code calls it, too.
    fn instead_of(&self, range: &str) -> Option<String> {
        let oldest = oldest_of(range).filter(|it| *it < self.oldest)?;
        let (major_version, minor) = self.oldest;
        match oldest.0 == major_version && major(self.version) != Some(major_version) {
            true => Some(format!("^{major_version}.{minor}.0")),
            false => Some(self.version.to_owned()),
        }
    }
}

/// Who needs a package.
#[derive(Clone, Copy, PartialEq, Eq)]
enum User {
    /// The dedicated server.
    Server,
    /// The broadcaster, as soon as the server is in another process.
    Publisher,
    /// The broadcaster, wherever the server is.
    Wire,
}

const DEPENDENCIES: &[Dependency] = &[
    Dependency {
        name: "@msgpack/msgpack",
        version: "^2.8.0",
        oldest: (2, 0),
        user: User::Wire,
        adapters: &[Adapter::Streams, Adapter::Sharded],
    },
    Dependency {
        name: "@socket.io/redis-adapter",
        version: "^8.3.0",
        oldest: (8, 0),
        user: User::Server,
        adapters: &[Adapter::Classic, Adapter::Sharded],
    },
    Dependency {
        name: "@socket.io/redis-emitter",
        version: "^5.1.0",
        oldest: (5, 0),
        user: User::Publisher,
        adapters: &[Adapter::Classic],
    },
    Dependency {
        name: "@socket.io/redis-streams-adapter",
        version: "^0.3.1",
        oldest: (0, 0),
        user: User::Server,
        adapters: &[Adapter::Streams],
    },
    Dependency {
        name: "notepack.io",
        version: "^3.0.1",
        oldest: (3, 0),
        user: User::Wire,
        adapters: &[Adapter::Classic],
    },
    // The adapters extend classes of it, which Socket.IO's own older copy has not.
    Dependency {
        name: "socket.io-adapter",
        version: "^2.5.4",
        oldest: (2, 5),
        user: User::Server,
        adapters: &Adapter::ALL,
    },
];

/// Older ones can't be kept from connecting again by themselves, and those before 4.3 have no `unref`.
pub(super) const REDIS: Dependency = Dependency {
    name: "redis",
    version: "^5.8.0",
    oldest: (4, 6),
    user: User::Publisher,
    adapters: &Adapter::ALL,
};

/// Before version 5 it keeps a process alive that has nothing else to do.
pub(super) const IOREDIS: Dependency = Dependency {
    name: "ioredis",
    version: "^5.8.0",
    oldest: (5, 0),
    user: User::Publisher,
    adapters: &Adapter::ALL,
};

/// Those who made a server have it somewhere, so it is never added. 4.0 can't work with the adapter: it has no
/// `writeToEngine`.
const SOCKET_IO: Dependency = Dependency {
    name: "socket.io",
    version: "^4.1.0",
    oldest: (4, 1),
    user: User::Server,
    adapters: &Adapter::ALL,
};

/// Runs TypeScript.
const TSX: Dependency = Dependency {
    name: "tsx",
    version: "^4.20.0",
    oldest: (0, 0),
    user: User::Server,
    adapters: &Adapter::ALL,
};

/// The path of the manifest that a file belongs to.
pub(in crate::plan) fn path_for<'a>(input: &Input<'a>, path: &str) -> Option<&'a str> {
    let manifests = input.manifests.iter().map(|it| it.path.as_str());
    let own = manifests
        .filter(|it| it.rsplit('/').next() == Some("package.json") && path.starts_with(folder(it)));
    own.max_by_key(|it| it.len())
}

/// The folder of the package that a file belongs to, with the slash at its end.
pub(in crate::plan) fn root_for<'a>(input: &Input<'a>, path: &str) -> &'a str {
    path_for(input, path).map_or("", folder)
}

/// The manifest that a file belongs to; `null` if there is none that can be read.
pub(in crate::plan) fn manifest(input: &Input<'_>, path: &str) -> Value {
    let text = path_for(input, path)
        .and_then(|it| text_at(input, it))
        .unwrap_or_default();
    serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_default()
}

/// The package's name without its scope, `app` if it has none.
pub(in crate::plan) fn name(input: &Input<'_>, path: &str) -> String {
    let manifest = manifest(input, path);
    let name = manifest
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let plain = name.rsplit('/').next().unwrap_or_default();
    let is_plain = !plain.is_empty()
        && plain
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || "-_.".contains(it));
    if is_plain {
        plain.to_owned()
    } else {
        "app".to_owned()
    }
}

/// Whether a file's package depends on one of `packages`.
pub(in crate::plan) fn depends_on(input: &Input<'_>, path: &str, packages: &[&str]) -> bool {
    let manifest = manifest(input, path);
    packages.iter().any(|it| declared(&manifest, it).is_some())
}

/// Whether `.js` files at `path` are ES modules.
pub(in crate::plan) fn is_module_package(input: &Input<'_>, path: &str) -> bool {
    manifest(input, path).get("type").and_then(Value::as_str) == Some("module")
}

/// The files that the manifests start: `main`, `node x.js`, or what these are built from.
pub(in crate::plan) fn started(input: &Input<'_>) -> Vec<FileId> {
    let mut found = Vec::new();
    for path in input
        .manifests
        .iter()
        .map(|it| &it.path)
        .filter(|it| it.ends_with("package.json"))
    {
        let manifest = manifest(input, path);
        let start = manifest
            .pointer("/scripts/start")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let words = start
            .split_whitespace()
            .filter(|it| it.contains('.') || it.contains('/'));
        let main = manifest.get("main").and_then(Value::as_str);
        let named = words.chain(main).map(|it| it.trim_start_matches("./"));
        found.extend(named.filter_map(|it| file_at(input.sources, folder(path), it)));
    }
    found
}

/// Whether the Express of a file's package answers with an error when an `async` handler fails, as it does from 5 on.
pub(in crate::plan) fn catches_handlers(input: &Input<'_>, file: FileId) -> bool {
    let path = input.project.path(file);
    let around = |manifest: &&str| path.starts_with(folder(manifest));
    let manifests = input.manifests.iter().map(|it| it.path.as_str());
    let nearest = manifests
        .filter(|it| it.ends_with("package.json"))
        .filter(around)
        .max_by_key(|it| it.len());
    let version = nearest.and_then(|it| {
        let manifest = manifest(input, it);
        let range = manifest.pointer("/dependencies/express")?.as_str()?;
        major(range)
    });
    version.is_some_and(|it| it >= 5)
}

/// The major and the minor number that a range starts with; `None` for `*`, `latest`, a URL.
pub(super) fn oldest_of(range: &str) -> Option<(u32, u32)> {
    let is_range = range.starts_with(|it: char| it.is_ascii_digit() || "^~>=v".contains(it));
    let mut numbers = range
        .trim_start_matches(|it: char| !it.is_ascii_digit())
        .split('.')
        .map(|it| it.parse().ok());
    let major = numbers.next()??;
    // `4` and `4.x` let 4.0 in.
    let minor = numbers.next().flatten().unwrap_or(0);
    is_range.then_some((major, minor))
}

fn major(range: &str) -> Option<u32> {
    oldest_of(range).map(|it| it.0)
}

pub(super) fn declared(manifest: &Value, package: &str) -> Option<String> {
    let list = manifest.get("dependencies")?;
    list.get(package).and_then(Value::as_str).map(str::to_owned)
}

/// Packages that are too old for the new files and can't be raised without asking.
pub(super) fn too_old(input: &Input<'_>, file: FileId) -> Vec<(String, String)> {
    let manifest = manifest(input, input.project.path(file));
    let Dependency { name, oldest, .. } =
        RedisClient::of(input, input.project.path(file)).dependency();
    let mut problems = Vec::new();
    for (package, oldest) in [(*name, oldest.0), ("socket.io", 4)] {
        let version = declared(&manifest, package);
        if let Some(version) = version.filter(|it| major(it).is_some_and(|it| it < oldest)) {
            problems.push((
                format!("`{package}` {version} is too old for the dedicated server"),
                format!("upgrade it to version {oldest} or newer first; the code that calls it may need changes"),
            ));
        }
    }
    problems
}

/// Adds what is missing.
pub(super) fn write(
    input: &Input<'_>,
    slice: Option<&Slice>,
    wire: &Wire,
    in_api: bool,
    written: &mut Written,
) {
    let has_server = slice.is_some() || input.settings.choice.adopts;
    let users: &[User] = match (has_server, in_api) {
        (true, _) => &[User::Server, User::Publisher, User::Wire],
        (false, false) => &[User::Publisher, User::Wire],
        (false, true) => &[User::Wire],
    };
    let entry = entry(input).or_else(|| slice.map(|it| it.file));
    let entry_path = entry.map_or("", |it| input.project.path(it));
    let Some(path) = path_for(input, entry_path) else {
        let names: Vec<String> = needed(wire.adapter, wire.client, users)
            .iter()
            .map(|it| format!("{}@{}", it.name, it.version))
            .collect();
        written.notes.push(format!(
            "there is no `package.json`; install {}",
            names.join(" ")
        ));
        return;
    };
    let before = text_at(input, path).unwrap_or_default();
    let mut packages = needed(wire.adapter, wire.client, users);
    if slice.is_some() {
        packages.push(&SOCKET_IO);
    }
    if let Some(slice) = slice.filter(|it| needs_tsx(input, it, entry_path)) {
        packages.push(&TSX);
        written.notes.push(format!(
            "no `start` script says how `{entry_path}` is run: `{}` is run by `tsx`",
            slice.server_path
        ));
    }
    let with_packages = add_dependencies(before, &packages);
    let with_script = slice.and_then(|it| add_scripts(input, &with_packages, path, it));
    written.add(input, path.to_owned(), with_script.unwrap_or(with_packages));
}

/// Whether a program has to be compiled or loaded by something.
pub(super) fn is_typescript(path: &str) -> bool {
    path.rsplit('.')
        .next()
        .is_some_and(|it| it.ends_with("ts") || it == "tsx")
}

/// Whether nothing that the package has tells how to run the dedicated server.
fn needs_tsx(input: &Input<'_>, slice: &Slice, entry_path: &str) -> bool {
    let manifest = manifest(input, entry_path);
    let has_it = ["dependencies", "devDependencies"].iter().any(|it| {
        let list = manifest.get(it);
        list.is_some_and(|it| it.get(TSX.name).is_some())
    });
    is_typescript(&slice.server_path) && !has_it && Command::of_script(input, "start").is_none()
}

/// What `users` need with this adapter and this client, by name.
fn needed(adapter: Adapter, client: RedisClient, users: &[User]) -> Vec<&'static Dependency> {
    let all = DEPENDENCIES.iter().chain([client.dependency()]);
    let mut needed: Vec<&Dependency> = all
        .filter(|it| it.adapters.contains(&adapter) && users.contains(&it.user))
        .collect();
    needed.sort_by_key(|it| it.name);
    needed
}

fn add_dependencies(text: &str, needed: &[&Dependency]) -> String {
    let Some(root) = json::object(text, 0) else {
        return text.to_owned();
    };
    let quoted = |it: &Dependency| (it.name, format!("\"{}\"", it.version));
    let Some(list) = root
        .get("dependencies")
        .and_then(|it| json::object(text, it.value.start as usize))
    else {
        let added: Vec<(&str, String)> = needed
            .iter()
            .filter(|it| it.name != SOCKET_IO.name)
            .map(|it| quoted(it))
            .collect();
        let last = root.members.last().map(|it| it.key.as_str());
        let with_empty =
            json::insert(text, &root, &[("dependencies", "{}".to_owned())], last).apply(text);
        let list = json::object(&with_empty, 0).and_then(|it| {
            it.get("dependencies")
                .and_then(|it| json::object(&with_empty, it.value.start as usize))
        });
        return list.map_or(with_empty.clone(), |it| {
            json::insert(&with_empty, &it, &added, None).apply(&with_empty)
        });
    };
    let mut added = Vec::new();
    let mut raised = Vec::new();
    for dependency in needed {
        match list.get(dependency.name) {
            None if dependency.name == SOCKET_IO.name => {}
            None => added.push(quoted(dependency)),
            Some(member) => {
                let version: String =
                    serde_json::from_str(&text[member.value.range()]).unwrap_or_default();
                if let Some(version) = dependency.instead_of(&version) {
                    raised.push((member.value, format!("\"{version}\"")));
                }
            }
        }
    }
    let mut edits = json::insert(text, &list, &added, None);
    for (span, version) in raised {
        edits
            .replace(span, version)
            .expect("versions don't overlap");
    }
    edits.apply(text)
}

/// Where no Redis is, development goes without.
const STAND_IN: &str = " --redis-stand-in";

/// `start:socketio` after `start`, `dev:socketio` after `dev`: as these start the API.
fn add_scripts(input: &Input<'_>, text: &str, path: &str, slice: &Slice) -> Option<String> {
    let mut text = text.to_owned();
    for (script, flags) in [("start", ""), ("dev", STAND_IN)] {
        let command = Command::of_script(input, script);
        let command = command.map(|it| it.starting(&slice.server_path, flags));
        let file = slice
            .server_path
            .strip_prefix(folder(path))
            .unwrap_or(&slice.server_path);
        let runner = if is_typescript(file) { "tsx" } else { "node" };
        let command = match (script, command) {
            (_, Some(command)) => command,
            ("start", None) => format!("{runner} {file}"),
            _ => continue,
        };
        let root = json::object(&text, 0)?;
        let scripts = json::object(&text, root.get("scripts")?.value.start as usize)?;
        let name = format!("{script}:socketio");
        if scripts.get(&name).is_some() {
            continue;
        }
        let last = scripts.members.last().map(|it| it.key.as_str());
        let before = scripts.get(script).map_or(last, |_| Some(script));
        let value = Value::from(command).to_string();
        text = json::insert(&text, &scripts, &[(&name, value)], before).apply(&text);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::{Adapter, RedisClient, SOCKET_IO, User, major, needed};

    fn add_dependencies(text: &str, users: &[User]) -> String {
        let needed = needed(Adapter::Classic, RedisClient::NodeRedis, users);
        super::add_dependencies(text, &needed)
    }

    #[test]
    fn versions_that_will_do_stay() {
        let text = "{\n  \"dependencies\": {\n    \"@socket.io/redis-adapter\": \"^7.2.0\",\n    \"express\": \"^5.1.0\",\n    \"redis\": \"^4.6.0\"\n  }\n}\n";
        assert_eq!(
            add_dependencies(text, &[User::Server, User::Publisher, User::Wire]),
            "{\n  \"dependencies\": {\n    \"@socket.io/redis-adapter\": \"^8.3.0\",\n    \"@socket.io/redis-emitter\": \"^5.1.0\",\n    \"express\": \"^5.1.0\",\n    \"notepack.io\": \"^3.0.1\",\n    \"redis\": \"^4.6.0\",\n    \"socket.io-adapter\": \"^2.5.4\"\n  }\n}\n"
        );
    }

    /// `socket.client.writeToEngine is not a function`: the dedicated server died of its first event.
    #[test]
    fn a_socket_io_that_the_adapter_does_not_fit_is_raised() {
        let raised = |range: &str| {
            let text = format!("{{ \"dependencies\": {{ \"socket.io\": \"{range}\" }} }}");
            super::add_dependencies(&text, &[&SOCKET_IO])
        };
        let new = "{ \"dependencies\": { \"socket.io\": \"^4.1.0\" } }";
        for old in ["^4.0.1", "~4.0.0", "4.0.2", "4.x", "^4"] {
            assert_eq!(raised(old), new, "{old}");
        }
        for kept in ["^4.1.3", ">=4.8.1", "latest", "^5.0.0"] {
            assert!(raised(kept).contains(kept), "{kept}");
        }
        let without = "{ \"dependencies\": { \"express\": \"^5.0.0\" } }";
        assert_eq!(super::add_dependencies(without, &[&SOCKET_IO]), without);
    }

    /// `client.unref is not a function`: nothing was published.
    #[test]
    fn an_old_redis_is_raised_within_its_major_version() {
        let raised = |range: &str| {
            let text = format!("{{ \"dependencies\": {{ \"redis\": \"{range}\" }} }}");
            add_dependencies(&text, &[User::Publisher])
        };
        assert!(raised("^4.0.4").contains("\"redis\": \"^4.6.0\""));
        assert!(raised("4.5.1").contains("\"redis\": \"^4.6.0\""));
        assert!(raised("^4.7.0").contains("\"redis\": \"^4.7.0\""));
    }

    #[test]
    fn a_manifest_without_dependencies_gets_some() {
        assert_eq!(
            add_dependencies("{\n  \"name\": \"x\"\n}\n", &[User::Publisher, User::Wire]),
            "{\n  \"name\": \"x\",\n  \"dependencies\": {\n    \"@socket.io/redis-emitter\": \"^5.1.0\",\n    \"notepack.io\": \"^3.0.1\",\n    \"redis\": \"^5.8.0\"\n  }\n}\n"
        );
    }

    #[test]
    fn ranges_name_their_major_version() {
        assert_eq!(major("^4.6.0"), Some(4));
        assert_eq!(major(">=3"), Some(3));
        assert_eq!(major("latest"), None);
        assert_eq!(major("github:redis/node-redis#v4"), None);
    }
}
