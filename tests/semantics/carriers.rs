//! Carriers other than settings: requests, locals, the global object.

use crate::check;

#[test]
fn locals_of_the_application() {
    check(
        r#"
//- server.js
const app = require('express')();
const io = require('socket.io')(3001);
app.locals.io = io;
app.locals['live'] = io;
app.get('/', (req, res) => {
  req.app.locals.io.emit('a');
  const { live } = res.app.locals;
  live.emit('b');
});
"#,
        &[
            "server.js:2 setup server-construction proven",
            "server.js:3 inject property-write proven",
            "server.js:4 inject property-write proven",
            "server.js:6 emit emit-to-all proven",
            "server.js:7 access property-access proven",
            "server.js:8 emit emit-to-all proven",
        ],
    );
}

#[test]
fn locals_of_the_response() {
    check(
        r#"
//- server.js
const app = require('express')();
const io = require('socket.io')(3001);
app.use((req, res, next) => {
  res.locals.io = io;
  next();
});
app.get('/', (req, res) => res.locals.io.emit('a'));
"#,
        &[
            "server.js:2 setup server-construction proven",
            "server.js:4 inject property-write proven",
            "server.js:7 emit emit-to-all proven",
        ],
    );
}

#[test]
fn request_property_by_middleware() {
    // Wrong: `{ io }` in the handler's parameter list obtains the handle and should be an access.
    check(
        r#"
//- server.js
const app = require('express')();
const io = require('socket.io')(3001);
app.use((request, response, next) => {
  request.io = io;
  next();
});
app.get('/', async ({ io }, res) => {
  io.emit('a');
});
app.get('/b', (req, res) => {
  if (req.io) req.io.emit('b');
});
"#,
        &[
            "server.js:2 setup server-construction proven",
            "server.js:4 inject property-write proven",
            "server.js:8 emit emit-to-all proven",
            "server.js:11 emit emit-to-all proven",
        ],
    );
}

#[test]
fn request_property_by_a_middleware_factory() {
    check(
        r#"
//- attach.js
module.exports = (server) => (req, res, next) => {
  req.live = server;
  next();
};
//- server.js
const app = require('express')();
const io = require('socket.io')(3001);
app.use(require('./attach')(io));
app.get('/', (req, res) => {
  const { live: io } = req;
  io.emit('a');
});
"#,
        &[
            "attach.js:2 inject property-write proven",
            "server.js:2 setup server-construction proven",
            "server.js:3 inject handle-argument proven",
            "server.js:5 access property-access proven",
            "server.js:6 emit emit-to-all proven",
        ],
    );
}

#[test]
fn handler_from_another_file() {
    check(
        r#"
//- controller.js
exports.create = async (a, b, next) => {
  a.io.emit('created');
};
//- server.js
const app = require('express')();
const { create } = require('./controller');
const io = require('socket.io')(3001);
app.use((req, res, next) => { req.io = io; next(); });
app.post('/', (req, res, next) => next(), create);
"#,
        &[
            "controller.js:2 emit emit-to-all proven",
            "server.js:3 setup server-construction proven",
            "server.js:4 inject property-write proven",
        ],
    );
}

#[test]
fn global_property_and_the_bare_name() {
    check(
        r#"
//- server.js
const server = require('socket.io')(3001);
global.io = server;
//- job.js
global.io.emit('a');
globalThis.io.emit('b');
io.emit('c');
"#,
        &[
            "job.js:1 emit emit-to-all proven",
            "job.js:2 emit emit-to-all proven",
            "job.js:3 emit emit-to-all proven",
            "server.js:1 setup server-construction proven",
            "server.js:2 inject property-write proven",
        ],
    );
}

#[test]
fn global_this_with_another_name() {
    check(
        r#"
//- server.js
globalThis.live = require('socket.io')(3001);
//- job.js
live.to('staff').emit('a');
"#,
        &[
            "job.js:1 emit emit-to-room proven",
            "server.js:1 inject property-write proven",
            "server.js:1 setup server-construction proven",
        ],
    );
}

#[test]
fn property_of_the_application() {
    check(
        r#"
//- server.js
const app = require('express')();
app.io = require('socket.io')(3001);
app.get('/', (req) => req.app.io.emit('a'));
"#,
        &[
            "server.js:2 inject property-write proven",
            "server.js:2 setup server-construction proven",
            "server.js:3 emit emit-to-all proven",
        ],
    );
}

#[test]
fn define_property_on_the_request() {
    check(
        r#"
//- server.js
const app = require('express')();
const io = require('socket.io')(3001);
app.use((req, res, next) => {
  Object.defineProperty(req, 'io', { get: () => io });
  next();
});
app.get('/', (req) => req.io.emit('a'));
"#,
        &[
            "server.js:2 setup server-construction proven",
            "server.js:4 inject handle-return proven",
            "server.js:7 emit emit-to-all proven",
        ],
    );
}

#[test]
fn assign_to_the_request() {
    check(
        r#"
//- server.js
const app = require('express')();
const io = require('socket.io')(3001);
app.use((req, res, next) => {
  Object.assign(req, { io });
  next();
});
app.get('/', (req) => req.io.emit('a'));
"#,
        &[
            "server.js:2 setup server-construction proven",
            "server.js:4 inject handle-property proven",
            "server.js:7 emit emit-to-all proven",
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
            "job.ts:8 emit emit-to-all likely",
            "server.ts:1 setup socketio-import proven",
            "server.ts:3 inject handle-escape proven",
            "server.ts:3 setup server-construction proven",
        ],
    );
}

#[test]
fn symbols_as_keys() {
    check(
        r#"
//- server.js
const app = require('express')();
const io = require('socket.io')(3001);
const KEY = Symbol('server');
app.use((req, res, next) => { req[KEY] = io; next(); });
app.set(Symbol.for('live'), io);
app.get('/', (req) => {
  req[KEY].emit('a');
  req.app.get(Symbol.for('live')).emit('b');
  req[Symbol('other')].emit('no');
});
"#,
        &[
            "server.js:2 setup server-construction proven",
            "server.js:4 inject property-write proven",
            "server.js:5 inject setting-write proven",
            "server.js:7 emit emit-to-all proven",
            "server.js:8 emit emit-to-all proven",
        ],
    );
}

#[test]
fn property_of_the_http_server() {
    check(
        r#"
//- api.js
import { Server } from 'socket.io';
export default function handler(req, res) {
  if (!res.socket.server.io) res.socket.server.io = new Server(res.socket.server);
  res.socket.server.io.emit('a');
}
//- other.js
export default (req, res) => res.socket?.server?.io?.emit('b');
"#,
        &[
            "api.js:1 setup socketio-import proven",
            "api.js:3 inject property-write proven",
            "api.js:3 setup server-construction proven",
            "api.js:4 emit emit-to-all proven",
            "other.js:1 emit emit-to-all proven",
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
fn events_of_an_emitter() {
    check(
        r#"
//- server.js
const { EventEmitter } = require('events');
const bus = new EventEmitter();
bus.on('ready', (live) => live.emit('a'));
bus.on('done', (other) => other.emit('no'));
bus.emit('ready', require('socket.io')(3001));
bus.emit('done', { emit() {} });
"#,
        &[
            "server.js:3 emit emit-to-all proven",
            "server.js:5 inject handle-escape proven",
            "server.js:5 setup server-construction proven",
        ],
    );
}
