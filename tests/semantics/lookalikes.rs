//! What looks like the server and is not, and what the engine says when it can't tell.

use crate::check;

#[test]
fn client_package() {
    check(
        r#"
//- client.js
import { io } from 'socket.io-client';
import ioClient from 'socket.io-client';
const socket = io('http://x');
socket.emit('a');
const other = ioClient('http://x');
other.emit('b');
io.emit('c');
"#,
        &[],
    );
}

#[test]
fn intersection_observer() {
    check(
        r#"
//- public/app.js
const io = new IntersectionObserver((entries) => {});
io.observe(document.body);
io.emit('a');
"#,
        &[],
    );
}

#[test]
fn emitter_with_the_servers_name() {
    check(
        r#"
//- events.js
const { EventEmitter } = require('events');
const io = new EventEmitter();
io.emit('a');
io.on('a', () => {});
module.exports = { io };
//- job.js
const { io } = require('./events');
io.emit('b');
"#,
        &[],
    );
}

#[test]
fn route_of_the_same_path() {
    check(
        r#"
//- server.js
const app = require('express')();
const io = require('socket.io')(3001);
app.set('io', io);
app.get('io', (req, res) => res.end());
app.get('/io', (req, res) => res.end());
app.get('env').emit;
"#,
        &[
            "server.js:2 setup server-construction proven",
            "server.js:3 inject setting-write proven",
        ],
    );
}

#[test]
fn setting_that_holds_something_else() {
    check(
        r#"
//- server.js
const app = require('express')();
app.set('io', { emit() {} });
app.get('/', (req) => req.app.get('io').emit('a'));
"#,
        &[],
    );
}

#[test]
fn request_property_that_holds_something_else() {
    check(
        r#"
//- server.js
const app = require('express')();
app.use((req, res, next) => { req.io = { emit() {} }; next(); });
app.get('/', (req) => req.io.emit('a'));
"#,
        &[],
    );
}

#[test]
fn strings_comments_and_templates() {
    check(
        r#"
//- server.js
// const io = require('socket.io')(server); io.emit('a');
/* req.app.get('io').emit('b') */
const text = "io.emit('c'); require('socket.io')";
const html = `<script>const io = require('socket.io'); io.emit('d')</script>`;
const pattern = /io\.emit\('e'\)/;
"#,
        &[],
    );
}

#[test]
fn shadowed_names() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
function read(io) { io.emit('a'); }
read({ emit() {} });
{
  const io = console;
  io.emit('b');
}
try { io.emit('c'); } catch (io) { io.emit('d'); }
for (const io of [1]) io.emit('e');
class Local { io() { return io; } }
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:8 emit emit-to-all proven",
            "server.js:10 inject handle-return proven",
        ],
    );
}

#[test]
fn own_map() {
    check(
        r#"
//- server.js
const services = new Map();
services.get('io').emit('a');
const cache = new WeakMap();
cache.get('io').to('x').emit('b');
"#,
        &[],
    );
}

#[test]
fn own_class_with_the_same_methods() {
    check(
        r#"
//- bus.js
class Bus {
  to(room) { return this; }
  emit(event) { return this; }
}
const io = new Bus();
io.to('x').emit('a');
module.exports = { io };
//- job.js
const { io } = require('./bus');
io.to('x').emit('b');
"#,
        &[],
    );
}

#[test]
fn server_of_another_package() {
    check(
        r#"
//- server.js
const { Server } = require('ws');
const io = new Server({ port: 3001 });
io.emit('a');
"#,
        &[],
    );
}

#[test]
fn sockets_inside_a_handler() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
io.on('connection', function (socket) {
  socket.emit('a');
  socket.to('x').emit('b');
  socket.broadcast.emit('c');
  socket.join('x');
});
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 handler connection-handler proven",
        ],
    );
}

#[test]
fn file_called_socket_io() {
    check(
        r#"
//- socket.io.js
module.exports = { emit() {} };
//- server.js
const io = require('./socket.io');
io.emit('a');
"#,
        &[],
    );
}

#[test]
fn property_of_the_same_name_in_a_literal() {
    check(
        r#"
//- config.js
module.exports = { io: { port: 3001, emit: false } };
//- server.js
const { io } = require('./config');
io.emit;
"#,
        &[],
    );
}

#[test]
fn types_only() {
    check(
        r#"
//- types.ts
import type { Server } from 'socket.io';
import { type Socket } from 'socket.io';
export interface Context { io: Server; emit: (io: Server) => void }
"#,
        &[],
    );
}

#[test]
fn own_require() {
    check(
        r#"
//- loader.js
const require = (name) => ({ emit() {} });
const io = require('socket.io');
io.emit('a');
"#,
        &[],
    );
}

#[test]
fn undeclared_name_with_no_set_up() {
    check(
        r#"
//- job.js
io.emit('a');
"#,
        &[],
    );
}

#[test]
fn server_that_only_a_test_makes() {
    // A test file is part of the project: nothing tells its server from the API's.
    check(
        r#"
//- test/live.test.js
const { Server } = require('socket.io');
const io = new Server(0);
io.emit('a');
"#,
        &[],
    );
}

#[test]
fn value_into_the_unknown() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
require('some-package')(io);
const text = JSON.stringify(io);
const either = [io, 1];
console.log(io);
io;
export_(io + '');
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 inject handle-escape proven",
            "server.js:3 inject handle-escape proven",
            "server.js:4 inject handle-escape proven",
            "server.js:5 inject handle-escape proven",
            "server.js:7 inject handle-escape proven",
        ],
    );
}

#[test]
fn whole_carrier_handed_out() {
    // Wrong: the object with the server goes to a package unseen; only the property itself is a finding.
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
const context = { io };
require('some-package')(context);
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 inject handle-property proven",
        ],
    );
}

#[test]
fn unused_handle() {
    check(
        r#"
//- server.js
const app = require('express')();
app.set('io', require('socket.io')(3001));
app.get('/', (req, res) => {
  const io = req.app.get('io');
  res.end();
});
"#,
        &[
            "server.js:2 setup server-construction proven",
            "server.js:2 inject setting-write proven",
            "server.js:4 access setting-access proven",
        ],
    );
}
