//! Functions: parameters, results, getters, holders, callbacks, promises.

use crate::check;

#[test]
fn router_factory() {
    check(
        r#"
//- routes.js
module.exports = (io) => {
  const router = require('express').Router();
  router.post('/', (req, res) => io.emit('created', req.body));
  return router;
};
//- server.js
const app = require('express')();
const io = require('socket.io')(3001);
app.use('/tickets', require('./routes')(io));
"#,
        &[
            "routes.js:3 emit emit-to-all proven",
            "server.js:2 setup server-construction proven",
            "server.js:3 inject handle-argument proven",
        ],
    );
}

#[test]
fn through_three_calls() {
    check(
        r#"
//- service.js
function first(io, x) { second(x, io); }
function second(x, server) { return third({ x }, server); }
const third = (data, live) => live.to('staff').emit('created', data);
module.exports = { first };
//- server.js
const { first } = require('./service');
const io = require('socket.io')(3001);
first(io, 1);
"#,
        &[
            "server.js:2 setup server-construction proven",
            "server.js:3 inject handle-argument proven",
            "service.js:1 inject handle-argument proven",
            "service.js:2 inject handle-argument proven",
            "service.js:3 emit emit-to-room proven",
        ],
    );
}

#[test]
fn parameter_with_a_default() {
    check(
        r#"
//- service.js
const { io } = require('./server');
exports.notify = (event, live = io) => live.emit(event);
exports.later = (event, live = null) => {
  if (live) live.emit(event);
};
//- server.js
const { later } = require('./service');
const io = require('socket.io')(3001);
exports.io = io;
later('a', io);
"#,
        &[
            "server.js:2 setup server-construction proven",
            "server.js:3 inject handle-export proven",
            "server.js:4 inject handle-argument proven",
            "service.js:1 access import-access proven",
            "service.js:2 emit emit-to-all proven",
            "service.js:4 emit emit-to-all proven",
        ],
    );
}

#[test]
fn rest_and_spread_arguments() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
function log(...parts) { parts[0].emit('a'); }
function call(server, event) { server.emit(event); }
log(io, 'x');
const list = [io, 'b'];
call(...list);
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 emit emit-to-all proven",
            "server.js:3 emit emit-to-all proven",
            "server.js:3 inject handle-escape proven",
            "server.js:4 inject handle-argument proven",
            "server.js:5 inject handle-escape proven",
        ],
    );
}

#[test]
fn options_object() {
    check(
        r#"
//- service.js
module.exports = ({ io, room = 'staff' }) => io.to(room).emit('a');
//- server.js
const io = require('socket.io')(3001);
require('./service')({ io, room: 'x' });
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 inject handle-property proven",
            "service.js:1 emit emit-to-room proven",
        ],
    );
}

#[test]
fn object_with_a_longer_way() {
    check(
        r#"
//- context.js
module.exports = (io, db) => ({ live: { io }, db });
//- job.js
module.exports = (context) => context.live.io.emit('a');
//- server.js
const io = require('socket.io')(3001);
const context = require('./context')(io, {});
require('./job')(context);
"#,
        &[
            "context.js:1 inject handle-property proven",
            "job.js:1 emit emit-to-all proven",
            "server.js:1 setup server-construction proven",
            "server.js:2 inject handle-argument proven",
        ],
    );
}

#[test]
fn immediately_called() {
    check(
        r#"
//- server.js
(function (io) {
  io.emit('a');
})(require('socket.io')(3001));
"#,
        &[
            "server.js:2 emit emit-to-all proven",
            "server.js:3 inject handle-argument proven",
            "server.js:3 setup server-construction proven",
        ],
    );
}

#[test]
fn call_apply_and_bind() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
function tell(server, event) { server.emit(event); }
tell.call(null, io, 'a');
tell.apply(null, [io, 'b']);
const bound = tell.bind(null, io);
bound('c');
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 emit emit-to-all proven",
            "server.js:2 inject handle-escape proven",
            "server.js:3 inject handle-escape proven",
            "server.js:4 inject handle-escape proven",
            "server.js:5 inject handle-escape proven",
        ],
    );
}

#[test]
fn two_kinds_of_argument() {
    // Wrong: the other value in the same parameter makes this no safe rewrite.
    check(
        r#"
//- notify.js
module.exports = (target, event) => target.emit(event);
//- server.js
const { EventEmitter } = require('events');
const notify = require('./notify');
const io = require('socket.io')(3001);
notify(io, 'a');
notify(new EventEmitter(), 'b');
"#,
        &[
            "notify.js:1 emit emit-to-all proven",
            "server.js:3 setup server-construction proven",
            "server.js:4 inject handle-argument proven",
        ],
    );
}

#[test]
fn wrapped_handler() {
    check(
        r#"
//- server.js
const app = require('express')();
const wrap = require('express-async-handler');
const own = (handler) => (req, res, next) => Promise.resolve(handler(req, res)).catch(next);
app.set('io', require('socket.io')(3001));
app.post('/a', wrap(async (q, s) => q.app.get('io').emit('a')));
app.post('/b', own(async (q, s) => q.app.get('io').emit('b')));
"#,
        &[
            "server.js:4 setup server-construction proven",
            "server.js:4 inject setting-write proven",
            "server.js:5 emit emit-to-all proven",
            "server.js:6 emit emit-to-all proven",
        ],
    );
}

#[test]
fn parameter_that_nobody_fills() {
    check(
        r#"
//- service.js
exports.notify = (io, event) => {
  io.to('staff').emit(event);
};
"#,
        &["service.js:2 emit emit-to-room likely"],
    );
}

#[test]
fn getter_of_a_module_variable() {
    check(
        r#"
//- socket.js
const { Server } = require('socket.io');
let io = null;
const initSocket = (server) => {
  io = new Server(server, { cors: { origin: '*' } });
  return io;
};
const getIO = () => {
  if (!io) throw new Error('not started');
  return io;
};
module.exports = { initSocket, getIO };
//- server.js
const server = require('http').createServer();
const { initSocket } = require('./socket');
initSocket(server);
//- job.js
const { getIO } = require('./socket');
getIO().emit('a');
const io = getIO();
io.emit('b');
"#,
        &[
            "job.js:2 emit emit-to-all proven",
            "job.js:3 access getter-access proven",
            "job.js:4 emit emit-to-all proven",
            "server.js:3 setup setup-call proven",
            "socket.js:1 setup socketio-import proven",
            "socket.js:3 setup setup-function proven",
            "socket.js:4 setup server-construction proven",
            "socket.js:5 inject handle-return proven",
            "socket.js:9 inject handle-return proven",
        ],
    );
}

#[test]
fn holder_with_a_setter() {
    check(
        r#"
//- holder.js
let io;
export const setIO = (server) => { io = server; };
export const notify = (room, event) => io.to(room).emit(event);
//- server.js
import { Server } from 'socket.io';
import { setIO } from './holder.js';
const io = new Server(3001);
setIO(io);
"#,
        &[
            "holder.js:3 emit emit-to-room proven",
            "server.js:1 setup socketio-import proven",
            "server.js:3 setup server-construction proven",
            "server.js:4 inject handle-argument proven",
        ],
    );
}

#[test]
fn holder_object() {
    check(
        r#"
//- holder.js
module.exports = { io: null };
//- server.js
const holder = require('./holder');
holder.io = require('socket.io')(3001);
//- job.js
const holder = require('./holder');
if (holder.io) holder.io.emit('a');
"#,
        &[
            "job.js:2 emit emit-to-all proven",
            "server.js:2 inject property-write proven",
            "server.js:2 setup server-construction proven",
        ],
    );
}

#[test]
fn generator() {
    // Nothing rewrites what a generator yields, so the place where it leaves is reported as well.
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
function* servers() { yield io; }
for (const it of servers()) it.emit('a');
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 inject handle-escape proven",
            "server.js:3 emit emit-to-all proven",
        ],
    );
}
