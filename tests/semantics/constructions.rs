//! Constructions: every form in which a server comes to be, and what belongs to its set-up.

use crate::check;

#[test]
fn class_under_another_name() {
    check(
        r#"
//- server.js
import { Server as Live } from 'socket.io';
const io = new Live(3001);
io.emit('a');
"#,
        &[
            "server.js:1 setup socketio-import proven",
            "server.js:2 setup server-construction proven",
            "server.js:3 emit emit-to-all proven",
        ],
    );
}

#[test]
fn called_package() {
    check(
        r#"
//- server.js
const server = require('http').createServer();
const io = require('socket.io')(server, { path: '/live' });
io.emit('a');
"#,
        &[
            "server.js:2 setup server-construction proven",
            "server.js:3 emit emit-to-all proven",
        ],
    );
}

#[test]
fn listen() {
    check(
        r#"
//- server.js
const sio = require('socket.io');
const io = sio.listen(3001);
const other = require('socket.io').listen(3002);
io.emit('a');
other.emit('b');
"#,
        &[
            "server.js:1 setup socketio-import proven",
            "server.js:2 setup server-construction proven",
            "server.js:3 setup socketio-import proven",
            "server.js:3 setup server-construction proven",
            "server.js:4 emit emit-to-all proven",
            "server.js:5 emit emit-to-all proven",
        ],
    );
}

#[test]
fn default_import_called() {
    check(
        r#"
//- server.js
import socketIo from 'socket.io';
const io = socketIo(3001);
io.emit('a');
"#,
        &[
            "server.js:1 setup socketio-import proven",
            "server.js:2 setup server-construction proven",
            "server.js:3 emit emit-to-all proven",
        ],
    );
}

#[test]
fn namespace_import() {
    check(
        r#"
//- server.js
import * as sio from 'socket.io';
const io = new sio.Server(3001);
io.emit('a');
"#,
        &[
            "server.js:1 setup socketio-import proven",
            "server.js:2 setup server-construction proven",
            "server.js:3 emit emit-to-all proven",
        ],
    );
}

#[test]
fn member_of_the_package() {
    check(
        r#"
//- server.js
const sio = require('socket.io');
const { Server } = sio;
const Class = sio.Server;
new Server(3001).emit('a');
new Class(3002).emit('b');
new sio.Server(3003).emit('c');
new (require('socket.io').Server)(3004).emit('d');
new (require('socket.io'))(3005).emit('e');
"#,
        &[
            "server.js:1 setup socketio-import proven",
            "server.js:4 setup server-construction proven",
            "server.js:4 emit emit-to-all proven",
            "server.js:5 setup server-construction proven",
            "server.js:5 emit emit-to-all proven",
            "server.js:6 setup server-construction proven",
            "server.js:6 emit emit-to-all proven",
            "server.js:7 setup server-construction proven",
            "server.js:7 emit emit-to-all proven",
            "server.js:7 setup socketio-import proven",
            "server.js:8 setup server-construction proven",
            "server.js:8 emit emit-to-all proven",
            "server.js:8 setup socketio-import proven",
        ],
    );
}

#[test]
fn created_empty_and_attached_later() {
    check(
        r#"
//- server.js
const { Server } = require('socket.io');
const http = require('http');
const io = new Server();
io.on('connection', (socket) => socket.join('all'));
const server = http.createServer();
io.attach(server);
io.listen(3001);
"#,
        &[
            "server.js:1 setup socketio-import proven",
            "server.js:3 setup server-construction proven",
            "server.js:4 handler connection-handler proven",
            "server.js:6 setup server-configuration proven",
            "server.js:7 setup server-configuration proven",
        ],
    );
}

#[test]
fn lazily_imported_package() {
    check(
        r#"
//- server.js
async function main() {
  const { Server } = await import('socket.io');
  const io = new Server(3001);
  io.emit('a');
}
main();
"#,
        &[
            "server.js:2 setup socketio-import proven",
            "server.js:3 setup server-construction proven",
            "server.js:4 emit emit-to-all proven",
        ],
    );
}

#[test]
fn chained_from_the_construction() {
    check(
        r#"
//- server.js
const { Server } = require('socket.io');
new Server(3001).on('connection', () => {}).of('/admin').use((socket, next) => next());
"#,
        &[
            "server.js:1 setup socketio-import proven",
            "server.js:2 setup server-construction proven",
            "server.js:2 handler connection-handler proven",
        ],
    );
}

#[test]
fn adapter_and_its_clients() {
    check(
        r#"
//- server.js
const { Server } = require('socket.io');
const { createAdapter } = require('@socket.io/redis-adapter');
const { createClient } = require('redis');
const pub = createClient({ url: process.env.REDIS_URL });
const sub = pub.duplicate();
const cache = createClient();
const io = new Server(3001);
Promise.all([pub.connect(), sub.connect()]).then(() => {
  io.adapter(createAdapter(pub, sub));
});
cache.get('x');
"#,
        &[
            "server.js:1 setup socketio-import proven",
            "server.js:2 setup socketio-import proven",
            "server.js:4 setup adapter-client proven",
            "server.js:5 setup adapter-client proven",
            "server.js:7 setup server-construction proven",
            "server.js:9 setup server-configuration proven",
        ],
    );
}

#[test]
fn adapter_client_that_a_cache_uses_too() {
    check(
        r#"
//- server.js
const { Server } = require('socket.io');
const { createAdapter } = require('@socket.io/redis-adapter');
const Redis = require('ioredis');
const redis = new Redis();
const io = new Server(3001, { adapter: createAdapter(redis, redis.duplicate()) });
exports.get = (key) => redis.get(key);
"#,
        &[
            "server.js:1 setup socketio-import proven",
            "server.js:2 setup socketio-import proven",
            "server.js:5 setup adapter-client proven",
            "server.js:5 setup server-construction proven",
        ],
    );
}

#[test]
fn configuration() {
    check(
        r#"
//- server.js
const io = require('socket.io')();
io.engine.use((req, res, next) => next());
io.engine.on('connection_error', console.error);
io.path('/live');
io.serveClient(false);
io.attach(3001);
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 setup server-configuration proven",
            "server.js:3 setup server-configuration proven",
            "server.js:4 setup server-configuration proven",
            "server.js:5 setup server-configuration proven",
            "server.js:6 setup server-configuration proven",
        ],
    );
}

#[test]
fn handlers_take_what_they_contain() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
io.use((socket, next) => next());
io.on('connection', (socket) => {
  io.emit('joined', socket.id);
  socket.on('say', (text) => {
    io.to('all').emit('said', text);
    socket.broadcast.emit('said', text);
    socket.server.emit('x');
    socket.nsp.emit('y');
  });
});
io.of('/admin').on('connection', (socket) => socket.emit('hi'));
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 handler connection-handler proven",
            "server.js:3 handler connection-handler proven",
            "server.js:12 handler connection-handler proven",
        ],
    );
}

#[test]
fn handler_in_another_file() {
    // What only handlers call moves with them.
    check(
        r#"
//- handlers.js
module.exports = (io) => (socket) => {
  socket.on('say', (text) => io.emit('said', text));
};
//- server.js
const io = require('socket.io')(3001);
io.on('connection', require('./handlers')(io));
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 handler connection-handler proven",
        ],
    );
}

#[test]
fn two_servers() {
    check(
        r#"
//- server.js
const { Server } = require('socket.io');
const a = new Server(3001);
const b = new Server(3002);
a.emit('x');
b.emit('y');
"#,
        &[
            "server.js:1 setup socketio-import proven",
            "server.js:2 setup server-construction proven",
            "server.js:3 setup server-construction proven",
            "server.js:4 emit emit-to-all proven",
            "server.js:5 emit emit-to-all proven",
        ],
    );
}

#[test]
fn admin_interface() {
    check(
        r#"
//- server.js
const { instrument } = require('@socket.io/admin-ui');
const io = require('socket.io')(3001);
instrument(io, { auth: false });
"#,
        &[
            "server.js:1 setup socketio-import proven",
            "server.js:2 setup server-construction proven",
            "server.js:3 inject handle-escape proven",
        ],
    );
}

#[test]
fn re_exported_package() {
    check(
        r#"
//- live.ts
export { Server as LiveServer } from 'socket.io';
//- server.ts
import { LiveServer } from './live';
const io = new LiveServer(3001);
io.emit('a');
"#,
        &[
            "live.ts:1 setup socketio-import proven",
            "server.ts:2 setup server-construction proven",
            "server.ts:3 emit emit-to-all proven",
        ],
    );
}

#[test]
fn import_that_only_types_use() {
    check(
        r#"
//- helper.ts
import { Server, Socket } from 'socket.io';
export type Tell = (server: Server, socket: Socket) => void;
//- helper.js
import { Server } from 'socket.io';
export const nothing = 1;
"#,
        &["helper.js:1 setup socketio-import proven"],
    );
}

#[test]
fn adapter_made_apart() {
    check(
        r#"
//- server.js
const { Server } = require('socket.io');
const { createAdapter } = require('@socket.io/redis-adapter');
const Redis = require('ioredis');
const pub = new Redis();
const sub = pub.duplicate();
const adapter = createAdapter(pub, sub);
const io = new Server(3001, { adapter });
"#,
        &[
            "server.js:1 setup socketio-import proven",
            "server.js:2 setup socketio-import proven",
            "server.js:4 setup adapter-client proven",
            "server.js:5 setup adapter-client proven",
            "server.js:6 setup adapter-construction proven",
            "server.js:7 setup server-construction proven",
        ],
    );
}
