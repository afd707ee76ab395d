//! Functions that somebody else calls: callbacks, timers, promises, tables of functions.

use crate::check;

#[test]
fn callbacks() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
const withServer = (work) => work(io);
withServer((server) => server.emit('a'));
[io].forEach((it) => it.emit('b'));
[1, 2].map((n) => io.emit('c', n));
setInterval(() => io.emit('d'), 1000);
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 inject handle-argument proven",
            "server.js:3 emit emit-to-all proven",
            "server.js:4 inject handle-escape proven",
            "server.js:4 emit emit-to-all proven",
            "server.js:5 emit emit-to-all proven",
            "server.js:6 emit emit-to-all proven",
        ],
    );
}

#[test]
fn promise() {
    // Wrong: `start().then` should be the set-up call that it is; `then` is taken for state of the server.
    check(
        r#"
//- server.js
const http = require('http').createServer();
const start = () => new Promise((resolve) => {
  const io = require('socket.io')(http);
  http.listen(3000, () => resolve(io));
});
async function main() {
  const io = await start();
  io.emit('a');
}
start().then((io) => io.emit('b'));
main();
"#,
        &[
            "server.js:2 inject handle-return proven",
            "server.js:3 setup server-construction proven",
            "server.js:4 inject handle-argument proven",
            "server.js:7 setup setup-call proven",
            "server.js:8 emit emit-to-all proven",
            "server.js:10 setup setup-call proven",
            "server.js:10 emit emit-to-all proven",
        ],
    );
}

#[test]
fn asynchronous_function() {
    check(
        r#"
//- server.js
const { Server } = require('socket.io');
async function create() {
  return new Server(3001);
}
(async () => {
  const io = await create();
  io.emit('a');
})();
"#,
        &[
            "server.js:1 setup socketio-import proven",
            "server.js:3 inject handle-return proven",
            "server.js:3 setup server-construction proven",
            "server.js:6 setup setup-call proven",
            "server.js:7 emit emit-to-all proven",
        ],
    );
}

#[test]
fn promise_with_a_callback() {
    check(
        r#"
//- live.js
let io;
exports.start = (server) => { io = require('socket.io')(server); };
exports.ready = async () => io;
//- job.js
const { ready } = require('./live');
ready().then((live) => live.emit('a')).catch(console.error);
ready().then(({ sockets }) => sockets.emit('b'));
"#,
        &[
            "job.js:2 access getter-access proven",
            "job.js:2 inject handle-promise proven",
            "job.js:2 emit emit-to-all proven",
            "job.js:3 access getter-access proven",
            "job.js:3 inject handle-promise proven",
            "job.js:3 inject handle-escape proven",
            "job.js:3 emit emit-chain proven",
            "live.js:2 setup setup-function proven",
            "live.js:2 setup server-construction proven",
            "live.js:3 inject handle-return proven",
        ],
    );
}

#[test]
fn arguments_of_timers() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
function tick(live, n) { live.to('r').emit('tick', n); }
function tock(live) { live.emit('tock'); }
setInterval(tick, 1000, io, 2);
setImmediate(tock, io);
process.nextTick(tock, io);
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 emit emit-to-room proven",
            "server.js:3 emit emit-to-all proven",
            "server.js:4 inject handle-escape proven",
            "server.js:5 inject handle-escape proven",
            "server.js:6 inject handle-escape proven",
        ],
    );
}

#[test]
fn bound_arguments() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
function tell(live, event) { live.to('r').emit(event); }
const say = tell.bind(null, io);
say('a');
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 emit emit-to-room proven",
            "server.js:3 inject handle-escape proven",
        ],
    );
}

#[test]
fn reduced_to_an_operator() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
module.exports = (rooms) => rooms.reduce((target, room) => target.to(room), io).emit('a');
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 emit emit-chain proven",
            "server.js:2 inject handle-return proven",
            "server.js:2 inject handle-escape proven",
        ],
    );
}

#[test]
fn table_of_functions() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
const jobs = {
  a: (live) => live.emit('a'),
  b(live) { live.to('r').emit('b'); },
};
for (const name of Object.keys(jobs)) jobs[name](io);
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:3 emit emit-to-all proven",
            "server.js:4 emit emit-to-room proven",
            "server.js:6 inject handle-argument proven",
        ],
    );
}

#[test]
fn listener_that_is_named() {
    // What only handlers call in their file moves with them; what is exported, or called by others too, does not.
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
io.on('connection', onConnection);
function onConnection(socket) {
  io.emit('joined');
  socket.on('login', () => welcome(socket));
  socket.on('bye', leave);
}
function welcome(socket) { io.to('all').emit('welcome', socket.id); }
const leave = () => io.emit('left');
function both() { io.emit('both'); }
io.use((socket, next) => { both(); io.emit('inside'); next(); }).on('disconnect', () => io.emit('inside, too'));
setInterval(both, 1000);
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 handler connection-handler proven",
            "server.js:10 emit emit-to-all proven",
            "server.js:11 handler connection-handler proven",
        ],
    );
}

#[test]
fn text_that_is_run() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
function run(text) { return eval(text); }
function plain(text) { return text; }
//- other.js
module.exports = (text) => eval(text);
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 inject handle-escape proven",
        ],
    );
}
