//! One test a bug of the rewriting, named for it: small projects, and what a file of theirs looks like afterwards.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

#[path = "support/migrations.rs"]
mod migrations;
mod support;

use iomigrate::migrate;
use iomigrate::plan::Level;
use migrations::{SERVER, migrated, migrated_route};

/// The findings in `files`, one line each.
fn findings(files: &[(&str, &str)]) -> Vec<String> {
    let files = files.iter().map(|it| (it.0.to_owned(), it.1.to_owned()));
    support::lines(&support::analyse_files(files))
}

#[test]
fn what_is_kept_on_the_server_is_state_wherever_it_is_read() {
    let server = "const { Server } = require('socket.io');
const app = require('express')();
const server = require('http').createServer(app);
const io = new Server(server);
const users = new Map();
io.on('connection', (socket) => users.set(socket.data.id, socket.id));
io.users = users;
app.use((req, res, next) => {
  req.users = io.users;
  next();
});
app.post('/', (req, res) => {
  if (req.users) {
    const id = req.users.get(req.body.to);
    if (id) res.json(id);
  }
  for (const [id] of req.users) console.log(id);
  req.users[req.body.to] = undefined;
});
server.listen(3001);
";
    let expected = [
        "server.js:1 setup socketio-import proven",
        "server.js:4 setup server-construction proven",
        "server.js:6 handler connection-handler proven",
        "server.js:7 setup server-configuration proven",
        "server.js:9 query server-state proven",
        "server.js:13 query server-state proven",
        "server.js:14 query server-state proven",
        "server.js:17 query server-state proven",
        "server.js:18 query server-state proven",
    ];
    assert_eq!(findings(&[("server.js", server)]), expected);
}

#[test]
fn nested_guards_are_dedented_once_each() {
    let route = "const router = require('express').Router();
router.post('/', (req, res) => {
  const io = req.app.get('io');
  if (io) {
    if (io && req.body.loud) {
      io.emit('loud', {
        at: 1
      });
    }
  }
  res.end();
});
module.exports = router;
";
    let expected = "const router = require('express').Router();
const socketBroadcaster = require('./utils/socketBroadcaster');
router.post('/', (req, res) => {
  if (req.body.loud) {
    socketBroadcaster.broadcast('loud', {
      at: 1
    });
  }
  res.end();
});
module.exports = router;
";
    assert_eq!(migrated_route(route), expected);
}

#[test]
fn comments_in_a_chain_inside_a_guard_are_indented_as_the_statement() {
    let route = "const router = require('express').Router();
router.post('/', (req, res) => {
  const io = req.app.get('io');
  if (io) {
    io
      .to('a') // the office
      .to('b')
      .emit('x');
  }
  res.end();
});
module.exports = router;
";
    let expected = "const router = require('express').Router();
const socketBroadcaster = require('./utils/socketBroadcaster');
router.post('/', (req, res) => {
  // the office
  socketBroadcaster.broadcastToRoom(['a', 'b'], 'x');
  res.end();
});
module.exports = router;
";
    assert_eq!(migrated_route(route), expected);
}

#[test]
fn a_line_of_a_template_is_not_dedented() {
    let route = "module.exports = (req, res) => {
  const io = req.app.get('io');
  if (io) {
    io.emit('x', `a
    b`);
  }
};
";
    let expected = "const socketBroadcaster = require('./utils/socketBroadcaster');

module.exports = (req, res) => {
  socketBroadcaster.broadcast('x', `a
    b`);
};
";
    assert_eq!(migrated_route(route), expected);
}

#[test]
fn a_block_whose_names_clash_keeps_its_braces() {
    let route = "module.exports = (req, res) => {
  const io = req.app.get('io');
  const payload = req.body;
  if (io) {
    const payload = { at: 1 };
    io.emit('x', payload);
  }
  res.json(payload);
};
";
    let expected = "const socketBroadcaster = require('./utils/socketBroadcaster');

module.exports = (req, res) => {
  const payload = req.body;
  {
    const payload = { at: 1 };
    socketBroadcaster.broadcast('x', payload);
  }
  res.json(payload);
};
";
    assert_eq!(migrated_route(route), expected);
}

/// Seen in a public back end: the functions got the real server, on which there is no `broadcastToRoom`.
#[test]
fn a_function_that_only_handlers_call_stays_as_it_is() {
    let call = "module.exports = (socket, io) => {
  socket.on('call', (room) => io.to(room).emit('ring', socket.id));
};
";
    let server = format!(
        "{SERVER}const register = require('./call');
io.on('connection', (socket) => register(socket, io));
"
    );
    let files = [
        (
            "package.json",
            "{ \"name\": \"desk\", \"main\": \"server.js\" }",
        ),
        ("server.js", server.as_str()),
        ("call.js", call),
        (
            "routes.js",
            "module.exports = (req, res) => req.app.get('io').emit('x');\n",
        ),
    ];
    assert_eq!(migrated(&files, "call.js"), call);
}

/// Seen in a public back end: `socketBroadcaster.of('/agent').on(…)` does not exist.
#[test]
fn a_namespace_that_handlers_are_registered_on_stays_one_of_the_server() {
    let server = "const { Server } = require('socket.io');
const app = require('express')();
const server = require('http').createServer(app);
const io = new Server(server);
const agents = io.of('/agent');
const desk = require('./agents')(agents);
app.post('/', (req, res) => desk.isOpen && agents.emit('x'));
server.listen(3001);
";
    let files = [
        (
            "package.json",
            "{ \"name\": \"desk\", \"main\": \"server.js\" }",
        ),
        ("server.js", server),
        (
            "agents.js",
            "module.exports = (agents) => {
  agents.on('connection', (socket) => socket.join('a'));
  return { isOpen: true };
};
",
        ),
    ];
    let after = migrated(&files, "server.js");
    assert!(after.contains("const agents = io.of('/agent');"), "{after}");
    assert!(
        after.contains("socketBroadcaster.of('/agent').emit('x')"),
        "{after}"
    );
}

/// A notice from a worker that is told to stop must not be lost: requests are still being answered.
#[test]
fn the_broadcaster_is_closed_after_the_last_request() {
    let server = format!(
        "{SERVER}process.on('SIGTERM', () => {{
  io.close();
  server.close(() => {{
    process.exit(0);
  }});
}});
"
    );
    let files = [
        (
            "package.json",
            "{ \"name\": \"desk\", \"main\": \"server.js\" }",
        ),
        ("server.js", server.as_str()),
        (
            "routes.js",
            "module.exports = (req, res) => req.app.get('io').emit('x');\n",
        ),
    ];
    let after = migrated(&files, "server.js");
    let expected = "process.on('SIGTERM', () => {
  server.close(async () => {
    await socketBroadcaster.close();
    process.exit(0);
  });
});
";
    assert!(after.contains(expected), "{after}");
}

#[test]
fn a_handle_whose_namespace_stays_keeps_its_name() {
    let route = "const total = (io, room) => {
  const sockets = io.sockets;
  if (!sockets) return 0;
  return sockets.adapter.rooms.get(room).size;
};
module.exports = (req, res) => {
  const io = req.app.get('io');
  const sockets = io.sockets;
  if (total(req.app.get('io'), 'a') > 0) io.emit('x');
  res.json(sockets.adapter.rooms.get('a').size);
};
";
    let expected = "const socketBroadcaster = require('./utils/socketBroadcaster');

const total = (io, room) => {
  const sockets = io.sockets;
  if (!sockets) return 0;
  return sockets.adapter.rooms.get(room).size;
};
module.exports = (req, res) => {
  const io = req.app.get('io');
  const sockets = io.sockets;
  if (total(req.app.get('io'), 'a') > 0) socketBroadcaster.broadcast('x');
  res.json(sockets.adapter.rooms.get('a').size);
};
";
    assert_eq!(migrated_route(route), expected);
}

/// A function that does something with the server and gives it back.
const DECORATE: &str = "exports.decorate = (io) => {
  process.title = 'desk';
  return io;
};
";

#[test]
fn a_call_that_gives_the_server_back_is_not_lost() {
    let server = SERVER
        .replace("app.set('io', io);", "decorate(io);\napp.set('io', io);")
        .replace(
            "const app",
            "const { decorate } = require('./decorate');\nconst app",
        );
    let files = [("server.js", server.as_str()), ("decorate.js", DECORATE)];
    let found = findings(&files);
    assert!(
        found.iter().all(|it| !it.contains("access")),
        "nothing is obtained: {found:?}"
    );
    let text = migrated(&files, "server.js");
    assert!(text.contains("\ndecorate(socketBroadcaster);\n"), "{text}");
}

#[test]
fn a_function_that_does_more_than_giving_the_server_out_is_still_called() {
    let route = "const { decorate } = require('./decorate');
module.exports = (req, res) => {
  const io = decorate(req.app.get('io'));
  io.emit('x');
  decorate(req.app.get('io')).emit('y');
  res.end();
};
";
    let files = [
        ("server.js", SERVER),
        ("routes.js", route),
        ("decorate.js", DECORATE),
    ];
    let text = migrated(&files, "routes.js");
    assert!(
        text.contains("  const io = decorate(req.app.get('io'));\n"),
        "{text}"
    );
    assert!(
        text.contains("  decorate(req.app.get('io')).emit('y');\n"),
        "{text}"
    );
}

#[test]
fn imports_of_getters_that_nothing_calls_any_more_go() {
    let holder = "let io;
exports.setIO = (it) => { io = it; };
exports.getIO = () => {
  if (!io) throw new Error('not ready');
  return io;
};
exports.version = 1;
";
    let server = SERVER
        .replace(
            "app.set('io', io);",
            "setIO(io);\napp.use(require('./others'));",
        )
        .replace(
            "const app",
            "const { setIO, version } = require('./holder');\nconst app",
        );
    let route = "const holder = require('./holder');
const { getIO, version } = require('./holder');
module.exports = async (req, res) => {
  const { getIO: lazy } = await import('./holder.js');
  const io = lazy();
  if (io) io.emit('x');
  getIO().emit('y', version);
  holder.getIO().emit('z');
  res.end();
};
";
    let expected = "const socketBroadcaster = require('./utils/socketBroadcaster');
const { version } = require('./holder');
module.exports = async (req, res) => {
  socketBroadcaster.broadcast('x');
  socketBroadcaster.broadcast('y', version);
  socketBroadcaster.broadcast('z');
  res.end();
};
";
    let files = [
        ("server.js", server.as_str()),
        ("holder.js", holder),
        ("routes.js", route),
        (
            "others.js",
            "const { getIO } = require('./lonely');\nmodule.exports = () => getIO().emit('x');\n",
        ),
        ("lonely.js", "exports.getIO = require('./holder').getIO;\n"),
    ];
    assert_eq!(migrated(&files, "routes.js"), expected);
    assert_eq!(
        migrated(&files, "others.js"),
        "const socketBroadcaster = require('./utils/socketBroadcaster');
module.exports = () => socketBroadcaster.broadcast('x');
"
    );
}

/// Seen in a public back end: the worker lost its connection to the database.
#[test]
fn a_module_that_does_other_work_is_still_loaded() {
    let files = [
        (
            "package.json",
            r#"{ "name": "desk", "main": "server.js", "scripts": { "worker": "node worker.js" } }"#,
        ),
        (
            "server.js",
            "const { server } = require('./live');\nserver.listen(3001);\n",
        ),
        (
            "live.js",
            "const { Server } = require('socket.io');
const app = require('express')();
const server = require('http').createServer(app);
const io = new Server(server);
setInterval(() => io.emit('now'), 1000);
module.exports = { server, io };
",
        ),
        (
            "worker.js",
            "const { io } = require('./live');
const { tick } = require('./tick');
setInterval(() => io.emit('tick', tick()), 1000);
",
        ),
        (
            "tick.js",
            "const { io } = require('./live');
exports.tick = () => io.emit('t');
",
        ),
    ];
    // One of the two goes on loading it.
    assert_eq!(
        migrated(&files, "worker.js"),
        "const socketBroadcaster = require('./utils/socketBroadcaster');
const { tick } = require('./tick');
setInterval(() => socketBroadcaster.broadcast('tick', tick()), 1000);
"
    );
    assert_eq!(
        migrated(&files, "tick.js"),
        "require('./live');
const socketBroadcaster = require('./utils/socketBroadcaster');
exports.tick = () => socketBroadcaster.broadcast('t');
"
    );
}

#[test]
fn middleware_that_only_handed_the_server_on_goes() {
    let server = SERVER.replace(
        "app.set('io', io);",
        "// Routes reach the sockets through the request
app.use((req, res, next) => {
  req.io = io;
  return next();
});

app.use(function (req, res, next) {
  req.io = io;
  next();
});
app.use((req, res, next) => { req.io = io; req.at = Date.now(); next(); });
app.use((req, res, next) => { req.at = Date.now(); req.io = io;
  next();
});",
    );
    let expected = "const app = require('express')();
const server = require('http').createServer(app);

app.use((req, res, next) => { req.at = Date.now(); next(); });
app.use((req, res, next) => { req.at = Date.now();
  next();
});
app.use(require('./routes'));
server.listen(3001);
";
    let route = "module.exports = (req, res) => req.io.emit('x');\n";
    let files = [("server.js", server.as_str()), ("routes.js", route)];
    assert_eq!(migrated(&files, "server.js"), expected);
}

/// A back end in TypeScript with one route.
const TYPESCRIPT: [(&str, &str); 3] = [
    (
        "package.json",
        r#"{ "scripts": { "start": "tsx src/server.ts" } }"#,
    ),
    (
        "src/server.ts",
        "import express from 'express';
import { createServer } from 'http';
import { Server } from 'socket.io';
import { routes } from './routes';

const app = express();
const server = createServer(app);
const io = new Server(server);
app.set('io', io);
app.use(routes);
server.listen(3000);
",
    ),
    (
        "src/routes.ts",
        "import { Router } from 'express';

export const routes = Router();
routes.get('/', (req, res) => { req.app.get('io').emit('a'); res.end(); });
",
    ),
];

#[test]
fn a_typescript_project_gets_a_broadcaster_in_typescript() {
    let routes = migrated(&TYPESCRIPT, "src/routes.ts");
    assert!(
        routes.contains("\nimport socketBroadcaster from './utils/socketBroadcaster';\n"),
        "{routes}"
    );
    let broadcaster = migrated(&TYPESCRIPT, "src/utils/socketBroadcaster.ts");
    assert!(broadcaster.starts_with("// @ts-nocheck"), "{broadcaster}");
    assert!(
        broadcaster.contains("import * as wire from './socketWire';\n"),
        "{broadcaster}"
    );
    assert!(
        broadcaster.contains("const socketBroadcaster: SocketBroadcaster = "),
        "{broadcaster}"
    );
}

#[test]
fn a_parameter_with_a_type_gets_that_of_the_broadcaster() {
    let mut files = TYPESCRIPT.to_vec();
    files.push((
        "src/notify.ts",
        "import type { Server } from 'socket.io';
export const notify = (io: Server) => io.to('r').emit('note');
",
    ));
    let server = files[1].1.replace(
        "app.set('io', io);",
        "app.set('io', io);\nimport { notify } from './notify';\nnotify(io);",
    );
    files[1].1 = &server;
    assert_eq!(
        migrated(&files, "src/notify.ts"),
        "import type { SocketBroadcaster } from './utils/socketBroadcaster';
export const notify = (io: SocketBroadcaster) => io.broadcastToRoom('r', 'note');
"
    );
}

#[test]
fn a_handler_that_nobody_catches_does_not_become_asynchronous() {
    let route = "const router = require('express').Router();
router.get('/a', (req, res) => {
  res.json({ count: req.app.get('io').engine.clientsCount });
});
router.get('/b', (req, res) => {
  try {
    res.json({ count: req.app.get('io').engine.clientsCount });
  } catch (error) {
    res.sendStatus(503);
  }
});
module.exports = router;
";
    let with_express = |version: &str| {
        let manifest = format!(
            r#"{{ "name": "desk", "main": "server.js", "dependencies": {{ "express": "{version}" }} }}"#
        );
        let files = [
            ("package.json", manifest.as_str()),
            ("server.js", SERVER),
            ("routes.js", route),
        ];
        migrated(&files, "routes.js")
    };
    let of = |text: &str| text.matches("async (req, res)").count();
    assert_eq!(
        (of(&with_express("^4.21.0")), of(&with_express("^5.1.0"))),
        (1, 2)
    );
}

#[test]
fn a_request_that_is_taken_apart_keeps_its_server() {
    let route = "module.exports = ({ io, body }, res) => {
  io.emit('n', body);
  res.end();
};
";
    let server = SERVER.replace(
        "app.set('io', io);",
        "app.use((req, res, next) => { req.io = io; next(); });",
    );
    let files = [
        ("package.json", r#"{ "name": "desk", "main": "server.js" }"#),
        ("server.js", server.as_str()),
        ("routes.js", route),
    ];
    assert_eq!(
        migrated(&files, "routes.js"),
        "const socketBroadcaster = require('./utils/socketBroadcaster');

module.exports = ({ io, body }, res) => {
  socketBroadcaster.broadcast('n', body);
  res.end();
};
"
    );
}

#[test]
fn a_close_that_is_waited_for_stays() {
    for close in [
        "  await io.close();\n  process.exit(0);\n",
        "  if (io) io.close(() => server.close());\n",
    ] {
        let server = format!("{SERVER}process.on('SIGTERM', async () => {{\n{close}}});\n");
        let files = [
            ("package.json", r#"{ "name": "desk", "main": "server.js" }"#),
            ("server.js", server.as_str()),
            (
                "routes.js",
                "module.exports = (req) => req.app.get('io').emit('a');\n",
            ),
        ];
        let text = migrated(&files, "server.js");
        assert!(text.contains(close), "{text}");
    }
}

#[test]
fn a_parameter_with_the_broadcasters_name_is_not_shadowing_an_import() {
    let route = "module.exports = (io) => (req, res) => {
  io.emit('a');
  req.app.get('io').emit('b');
};
";
    let server = SERVER.replace("require('./routes')", "require('./routes')(io)");
    let files = [
        ("package.json", r#"{ "name": "desk", "main": "server.js" }"#),
        ("server.js", server.as_str()),
        ("routes.js", route),
    ];
    assert_eq!(
        migrated(&files, "routes.js"),
        "module.exports = (socketBroadcaster) => (req, res) => {
  socketBroadcaster.broadcast('a');
  socketBroadcaster.broadcast('b');
};
"
    );
}

#[test]
fn a_configuration_that_extends_a_package_does_not_hide_the_server() {
    let found = findings(&[
        (
            "tsconfig.json",
            r#"{ "extends": "@tsconfig/node20/tsconfig.json" }"#,
        ),
        (
            "io.ts",
            "import { Server } from 'socket.io';\nexport const io = new Server(3000);\n",
        ),
        ("b.ts", "import { io } from './io';\nio.emit('a');\n"),
    ]);
    assert!(
        found.contains(&"b.ts:2 emit emit-to-all proven".to_owned()),
        "{found:?}"
    );
}

#[test]
fn what_the_compiler_wrote_is_not_counted_beside_its_source() {
    let found = findings(&[
        (
            "tsconfig.json",
            r#"{ "compilerOptions": { "outDir": "./dist", "rootDir": "./src" } }"#,
        ),
        (
            "src/live.ts",
            "import { Server } from 'socket.io';\nexport const io = new Server(3000);\n",
        ),
        (
            "dist/live.js",
            "const { Server } = require('socket.io');\nexports.io = new Server(3000);\n",
        ),
    ]);
    assert_eq!(
        found,
        [
            "src/live.ts:1 setup socketio-import proven",
            "src/live.ts:2 setup server-construction proven"
        ]
    );
}

/// What the handler with these statements looks like afterwards, without its first and last line.
fn migrated_body(statements: &str) -> String {
    let route = format!(
        "module.exports = (req, res) => {{\n  const io = req.app.get('io');\n{statements}}};\n"
    );
    let text = migrated_route(&route);
    let (_, body) = text.split_once("=> {\n").unwrap();
    body.strip_suffix("};\n").unwrap().to_owned()
}

#[test]
fn a_guard_at_the_start_of_a_guarded_block_goes_with_it() {
    let text = migrated_body("  if (io) {\n    if (!io) throw 1;\n    io.emit('x');\n  }\n");
    assert_eq!(text, "  socketBroadcaster.broadcast('x');\n");
}

#[test]
fn a_name_of_the_default_namespace_names_the_broadcaster() {
    let text = migrated_body("  const all = io.sockets;\n  all.emit('x');\n");
    assert_eq!(text, "  const all = socketBroadcaster;\n  all.emit('x');\n");
    let text = migrated_body("  io?.sockets.local.emit('x');\n");
    assert_eq!(text, "  socketBroadcaster.local.emit('x');\n");
    let statements = "  const desk = { io };\n  const all = desk.io.sockets;\n  all.emit('x');\n";
    let text = migrated_body(statements);
    assert!(text.contains("const all = desk.io;\n"), "{text}");
}

/// Without semicolons, `a()`, `if (io) {`, `[b].forEach(…)` became one expression.
#[test]
fn statements_that_meet_are_kept_apart() {
    let text = migrated_body("  a()\n  if (io) {\n    [1].forEach((it) => io.emit(it))\n  }\n");
    let expected = "  a()\n  ;[1].forEach((it) => socketBroadcaster.broadcast(it))\n";
    assert_eq!(text, expected);
    let text = migrated_body("  if (io) {\n    io.emit('x')\n  }\n  (() => a())()\n");
    let expected = "  socketBroadcaster.broadcast('x')\n  ;(() => a())()\n";
    assert_eq!(text, expected);
    let text = migrated_body("  a();\n  if (io) {\n    [1].forEach((it) => io.emit(it));\n  }\n");
    let expected = "  a();\n  [1].forEach((it) => socketBroadcaster.broadcast(it));\n";
    assert_eq!(text, expected);
}

/// Seen in a public back end: whoever called it unseen got a `broadcastToRoom` that does not exist.
#[test]
fn a_helper_that_is_the_servers_by_name_only_stays_as_it_is() {
    let helper = "exports.notify = (io, room) => {
  if (!io) return;
  io.to(room).emit('note');
};
exports.tell = (app) => app.get('socketio')?.emit('told');
";
    let route = "module.exports = (req) => req.app.get('io').emit('a');\n";
    let package = r#"{ "name": "desk", "main": "server.js" }"#;
    let unloaded = [
        ("package.json", package),
        ("server.js", SERVER),
        ("routes.js", route),
        ("helper.js", helper),
    ];
    assert_eq!(migrated(&unloaded, "helper.js"), helper);
    // Nothing loads it, so it does not keep the server.
    let server = migrated(&unloaded, "server.js");
    assert!(!server.contains("socket.io"), "{server}");

    let server = format!("require('./helper');\n{SERVER}");
    let loaded = [
        ("package.json", package),
        ("server.js", server.as_str()),
        ("routes.js", route),
        ("helper.js", helper),
    ];
    assert_eq!(migrated(&loaded, "helper.js"), helper);
    let server = migrated(&loaded, "server.js");
    assert!(
        server.contains("\nsocketBroadcaster.attach(io);\n"),
        "{server}"
    );
}

#[test]
fn a_server_by_declared_type_only_stays_as_it_is() {
    let notifier = "import type { Server } from 'socket.io';
export class Notifier {
  constructor(private io: Server) {}
  tell() { this.io.emit('told'); }
}
";
    let mut files = TYPESCRIPT.to_vec();
    files.push(("src/notifier.ts", notifier));
    assert_eq!(migrated(&files, "src/notifier.ts"), notifier);
}

#[test]
fn the_server_out_of_what_a_file_exports_is_the_broadcaster() {
    let server = SERVER.replace("app.set('io', io);", "module.exports = { app, io };");
    let files = [
        ("server.js", server.as_str()),
        (
            "routes.js",
            "module.exports = (req, res) => require('./server').io.emit('x');\n",
        ),
    ];
    let expected = "const socketBroadcaster = require('./utils/socketBroadcaster');

module.exports = (req, res) => socketBroadcaster.broadcast('x');
";
    assert_eq!(migrated(&files, "routes.js"), expected);
}

/// Seen in a public back end, where one use was declined: `io` was gone and `io.on(…)` stayed.
#[test]
fn a_variable_on_which_handlers_are_registered_stays_with_the_server() {
    let holder = "const { Server } = require('socket.io');
class Live {
  boot(server) { this.io = new Server(server); }
}
module.exports = new Live();
";
    let start = "const live = require('./live');
module.exports = () => {
  const io = live.io;
  io.on('connection', (socket) => socket.join('lobby'));
};
";
    let stop = "const live = require('./live');
exports.stop = () => {
  const io = live.io;
  io.emit('down');
  io.close();
};
";
    let state = "const live = require('./live');
exports.find = (id) => live.io.sockets.sockets.get(id);
";
    let server = "const server = require('http').createServer();
require('./live').boot(server);
require('./start')();
require('./state');
require('./stop');
server.listen(3001);
";
    let files = [
        ("server.js", server),
        ("live.js", holder),
        ("start.js", start),
        ("state.js", state),
        ("stop.js", stop),
    ];
    assert_eq!(migrated(&files, "start.js"), start);
    let stop = "const live = require('./live');
const socketBroadcaster = require('./utils/socketBroadcaster');
exports.stop = () => {
  const io = live.io;
  socketBroadcaster.broadcast('down');
  io.close();
};
";
    assert_eq!(migrated(&files, "stop.js"), stop);
}

/// Seen in a public back end: `global.io` in the line that attaches the broadcaster counted as one more use, and the
/// plan was refused.
#[test]
fn a_broadcaster_is_attached_to_a_global_server() {
    let socket = "module.exports = (server) => {
  global.io = require('socket.io')(server);
  io.on('connection', (socket) => console.log(io.engine.clientsCount));
};
";
    let server = "const server = require('http').createServer();
require('./socket')(server);
require('./state');
server.listen(3001);
";
    let state = "exports.find = (id) => io.sockets.sockets.get(id);
exports.tell = (text) => io.emit('told', text);
";
    let files = [
        ("server.js", server),
        ("socket.js", socket),
        ("state.js", state),
    ];
    let expected = "const socketBroadcaster = require('./utils/socketBroadcaster');

module.exports = (server) => {
  global.io = require('socket.io')(server);
  socketBroadcaster.attach(global.io);
  io.on('connection', (socket) => console.log(io.engine.clientsCount));
};
";
    assert_eq!(migrated(&files, "socket.js"), expected);
}

/// A back end whose server stays, because a package gets it, with a script that never makes it.
fn with_a_seed(service: &str) -> [(&'static str, String); 5] {
    let server = "const app = require('express')();
const server = require('http').createServer(app);
require('./live').init(server);
app.post('/', (req, res) => {
  require('./service').save();
  require('gauge').measure(require('./live').getIo());
  res.end();
});
server.listen(3001);
";
    let live = "const { Server } = require('socket.io');
let io;
exports.init = (server) => {
  io = new Server(server);
};
exports.getIo = () => io;
";
    let package =
        r#"{ "name": "desk", "main": "server.js", "scripts": { "seed": "node seed.js" } }"#;
    [
        ("package.json", package.to_owned()),
        ("server.js", server.to_owned()),
        ("live.js", live.to_owned()),
        ("service.js", service.to_owned()),
        ("seed.js", "require('./service').save();\n".to_owned()),
    ]
}

#[test]
fn a_guard_in_code_that_also_runs_without_the_server_stays_as_long_as_the_server() {
    let service = "const { getIo } = require('./live');
exports.save = () => {
  const io = getIo();
  const server = io;
  if (!server) return;
  console.log('told');
  server.emit('saved');
  tell(io);
};
function tell(io) {
  if (io) io.emit('told');
}
";
    let expected = "const { getIo } = require('./live');
const socketBroadcaster = require('./utils/socketBroadcaster');
exports.save = () => {
  const io = getIo();
  const server = io;
  if (!server) return;
  console.log('told');
  socketBroadcaster.broadcast('saved');
  tell(io);
};
function tell(io) {
  if (io) socketBroadcaster.broadcast('told');
}
";
    let files = with_a_seed(service);
    let files: Vec<(&str, &str)> = files.iter().map(|it| (it.0, it.1.as_str())).collect();
    assert_eq!(migrated(&files, "service.js"), expected);
    // Where the server is in the API, what it is not attached to does not turn to Redis.
    let broadcaster = migrated(&files, "utils/socketBroadcaster.js");
    assert!(broadcaster.contains("new NoLink()"), "{broadcaster}");
    // A file that nothing loads and that only defines things is no script.
    let mut barrel = files.clone();
    barrel[4] = ("index.js", "exports.service = require('./service');\n");
    assert!(!migrated(&barrel, "service.js").contains("if ("));
    // Without the script, nothing runs that code but the API.
    assert!(
        migrated(&files[..4], "service.js")
            .contains("\n  console.log('told');\n  socketBroadcaster")
    );
}

/// To Socket.IO, a list in a list is a room that nobody is in.
#[test]
fn rooms_that_may_be_lists_stay_in_calls_of_their_own() {
    let text = migrated_body("  io.to(req.a).to(`b`).emit('x');\n");
    assert_eq!(text, "  socketBroadcaster.to(req.a).to(`b`).emit('x');\n");
    let text = migrated_body("  io.to(['a', `b`]).to('c' + req.d).emit('x');\n");
    assert_eq!(
        text,
        "  socketBroadcaster.broadcastToRoom(['a', `b`, 'c' + req.d], 'x');\n"
    );
    let text = migrated_body("  io.to(['a', req.b]).to('c').emit('x');\n");
    assert_eq!(
        text,
        "  socketBroadcaster.to(['a', req.b]).to('c').emit('x');\n"
    );
    let text = migrated_body("  io.to([['a']]).emit('x');\n");
    assert_eq!(text, "  socketBroadcaster.broadcastToRoom([['a']], 'x');\n");
}

/// A map of functions is not looked into: what the server does in them is told by the parameter's name alone.
#[test]
fn helpers_behind_a_map_keep_the_server() {
    let server = SERVER.replace(
        "app.set('io', io);",
        "app.set('io', io);
const helpers = new Map(Object.entries(require('./helpers')));
io.on('connection', (socket) => socket.on('say', (kind, text) => helpers.get(kind)(io, text)));",
    );
    let helpers = "exports.all = (io, text) => io.emit('said', text);\n";
    let files = [
        ("package.json", r#"{ "name": "desk", "main": "server.js" }"#),
        ("server.js", server.as_str()),
        ("helpers.js", helpers),
        ("routes.js", "module.exports = () => {};\n"),
    ];
    assert_eq!(migrated(&files, "helpers.js"), helpers);
    assert!(migrated(&files, "server.js").contains("new Server(server)"));
}

#[test]
fn what_send_gives_back_is_not_lost() {
    let text = migrated_body("  const all = io.send(1);\n  all.emit('x');\n  io.write(2);\n");
    assert!(text.contains("  const all = io.send(1);\n"), "{text}");
    assert!(text.contains("  socketBroadcaster.write(2);\n"), "{text}");
}

/// Every socket is alone in the room of its id. What is evaluated for a socket that is there only has to be free.
#[test]
fn a_socket_that_is_only_told_something_is_reached_by_its_id() {
    let text = migrated_body(
        "  io?.sockets.sockets.get(req.a)?.emit('x', { at: new Date() });
  io.of('/desk').sockets.get(req.a).join('r');
  io.sockets.sockets.get(req.a)?.emit('x', load(req));
  const was = io.sockets.sockets.get(req.a)?.emit('x');
  io.sockets.sockets.get(req.a)?.emit('x', (error) => console.log(error));
",
    );
    assert_eq!(
        text,
        "  const io = req.app.get('io');
  socketBroadcaster.to(req.a).emit('x', { at: new Date() });
  socketBroadcaster.of('/desk').to(req.a).socketsJoin('r');
  io.sockets.sockets.get(req.a)?.emit('x', load(req));
  const was = io.sockets.sockets.get(req.a)?.emit('x');
  io.sockets.sockets.get(req.a)?.emit('x', (error) => console.log(error));
"
    );
}

#[test]
fn a_condition_that_has_to_stay_names_the_broadcaster() {
    let text = migrated_body(
        "  if (io) {
    io.emit('x');
  } else {
    var why = 'none';
  }
  res.json({ why });
",
    );
    let expected = "  if (socketBroadcaster) {
    socketBroadcaster.broadcast('x');
  } else {
    var why = 'none';
  }
  res.json({ why });
";
    assert_eq!(text, expected);
}

#[test]
fn what_stood_behind_a_branch_that_always_returns_goes() {
    let text = migrated_body(
        "  if (io) {
    io.emit('x');
    return res.end();
  }

  // Nobody is connected.
  const status = 503;
  res.sendStatus(status);
",
    );
    assert_eq!(
        text,
        "  socketBroadcaster.broadcast('x');\n  return res.end();\n"
    );
    let text = migrated_body("  io || console.warn('none');\n  io.emit('x');\n");
    assert_eq!(text, "  socketBroadcaster.broadcast('x');\n");
}

#[test]
fn comments_about_what_is_gone_go_with_it() {
    let text = migrated_body("  const at = 1; // now\n  const id = 2;\n  io.emit('x', at, id);\n");
    assert_eq!(
        text,
        "  const at = 1; // now\n  const id = 2;\n  socketBroadcaster.broadcast('x', at, id);\n"
    );
    let route = "module.exports = (req, res) => {
  const io = req.app.get('io'); // the instance of server.js
  // Who is it?
  const id = req.body.id;
  io.emit('x', id);
};
exports.other = (req, res) => {
  // The instance of server.js
  const io = req.app.get('io');

  const id = req.body.id;
  io.emit('y', id);
};
exports.third = (req, res) => {
  // Tells everybody
  const io = req.app.get('io');

  io.emit('z');
};
";
    let expected = "const socketBroadcaster = require('./utils/socketBroadcaster');

module.exports = (req, res) => {
  // Who is it?
  const id = req.body.id;
  socketBroadcaster.broadcast('x', id);
};
exports.other = (req, res) => {
  const id = req.body.id;
  socketBroadcaster.broadcast('y', id);
};
exports.third = (req, res) => {
  // Tells everybody

  socketBroadcaster.broadcast('z');
};
";
    assert_eq!(migrated_route(route), expected);
}

/// Seen in public back ends: what only served the handle was left, and linters complained.
#[test]
fn what_only_served_the_handle_goes() {
    let server = "const { Server } = require('socket.io');
const { setIO } = require('./holder');
const app = require('express')();
app.use(require('./routes'));
const httpServer = app.listen(3001, () => console.log('up'));
const io = new Server(httpServer);
app.set('io', io);
app.get('io');
// Set the instance of Socket.IO for the controllers
setIO(io);
app.locals.ready = true;
";
    let holder = "let io = null;
exports.setIO = (it) => { io = it; };
exports.getIO = () => {
  if (!io) throw new Error('not ready');
  return io;
};
";
    let files = [
        ("package.json", r#"{ "name": "desk", "main": "server.js" }"#),
        ("server.js", server),
        ("holder.js", holder),
        (
            "routes.js",
            "const { getIO } = require('./holder');
module.exports = () => {
  const io = getIO();
  io.emit('x');
  getIO().emit('y');
};
",
        ),
    ];
    let expected = "const app = require('express')();
app.use(require('./routes'));
app.listen(3001, () => console.log('up'));
app.locals.ready = true;
";
    assert_eq!(migrated(&files, "server.js"), expected);
    assert_eq!(migrated(&files, "holder.js"), holder);
}

#[test]
fn an_http_server_that_nothing_listens_with_goes() {
    let live = "const app = require('./app');
const http = require('http');
const server = http.createServer(app);
const io = require('socket.io')(server);
module.exports = { app, io };
";
    let files = [
        ("package.json", r#"{ "name": "desk", "main": "index.js" }"#),
        (
            "index.js",
            "const { app, io } = require('./live');\napp.post('/', () => io.emit('x'));\napp.listen(3001);\n",
        ),
        ("live.js", live),
        ("app.js", "module.exports = require('express')();\n"),
    ];
    assert_eq!(
        migrated(&files, "live.js"),
        "const app = require('./app');\nmodule.exports = { app };\n"
    );
}

#[test]
fn a_type_that_only_stood_in_what_is_gone_is_not_imported() {
    let mut files = TYPESCRIPT.to_vec();
    files[2].1 = "import { Router } from 'express';
import { Server as SocketServer } from 'socket.io';

export const routes = Router();
routes.get('/', (req, res) => {
  const io = req.app.get('io') as SocketServer;
  io.emit('a');
  (req.app.get('io') as SocketServer).emit('b');
  res.end();
});
";
    let expected = "import { Router } from 'express';
import socketBroadcaster from './utils/socketBroadcaster';

export const routes = Router();
routes.get('/', (req, res) => {
  socketBroadcaster.broadcast('a');
  socketBroadcaster.broadcast('b');
  res.end();
});
";
    assert_eq!(migrated(&files, "src/routes.ts"), expected);
    let read = files[2]
        .1
        .replace("res.end()", "res.end() as unknown as SocketServer");
    files[2].1 = &read;
    let read = migrated(&files, "src/routes.ts");
    assert!(
        read.contains("res.end() as unknown as SocketBroadcaster"),
        "{read}"
    );
}

/// Types are not followed: a declaration that only describes where the server was is a person's to delete.
#[test]
fn types_that_stay_are_pointed_at() {
    let server = SERVER.replace("require('./routes')", "require('./routes').default");
    let files = [
        ("package.json", r#"{ "name": "desk", "main": "server.js" }"#),
        ("server.js", server.as_str()),
        (
            "routes.ts",
            "import type { Namespace } from 'socket.io';
declare module 'express' { interface Request { io: Namespace } }
export default (req: any) => req.app.get('io').emit('x');
",
        ),
    ];
    let files = files.iter().map(|it| (it.0.to_owned(), it.1.to_owned()));
    let plan = migrate(&support::analyse_files(files), Level::Safe);
    let note = "routes.ts:1: types of Socket.IO are still imported here; what is declared with them is the broadcaster \
                now, or nothing";
    assert!(plan.notes.iter().any(|it| it == note), "{:?}", plan.notes);
}

#[test]
fn what_is_logged_of_the_server_is_pointed_at() {
    let server = SERVER.replace(
        "server.listen(3001);",
        "server.listen(3001);\nconsole.log('Socket.IO is listening');",
    );
    let route = "module.exports = (req) => req.app.get('io').emit('x');\n";
    let files = [
        ("package.json", r#"{ "name": "desk", "main": "server.js" }"#),
        ("server.js", server.as_str()),
        ("routes.js", route),
    ];
    let files = files.iter().map(|it| (it.0.to_owned(), it.1.to_owned()));
    let plan = migrate(&support::analyse_files(files), Level::Safe);
    let note = "server.js:8:1: this logs something about Socket.IO; see whether the API should still say so";
    assert!(plan.notes.iter().any(|it| it == note), "{:?}", plan.notes);
}

/// Seen in a public back end: the line that attaches the broadcaster was found to be one use more.
#[test]
fn a_server_on_the_global_object_can_be_attached() {
    let server = "const app = require('express')();
const server = require('http').createServer(app);
require('./live')(server);
app.post('/', (req, res) => {
  io.emit('x');
  require('gauge').measure(io);
  res.end();
});
server.listen(3001);
";
    let live = "module.exports = function (server) {
  global.io = require('socket.io')(server);
  io.on('connection', (socket) => socket.join('a'));
};
";
    let files = [
        ("package.json", r#"{ "name": "desk", "main": "server.js" }"#),
        ("server.js", server),
        ("live.js", live),
    ];
    let text = migrated(&files, "live.js");
    assert!(
        text.contains("  socketBroadcaster.attach(global.io);\n"),
        "{text}"
    );
}

/// Seen in a public back end: the parameter was renamed, the registration on it was not.
#[test]
fn a_parameter_that_handlers_are_registered_on_keeps_its_name_while_the_server_stays() {
    let server = format!(
        "{SERVER}const live = require('./live');\nlive.init(io);\nlive.tell(app.get('other-io'));\n"
    );
    let live = "exports.init = (io) => {
  io.on('connection', (socket) => socket.join('a'));
};
exports.tell = (io) => io.to('a').emit('told');
";
    let files = [
        ("package.json", r#"{ "name": "desk", "main": "server.js" }"#),
        ("server.js", server.as_str()),
        ("live.js", live),
        (
            "routes.js",
            "module.exports = (req) => req.app.get('io').emit('x');\n",
        ),
    ];
    assert_eq!(migrated(&files, "live.js"), live);
}

#[test]
fn a_key_in_a_template_is_as_good_as_one_in_quotes() {
    let route = "module.exports = (req, res) => {
  const io = req.app.get(`io`);
  io.emit('x');
};
";
    let expected = "const socketBroadcaster = require('./utils/socketBroadcaster');

module.exports = (req, res) => {
  socketBroadcaster.broadcast('x');
};
";
    assert_eq!(migrated_route(route), expected);
}

/// Seen in a public back end: one branch got the broadcaster's operator, the other one kept the server.
#[test]
fn a_variable_that_is_assigned_to_holds_one_thing_while_the_server_stays() {
    let text = migrated_body(
        "  let all;
  if (req.a) all = io.to('a');
  else all = io;
  all.emit('x');
  keep(io);
",
    );
    let own = "  if (req.a) all = socketBroadcaster.to('a');\n  else all = socketBroadcaster;\n";
    assert!(text.contains(own), "{text}");
}

const MANIFEST: &str = "{ \"main\": \"server.js\", \"dependencies\": { \"express\": \"^5.1.0\" } }";

/// Controllers are written elsewhere than where they are registered. One that is called, too, is left.
#[test]
fn a_handler_that_is_only_registered_may_ask() {
    let controller = "exports.count = (req, res) => {
  res.json(req.app.get('io').engine.clientsCount);
};

function size(req, res) {
  res.json(req.app.get('io').sockets.adapter.rooms.get('a')?.size);
}
exports.size = size;
";
    let routes = "const { count, size } = require('./controller');
const router = require('express').Router();
router.get('/', count);
router.get('/size', SIZE);
module.exports = router;
";
    let after = |size: &str| {
        let routes = routes.replace("SIZE", size);
        let files = [
            ("package.json", MANIFEST),
            ("server.js", SERVER),
            ("routes.js", routes.as_str()),
            ("controller.js", controller),
        ];
        migrated(&files, "controller.js")
    };
    let asked = "const socketBroadcaster = require('./utils/socketBroadcaster');

exports.count = async (req, res) => {
  res.json(await socketBroadcaster.clientsCount());
};

async function size(req, res) {
  res.json(await socketBroadcaster.roomSize('a'));
}
exports.size = size;
";
    assert_eq!(after("size"), asked);
    let (_, left) = controller.split_once("function").unwrap();
    let text = after("(req, res) => res.json(size(req, res))");
    assert!(text.ends_with(&format!("\nfunction{left}")), "{text}");
}

#[test]
fn members_of_types_go_with_the_server_that_they_were_declared_for() {
    let server = "import express from 'express';
import { Server } from 'socket.io';
import routes from './routes.js';
const app = express();
const server = app.listen(3000);
const io = new Server(server);
app.use((req, res, next) => {
  req.io = io;
  next();
});
app.use(routes);
";
    let routes = "import { Router, type Request } from 'express';
import { Server } from 'socket.io';

declare global {
  namespace Express {
    interface Request {
      /** The server. */
      io?: Server;
    }
  }
}

interface Deps {
  io: Server | null;
  limit: number;
}

type Tell = (io: Server, it: string) => void;

const router = Router();
router.get('/', (req, res) => {
  req.io?.emit('x');
  res.end();
});

export const limit = (deps: Deps) => USED;
export default router;
";
    let after = |used: &str| {
        let routes = routes.replace("USED", used);
        let files = [
            (
                "package.json",
                "{ \"type\": \"module\", \"main\": \"server.ts\" }",
            ),
            ("server.ts", server),
            ("routes.ts", routes.as_str()),
        ];
        migrated(&files, "routes.ts")
    };
    let text = after("deps.limit");
    let expected = "import { Router, type Request } from 'express';
import socketBroadcaster, { type SocketBroadcaster } from './utils/socketBroadcaster.js';

interface Deps {
  limit: number;
}

type Tell = (io: SocketBroadcaster, it: string) => void;
";
    assert!(text.starts_with(expected), "{text}");
    // The member of one type is read, for all that the text tells, by whoever reads a property of that name.
    let text = after("deps.io");
    assert!(text.contains("  io: SocketBroadcaster | null;\n"), "{text}");
    assert!(text.contains("      io?: SocketBroadcaster;\n"), "{text}");
}
