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
