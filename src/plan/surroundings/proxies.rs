//! The proxy in front: one that is there is told apart the two processes, or a person is told the lines to write; where
//! there is none, a site file for nginx is written.

use serde::Serialize;

use super::Around;
use super::nginx::{self, Outcome, Target};
use crate::load::TextFile;
use crate::plan::project_files::{Written, entry, manifest, render};

/// The first words of the generated site file.
const SITE_MARKER: &str = "# Site file for ";

#[derive(Serialize)]
struct Site {
    name: String,
    api_port: u32,
    socket_port: u32,
    socket_path: String,
}

/// Leads what comes in to the right process. `composed`: the names of the API's and the dedicated server's services.
pub(super) fn write(around: &Around<'_>, composed: &[(String, String)], written: &mut Written) {
    let is_nginx = |it: &&TextFile| {
        let is_named = it.path.ends_with(".conf") || it.path.contains("nginx");
        is_named && !is_image(&it.path) && !it.text.starts_with(SITE_MARKER)
    };
    let sites: Vec<&TextFile> = around.input.manifests.iter().filter(is_nginx).collect();
    let others = others(around);
    if sites.is_empty() && others.is_empty() {
        write_site(around, written);
    }
    let known = sites
        .iter()
        .filter(|it| lead(around, composed, it, written))
        .count();
    if known == 0 && others.is_empty() {
        written.notes.extend(sites.first().map(|it| {
            format!(
                "`{}` is left as it is: send `{}` to port {}, with the upgrade headers, and the rest to the API",
                it.path, around.slice.socket_path, around.socket_port
            )
        }));
    }
    written.notes.extend(others);
}

/// A `Dockerfile` in a folder of nginx is no site.
fn is_image(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_some_and(|it| it.starts_with("Dockerfile"))
}

fn write_site(around: &Around<'_>, written: &mut Written) {
    let entry = entry(around.input).unwrap_or(around.slice.file);
    let entry = around.input.project.path(entry);
    if around.api_port.is_none() {
        written.notes.push(format!(
            "the API's port is not written in `{entry}`: the nginx file says 3000"
        ));
    }
    let name = manifest::name(around.input, entry);
    let path = format!("{}nginx/{name}.conf", around.root);
    // In nginx a variable's name has no dashes.
    let name = name
        .chars()
        .map(|it| if it.is_ascii_alphanumeric() { it } else { '_' })
        .collect();
    let site = Site {
        name,
        api_port: around.api_port.unwrap_or(3000),
        socket_port: around.socket_port,
        socket_path: around.slice.socket_path.clone(),
    };
    written.add(
        around.input,
        path,
        render(include_str!("../runtime/nginx.conf"), &site),
    );
}

/// Edits a configuration of nginx that leads to the API, or says what to add; `false` if it does not.
fn lead(
    around: &Around<'_>,
    composed: &[(String, String)],
    site: &TextFile,
    written: &mut Written,
) -> bool {
    let path = &around.slice.socket_path;
    let target = Target {
        socket_path: path,
        api_port: around.api_port,
        socket_port: around.socket_port,
        services: composed.first().cloned(),
    };
    match nginx::redirected(&site.text, &target) {
        Outcome::Unrelated => return false,
        Outcome::Edited(text) => {
            written.notes.push(format!(
                "`{}` sends `{path}` to the dedicated server",
                site.path
            ));
            written.add(around.input, site.path.clone(), text);
        }
        Outcome::At(line) => {
            let host = composed.first().map_or("127.0.0.1", |it| it.1.as_str());
            written.notes.push(format!(
            "`{}:{line}`: add to this `server`: `location {path} {{ proxy_pass http://{host}:{}; proxy_http_version 1.1; \
             proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\"; proxy_set_header Host $host; \
             proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_read_timeout 120s; }}`",
            site.path, around.socket_port
        ));
        }
    }
    true
}

/// What to write into the configurations of other proxies.
fn others(around: &Around<'_>) -> Vec<String> {
    let (path, port) = (&around.slice.socket_path, around.socket_port);
    let api = around.api_port.map(|it| it.to_string());
    let line_of = |file: &TextFile, words: &str| {
        let is_it =
            |line: &str| line.contains(words) && api.as_deref().is_some_and(|it| line.contains(it));
        let line = file.text.lines().position(is_it);
        line.map_or_else(String::new, |it| format!(":{}", it + 1))
    };
    let caddy = around.files(|it| it == "Caddyfile").map(|it| {
        format!(
            "`{}{}`: add `reverse_proxy {path}* 127.0.0.1:{port}` above the line that leads to the API",
            it.path,
            line_of(it, "reverse_proxy")
        )
    });
    let haproxy = around.files(|it| it.starts_with("haproxy") && it.ends_with(".cfg")).map(|it| {
        format!(
            "`{}{}`: add `use_backend socketio if {{ path_beg {path} }}` to the frontend, and `backend socketio` with \
             `server socketio 127.0.0.1:{port}` and `timeout tunnel 1h`",
            it.path,
            line_of(it, "server ")
        )
    });
    let traefik = around.files(|it| it.starts_with("traefik") && !it.ends_with(".json")).map(|it| {
        format!(
            "`{}`: add a router with the rule ``PathPrefix(`{path}`)`` whose service leads to port {port}",
            it.path
        )
    });
    let labelled = around
        .files(super::compose::is_compose)
        .filter(|it| it.text.contains("traefik.http."));
    let labels = labelled.map(|it| {
        let line = it.text.lines().position(|it| it.contains("traefik.http.")).unwrap_or(0) + 1;
        format!(
            "`{}:{line}`: give the service of the dedicated server labels like the API's, for a router of its own: \
             ``traefik.http.routers.socketio.rule=PathPrefix(`{path}`)`` and the API's host, \
             `traefik.http.services.socketio.loadbalancer.server.port={port}`",
            it.path
        )
    });
    caddy.chain(haproxy).chain(traefik).chain(labels).collect()
}
