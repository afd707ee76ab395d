//! Small backends and what becomes of their entry file.

use std::path::PathBuf;
use std::sync::OnceLock;

use super::setup::{Blocker, Slice, slice};
use crate::load::{Loaded, TextFile};
use crate::plan::draft::Draft;
use crate::plan::queries::Queries;
use crate::plan::{Input, project_files};
use crate::source::{Language, SourceFile};
use crate::{Analysis, analyze_loaded};

static NO_QUERIES: OnceLock<Queries> = OnceLock::new();

const HTTP: &str = "const http = require('http');\nconst { Server } = require('socket.io');\n";

/// The analysis of the files of `text`, each after a line `//- path`.
pub(in crate::plan) fn analysis(text: &str) -> Analysis {
    let mut loaded = Loaded {
        root: PathBuf::new(),
        files: Vec::new(),
        manifests: Vec::new(),
        problems: Vec::new(),
        files_seen: 0,
        focus: None,
        settings: crate::config::Settings::default(),
    };
    for part in text.split("//- ").skip(1) {
        let (path, text) = part.split_once('\n').unwrap();
        let (path, text) = (path.to_owned(), text.to_owned());
        match Language::of_path(&path) {
            Some(language) => loaded.files.push(SourceFile {
                path,
                text,
                language,
            }),
            None => loaded.manifests.push(TextFile { path, text }),
        }
    }
    loaded.files.sort_by(|a, b| a.path.cmp(&b.path));
    analyze_loaded(loaded)
}

/// What a plan is made from.
pub(in crate::plan) fn input(analysis: &Analysis) -> Input<'_> {
    Input {
        sources: &analysis.loaded.files,
        manifests: &analysis.loaded.manifests,
        project: &analysis.project,
        uses: &analysis.uses,
        findings: &analysis.findings,
        rules: crate::rules::Rule::all(),
        settings: &analysis.loaded.settings,
        focus: None,
        skipped: &analysis.skipped,
        queries: NO_QUERIES.get_or_init(Queries::default),
    }
}

pub(in crate::plan) fn blockers(text: &str) -> Vec<String> {
    let analysis = analysis(text);
    let input = input(&analysis);
    let found: Vec<Blocker> = slice(&input).err().unwrap_or_default();
    found
        .iter()
        .map(|it| format!("{}; {}", it.message, it.help))
        .collect()
}

/// What is left of the entry file, and the own parts of the dedicated server's.
fn moved(text: &str) -> (String, String) {
    let analysis = analysis(text);
    let input = input(&analysis);
    let slice: Slice = slice(&input).unwrap().unwrap();
    let mut draft = Draft::new(&input);
    slice.carry_out(&mut draft);
    slice.sweep(&mut draft);
    assert_eq!(draft.conflicts, Vec::new());
    let source = &input.sources[slice.file.index()].text;
    let edits = draft.into_edits();
    let left = edits
        .get(&slice.file)
        .map_or(source.clone(), |it| it.apply(source));
    let between = |from: &str, to: &str| {
        let start = slice.server.find(from).unwrap() + from.len();
        slice.server[start..start + slice.server[start..].find(to).unwrap()]
            .trim()
            .to_owned()
    };
    let import = if slice.server.contains("\nimport { createSocketHttpServer") {
        "import { createSocketHttpServer"
    } else {
        "const { createSocketHttpServer"
    };
    let prologue = between("with socketBroadcaster.\n", import);
    let setup = between("= createSocketHttpServer()", "startSocketServer(");
    let setup = setup.trim_start_matches(';').trim_start();
    (left, format!("{prologue}\n====\n{setup}\n"))
}

/// The set-up file of a small backend around `code`.
pub(in crate::plan) fn entry(code: &str) -> String {
    format!(
        "//- server.js\n{HTTP}const server = http.createServer();\n{code}\nserver.listen(3000);\n"
    )
}

/// The same, checked: what is left of `code`, and what moved.
pub(in crate::plan) fn check(code: &str, left: &str, server: &str) {
    let found = moved(&entry(code));
    let start = "const http = require('http');\nconst server = http.createServer();\n";
    assert_eq!(found.0, format!("{start}{left}server.listen(3000);\n"));
    assert_eq!(
        found.1,
        format!("const {{ Server }} = require('socket.io');\n====\n{server}\n")
    );
}

#[test]
fn handlers_and_what_only_they_read_move() {
    check(
        "const online = new Map();\nfunction greet(socket) {\n  online.set(socket.id, 1);\n}\nconst io = new Server(server);\nio.on('connection', greet);",
        "",
        "const online = new Map();\nfunction greet(socket) {\n  online.set(socket.id, 1);\n}\nconst io = new Server(server);\nio.on('connection', greet);",
    );
}

#[test]
fn constants_of_both_sides_are_copied() {
    check(
        "const origins = process.env.ORIGINS.split(',');\nconst isAllowed = (it) => origins.includes(it);\nconst io = new Server(server, { allowRequest: isAllowed });\nconsole.log(isAllowed('x'));",
        "const origins = process.env.ORIGINS.split(',');\nconst isAllowed = (it) => origins.includes(it);\nconsole.log(isAllowed('x'));\n",
        "const origins = process.env.ORIGINS.split(',');\nconst isAllowed = (it) => origins.includes(it);\nconst io = new Server(server, { allowRequest: isAllowed });",
    );
}

#[test]
fn shared_state_is_a_question() {
    let code = "const online = new Map();\nconst io = new Server(server);\nio.on('connection', (socket) => online.set(socket.id, 1));\nserver.on('request', () => console.log(online.size));";
    let found = blockers(&entry(code));
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("`online` is shared by the socket code and the API, and it changes; the socket code reads it at server.js:6, the API at server.js:7;"), "{}", found[0]);
}

#[test]
fn a_variable_that_is_assigned_is_state() {
    let code = "let count = 0;\nconst io = new Server(server);\nio.on('connection', () => { count += 1; });\nserver.on('request', () => console.log(count));";
    assert_eq!(blockers(&entry(code)).len(), 1);
}

#[test]
fn what_works_on_moved_state_follows_it() {
    check(
        "const online = new Map();\nconst io = new Server(server);\nio.on('connection', (socket) => online.set(socket.id, 1));\nsetInterval(() => online.clear(), 1000);",
        "",
        "const online = new Map();\nconst io = new Server(server);\nio.on('connection', (socket) => online.set(socket.id, 1));\nsetInterval(() => online.clear(), 1000);",
    );
}

#[test]
fn the_application_does_not_leave_the_api() {
    let text = "//- server.js\nconst app = require('express')();\nconst { Server } = require('socket.io');\nconst server = require('http').createServer(app);\nconst io = new Server(server);\nio.on('connection', () => app.get('x'));\n";
    assert!(blockers(text)[0].starts_with("the socket code uses the Express application `app`"));
}

#[test]
fn the_http_server_keeps_its_name() {
    let text = format!(
        "//- server.js\n{HTTP}const web = http.createServer();\nconst io = new Server(web);\nweb.listen(3000);\n"
    );
    let analysis = analysis(&text);
    let input = input(&analysis);
    let slice = slice(&input).unwrap().unwrap();
    assert!(slice.server.contains("const web = createSocketHttpServer();\n\nconst io = new Server(web);\n\nstartSocketServer(io, web);\n"));
}

#[test]
fn names_of_the_template_are_refused() {
    let code = "const startSocketServer = 1;\nconst io = new Server(server);\nio.on('connection', () => startSocketServer);";
    assert!(
        blockers(&entry(code))[0]
            .starts_with("`startSocketServer` is the name of a part of the dedicated server")
    );
}

#[test]
fn an_adapter_in_the_options_is_dropped_with_its_clients() {
    let text = "const { createClient } = require('redis');\nconst { createAdapter } = require('@socket.io/redis-adapter');\nconst pub = createClient();\nconst sub = pub.duplicate();\npub.on('error', (e) => console.error(e));\nfor (const it of [pub, sub]) it.connect();\nconst io = new Server(server, {\n  adapter: createAdapter(pub, sub),\n  path: '/ws',\n});";
    check(
        text,
        "",
        "const io = new Server(server, {\n  path: '/ws',\n});",
    );
}

#[test]
fn an_adapter_that_is_set_later_is_dropped_with_its_promise() {
    let text = "const { createClient } = require('redis');\nconst { createAdapter } = require('@socket.io/redis-adapter');\nconst io = new Server(server);\nconst pub = createClient(), sub = pub.duplicate();\nPromise.all([pub.connect(), sub.connect()]).then(() => io.adapter(createAdapter(pub, sub)));";
    check(text, "", "const io = new Server(server);");
}

#[test]
fn what_waits_for_the_clients_goes_on_without_them() {
    let text = "const { createClient } = require('redis');\nconst { createAdapter } = require('@socket.io/redis-adapter');\nconst io = new Server(server);\nconst pub = createClient();\nconst sub = pub.duplicate();\nasync function start(store) {\n  // Both clients first.\n  await Promise.all([pub.connect(), sub.connect(), store.connect()]);\n  io.adapter(createAdapter(pub, sub));\n  server.emit('x');\n}\nstart();";
    check(
        text,
        "async function start(store) {\n  // Both clients first.\n  await store.connect();\n  server.emit('x');\n}\nstart();\n",
        "const io = new Server(server);",
    );
}

#[test]
fn a_client_that_others_use_stays() {
    let text = "const { createClient } = require('redis');\nconst { createAdapter } = require('@socket.io/redis-adapter');\nconst pub = createClient();\nconst sub = pub.duplicate();\nconst io = new Server(server, { adapter: createAdapter(pub, sub) });\nserver.on('request', () => pub.get('x'));";
    check(
        text,
        "const { createClient } = require('redis');\nconst pub = createClient();\nserver.on('request', () => pub.get('x'));\n",
        "const io = new Server(server, {});",
    );
}

#[test]
fn the_environment_is_read_first() {
    let text = format!(
        "//- server.js\nrequire('dotenv').config();\n\n{HTTP}const server = http.createServer();\nconst io = new Server(server);\n"
    );
    assert_eq!(
        moved(&text).1,
        "require('dotenv').config();\n\nconst { Server } = require('socket.io');\n====\nconst io = new Server(server);\n"
    );
}

#[test]
fn only_what_lost_its_last_reader_is_removed() {
    let text = format!(
        "//- server.js\nconst unused = require('a');\nconst {{ verify, sign }} = require('b');\n{HTTP}const server = http.createServer();\nconst io = new Server(server);\nio.use((socket, next) => next(verify(socket)));\nserver.on('request', sign);\n"
    );
    let (left, server) = moved(&text);
    assert_eq!(
        left,
        "const unused = require('a');\nconst { sign } = require('b');\nconst http = require('http');\nconst server = http.createServer();\nserver.on('request', sign);\n"
    );
    assert_eq!(
        server,
        "const { verify } = require('b');\nconst { Server } = require('socket.io');\n====\nconst io = new Server(server);\nio.use((socket, next) => next(verify(socket)));\n"
    );
}

#[test]
fn a_module_that_does_more_than_define_is_still_loaded() {
    let text = format!(
        "//- models/user.js\nmodule.exports = require('mongoose').model('User', {{}});\n//- server.js\nconst User = require('./models/user');\n{HTTP}const server = http.createServer();\nconst io = new Server(server);\nio.on('connection', () => User.find());\n"
    );
    let (left, _) = moved(&text);
    assert_eq!(
        left,
        "require('./models/user');\nconst http = require('http');\nconst server = http.createServer();\n"
    );
}

#[test]
fn comments_and_blank_lines_go_with_their_statements() {
    check(
        "// About io.\nconst io = new Server(server); // made here\n\n// Who comes.\nio.on('connection', () => {});\nconst x = 1;\nserver.x(x);\n// Later.\nio.use(() => {});",
        "const x = 1;\nserver.x(x);\n",
        "// About io.\nconst io = new Server(server); // made here\n\n// Who comes.\nio.on('connection', () => {});\n\n// Later.\nio.use(() => {});",
    );
}

#[test]
fn a_banner_goes_with_a_section_that_goes() {
    check(
        "\n// ---- one\nconst x = 1;\nserver.x(x);\n\n// ---- two\n\nconst io = new Server(server);\n\nio.on('connection', () => {});\n\n// ---- three",
        "\n// ---- one\nconst x = 1;\nserver.x(x);\n\n// ---- three\n",
        "// ---- two\n\nconst io = new Server(server);\n\nio.on('connection', () => {});",
    );
}

#[test]
fn a_banner_stays_with_what_stays() {
    check(
        "\n// ---- sockets\nconst io = new Server(server);\nserver.x();\n\n// ---- end",
        "\n// ---- sockets\nserver.x();\n\n// ---- end\n",
        "const io = new Server(server);",
    );
}

#[test]
fn es_modules_stay_es_modules() {
    let text = "//- server.mjs\nimport 'dotenv/config';\nimport http, { Agent } from 'http';\nimport { Server } from 'socket.io';\nimport auth, { a, b } from './auth.mjs';\nconst server = http.createServer();\nexport const io = new Server(server);\nio.use(a);\nauth(b, Agent);\nserver.listen(1);\n//- auth.mjs\nexport const a = 1;\nexport const b = 2;\nexport default () => {};\n";
    let (left, server) = moved(text);
    assert_eq!(
        left,
        "import 'dotenv/config';\nimport http, { Agent } from 'http';\nimport auth, { b } from './auth.mjs';\nconst server = http.createServer();\nauth(b, Agent);\nserver.listen(1);\n"
    );
    assert_eq!(
        server,
        "import 'dotenv/config';\nimport { Server } from 'socket.io';\nimport { a } from './auth.mjs';\n====\nconst io = new Server(server);\nio.use(a);\n"
    );
    let analysis = analysis(text);
    let input = input(&analysis);
    let slice = slice(&input).unwrap().unwrap();
    assert_eq!(slice.server_path, "socketio-server.mjs");
    assert!(slice.server.contains("from './utils/socketRuntime.mjs';"));
    let written = project_files::written(&input, Some(&slice), false).files;
    let broadcaster = written
        .iter()
        .find(|it| it.path == "utils/socketBroadcaster.mjs")
        .unwrap();
    assert!(broadcaster.after.contains("from './socketWire.mjs';"));
}

#[test]
fn the_database_of_the_handlers_is_connected_there_too() {
    let text = format!(
        "//- models/user.js\nmodule.exports = require('mongoose').model('User', {{}});\n//- server.js\nconst mongoose = require('mongoose');\nconst User = require('./models/user');\n{HTTP}const server = http.createServer();\nconst io = new Server(server);\nio.on('connection', () => User.find());\nmongoose.connect(process.env.DB).then(() => server.listen(3000));\n"
    );
    let (_, server) = moved(&text);
    assert_eq!(
        server,
        "const mongoose = require('mongoose');\nconst User = require('./models/user');\nconst { Server } = require('socket.io');\n====\nconst io = new Server(server);\nio.on('connection', () => User.find());\n\nmongoose.connect(process.env.DB);\n"
    );
}

#[test]
fn a_connection_that_cannot_be_repeated_is_a_question() {
    let text = format!(
        "//- store.js\nlet client;\nexports.connect = async (url) => {{ client = url; }};\nexports.find = () => client.find();\n//- server.js\nconst store = require('./store');\n{HTTP}const server = http.createServer();\nconst io = new Server(server);\nio.on('connection', () => store.find());\nasync function start() {{ await store.connect(1); server.listen(3000); }}\nstart();\n"
    );
    assert!(
        blockers(&text)[0].starts_with("the socket code needs what `store.connect(1)` sets up"),
        "{:?}",
        blockers(&text)
    );
}

#[test]
fn what_would_start_the_api_again_is_a_question() {
    let text = format!(
        "//- chat.js\nconst {{ app }} = require('./server');\nmodule.exports = () => app;\n//- server.js\nconst chat = require('./chat');\n{HTTP}const server = http.createServer();\nexports.app = 1;\nconst io = new Server(server);\nio.on('connection', chat);\n"
    );
    assert!(
        blockers(&text)[0]
            .starts_with("the socket code imports a module that imports `server.js` again")
    );
}

#[test]
fn a_second_server_is_a_question() {
    let several = "const io = new Server(server);\nconst other = new Server(server);";
    assert!(
        blockers(&entry(several))[0]
            .starts_with("the project makes more than one Socket.IO server")
    );
}

#[test]
fn nothing_moves_where_no_server_is_made() {
    let analysis = analysis("//- a.js\nmodule.exports = (req) => req.app.get('io').emit('x');\n");
    assert!(slice(&input(&analysis)).unwrap().is_none());
}

#[test]
fn a_server_can_be_attached_later() {
    check(
        "const io = new Server();\nconst chat = io.of('/chat');\nchat.on('connection', () => {});\nio.attach(server);",
        "",
        "const io = new Server();\nconst chat = io.of('/chat');\nchat.on('connection', () => {});\nio.attach(server);",
    );
}

#[test]
fn what_the_environment_needs_stands_before_it() {
    let text = format!(
        "//- server.js\n// The desk.\nconst path = require('path');\nconst file = path.join(__dirname, '.env');\nrequire('dotenv').config({{ path: file }});\n{HTTP}const server = http.createServer();\nconst io = new Server(server);\n"
    );
    assert_eq!(
        moved(&text).1,
        "const path = require('path');\nconst file = path.join(__dirname, '.env');\nrequire('dotenv').config({ path: file });\nconst { Server } = require('socket.io');\n====\nconst io = new Server(server);\n"
    );
}

#[test]
fn a_function_that_takes_the_server_on_both_sides_is_a_question() {
    let files = "//- tell.js\nmodule.exports = (io, x) => io.to(x).fetchSockets();\n";
    let code = "const tell = require('./tell');\nconst io = new Server(server);\nio.on('connection', () => tell(io, 1));";
    let only_there = format!("{files}{}", entry(code));
    assert_eq!(blockers(&only_there), Vec::<String>::new());
    let found = blockers(&format!(
        "{files}{}",
        entry(&format!("{code}\nserver.on('x', () => tell(io, 2));"))
    ));
    assert!(
        found[0].starts_with(
            "the socket code hands the server to a function of a module that the API loads, too"
        ),
        "{found:?}"
    );
}

#[test]
fn a_database_behind_a_function_is_connected_there_too() {
    let text = format!(
        "//- db.js\nconst mongoose = require('mongoose');\nmodule.exports = () => mongoose.connect('x');\n//- user.js\nmodule.exports = require('mongoose').model('User', {{}});\n//- server.js\nconst connectDB = require('./db');\nconst User = require('./user');\n{HTTP}const server = http.createServer();\nconst io = new Server(server);\nio.on('connection', () => User.find());\nasync function start() {{\n  await connectDB();\n  server.listen(1);\n}}\nstart();\n"
    );
    let (_, server) = moved(&text);
    assert_eq!(
        server,
        "const connectDB = require('./db');\nconst User = require('./user');\nconst { Server } = require('socket.io');\n====\nconst io = new Server(server);\nio.on('connection', () => User.find());\n\nconnectDB();\n"
    );
}

#[test]
fn comments_of_dropped_code_are_named() {
    let code = "const { createClient } = require('redis');\nconst { createAdapter } = require('@socket.io/redis-adapter');\n// For several processes.\nconst pub = createClient();\n// About io.\nconst io = new Server(server, { adapter: createAdapter(pub, pub.duplicate()) });";
    let text = entry(code);
    let analysis = analysis(&text);
    let input = input(&analysis);
    let slice = slice(&input).unwrap().unwrap();
    let mut draft = Draft::new(&input);
    slice.carry_out(&mut draft);
    assert_eq!(draft.dropped_comments, vec!["// For several processes."]);
}

#[test]
fn a_moved_list_of_variables_takes_no_others_along() {
    let code = "const io = new Server(server);\nconst chat = io.of('/chat'), other = server.x();\nchat.on('connection', () => {});\nserver.y(other);";
    assert_eq!(blockers(&entry(code)).len(), 1);
}

#[test]
fn a_file_that_ends_with_the_set_up_ends_without_blank_lines() {
    let text = format!(
        "//- server.js\n{HTTP}const server = http.createServer();\n\nconst io = new Server(server);\n\nio.on('connection', () => {{}});\n"
    );
    let left = moved(&text).0;
    assert_eq!(
        left,
        "const http = require('http');\nconst server = http.createServer();\n"
    );
}

#[test]
fn statements_without_semicolons_stay_apart() {
    let text = "//- server.js\nconst http = require('http')\nconst { Server } = require('socket.io')\nconst server = http.createServer()\nconst x = server\nfunction greet() {}\n(async () => x.y())()\nconst io = new Server(server)\nio.on('connection', greet)\n";
    let (left, server) = moved(text);
    assert_eq!(
        left,
        "const http = require('http')\nconst server = http.createServer()\nconst x = server;\n(async () => x.y())()\n"
    );
    assert!(server.ends_with(
        "function greet() {}\n\nconst io = new Server(server)\nio.on('connection', greet)\n"
    ));
}

#[test]
fn state_of_a_module_that_both_import_is_a_question() {
    let online = "//- online.js\nconst online = new Map();\nmodule.exports = online;\n";
    let logger = "//- logger.js\nlet out;\nexports.log = (it) => { out = out || it; };\n";
    let code = |module: &str| {
        format!(
            "const it = require('./{module}');\nconst io = new Server(server);\nio.on('connection', () => it.x());\nserver.on('request', () => it.y());"
        )
    };
    let found = blockers(&format!("{online}{}", entry(&code("online"))));
    assert!(
        found[0].starts_with("`./online` keeps state in `online`, and the socket code and the API"),
        "{found:?}"
    );
    assert_eq!(
        blockers(&format!("{logger}{}", entry(&code("logger")))),
        Vec::<String>::new()
    );
    let only_there = code("online").replace("\nserver.on('request', () => it.y());", "");
    assert_eq!(
        blockers(&format!("{online}{}", entry(&only_there))),
        Vec::<String>::new()
    );
}

#[test]
fn variables_of_the_global_object_are_questions() {
    let code = "global.users = {};\nconst io = new Server(server);\nio.on('connection', (socket) => { users[socket.id] = 1; });";
    let found = blockers(&entry(code));
    assert!(
        found[0].starts_with("the socket code uses the global variable `users`"),
        "{found:?}"
    );
}

#[test]
fn errors_that_nobody_catches_are_watched_on_both_sides() {
    let code = "const io = new Server(server);\n// Goes on.\nprocess.on('unhandledRejection', (e) => console.error(e));";
    check(
        code,
        "// Goes on.\nprocess.on('unhandledRejection', (e) => console.error(e));\n",
        code,
    );
}
