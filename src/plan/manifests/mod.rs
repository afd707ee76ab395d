//! The files that `apply --with` asks for: who else than PM2 and nginx may run the two processes or stand in front of
//! them. Each is a template, filled with the names that the project has. One that is there stays as it is.

use serde::Serialize;

use super::Input;
use super::project_files::{self, Programs, Wire, Written};
use super::setup::{self, Slice};
use super::surroundings;
use crate::config::manifest::Manifest;
use crate::project::value::SiteKind;
use crate::source::FileId;

/// A file of a manifest: `{name}` in its path is the package's name.
struct Template {
    manifest: Manifest,
    path: &'static str,
    text: &'static str,
}

const TEMPLATES: &[Template] = &[
    Template {
        manifest: Manifest::Caddy,
        path: "caddy/Caddyfile",
        text: include_str!("Caddyfile"),
    },
    Template {
        manifest: Manifest::Compose,
        path: "compose.yaml",
        text: include_str!("compose.yaml"),
    },
    Template {
        manifest: Manifest::Haproxy,
        path: "haproxy/{name}.cfg",
        text: include_str!("haproxy.cfg"),
    },
    Template {
        manifest: Manifest::Kubernetes,
        path: "kubernetes/{name}.yaml",
        text: include_str!("kubernetes.yaml"),
    },
    Template {
        manifest: Manifest::Systemd,
        path: "systemd/{name}-api@.service",
        text: include_str!("api.service"),
    },
    Template {
        manifest: Manifest::Systemd,
        path: "systemd/{name}-socketio.service",
        text: include_str!("socketio.service"),
    },
    Template {
        manifest: Manifest::Traefik,
        path: "traefik/{name}.yml",
        text: include_str!("traefik.yml"),
    },
];

/// The dedicated server: the one that `slice` becomes, or the one that an earlier run left.
struct Server<'a> {
    /// The file that starts the API.
    entry: FileId,
    path: &'a str,
    socket_path: String,
}

/// What the templates want to know.
#[derive(Serialize)]
struct Values {
    /// As all of them allow it: small letters, digits and dashes.
    name: String,
    server_script: String,
    api_script: String,
    /// With a space before each.
    node_args: String,
    /// Words in quotes.
    server_command: String,
    api_command: String,
    api_port: u32,
    socket_port: u32,
    socket_path: String,
    redis_key: String,
}

/// The files that were asked for, and what a person should know about them.
pub(super) fn written(input: &Input<'_>, slice: Option<&Slice>) -> Written {
    let mut written = Written::default();
    let wanted = &input.settings.choice.with;
    if wanted.is_empty() {
        return written;
    }
    let Some(server) = Server::of(input, slice) else {
        written.notes.push(
            "nothing is written for `--with`: the server stays in the API, so there is one process to run as before"
                .to_owned(),
        );
        return written;
    };
    let root = project_files::root_for(input, input.project.path(server.entry));
    let values = Values::new(input, &server);
    for template in TEMPLATES.iter().filter(|it| wanted.contains(&it.manifest)) {
        let path = format!("{root}{}", template.path.replace("{name}", &values.name));
        let text = project_files::render(template.text, &values);
        match foreign(input, root, template.manifest, &path, &text) {
            // A migration edits it in place, or speaks of it, whether it is asked for or not.
            Some(_) if template.manifest == Manifest::Compose && slice.is_some() => {}
            Some(foreign) => written.notes.push(format!(
                "`{foreign}` is left as it is: it has to run `{}` once, and send it `{}`",
                server.path, server.socket_path
            )),
            None => written.add(input, path, text),
        }
    }
    let builds = written
        .files
        .iter()
        .any(|it| it.path.ends_with("compose.yaml"));
    if builds && !project_files::exists(input, &format!("{root}Dockerfile")) {
        written.notes.push(
            "`docker compose up` builds the project's image: it needs a `Dockerfile`".to_owned(),
        );
    }
    written
}

/// What the project has already in the place of the file at `path`.
fn foreign<'a>(
    input: &Input<'a>,
    root: &str,
    manifest: Manifest,
    path: &str,
    text: &str,
) -> Option<&'a str> {
    let is_in_its_place = |it: &str| {
        let name = it.strip_prefix(root).unwrap_or_default();
        let is_compose = name.starts_with("compose.") || name.starts_with("docker-compose.");
        it == path || manifest == Manifest::Compose && is_compose
    };
    let mut others = input.manifests.iter();
    let found = others.find(|it| is_in_its_place(&it.path) && it.text != text)?;
    Some(&found.path)
}

impl<'a> Server<'a> {
    fn of(input: &Input<'a>, slice: Option<&'a Slice>) -> Option<Self> {
        if let Some(slice) = slice {
            return Some(Self {
                entry: project_files::entry(input).unwrap_or(slice.file),
                path: &slice.server_path,
                socket_path: slice.socket_path.clone(),
            });
        }
        let project = input.project;
        let mut files = project.files().map(|it| it.0);
        let file = files.find(|it| project.role(*it).is_dedicated_server)?;
        let mut sites = project.sites().iter();
        let site = sites.find(|it| it.kind == SiteKind::Dedicated)?;
        Some(Self {
            entry: project_files::entry(input)?,
            path: project.path(file),
            socket_path: setup::socket_path(input, site.place),
        })
    }
}

impl Values {
    fn new(input: &Input<'_>, server: &Server<'_>) -> Self {
        let Programs {
            name,
            server_script,
            api_script,
            node_args,
        } = Programs::new(input, server.path, input.project.path(server.entry));
        let arguments: Vec<&str> = node_args.unwrap_or_default().split_whitespace().collect();
        Self {
            name: label(&name),
            server_command: command(&arguments, &server_script),
            api_command: command(&arguments, &api_script),
            node_args: arguments.iter().map(|it| format!(" {it}")).collect(),
            server_script,
            api_script,
            api_port: surroundings::port(input, server.entry).unwrap_or(3000),
            socket_port: input.settings.socket_port(),
            socket_path: server.socket_path.clone(),
            redis_key: Wire::of(input).redis_key,
        }
    }
}

/// `"node", "--import", "tsx", "src/server.ts"`.
fn command(arguments: &[&str], script: &str) -> String {
    let words = ["node"].into_iter().chain(arguments.iter().copied());
    let quoted = words.chain([script]).map(|it| format!("\"{it}\""));
    quoted.collect::<Vec<String>>().join(", ")
}

/// A package's name as Kubernetes wants it, which is the strictest.
fn label(name: &str) -> String {
    let plain = |it: char| {
        if it.is_ascii_alphanumeric() {
            it.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let label: String = name.chars().map(plain).collect();
    let label = label
        .trim_start_matches(|it: char| !it.is_ascii_alphabetic())
        .trim_end_matches('-');
    match label.is_empty() {
        true => "app".to_owned(),
        false => label.to_owned(),
    }
}

#[cfg(test)]
mod tests;
