//! Parts of the server: namespaces, operators, methods taken off, state.

use crate::check;

#[test]
fn namespace_in_a_variable() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
const admin = io.of('/admin');
admin.emit('a');
admin.to('ops').emit('b');
admin.on('connection', () => {});
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 access namespace-access proven",
            "server.js:3 emit emit-chain proven",
            "server.js:4 emit emit-chain proven",
            "server.js:5 handler connection-handler proven",
        ],
    );
}

#[test]
fn default_namespace() {
    // Wrong: taking the default namespace out of the server is followed, so it is no escape.
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
const { sockets } = io;
sockets.emit('a');
io.sockets.emit('b');
io.sockets.in('x').emit('c');
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 inject handle-escape proven",
            "server.js:3 emit emit-chain proven",
            "server.js:4 emit emit-to-all proven",
            "server.js:5 emit emit-to-room proven",
        ],
    );
}

#[test]
fn operator_in_a_variable() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
const staff = io.to('role_admin').to('role_supervisor');
staff.emit('a');
staff.emit('b');
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:3 emit emit-chain proven",
            "server.js:4 emit emit-chain proven",
        ],
    );
}

#[test]
fn operator_that_grows() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
let target = io;
for (const room of ['a', 'b']) target = target.to(room);
target.emit('x');
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:4 emit emit-chain proven",
        ],
    );
}

#[test]
fn operator_from_a_function() {
    check(
        r#"
//- rooms.js
module.exports = (io) => ({ staff: () => io.to('staff') });
//- server.js
const io = require('socket.io')(3001);
const rooms = require('./rooms')(io);
rooms.staff().emit('a');
"#,
        &[
            "rooms.js:1 inject handle-return proven",
            "server.js:1 setup server-construction proven",
            "server.js:2 inject handle-argument proven",
            "server.js:3 emit emit-chain proven",
        ],
    );
}

#[test]
fn bound_method() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
const emit = io.emit.bind(io);
emit('a');
const { to } = io;
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 inject handle-escape proven",
            "server.js:2 inject handle-escape proven",
            "server.js:3 inject handle-escape proven",
            "server.js:4 inject handle-escape proven",
        ],
    );
}

#[test]
fn method_as_a_value() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
[1, 2].forEach(io.emit);
process.on('x', io.emit.bind(io, 'x'));
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 inject handle-escape proven",
            "server.js:3 inject handle-escape proven",
            "server.js:3 inject handle-escape proven",
        ],
    );
}

#[test]
fn modifiers() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
io.volatile.emit('a');
io.local.emit('b');
io.compress(false).to('x').except('y').emit('c');
io.of('/admin').to('ops').emit('d');
io.send('e');
io.sockets.write('f');
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 emit emit-chain proven",
            "server.js:3 emit emit-chain proven",
            "server.js:4 emit emit-chain proven",
            "server.js:5 emit emit-chain proven",
            "server.js:6 emit emit-chain proven",
            "server.js:7 emit emit-chain proven",
        ],
    );
}

#[test]
fn rooms() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
io.to('a').emit('x');
io.in(['a', 'b']).emit('x');
io.to('a').to('b').emit('x');
io.to('a').in('b').to('c').emit('x');
io.to(`user_${1}`).emit('notification', {});
io.to(`role_${1}`).emit('notification', {});
io.to(`user_${1}`).emit('notification', {}, 1);
io.to(`user_${1}_x`).emit('notification', {});
io['to']('a')['emit']('x');
io?.to('a')?.emit('x');
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 emit emit-to-room proven",
            "server.js:3 emit emit-to-room proven",
            "server.js:4 emit emit-to-rooms proven",
            "server.js:5 emit emit-to-rooms proven",
            "server.js:6 emit emit-notification-to-user proven",
            "server.js:7 emit emit-notification-to-role proven",
            "server.js:8 emit emit-to-room proven",
            "server.js:9 emit emit-to-room proven",
            "server.js:10 emit emit-to-room proven",
            "server.js:11 emit emit-to-room proven",
        ],
    );
}

#[test]
fn computed_method() {
    // Wrong: which method it is can't be told, so it is taken for a question; a person has to look at it either way.
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
const method = Math.random() > 0.5 ? 'emit' : 'send';
io[method]('x');
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:3 query server-state proven",
        ],
    );
}

#[test]
fn questions() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
async function ask(room) {
  await io.fetchSockets();
  await io.in(room).fetchSockets();
  await io.of('/admin').allSockets();
  io.sockets.adapter.rooms.get(room)?.size;
  io.of('/').adapter.rooms.get(room).size;
  io.engine.clientsCount;
  io.sockets.sockets.size;
  io.sockets.sockets.get(room);
  io.sockets.adapter.rooms.has(room);
  const rooms = io.sockets.adapter.rooms;
  rooms.get(room).size;
  for (const socket of await io.fetchSockets()) socket.emit('x');
}
ask('x');
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:3 query fetch-sockets proven",
            "server.js:4 query fetch-sockets proven",
            "server.js:5 query fetch-sockets proven",
            "server.js:6 query room-size proven",
            "server.js:7 query room-size proven",
            "server.js:8 query clients-count proven",
            "server.js:9 query sockets-count proven",
            "server.js:10 query server-state proven",
            "server.js:11 query room-list proven",
            "server.js:12 query room-list proven",
            "server.js:13 query room-list proven",
            "server.js:14 query fetch-sockets proven",
        ],
    );
}

#[test]
fn acknowledgements() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
io.timeout(500).emit('a', (error, answers) => {});
io.timeout(500).emitWithAck('b').then(console.log);
io.emit('c', { done: () => {} });
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 query emit-with-ack proven",
            "server.js:3 query emit-with-ack proven",
            "server.js:4 emit emit-to-all proven",
        ],
    );
}

#[test]
fn control() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
io.in('a').socketsJoin('b');
io.socketsLeave('b');
io.of('/admin').in('a').disconnectSockets(true);
io.serverSideEmit('x');
process.on('SIGTERM', () => io.close());
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 control sockets-control proven",
            "server.js:3 control sockets-control proven",
            "server.js:4 control sockets-control proven",
            "server.js:5 control sockets-control proven",
            "server.js:6 control server-close proven",
        ],
    );
}

#[test]
fn guards_are_no_findings() {
    check(
        r#"
//- server.js
const app = require('express')();
app.set('io', require('socket.io')(3001));
app.post('/', (req, res) => {
  const io = req.app.get('io');
  if (io && req.body) io.emit('a');
  if (!io) return;
  if (typeof io !== 'undefined') io.emit('b');
  if (io !== null) io.emit('c');
  io ? io.emit('d') : 0;
});
"#,
        &[
            "server.js:2 setup server-construction proven",
            "server.js:2 inject setting-write proven",
            "server.js:4 access setting-access proven",
            "server.js:5 emit emit-to-all proven",
            "server.js:7 emit emit-to-all proven",
            "server.js:8 emit emit-to-all proven",
            "server.js:9 emit emit-to-all proven",
        ],
    );
}
