//! The PM2 file: the dedicated server as one process, the API as several. A file that is there is edited as a person
//! would, in its own style; one of a shape that leaves doubts is left alone, with a note.

use serde::Serialize;

use super::app::{App, properties, property};
use super::commands::{Command, TSX};
use super::entry::{entry, folder, joined};
use super::{Written, manifest, render};
use crate::plan::Input;
use crate::plan::draft::Draft;
use crate::plan::edits::Edit;
use crate::plan::setup::Slice;
use crate::project::entries::file_at;
use crate::source::{FileId, Span};
use crate::syntax::{Key, Kind, NodeId};

/// The two programs, as a process manager starts them in the package's folder.
#[derive(Serialize)]
pub(in crate::plan) struct Programs {
    /// The package's name.
    pub(in crate::plan) name: String,
    /// The dedicated server.
    pub(in crate::plan) server_script: String,
    /// The file that starts the API.
    pub(in crate::plan) api_script: String,
    /// What Node.js is told to run TypeScript.
    pub(in crate::plan) node_args: Option<&'static str>,
}

impl Programs {
    /// The dedicated server at `server_path`, and the API that starts at `entry`.
    pub(in crate::plan) fn new(input: &Input<'_>, server_path: &str, entry: &str) -> Self {
        let root = manifest::root_for(input, entry);
        let in_root = |path: &str| path.strip_prefix(root).unwrap_or(path).to_owned();
        let command = Command::of_script(input, "start");
        let server = |it: &Command| it.naming(server_path).trim_start_matches("./").to_owned();
        let node_args = match &command {
            Some(command) => command.loader(),
            None => manifest::is_typescript(entry).then_some(TSX),
        };
        Self {
            name: manifest::name(input, entry),
            server_script: command
                .as_ref()
                .map_or_else(|| in_root(server_path), server),
            api_script: command
                .as_ref()
                .filter(|_| entry.ends_with("js") || entry.ends_with("ts"))
                .map_or_else(|| in_root(entry), |it| with_extension(it.program())),
            node_args,
        }
    }
}

/// Writes a PM2 file if there is none, in the API's package or in a folder around it.
pub(super) fn write(input: &Input<'_>, slice: &Slice, written: &mut Written) {
    let entry = entry_path(input, slice);
    let root = manifest::root_for(input, entry);
    if !files(input, root).is_empty() {
        return;
    }
    let is_here = |path: &str| {
        is_pm2_name(path) && (path.starts_with(root) || root.starts_with(folder(path)))
    };
    let mut paths = input.manifests.iter().map(|it| it.path.as_str());
    if let Some(other) = paths.find(|it| is_here(it)) {
        let server = &slice.server_path;
        written.notes.push(format!(
            "`{other}` is left as it is: add an app for `{server}` (fork mode, 1 instance) and give the API more instances"
        ));
        return;
    }
    let values = Programs::new(input, &slice.server_path, entry);
    let extension = if manifest::is_module_package(input, entry) {
        "cjs"
    } else {
        "js"
    };
    let text = render(include_str!("../runtime/ecosystem.config.js"), &values);
    written.add(input, format!("{root}ecosystem.config.{extension}"), text);
}

/// PM2 looks for no extension, as Node.js does.
fn with_extension(script: &str) -> String {
    let name = script.rsplit('/').next().unwrap_or(script);
    match name.contains('.') {
        true => script.to_owned(),
        false => format!("{script}.js"),
    }
}

/// The file that starts the API.
pub(super) fn entry_path<'a>(input: &Input<'a>, slice: &Slice) -> &'a str {
    input.project.path(entry(input).unwrap_or(slice.file))
}

fn is_pm2_name(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with("ecosystem") || name.starts_with("pm2") || name == "processes.json"
}

/// The PM2 files in JavaScript of the API's package and of the folders around it, the nearest first.
fn files(input: &Input<'_>, root: &str) -> Vec<FileId> {
    let is_here = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        root.starts_with(folder(path)) && (name.starts_with("ecosystem") || name.starts_with("pm2"))
    };
    let files = input.project.files().map(|it| it.0);
    let mut files: Vec<FileId> = files
        .filter(|it| is_here(input.project.path(*it)))
        .collect();
    files.sort_by_key(|it| std::cmp::Reverse(folder(input.project.path(*it)).len()));
    files
}

/// Edits the PM2 file if there is one.
pub(super) fn edit(draft: &mut Draft<'_>, slice: &Slice) -> Vec<String> {
    let input = draft.input;
    let files = files(input, manifest::root_for(input, entry_path(input, slice)));
    let found = files
        .iter()
        .find_map(|it| Some((*it, api(input, slice, *it)?)));
    let Some(file) = found.map(|it| it.0).or(files.first().copied()) else {
        return Vec::new();
    };
    let path = input.project.path(file);
    let runs_already = input.sources[file.index()].text.contains("socketio-server");
    if runs_already {
        return Vec::new();
    }
    let layout = draft.layout(file);
    let Some((_, app)) = found else {
        return vec![format!(
            "`{path}` is left as it is: none or several of its apps start the API; add an app for `{}` (fork mode, 1 \
             instance), and give the API more instances",
            slice.server_path
        )];
    };
    let app = App {
        file,
        path,
        layout,
        node: app,
        properties: properties(layout.tree, app),
    };
    let mut notes = vec![format!("`{path}` starts the dedicated server, too")];
    let reason = app.reason_for_one();
    let text = app.socket_server(input, slice, reason);
    // The object's own brackets: elements are separated as the list's are.
    let (at, separator) = app.place_after();
    draft.add(
        file,
        Edit {
            span: Span::new(at, at),
            text: format!("{separator}{text}"),
        },
    );
    if let Some(reason) = reason {
        draft.delete(file, layout.removal(reason));
        notes.push(format!("`{path}`: the comment on `instances` went to the dedicated server, of which it is still true"));
    }
    notes.extend(app.scale(draft));
    notes
}

/// The object that starts the API, if there is exactly one.
fn api(input: &Input<'_>, slice: &Slice, file: FileId) -> Option<NodeId> {
    let tree = &input.project.facts(file).tree;
    let lists: Vec<&Vec<Option<NodeId>>> = tree
        .ids()
        .filter_map(|it| match tree.kind(it) {
            Kind::Property {
                key: Key::Static(name),
                value,
                ..
            } if name == "apps" => match tree.kind(*value) {
                Kind::Array { elements } => Some(elements),
                _ => None,
            },
            _ => None,
        })
        .collect();
    let [list] = lists.as_slice() else {
        return None;
    };
    let starts_api = |it: &NodeId| runs_api(input, slice, file, *it);
    let mut apps = list.iter().flatten().copied().filter(starts_api);
    apps.next().filter(|_| apps.next().is_none())
}

/// Whether an app starts the API: by its entry file, or by a script of its package.
fn runs_api(input: &Input<'_>, slice: &Slice, file: FileId, app: NodeId) -> bool {
    let tree = &input.project.facts(file).tree;
    let text = |name: &str| property(tree, app, name).and_then(|it| tree.string_value(it));
    let (entry, root) = (
        entry(input).unwrap_or(slice.file),
        manifest::root_for(input, entry_path(input, slice)),
    );
    // A folder that only the server has is taken for that of the package.
    let around = folder(input.project.path(file));
    let place = text("cwd").map_or_else(|| Some(around.to_owned()), |it| joined(around, it));
    let place = place.unwrap_or_else(|| root.to_owned());
    match text("script") {
        Some(manager) if is_package_manager(manager) => {
            let script = text("args").and_then(|it| it.split_whitespace().last());
            place == root && script.is_some_and(|it| Command::of_script(input, it).is_some())
        }
        Some(script) => {
            file_at(input.sources, &place, script.trim_start_matches("./")) == Some(entry)
        }
        None => false,
    }
}

/// Whether an app runs a script of the package.
pub(super) fn is_package_manager(script: &str) -> bool {
    matches!(script, "npm" | "pnpm" | "yarn")
}
