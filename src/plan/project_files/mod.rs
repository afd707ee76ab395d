//! The files around a migration: the runtime that it brings, and what says how the processes are run. What moves out of
//! the entry file is `setup`'s matter.

mod app;
pub(in crate::plan) mod commands;
mod entry;
mod json;
pub(in crate::plan) mod manifest;
mod pm2;
mod wire;
#[cfg(test)]
mod tests;

use minijinja::Environment;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use serde::Serialize;

use super::draft::Draft;
use super::setup::{Blocker, Slice};
use super::{Input, WrittenFile, imports, surroundings};
use crate::config::teaching::{Method, Room};
use crate::config::{Access, Settings};
use crate::project::value::SiteKind;
use crate::source::{FileId, Span};
pub(in crate::plan) use entry::{
    broadcaster_path, entry, joined, makes_http_server, relative, runtime_path,
};
use entry::{redis_path, stand_in_path, wire_path};
pub(in crate::plan) use manifest::{catches_handlers, root_for};
pub(in crate::plan) use pm2::Programs;
pub(in crate::plan) use wire::Wire;

/// The files to write, and what a person should know about them.
#[derive(Clone, Debug, Default)]
pub(in crate::plan) struct Written {
    pub(in crate::plan) files: Vec<WrittenFile>,
    pub(in crate::plan) notes: Vec<String>,
}

impl Written {
    /// Adds a file, unless it is there already with this very text.
    pub(in crate::plan) fn add(&mut self, input: &Input<'_>, path: String, after: String) {
        let before = text_at(input, &path).map(str::to_owned);
        if before.as_ref() != Some(&after) {
            self.files.push(WrittenFile {
                path,
                before,
                after,
            });
        }
    }
}

/// The runtime, and everything that says how it is run. Without a `slice` the server stays in the API's process, so only
/// what the rewritten code calls is written. `in_api`: that is where the server is, attached to the broadcaster.
pub(in crate::plan) fn written(input: &Input<'_>, slice: Option<&Slice>, in_api: bool) -> Written {
    let mut written = Written::default();
    let broadcaster = broadcaster_path(input);
    let style = Style::of_path(input, &broadcaster);
    let wire = Wire::of(input);
    let wire_path = wire_path(&broadcaster);
    let redis_path = redis_path(&broadcaster);
    let runtime = Runtime::new(&style, &broadcaster, &wire, in_api, input.settings);
    let server_runtime = runtime_path(&broadcaster);
    let stand_in = stand_in_path(&broadcaster);
    written.add(
        input,
        broadcaster,
        render(include_str!("../runtime/socketBroadcaster.js"), &runtime),
    );
    written.add(
        input,
        wire_path,
        render(include_str!("../runtime/socketWire.js"), &runtime),
    );
    if !in_api {
        written.add(
            input,
            redis_path,
            render(include_str!("../runtime/socketRedis.js"), &runtime),
        );
    }
    let adopts = input.settings.choice.adopts;
    manifest::write(input, slice, &wire, in_api, &mut written);
    if slice.is_some() || adopts {
        written.add(
            input,
            server_runtime,
            render(include_str!("../runtime/socketRuntime.js"), &runtime),
        );
        written.add(
            input,
            stand_in,
            render(include_str!("../runtime/redisStandIn.js"), &runtime),
        );
    }
    written.notes.extend(wire.note);
    if let Some(slice) = slice {
        written.notes.extend(wire::replaced(input, wire.adapter));
        written.add(input, slice.server_path.clone(), slice.server.clone());
        for (path, text) in slice.modules() {
            written.add(input, path.to_owned(), text.to_owned());
        }
        surroundings::write(input, slice, &wire.redis_key, &mut written);
        pm2::write(input, slice, &mut written);
    }
    written
}

/// Edits the PM2 file if there is one, so that the dedicated server runs once and the API as often as it likes.
/// Returns what a person should know.
pub(in crate::plan) fn edit_pm2(draft: &mut Draft<'_>, slice: &Slice) -> Vec<String> {
    pm2::edit(draft, slice)
}

/// How a generated file is written.
pub(in crate::plan) struct Style {
    /// An ES module, or TypeScript, which is written as one.
    pub(in crate::plan) esm: bool,
    /// TypeScript.
    pub(in crate::plan) ts: bool,
    /// What specifiers of files like it end with.
    pub(in crate::plan) suffix: &'static str,
}

impl Style {
    /// The style of a file at `path`, which need not exist: by its extension, else as the API's entry is.
    fn of_path(input: &Input<'_>, path: &str) -> Self {
        let entry = entry(input);
        let is_module = match entry {
            Some(entry) => input.project.role(entry).is_module,
            None => manifest::is_module_package(input, path),
        };
        Self::of_extension(path, is_module, || {
            entry.and_then(|it| imports::names_extensions(input, it)) == Some(true)
        })
    }

    /// The style of a generated file beside `file`.
    pub(in crate::plan) fn beside(input: &Input<'_>, file: FileId) -> Self {
        let path = &input.sources[file.index()].path;
        let is_module = input.project.role(file).is_module;
        Self::of_extension(path, is_module, || {
            imports::names_extensions(input, file) == Some(true)
        })
    }

    /// `names_extensions`: whether TypeScript files import each other as `./a.js`.
    fn of_extension(path: &str, is_module: bool, names_extensions: impl Fn() -> bool) -> Self {
        let (esm, ts, suffix) = match path.rsplit('.').next() {
            Some("mjs") => (true, false, ".mjs"),
            Some("cjs") => (false, false, ".cjs"),
            Some("ts" | "tsx") if names_extensions() => (true, true, ".js"),
            Some("ts" | "tsx") => (true, true, ""),
            Some("mts") => (true, true, ".mjs"),
            Some("cts") => (true, true, ".cjs"),
            _ if is_module => (true, false, ".js"),
            _ => (false, false, ""),
        };
        Self { esm, ts, suffix }
    }
}

/// What the templates of the runtime want to know.
#[derive(Serialize)]
struct Runtime {
    /// How the files beside it load the broadcaster.
    broadcaster_path: String,
    esm: bool,
    global: bool,
    ts: bool,
    suffix: &'static str,
    redis_key: String,
    /// The package that connects to Redis.
    redis_client: &'static str,
    /// The server is in the API's process, attached.
    in_api: bool,
    adapter: &'static str,
    /// Where the dedicated server listens unless told otherwise.
    socket_port: u32,
    methods: Vec<MethodText>,
}

impl Runtime {
    fn new(
        style: &Style,
        broadcaster: &str,
        wire: &Wire,
        in_api: bool,
        settings: &Settings,
    ) -> Self {
        let name = broadcaster.rsplit('/').next().unwrap_or(broadcaster);
        let stem = name.rsplit_once('.').map_or(name, |it| it.0);
        Self {
            broadcaster_path: format!("./{stem}{}", style.suffix),
            esm: style.esm,
            global: settings.access == Access::Global,
            ts: style.ts,
            suffix: style.suffix,
            redis_key: wire.redis_key.clone(),
            redis_client: wire.client.package(),
            adapter: wire.adapter.as_str(),
            socket_port: settings.socket_port(),
            in_api,
            methods: settings.methods.iter().map(MethodText::new).collect(),
        }
    }
}

/// A method of the project's own, in the words of JavaScript.
#[derive(Serialize)]
struct MethodText {
    name: String,
    /// `id, ...args`.
    parameters: String,
    /// `id: any, ...args: any[]`.
    typed_parameters: String,
    /// ``[`ticket_${id}`, 'role_admin']``; empty for everybody.
    rooms: String,
    event: String,
}

impl MethodText {
    fn new(method: &Method) -> Self {
        let variables = method.rooms.iter().filter_map(|it| it.variable.as_deref());
        let parameters: Vec<&str> = variables.chain(std::iter::once("...args")).collect();
        let typed =
            |it: &&str| format!("{it}: any{}", if it.starts_with("...") { "[]" } else { "" });
        let typed: Vec<String> = parameters.iter().map(typed).collect();
        let rooms: Vec<String> = method.rooms.iter().map(room).collect();
        Self {
            name: method.name.clone(),
            parameters: parameters.join(", "),
            typed_parameters: typed.join(", "),
            rooms: match &rooms[..] {
                [] => String::new(),
                [room] => room.clone(),
                rooms => format!("[{}]", rooms.join(", ")),
            },
            event: quoted(&method.event),
        }
    }
}

fn room(room: &Room) -> String {
    let escaped = |it: &str| {
        it.replace('\\', "\\\\")
            .replace('`', "\\`")
            .replace("${", "\\${")
    };
    match &room.variable {
        Some(variable) => format!("`{}${{{variable}}}`", escaped(&room.start)),
        None => quoted(&room.start),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Fills a template of `runtime/`.
pub(in crate::plan) fn render<T: Serialize>(template: &str, values: &T) -> String {
    let mut syntax = SyntaxConfig::builder();
    syntax.keep_trailing_newline(true);
    let mut environment = Environment::new();
    environment.set_syntax(syntax.build().expect("the delimiters are the usual ones"));
    environment
        .render_str(template, Serde(values))
        .expect("the templates are tested")
}

/// Whether the project has a file at `path`.
pub(in crate::plan) fn exists(input: &Input<'_>, path: &str) -> bool {
    text_at(input, path).is_some()
}

/// The text of the project's file at `path`.
pub(in crate::plan) fn text_at<'a>(input: &Input<'a>, path: &str) -> Option<&'a str> {
    let source = input
        .sources
        .iter()
        .find(|it| it.path == path)
        .map(|it| it.text.as_str());
    source.or_else(|| {
        input
            .manifests
            .iter()
            .find(|it| it.path == path)
            .map(|it| it.text.as_str())
    })
}

/// Whether a program that makes programs says that it wrote this one.
fn is_generated(text: &str) -> bool {
    let last = text.lines().rfind(|it| !it.trim().is_empty());
    let first = text
        .lines()
        .take(5)
        .filter(|it| it.trim_start().starts_with(['/', '*']));
    let says_so = |it: &str| {
        ["@generated", "DO NOT EDIT", "Generated by"]
            .iter()
            .any(|word| it.contains(word))
    };
    last.is_some_and(|it| it.starts_with("//# sourceMappingURL=")) || first.into_iter().any(says_so)
}

/// What stands against writing the files that every plan needs: one of another origin in its place, or a package that is
/// too old.
pub(in crate::plan) fn obstacles(input: &Input<'_>) -> Vec<Blocker> {
    let Some(file) = entry(input) else {
        return Vec::new();
    };
    let mut blockers = Vec::new();
    let mut refuse = |message: String, help: String| {
        blockers.push(Blocker {
            file,
            span: Span { start: 0, end: 0 },
            message,
            help,
        });
    };
    let broadcaster = broadcaster_path(input);
    let paths = [
        redis_path(&broadcaster),
        wire_path(&broadcaster),
        runtime_path(&broadcaster),
        broadcaster,
    ];
    for path in paths {
        let is_foreign = input
            .project
            .file_at(&path)
            .is_some_and(|it| !input.project.role(it).is_broadcaster);
        if is_foreign {
            refuse(
                format!("`{path}` exists and is not ours"),
                "it would be overwritten: give it another name".to_owned(),
            );
        }
    }
    for (message, help) in manifest::too_old(input, file) {
        refuse(message, help);
    }
    let sites = input.project.sites().iter();
    let made: Vec<FileId> = sites
        .filter(|it| it.kind == SiteKind::Constructed)
        .map(|it| it.place.file)
        .collect();
    let generated = made
        .iter()
        .find(|it| is_generated(&input.sources[it.index()].text));
    if let Some(generated) = generated {
        refuse(
            format!("`{}` is made from another file", input.project.path(*generated)),
            "what is changed in it is lost when it is made again: name the folder of its sources, or leave it out with \
             `exclude` in `iomigrate.toml`"
                .to_owned(),
        );
    }
    let is_migrated = input
        .project
        .files()
        .any(|it| input.project.role(it.0).is_dedicated_server);
    if is_migrated || made.is_empty() {
        return blockers;
    }
    let is_server = |path: &str| {
        path.rsplit('/')
            .next()
            .is_some_and(|it| it.starts_with("socketio-server."))
    };
    let mut paths = input.project.files().map(|it| input.project.path(it.0));
    if let Some(server) = paths.find(|it| is_server(it)) {
        refuse(
            format!("`{server}` exists and is not ours"),
            "a file of that name would be written: move it away; if it is a dedicated server that was made by hand, see which of \
             its handlers the API's server has not"
                .to_owned(),
        );
    }
    if let Some(place) = surroundings::taken(input, file) {
        let port = input.settings.socket_port();
        refuse(
            format!("{place} has port {port}, where the dedicated server would listen"),
            format!(
                "give the latter another one: `port = {}` under `[server]` in `iomigrate.toml`",
                port + 1
            ),
        );
    }
    blockers
}
