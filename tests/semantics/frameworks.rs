//! Servers that frameworks make or hand over: NestJS, Ts.ED, Fastify, Koa, containers.

use crate::check;

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
fn context_of_koa() {
    check(
        r#"
//- server.js
const Koa = require('koa');
const app = new Koa();
app.context.io = require('socket.io')(3001);
app.use(async (ctx, next) => { ctx.io.emit('a'); await next(); });
app.use(async (ctx) => { ctx.app.context.io.emit('b'); });
"#,
        &[
            "server.js:3 inject property-write proven",
            "server.js:3 setup server-construction proven",
            "server.js:4 emit emit-to-all proven",
            "server.js:5 emit emit-to-all proven",
        ],
    );
}

#[test]
fn decorations_of_fastify() {
    check(
        r#"
//- server.js
const fastify = require('fastify')();
const { Server } = require('socket.io');
const io = new Server(fastify.server);
fastify.decorate('io', io);
fastify.decorateRequest('live', io);
fastify.addHook('onClose', (instance, done) => { instance.io.close(); done(); });
fastify.get('/', async (request) => { request.server.io.emit('a'); request.live.emit('b'); });
fastify.register(require('./routes'));
//- routes.js
module.exports = async function routes(app) {
  app.post('/', async () => { app.io.to('r').emit('c'); });
  app.route({ method: 'GET', url: '/x', handler: async (request) => request.live.emit('d') });
};
"#,
        &[
            "routes.js:2 emit emit-to-room proven",
            "routes.js:3 emit emit-to-all proven",
            "server.js:2 setup socketio-import proven",
            "server.js:3 setup server-construction proven",
            "server.js:4 inject setting-write proven",
            "server.js:5 inject handle-escape proven",
            "server.js:6 control server-close proven",
            "server.js:7 emit emit-to-all proven",
            "server.js:7 emit emit-to-all proven",
        ],
    );
}

#[test]
fn plugin_of_fastify_that_makes_the_server() {
    check(
        r#"
//- server.js
import Fastify from 'fastify';
import socketio from 'fastify-socket.io';
const app = Fastify();
app.register(socketio, { cors: {} });
app.ready().then(() => app.io.on('connection', () => {}));
app.get('/', async () => { app.io.emit('a'); });
"#,
        &[
            "server.js:2 setup socketio-import proven",
            "server.js:4 setup server-of-framework proven",
            "server.js:5 handler connection-handler proven",
            "server.js:6 emit emit-to-all proven",
        ],
    );
}

#[test]
fn container_of_the_configuration() {
    check(
        r#"
//- iomigrate.toml
[[carrier]]
setter = "Container.set"
getter = "Container.get"
//- server.ts
import { Server } from 'socket.io';
import { Container } from 'typedi';
const io = new Server(3001);
Container.set('io', io);
//- job.ts
import { Container } from 'typedi';
Container.get<Server>('io').emit('a');
const io = Container.get('io');
io.to('r').emit('b');
Container.get('cache').emit('c');
"#,
        &[
            "job.ts:2 emit emit-to-all proven",
            "job.ts:3 access setting-access proven",
            "job.ts:4 emit emit-to-room proven",
            "server.ts:1 setup socketio-import proven",
            "server.ts:3 setup server-construction proven",
            "server.ts:4 inject setting-write proven",
        ],
    );
}

#[test]
fn getter_decorator_and_key_of_the_configuration() {
    check(
        r#"
//- iomigrate.toml
[[carrier]]
getter = "realtime.resolve"
key = "server"
[[carrier]]
decorator = "InjectServer"
[[carrier]]
key = "live"
//- server.ts
import { Server } from 'socket.io';
import { realtime } from 'our-realtime';
realtime.keep(new Server(3001));
//- job.ts
import { realtime } from 'our-realtime';
realtime.resolve('server').emit('a');
realtime.resolve('cache').emit('no');
export class Job {
  @InjectServer() private readonly hub: any;
  run() { this.hub.to('r').emit('b'); }
}
export const route = (req: any) => req.live.emit('c');
"#,
        &[
            "job.ts:2 emit emit-to-all proven",
            "job.ts:6 emit emit-to-room proven",
            "job.ts:8 emit emit-to-all proven",
            "server.ts:1 setup socketio-import proven",
            "server.ts:3 inject handle-escape proven",
            "server.ts:3 setup server-construction proven",
        ],
    );
}
