//! What goes with the server and what stays: parameters, exports and comments that spoke of nothing else.

#[path = "support/migrations.rs"]
mod migrations;
#[expect(dead_code, reason = "this test looks at no findings")]
mod support;

use migrations::{SERVER, migrated, migrated_route};

#[test]
fn a_last_parameter_that_only_brought_the_server_goes_with_its_arguments() {
    let before = "function refresh(req) {
  req.app.get('io').emit('refresh');
}
const tell = (text, req,) => req.app.get('io').emit('said', text);
const later = async req => refresh(req);
module.exports = (req, res) => {
  refresh(req);
  tell('a', req);
  tell('b');
  later(req);
  Promise.resolve(req.app.get('io')).then((io) => io.emit('c'));
  res.end();
};
";
    let after = "function refresh() {
  socketBroadcaster.broadcast('refresh');
}
const tell = (text,) => socketBroadcaster.broadcast('said', text);
const later = async () => refresh();
module.exports = (req, res) => {
  refresh();
  tell('a');
  tell('b');
  later();
  Promise.resolve(req.app.get('io')).then(() => socketBroadcaster.broadcast('c'));
  res.end();
};
";
    let expected =
        format!("const socketBroadcaster = require('./utils/socketBroadcaster');\n\n{after}");
    assert_eq!(migrated_route(before), expected);
}

#[test]
fn a_parameter_stays_where_others_may_hand_something_over() {
    let routes = [
        // Behind it is another one;
        "function a(req, text) {\n  req.app.get('io').emit('a', text);\n}\nexports.b = (req, res) => res.end(a(req, 'b'));\n",
        // others call it;
        "exports.a = (req) => {\n  req.app.get('io').emit('a');\n};\n",
        "function a(req) {\n  req.app.get('io').emit('a');\n}\nmodule.exports = { a };\n",
        // what is handed over does something;
        "function a(req) {\n  req.app.get('io').emit('a');\n}\nexports.b = (next, res) => res.end(a(next()));\n",
        // more is handed over than it takes;
        "function a(req) {\n  req.app.get('io').emit(arguments[1]);\n}\nexports.b = (req, res) => res.end(a(req, res));\n",
        // a comment tells of it;
        "/** @param {Request} req */\nfunction a(req) {\n  req.app.get('io').emit('a');\n}\nexports.b = (req, res) => res.end(a(req));\n",
        // nobody read it before.
        "function a(req) {\n  return 1;\n}\nexports.b = (req, res) => res.end(req.app.get('io').emit(a(req)));\n",
    ];
    for before in routes {
        let after = before.replace("req.app.get('io').emit", "socketBroadcaster.broadcast");
        let expected =
            format!("const socketBroadcaster = require('./utils/socketBroadcaster');\n\n{after}");
        assert_eq!(migrated_route(before), expected);
    }
}

#[test]
fn a_parameter_does_not_hide_the_import_that_its_file_needs() {
    let before = "const tell = (io, text) => io.to('desk').emit('said', text);
exports.tell = (req, res) => {
  const io = req.app.get('io');
  tell(io, 'a');
  res.end();
};
exports.shout = (req, res) => res.end(req.app.get('io').emit('shouted'));
";
    let after = "const socketBroadcaster = require('./utils/socketBroadcaster');

const tell = (io, text) => io.broadcastToRoom('desk', 'said', text);
exports.tell = (req, res) => {
  tell(socketBroadcaster, 'a');
  res.end();
};
exports.shout = (req, res) => res.end(socketBroadcaster.broadcast('shouted'));
";
    assert_eq!(migrated_route(before), after);
}

/// The end of the file that made the server and ended with `exports`.
fn exports_after(exports: &str, route: &str) -> String {
    let server = format!("{SERVER}{exports}");
    let files = [("server.js", server.as_str()), ("routes.js", route)];
    let after = migrated(&files, "server.js");
    let (_, end) = after
        .split_once("server.listen(3001);\n")
        .expect("it listens");
    end.to_owned()
}

#[test]
fn what_exported_nothing_but_the_server_goes() {
    let route = "exports.tell = (req) => req.app.get('io').emit('x');\n";
    let cases = [
        ("\n// For the tests.\nmodule.exports = { io };\n", ""),
        ("module.exports = {\n  io,\n};\n", ""),
        (
            "module.exports = { app, io, };\n",
            "module.exports = { app, };\n",
        ),
        // It takes back what was exported before.
        (
            "exports.app = app;\nmodule.exports = { io, };\n",
            "exports.app = app;\nmodule.exports = {};\n",
        ),
        (
            "module.exports = { io };\nmodule.exports.app = app;\n",
            "module.exports = {};\nmodule.exports.app = app;\n",
        ),
    ];
    for (before, after) in cases {
        assert_eq!(exports_after(before, route), after, "{before}");
    }
}

#[test]
fn an_es_module_goes_on_exporting_what_others_import() {
    let server = "import { Server } from 'socket.io';
import http from 'http';
const server = http.createServer();
const io = new Server(server);
server.on('request', () => io.emit('x'));
server.listen(3001);
export default { io };
";
    let entry = [("server.js", server)];
    assert!(!migrated(&entry, "server.js").contains("export"));
    let route =
        "import sockets from './server.js';\nexport const tell = () => sockets.io.emit('x');\n";
    let both = [("server.js", server), ("index.js", route)];
    assert!(migrated(&both, "server.js").ends_with("\nexport default {};\n"));
}

#[test]
fn a_comment_goes_with_the_line_that_it_names_the_server_for() {
    let server = "const { Server } = require('socket.io');
const app = require('express')();
const server = require('http').createServer(app);
// Start everything:
const io = new Server(server);
app.use(require('cors')());

// Make io available to the routes
app.set('io', io);
app.use(require('./routes'));
server.listen(3001);
";
    let route = "const started = Date.now();

module.exports = (req, res) => {
  // The io instance of the application
  const io = req.app.get('io');
  const { text } = req.body; // what was said
  // Everything about the message
  req.app.get('io');
  io.emit('said', text);
  res.end();
};
";
    let files = [("server.js", server), ("routes.js", route)];
    assert_eq!(
        migrated(&files, "server.js"),
        "const app = require('express')();
const server = require('http').createServer(app);
// Start everything:
app.use(require('cors')());

app.use(require('./routes'));
server.listen(3001);
"
    );
    assert_eq!(
        migrated(&files, "routes.js"),
        "const socketBroadcaster = require('./utils/socketBroadcaster');

const started = Date.now();

module.exports = (req, res) => {
  const { text } = req.body; // what was said
  // Everything about the message
  socketBroadcaster.broadcast('said', text);
  res.end();
};
"
    );
}

#[test]
fn what_is_said_behind_an_import_of_the_server_goes_with_it() {
    let server = SERVER.replace("app.set('io', io);", "module.exports = { io };");
    let route = "const a = require('./a');
const { io } = require('./server'); // your socket.io instance

exports.tell = () => io.emit('x', a);
";
    let files = [
        ("server.js", server.as_str()),
        ("routes.js", route),
        ("a.js", "module.exports = 1;\n"),
    ];
    let after = migrated(&files, "routes.js");
    assert!(
        after.contains("\nconst socketBroadcaster = require('./utils/socketBroadcaster');\n\n"),
        "{after}"
    );
}

#[test]
fn a_file_that_only_defines_things_misses_nothing() {
    let server = SERVER.replace(
        "app.set('io', io);",
        "setInterval(() => {}, 1000);\nmodule.exports = { io };",
    );
    let route = "const { io } = require('./server');\nexports.tell = () => io.emit('x');\n";
    let package = "{ \"name\": \"desk\", \"main\": \"server.js\" }";
    let after = |unused: &str| {
        let files = [
            ("package.json", package),
            ("server.js", server.as_str()),
            ("routes.js", route),
            ("unused.js", unused),
        ];
        migrated(&files, "routes.js")
    };
    let defines = "const { tell } = require('./routes');\nexports.later = () => tell();\n";
    let acts = "require('./routes').tell();\n";
    assert!(!after(defines).contains("require('./server')"));
    assert!(after(acts).starts_with("require('./server');\n"));
}

#[test]
fn the_dedicated_server_is_written_in_the_style_of_the_entry() {
    let server = "import { Server } from \"socket.io\"
import { createServer } from \"http\"

const server = createServer()
const io = new Server(server)

io.on(\"connection\", (socket) => socket.join(\"a\"))

server.on(\"request\", () => io.emit(\"x\"))
server.listen(3001)
";
    let package = "{ \"name\": \"desk\", \"main\": \"server.js\", \"type\": \"module\" }";
    let files = [("package.json", package), ("server.js", server)];
    let after = migrated(&files, "socketio-server.js");
    let (_, own) = after.split_once("\n\n").expect("a paragraph about it");
    assert_eq!(
        own,
        "import { Server } from \"socket.io\"
import { createSocketHttpServer, startSocketServer } from \"./utils/socketRuntime.js\"

const server = createSocketHttpServer()

const io = new Server(server)

io.on(\"connection\", (socket) => socket.join(\"a\"))

startSocketServer(io, server)
"
    );
}

#[test]
fn a_variable_of_moved_code_is_no_type_that_is_imported() {
    let entry = "import { createServer } from 'http';
import { Server, Socket } from 'socket.io';
import student from './student';

const server = createServer();
const io = new Server(server);
io.on('connection', (socket: Socket) => {
  const student = socket.handshake.auth.id;
  socket.join(student);
});
server.on('request', () => io.emit('x', student));
server.listen(3001);
";
    let package = "{ \"name\": \"desk\", \"main\": \"server.ts\" }";
    let files = [
        ("package.json", package),
        ("server.ts", entry),
        ("student.ts", "export default 1;\n"),
    ];
    let after = migrated(&files, "socketio-server.ts");
    assert!(!after.contains("./student"), "{after}");
    assert!(
        after.contains("import { Server, Socket } from 'socket.io';\n"),
        "{after}"
    );
}

#[test]
fn a_parameter_that_closes_the_server_needs_no_import() {
    let server = "const http = require('http');
const { Server } = require('socket.io');
const app = require('express')();
const shutdown = require('./shutdown');
const server = http.createServer(app);
const io = new Server(server);
process.on('SIGTERM', () => shutdown(server, io));
server.listen(3001);
";
    let files = [
        ("server.js", server),
        (
            "shutdown.js",
            "module.exports = (server, io) => Promise.all([
  io && new Promise((done) => {
    io.close(() => done());
  }),
]);
",
        ),
    ];
    assert_eq!(
        migrated(&files, "shutdown.js"),
        "module.exports = (server, socketBroadcaster) => Promise.all([
  new Promise((done) => {
    socketBroadcaster.close();
    server.close(() => done());
  }),
]);
"
    );
}
