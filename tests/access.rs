//! `access = "global"`: the entry file puts the broadcaster on the global object, and the files that it loads call it
//! there.

#[path = "support/migrations.rs"]
#[expect(dead_code, reason = "these projects are more than a route")]
mod migrations;
mod support;

use migrations::{SERVER, migrated, outcome};

const CONFIG: (&str, &str) = ("iomigrate.toml", "[broadcaster]\naccess = \"global\"\n");
const ROUTES: &str = "const router = require('express').Router();
router.post('/', (req, res) => {
  const io = req.app.get('io');
  if (io) io.emit('x', req.body);
  res.end();
});
module.exports = router;
";
const ROUTES_AFTER: &str = "const router = require('express').Router();
router.post('/', (req, res) => {
  global.socketBroadcaster.broadcast('x', req.body);
  res.end();
});
module.exports = router;
";

#[test]
fn the_entry_sets_it_before_it_loads_who_may_call_it() {
    let server = format!("require('dotenv').config();\nconst cors = require('cors');\n{SERVER}");
    let files = [
        CONFIG,
        ("package.json", "{ \"main\": \"server.js\" }"),
        ("server.js", server.as_str()),
        ("routes.js", ROUTES),
    ];
    assert_eq!(migrated(&files, "routes.js"), ROUTES_AFTER);
    assert_eq!(
        migrated(&files, "server.js"),
        "require('dotenv').config();
const cors = require('cors');
const app = require('express')();
const server = require('http').createServer(app);
const socketBroadcaster = require('./utils/socketBroadcaster');
global.socketBroadcaster = socketBroadcaster;
app.use(require('./routes'));
server.listen(3001);
"
    );
    let dedicated = migrated(&files, "utils/socketRuntime.js");
    assert!(
        dedicated.contains("\nglobal.socketBroadcaster = thisProcessBroadcaster;\n"),
        "{dedicated}"
    );
    // Nothing is left to do, and nothing is taken for the server.
    assert_eq!(support::lines(&outcome(&files)), [""; 0]);
}

#[test]
fn an_es_module_sets_it_behind_its_imports() {
    let files = [
        CONFIG,
        (
            "package.json",
            "{ \"type\": \"module\", \"main\": \"server.js\" }",
        ),
        (
            "server.js",
            "import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { save } from './save.js';

const server = createServer();
const io = new Server(server);
global.io = io;
save();
server.listen(3001);
",
        ),
        (
            "save.js",
            "export const save = () => global.io.emit('saved');\n",
        ),
    ];
    assert_eq!(
        migrated(&files, "save.js"),
        "export const save = () => global.socketBroadcaster.broadcast('saved');\n"
    );
    assert_eq!(
        migrated(&files, "server.js"),
        "import { createServer } from 'node:http';
import { save } from './save.js';
import socketBroadcaster from './utils/socketBroadcaster.js';

global.socketBroadcaster = socketBroadcaster;

const server = createServer();
save();
server.listen(3001);
"
    );
}

#[test]
fn files_that_another_process_loads_import_it() {
    let files = [
        CONFIG,
        (
            "package.json",
            "{ \"scripts\": { \"start\": \"node server.js\", \"worker\": \"node worker.js\" } }",
        ),
        (
            "server.js",
            &SERVER.replace(
                "app.set('io', io);",
                "global.io = io;\nrequire('./save')();",
            ),
        ),
        (
            "routes.js",
            "module.exports = (req, res) => global.io.emit('x');\n",
        ),
        (
            "save.js",
            "module.exports = () => global.io.emit('saved');\n",
        ),
        ("worker.js", "require('./save')();\n"),
    ];
    assert_eq!(
        migrated(&files, "routes.js"),
        "module.exports = (req, res) => global.socketBroadcaster.broadcast('x');\n"
    );
    assert_eq!(
        migrated(&files, "save.js"),
        "const socketBroadcaster = require('./utils/socketBroadcaster');

module.exports = () => socketBroadcaster.broadcast('saved');
"
    );
}

#[test]
fn the_file_with_the_server_attaches_what_it_imports() {
    let server = SERVER.replace(
        "server.listen",
        "app.set('live', io.sockets.adapter);\nserver.listen",
    );
    let files = [
        CONFIG,
        ("package.json", "{ \"main\": \"index.js\" }"),
        ("index.js", "require('./server');\n"),
        ("server.js", server.as_str()),
        ("routes.js", ROUTES),
    ];
    let after = migrated(&files, "server.js");
    assert!(
        after.contains("\nsocketBroadcaster.attach(io);\n"),
        "{after}"
    );
    assert!(
        after.contains("require('./utils/socketBroadcaster')"),
        "{after}"
    );
    assert_eq!(migrated(&files, "routes.js"), ROUTES_AFTER);
    assert_eq!(
        migrated(&files, "index.js"),
        "const socketBroadcaster = require('./utils/socketBroadcaster');
global.socketBroadcaster = socketBroadcaster;

require('./server');
"
    );
}
