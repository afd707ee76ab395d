//! Where a server is made and what starts it: functions, constructors, copies of the entry file.

use crate::check;

#[test]
fn in_a_function_that_is_called() {
    check(
        r#"
//- server.js
const { Server } = require('socket.io');
function setup(server) {
  const io = new Server(server);
  io.on('connection', () => {});
  return io;
}
const live = setup(require('http').createServer());
live.emit('a');
"#,
        &[
            "server.js:1 setup socketio-import proven",
            "server.js:2 setup setup-function proven",
            "server.js:3 setup server-construction proven",
            "server.js:4 handler connection-handler proven",
            "server.js:5 inject handle-return proven",
            "server.js:7 setup setup-call proven",
            "server.js:8 emit emit-to-all proven",
        ],
    );
}

#[test]
fn in_a_constructor() {
    check(
        r#"
//- live.js
const { Server } = require('socket.io');
class Live {
  constructor(server) {
    this.io = new Server(server);
    this.io.on('connection', (socket) => this.welcome(socket));
  }
  welcome(socket) { socket.emit('hi'); this.io.emit('joined'); }
}
module.exports = Live;
//- server.js
const Live = require('./live');
const live = new Live(require('http').createServer());
live.io.emit('a');
"#,
        &[
            "live.js:1 setup socketio-import proven",
            "live.js:3 setup setup-function proven",
            "live.js:4 inject property-write proven",
            "live.js:4 setup server-construction proven",
            "live.js:5 handler connection-handler proven",
            "server.js:2 setup setup-call proven",
            "server.js:3 emit emit-to-all proven",
        ],
    );
}

#[test]
fn copy_of_the_server_that_nothing_starts() {
    check(
        r#"
//- package.json
{ "main": "server-old.js", "scripts": { "start": "node server.js" }, "dependencies": { "socket.io": "^4" } }
//- server.js
const app = require('express')();
const io = require('socket.io')(3001);
app.set('io', io);
app.use(require('./routes'));
//- server-old.js
const app = require('express')();
const io = require('socket.io')(3002);
app.set('io', io);
io.emit('old');
//- routes.js
module.exports = (req, res) => req.app.get('io').emit('a');
"#,
        &[
            "routes.js:1 emit emit-to-all proven",
            "server-old.js:2 setup server-construction proven",
            "server-old.js:3 inject setting-write proven",
            "server-old.js:4 emit emit-to-all proven",
            "server.js:2 setup server-construction proven",
            "server.js:3 inject setting-write proven",
        ],
    );
}

#[test]
fn set_up_that_gives_nothing_back() {
    check(
        r#"
//- live.js
const { Server } = require('socket.io');
let io;
exports.init = (server) => { io = new Server(server); };
exports.getIO = (server) => { if (!io) io = new Server(server); return io; };
//- hub.js
const { Server } = require('socket.io');
module.exports = class Hub { constructor(server) { this.live = new Server(server); } };
//- server.js
const server = require('http').createServer();
require('./live').init(server);
const hub = new (require('./hub'))(server);
const io = require('./live').getIO();
"#,
        &[
            "hub.js:1 setup socketio-import proven",
            "hub.js:2 setup setup-function proven",
            "hub.js:2 inject property-write proven",
            "hub.js:2 setup server-construction proven",
            "live.js:1 setup socketio-import proven",
            "live.js:3 setup setup-function proven",
            "live.js:3 setup server-construction proven",
            "live.js:4 setup setup-function proven",
            "live.js:4 setup server-construction proven",
            "live.js:4 inject handle-return proven",
            "server.js:2 setup setup-call proven",
            "server.js:3 setup setup-call proven",
            "server.js:4 access getter-access proven",
        ],
    );
}

#[test]
fn dedicated_server_file_is_not_the_api() {
    check(
        r#"
//- socketio-server.js
// @iomigrate dedicated-server
const { Server } = require('socket.io');
const io = new Server(3002);
io.on('connection', (socket) => io.emit('joined', socket.id));
//- server.js
const app = require('express')();
app.get('/', (req, res) => res.end());
"#,
        &[],
    );
}

#[test]
fn copies_that_nothing_starts_are_marked_and_do_not_count() {
    let analysis = crate::analyse(
        r#"
//- package.json
{ "main": "server-old.js", "scripts": { "start": "node server.js" } }
//- server.js
const io = require('socket.io')(3001);
io.emit('a');
//- server-old.js
const io = require('socket.io')(3002);
io.emit('old');
"#,
    );
    let marks: Vec<(String, bool)> = analysis
        .findings
        .iter()
        .map(|it| (analysis.project.path(it.file).to_owned(), it.is_dead))
        .collect();
    let of = |path: &str, is_dead: bool| (path.to_owned(), is_dead);
    assert_eq!(
        marks,
        [
            of("server-old.js", true),
            of("server-old.js", true),
            of("server.js", false),
            of("server.js", false),
        ]
    );
}
