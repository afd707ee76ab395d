//! What the templates are filled with, and when nothing is written.

use super::{label, written};
use crate::config::manifest::Manifest;
use crate::plan::setup::slice;
use crate::plan::tests::{analysis, input};

const TYPESCRIPT: &str = "//- src/index.ts
import { createServer } from 'node:http';
import { Server } from 'socket.io';
const server = createServer();
const io = new Server(server, { path: '/live' });
io.on('connection', () => {});
server.listen(process.env.PORT || 4000);
//- package.json
{ \"name\": \"@org/my_desk\", \"scripts\": { \"start\": \"tsx src/index.ts\" } }
";

const MIGRATED: &str = "//- src/server.js
const http = require('http');
const server = http.createServer();
server.listen(4000);
//- src/socketio-server.js
// @iomigrate dedicated-server
const { Server } = require('socket.io');
const { createSocketHttpServer, startSocketServer } = require('./utils/socketRuntime');
const socketHttpServer = createSocketHttpServer();
const io = new Server(socketHttpServer, { path: '/live' });
startSocketServer(io, socketHttpServer);
//- package.json
{ \"name\": \"desk\", \"scripts\": { \"start\": \"node src/server.js\" } }
";

/// The files that are written for `manifest`, and the notes.
fn with(manifest: Manifest, text: &str) -> (Vec<(String, String)>, Vec<String>) {
    let mut analysis = analysis(text);
    analysis.loaded.settings.choice.with.insert(manifest);
    let input = input(&analysis);
    let slice = slice(&input).unwrap();
    let written = written(&input, slice.as_ref());
    let files = written.files.into_iter().map(|it| (it.path, it.after));
    (files.collect(), written.notes)
}

/// The only file that is written, without indentation, and whether each of `lines` is in it.
fn has_lines(manifest: Manifest, text: &str, path: &str, lines: &[&str]) {
    let (files, _) = with(manifest, text);
    let (_, text) = files.iter().find(|it| it.0 == path).unwrap();
    for line in lines {
        let is_there = text.lines().any(|it| it.trim() == *line);
        assert!(is_there, "`{line}` is not in\n{text}");
    }
    assert!(!text.contains("{{") && !text.contains("{%"), "{text}");
}

#[test]
fn each_is_filled_with_the_projects_names() {
    for (manifest, path, lines) in [
        (
            Manifest::Systemd,
            "systemd/my-desk-socketio.service",
            &[
                "ExecStart=/usr/bin/env node --import tsx src/socketio-server.ts",
                "Environment=NODE_ENV=production SOCKET_IO_PORT=3002 'SOCKET_IO_REDIS_KEY=my_desk'",
            ][..],
        ),
        (
            Manifest::Systemd,
            "systemd/my-desk-api@.service",
            &["ExecStart=/usr/bin/env PORT=%i node --import tsx src/index.ts"],
        ),
        (
            Manifest::Compose,
            "compose.yaml",
            &[
                r#"command: ["node", "--import", "tsx", "src/socketio-server.ts"]"#,
                "SOCKET_IO_REDIS_KEY: 'my_desk'",
                "@socketio path /live/*",
                "reverse_proxy api:4000 {",
            ],
        ),
        (
            Manifest::Kubernetes,
            "kubernetes/my-desk.yaml",
            &[
                r#"command: ["node", "--import", "tsx", "src/index.ts"]"#,
                "name: my-desk-socketio",
                "- path: /live/",
            ],
        ),
        (
            Manifest::Caddy,
            "caddy/Caddyfile",
            &["@socketio path /live/*", "reverse_proxy 127.0.0.1:4000 {"],
        ),
        (
            Manifest::Haproxy,
            "haproxy/my-desk.cfg",
            &[
                "use_backend my-desk-socketio if { path_beg /live/ }",
                "server api 127.0.0.1:4000",
            ],
        ),
        (
            Manifest::Traefik,
            "traefik/my-desk.yml",
            &["rule: PathPrefix(`/live/`)", "- url: http://127.0.0.1:4000"],
        ),
    ] {
        has_lines(manifest, TYPESCRIPT, path, lines);
    }
}

#[test]
fn what_was_migrated_before_gets_them_too() {
    has_lines(
        Manifest::Haproxy,
        MIGRATED,
        "haproxy/desk.cfg",
        &[
            "use_backend desk-socketio if { path_beg /live/ }",
            "server api 127.0.0.1:4000",
        ],
    );
}

#[test]
fn a_file_of_the_project_stays_and_is_named() {
    for (manifest, theirs) in [
        (Manifest::Haproxy, "haproxy/desk.cfg"),
        (Manifest::Compose, "docker-compose.yml"),
    ] {
        let (files, notes) = with(manifest, &format!("{MIGRATED}//- {theirs}\nours\n"));
        assert_eq!(files, []);
        assert_eq!(
            notes,
            [format!(
                "`{theirs}` is left as it is: it has to run `src/socketio-server.js` once, and send it `/live/`"
            )]
        );
    }
}

#[test]
fn one_that_was_written_is_not_written_again() {
    let (files, _) = with(Manifest::Compose, MIGRATED);
    let text = format!("{MIGRATED}//- compose.yaml\n{}", files[0].1);
    assert_eq!(with(Manifest::Compose, &text), (Vec::new(), Vec::new()));
}

#[test]
fn the_image_that_compose_builds_has_to_come_from_somewhere() {
    let note = "`docker compose up` builds the project's image: it needs a `Dockerfile`";
    assert_eq!(with(Manifest::Compose, MIGRATED).1, [note]);
    let with_image = format!("{MIGRATED}//- Dockerfile\nFROM node\n");
    assert_eq!(with(Manifest::Compose, &with_image).1, [""; 0]);
}

#[test]
fn a_label_begins_with_a_letter() {
    assert_eq!(label("2.My_desk."), "my-desk");
    assert_eq!(label("42"), "app");
}
