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
            "server.js:7 access property-access proven",
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

#[test]
fn property_of_an_undeclared_object() {
    check(
        r#"
//- bootstrap.js
strapi.io = require('socket.io')(strapi.server);
//- job.js
module.exports = () => strapi.io.to('r').emit('a');
//- other.js
module.exports = { emit() {} };
//- user.js
const other = require('./other');
other.emit('no');
exports.emit('no');
"#,
        &[
            "bootstrap.js:1 inject property-write proven",
            "bootstrap.js:1 setup server-construction proven",
            "job.js:1 emit emit-to-room proven",
        ],
    );
}
