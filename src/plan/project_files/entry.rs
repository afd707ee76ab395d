//! Where the API starts, and where the files stand that a migration adds.

use crate::plan::Input;
use crate::project::value::{Place, SiteKind, Value};
use crate::source::FileId;

use super::manifest;

/// The file that starts the API: what the configuration says, what `package.json` starts if it loads the server, where the
/// server is made beside its HTTP server, what `package.json` starts otherwise, or where an HTTP server is made.
pub(in crate::plan) fn entry(input: &Input<'_>) -> Option<FileId> {
    let named = input.settings.entry.as_deref();
    if let Some(named) = named.and_then(|it| input.project.file_at(it)) {
        return Some(named);
    }
    let sites: Vec<FileId> = input
        .project
        .sites()
        .iter()
        .filter(|it| it.kind == SiteKind::Constructed)
        .map(|it| it.place.file)
        .collect();
    let started = manifest::started(input);
    let loads_server = |it: &FileId| sites.iter().any(|site| input.project.loads(*it, *site));
    let with_http = || {
        sites
            .iter()
            .copied()
            .find(|it| makes_http_server(input, *it))
    };
    let serving = || {
        input
            .project
            .files()
            .map(|it| it.0)
            .find(|it| makes_http_server(input, *it))
    };
    let any_site = || input.project.sites().first().map(|it| it.place.file);
    started
        .iter()
        .copied()
        .find(loads_server)
        .or_else(with_http)
        .or_else(|| started.first().copied())
        .or_else(serving)
        .or_else(any_site)
}

/// Whether a file makes an HTTP server.
pub(in crate::plan) fn makes_http_server(input: &Input<'_>, file: FileId) -> bool {
    let tree = &input.project.facts(file).tree;
    tree.ids().any(|node| {
        let place = Place { file, node };
        input
            .project
            .values(place)
            .any(|it| *it == Value::HttpServer(place))
    })
}

/// Where the broadcaster is, or will be: where the configuration says, else under the folder of the entry.
pub(in crate::plan) fn broadcaster_path(input: &Input<'_>) -> String {
    if let Some(named) = &input.settings.broadcaster {
        return named.clone();
    }
    let is_broadcaster = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        ["socketBroadcaster.", OTHER_NAME]
            .iter()
            .any(|it| name.starts_with(it))
    };
    let existing = input.project.files().map(|it| it.0).find(|it| {
        input.project.role(*it).is_broadcaster && is_broadcaster(input.project.path(*it))
    });
    if let Some(existing) = existing {
        return input.project.path(existing).to_owned();
    }
    let Some(entry) = entry(input) else {
        return "utils/socketBroadcaster.js".to_owned();
    };
    let path = input.project.path(entry);
    let extension = path
        .rsplit('.')
        .next()
        .filter(|it| matches!(*it, "mjs" | "cjs" | "ts" | "mts" | "cts"))
        .unwrap_or(if path.ends_with(".tsx") { "ts" } else { "js" });
    let folder = helpers_folder(input, folder(path));
    let usual = format!("{folder}socketBroadcaster.{extension}");
    // A broadcaster that was made by hand goes on sending to the server that was.
    match input.settings.choice.adopts && input.project.file_at(&usual).is_some() {
        true => format!("{folder}{OTHER_NAME}{extension}"),
        false => usual,
    }
}

/// What the broadcaster is called beside one of another origin.
const OTHER_NAME: &str = "ioBroadcaster.";

/// The project's folder for such files, as it writes it: `utils/` beside the entry, or beside the `bin/` that it is in.
fn helpers_folder(input: &Input<'_>, around: &str) -> String {
    let outer = around.strip_suffix("bin/");
    let existing = [Some(around), outer]
        .into_iter()
        .flatten()
        .find_map(|around| {
            let paths = input
                .sources
                .iter()
                .filter_map(|it| it.path.strip_prefix(around));
            let mut folders = paths.filter_map(|it| it.split_once('/').map(|it| it.0));
            let name = folders.find(|it| it.eq_ignore_ascii_case("utils"))?;
            Some(format!("{around}{name}/"))
        });
    existing.unwrap_or_else(|| format!("{}utils/", outer.unwrap_or(around)))
}

/// Where the wire parser of the broadcaster at `broadcaster` is.
pub(in crate::plan) fn wire_path(broadcaster: &str) -> String {
    beside(broadcaster, "socketWire")
}

/// Where what connects the broadcaster and the dedicated server to Redis is.
pub(super) fn redis_path(broadcaster: &str) -> String {
    beside(broadcaster, "socketRedis")
}

/// Where what runs the dedicated server is.
pub(in crate::plan) fn runtime_path(broadcaster: &str) -> String {
    beside(broadcaster, "socketRuntime")
}

/// Where what replaces Redis in development is.
pub(super) fn stand_in_path(broadcaster: &str) -> String {
    beside(broadcaster, "redisStandIn")
}

fn beside(broadcaster: &str, name: &str) -> String {
    let extension = broadcaster.rsplit('.').next().unwrap_or("js");
    format!("{}{name}.{extension}", folder(broadcaster))
}

/// The folder of a path, with the slash at its end; empty for the root.
pub(super) fn folder(path: &str) -> &str {
    &path[..path.rfind('/').map_or(0, |it| it + 1)]
}

/// `to` as seen from `folder`, which ends with a slash or is empty: `./a`, `../b/a`.
pub(in crate::plan) fn relative(folder: &str, to: &str) -> String {
    let from: Vec<&str> = folder.split_terminator('/').collect();
    let to: Vec<&str> = to.split('/').collect();
    let shared = from
        .iter()
        .zip(&to[..to.len() - 1])
        .take_while(|it| it.0 == it.1)
        .count();
    let up = "../".repeat(from.len() - shared);
    let start = if up.is_empty() { "./" } else { &up };
    format!("{start}{}", to[shared..].join("/"))
}

/// A folder relative to the root, with its slash, as a file in the folder `around` names it; `None` if it is not in the root.
pub(in crate::plan) fn joined(around: &str, named: &str) -> Option<String> {
    if named.starts_with(['/', '~', '$']) {
        return None;
    }
    let mut parts: Vec<&str> = around.split_terminator('/').collect();
    for part in named.split('/').filter(|it| !matches!(*it, "" | ".")) {
        match part {
            ".." => drop(parts.pop()?),
            _ => parts.push(part),
        }
    }
    Some(parts.iter().map(|it| format!("{it}/")).collect())
}
