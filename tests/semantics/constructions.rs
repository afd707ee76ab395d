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
            "live.js:4 inject property-write proven",
            "live.js:4 setup server-construction proven",
            "live.js:5 handler connection-handler proven",
            "server.js:2 setup setup-call proven",
            "server.js:3 emit emit-to-all proven",
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
fn gateway_of_nest() {
    check(
        r#"
//- chat.gateway.ts
import { WebSocketGateway, WebSocketServer, SubscribeMessage } from '@nestjs/websockets';
import type { Server, Socket } from 'socket.io';
@WebSocketGateway({ cors: true })
export class ChatGateway {
  @WebSocketServer() server: Server;
  handleConnection(client: Socket) { this.server.emit('inside'); }
  @SubscribeMessage('message')
  onMessage(client: Socket, text: string) { this.server.to('r').emit('inside', text); }
  tell(text: string) { this.server.emit('tell', text); }
}
//- chat.service.ts
import { ChatGateway } from './chat.gateway';
export class ChatService {
  gateway = new ChatGateway();
  push() { this.gateway.server.emit('push'); this.gateway.tell('x'); }
}
"#,
        &[
            "chat.gateway.ts:5 setup server-of-framework proven",
            "chat.gateway.ts:9 emit emit-to-all proven",
            "chat.service.ts:4 emit emit-to-all proven",
        ],
    );
}

#[test]
fn socket_service_of_tsed() {
    check(
        r#"
//- feed.ts
import { IO, Nsp, SocketService, Input } from '@tsed/socketio';
import type { Server, Namespace } from 'socket.io';
@SocketService('/feed')
export class Feed {
  @Nsp nsp: Namespace;
  @IO() io: Server;
  @Input('ask')
  onAsk() { this.nsp.emit('inside'); }
  push() { this.nsp.emit('a'); this.io.emit('b'); }
}
"#,
        &[
            "feed.ts:5 setup server-of-framework proven",
            "feed.ts:6 setup server-of-framework proven",
            "feed.ts:9 emit emit-chain proven",
            "feed.ts:9 emit emit-to-all proven",
        ],
    );
}

#[test]
fn declared_as_the_server() {
    // A container constructs the class, so nothing flows into it: the types are all there is.
    check(
        r#"
//- service.ts
import type { Server as Live, Namespace, Socket } from 'socket.io';
import type { Server } from 'http';
import * as sio from 'socket.io';
export class Service {
  private readonly nsp!: Namespace | null;
  constructor(private live: Live, private http: Server, private last: Socket) {}
  run() {
    this.live.emit('a');
    this.nsp?.to('r').emit('b');
    this.http.emit('no');
    this.last.emit('no');
  }
}
export function tell(server: sio.Server<any>, event: string) { server.emit(event); }
"#,
        &[
            "service.ts:8 emit emit-to-all likely",
            "service.ts:9 emit emit-chain likely",
            "service.ts:14 emit emit-to-all likely",
        ],
    );
}

#[test]
fn copy_of_the_server_that_nothing_starts() {
    check(
        r#"
//- package.json
{ "scripts": { "start": "node server.js" }, "dependencies": { "socket.io": "^4" } }
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
            "hub.js:2 inject property-write proven",
            "hub.js:2 setup server-construction proven",
            "live.js:1 setup socketio-import proven",
            "live.js:3 setup server-construction proven",
            "live.js:4 setup server-construction proven",
            "live.js:4 inject handle-return proven",
            "server.js:2 setup setup-call proven",
            "server.js:3 setup setup-call proven",
            "server.js:4 access getter-access proven",
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
