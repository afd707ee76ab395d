//! Modules: every way in which the server leaves one file and enters another.

use crate::check;

#[test]
fn module_exports_is_the_server() {
    check(
        r#"
//- live.js
module.exports = require('socket.io')(3001);
//- job.js
const live = require('./live');
live.emit('a');
"#,
        &[
            "job.js:1 access import-access proven",
            "job.js:2 emit emit-to-all proven",
            "live.js:1 inject handle-export proven",
            "live.js:1 setup server-construction proven",
        ],
    );
}

#[test]
fn module_exports_object() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
module.exports = { io, port: 3001 };
//- job.js
const { io: live } = require('./server');
live.emit('a');
require('./server').io.emit('b');
const server = require('./server');
server.io.emit('c');
"#,
        &[
            "job.js:1 access import-access proven",
            "job.js:2 emit emit-to-all proven",
            "job.js:3 emit emit-to-all proven",
            "job.js:5 emit emit-to-all proven",
            "server.js:1 setup server-construction proven",
            "server.js:2 inject handle-export proven",
        ],
    );
}

#[test]
fn exports_property() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
exports.io = io;
module.exports.live = io;
//- job.js
const { io, live } = require('./server');
io.emit('a');
live.emit('b');
"#,
        &[
            "job.js:1 access import-access proven",
            "job.js:1 access import-access proven",
            "job.js:2 emit emit-to-all proven",
            "job.js:3 emit emit-to-all proven",
            "server.js:1 setup server-construction proven",
            "server.js:2 inject handle-export proven",
            "server.js:3 inject handle-export proven",
        ],
    );
}

#[test]
fn exports_assigned_after_a_function() {
    check(
        r#"
//- server.js
module.exports = function start() {};
module.exports.io = require('socket.io')(3001);
//- job.js
require('./server').io.emit('a');
"#,
        &[
            "job.js:1 emit emit-to-all proven",
            "server.js:2 inject handle-export proven",
            "server.js:2 setup server-construction proven",
        ],
    );
}

#[test]
fn named_and_default_exports() {
    check(
        r#"
//- live.js
import { Server } from 'socket.io';
export const io = new Server(3001);
export default io;
//- job.js
import live, { io as other } from './live.js';
import * as all from './live.js';
live.emit('a');
other.emit('b');
all.io.emit('c');
all.default.emit('d');
"#,
        &[
            "job.js:1 access import-access proven",
            "job.js:1 access import-access proven",
            "job.js:3 emit emit-to-all proven",
            "job.js:4 emit emit-to-all proven",
            "job.js:5 emit emit-to-all proven",
            "job.js:6 emit emit-to-all proven",
            "live.js:1 setup socketio-import proven",
            "live.js:2 setup server-construction proven",
            "live.js:3 inject handle-export proven",
        ],
    );
}

#[test]
fn export_list_with_a_new_name() {
    check(
        r#"
//- live.js
import { Server } from 'socket.io';
const server = new Server(3001);
export { server as io };
//- job.js
import { io } from './live.js';
io.emit('a');
"#,
        &[
            "job.js:1 access import-access proven",
            "job.js:2 emit emit-to-all proven",
            "live.js:1 setup socketio-import proven",
            "live.js:2 setup server-construction proven",
            "live.js:3 inject handle-export proven",
        ],
    );
}

#[test]
fn live_binding_that_is_filled_later() {
    check(
        r#"
//- live.js
import { Server } from 'socket.io';
export let io;
export function start(server) {
  io = new Server(server);
}
//- job.js
import { io } from './live.js';
export const tick = () => io.emit('tick');
"#,
        &[
            "job.js:1 access import-access proven",
            "job.js:2 emit emit-to-all proven",
            "live.js:1 setup socketio-import proven",
            "live.js:3 setup setup-function proven",
            "live.js:4 setup server-construction proven",
        ],
    );
}

#[test]
fn re_exports() {
    check(
        r#"
//- live.js
import { Server } from 'socket.io';
export const io = new Server(3001);
//- index.js
export { io as live } from './live.js';
//- again.js
import { live } from './index.js';
export { live };
//- job.js
import { live } from './again.js';
live.emit('a');
"#,
        &[
            "again.js:1 access import-access proven",
            "again.js:2 inject handle-export proven",
            "job.js:1 access import-access proven",
            "job.js:2 emit emit-to-all proven",
            "live.js:1 setup socketio-import proven",
            "live.js:2 setup server-construction proven",
        ],
    );
}

#[test]
fn barrel() {
    check(
        r#"
//- live.js
import { Server } from 'socket.io';
export const io = new Server(3001);
//- other.js
export const port = 3001;
//- index.js
export * from './other.js';
export * from './live.js';
export * as sockets from './live.js';
//- job.js
import { io, sockets } from './index.js';
io.emit('a');
sockets.io.emit('b');
"#,
        &[
            "job.js:1 access import-access proven",
            "job.js:2 emit emit-to-all proven",
            "job.js:3 emit emit-to-all proven",
            "live.js:1 setup socketio-import proven",
            "live.js:2 setup server-construction proven",
        ],
    );
}

#[test]
fn barrel_in_common_js() {
    check(
        r#"
//- live.js
exports.io = require('socket.io')(3001);
//- index.js
module.exports = { ...require('./live'), port: 3001 };
//- job.js
const { io } = require('./index');
io.emit('a');
"#,
        &[
            "job.js:1 access import-access proven",
            "job.js:2 emit emit-to-all proven",
            "live.js:1 inject handle-export proven",
            "live.js:1 setup server-construction proven",
        ],
    );
}

#[test]
fn circular_require() {
    check(
        r#"
//- server.js
const app = require('express')();
const io = require('socket.io')(3001);
exports.io = io;
app.use(require('./routes'));
//- routes.js
const router = require('express').Router();
const server = require('./server');
router.post('/', () => server.io.emit('a'));
module.exports = router;
"#,
        &[
            "routes.js:3 emit emit-to-all proven",
            "server.js:2 setup server-construction proven",
            "server.js:3 inject handle-export proven",
        ],
    );
}

#[test]
fn lazy_require_in_a_function() {
    check(
        r#"
//- server.js
module.exports = { io: require('socket.io')(3001) };
//- job.js
exports.run = () => {
  const { io } = require('./server');
  io.emit('a');
};
"#,
        &[
            "job.js:2 access import-access proven",
            "job.js:3 emit emit-to-all proven",
            "server.js:1 inject handle-export proven",
            "server.js:1 setup server-construction proven",
        ],
    );
}

#[test]
fn dynamic_import() {
    check(
        r#"
//- server.js
import { Server } from 'socket.io';
export const io = new Server(3001);
export default { io };
//- job.js
export async function run() {
  const { io } = await import('./server.js');
  io.emit('a');
  const { default: server } = await import('./server.js');
  server.io.emit('b');
  import('./server.js').then((it) => it.io.emit('c'));
}
"#,
        &[
            "job.js:2 access import-access proven",
            "job.js:3 emit emit-to-all proven",
            "job.js:5 emit emit-to-all proven",
            "job.js:6 emit emit-to-all proven",
            "server.js:1 setup socketio-import proven",
            "server.js:2 setup server-construction proven",
            "server.js:3 inject handle-export proven",
        ],
    );
}

#[test]
fn common_js_read_by_a_module() {
    check(
        r#"
//- live.cjs
const { Server } = require('socket.io');
module.exports = { io: new Server(3001) };
//- job.mjs
import live from './live.cjs';
import { io } from './live.cjs';
live.io.emit('a');
io.emit('b');
"#,
        &[
            "job.mjs:2 access import-access proven",
            "job.mjs:3 emit emit-to-all proven",
            "job.mjs:4 emit emit-to-all proven",
            "live.cjs:1 setup socketio-import proven",
            "live.cjs:2 inject handle-export proven",
            "live.cjs:2 setup server-construction proven",
        ],
    );
}

#[test]
fn module_read_by_require() {
    check(
        r#"
//- package.json
{ "name": "x" }
//- live.mjs
import { Server } from 'socket.io';
export const io = new Server(3001);
//- job.js
const { io } = require('./live.mjs');
io.emit('a');
"#,
        &[
            "job.js:1 access import-access proven",
            "job.js:2 emit emit-to-all proven",
            "live.mjs:1 setup socketio-import proven",
            "live.mjs:2 setup server-construction proven",
        ],
    );
}

#[test]
fn folders_and_extensions() {
    check(
        r#"
//- src/live/index.js
module.exports.io = require('socket.io')(3001);
//- src/job.js
require('./live').io.emit('a');
require('./live/').io.emit('b');
require('./live/index').io.emit('c');
//- src/jobs/deep.js
require('..').io;
require('../live').io.emit('d');
"#,
        &[
            "src/job.js:1 emit emit-to-all proven",
            "src/job.js:2 emit emit-to-all proven",
            "src/job.js:3 emit emit-to-all proven",
            "src/jobs/deep.js:2 emit emit-to-all proven",
            "src/live/index.js:1 inject handle-export proven",
            "src/live/index.js:1 setup server-construction proven",
        ],
    );
}

#[test]
fn path_alias() {
    check(
        r#"
//- tsconfig.json
{ "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["src/*"] } } }
//- src/live.ts
import { Server } from 'socket.io';
export const io = new Server(3001);
//- src/job.ts
import { io } from '@/live';
io.emit('a');
"#,
        &[
            "src/job.ts:1 access import-access proven",
            "src/job.ts:2 emit emit-to-all proven",
            "src/live.ts:1 setup socketio-import proven",
            "src/live.ts:2 setup server-construction proven",
        ],
    );
}

#[test]
fn typescript_import_forms() {
    check(
        r#"
//- live.ts
import { Server, type ServerOptions } from 'socket.io';
import type { Socket } from 'socket.io';
export const io: Server = new Server(3001);
//- job.ts
import sio = require('./live');
sio.io.emit('a');
"#,
        &[
            "job.ts:2 emit emit-to-all proven",
            "live.ts:1 setup socketio-import proven",
            "live.ts:3 setup server-construction proven",
        ],
    );
}

#[test]
fn export_assignment() {
    check(
        r#"
//- live.cts
import { Server } from 'socket.io';
const io = new Server(3001);
export = io;
//- job.cjs
require('./live.cts').emit('a');
"#,
        &[
            "job.cjs:1 emit emit-to-all proven",
            "live.cts:1 setup socketio-import proven",
            "live.cts:2 setup server-construction proven",
            "live.cts:3 inject handle-export proven",
        ],
    );
}

#[test]
fn folder_that_is_loaded_by_name() {
    check(
        r#"
//- server.js
const fs = require('fs');
const path = require('path');
const io = require('socket.io')(3001);
for (const name of ['a', 'b']) require(`./jobs/${name}`)(io);
fs.readdirSync('./tasks').forEach((file) => require(path.join(__dirname, 'tasks', file)).start(io));
//- jobs/a.js
module.exports = (server) => server.emit('a');
//- tasks/b.js
exports.start = (server) => server.to('r').emit('b');
//- other/c.js
module.exports = (server) => server.emit('no');
"#,
        &[
            "jobs/a.js:1 emit emit-to-all proven",
            "server.js:3 setup server-construction proven",
            "server.js:4 inject handle-argument proven",
            "server.js:5 inject handle-argument proven",
            "tasks/b.js:1 emit emit-to-room proven",
        ],
    );
}

#[test]
fn whole_of_an_assigned_export() {
    check(
        r#"
//- live.ts
import { Server } from 'socket.io';
const io = new Server(3001);
export = io;
//- job.ts
import live = require('./live');
live.emit('a');
//- task.ts
import * as live from './live';
live.to('r').emit('b');
"#,
        &[
            "job.ts:1 access import-access proven",
            "job.ts:2 emit emit-to-all proven",
            "live.ts:1 setup socketio-import proven",
            "live.ts:2 setup server-construction proven",
            "live.ts:3 inject handle-export proven",
            "task.ts:1 access import-access proven",
            "task.ts:2 emit emit-to-room proven",
        ],
    );
}

#[test]
fn namespace_of_typescript() {
    check(
        r#"
//- live.ts
import { Server } from 'socket.io';
export namespace Live {
  export const io = new Server(3001);
  export function get() { return io; }
}
//- job.ts
import { Live } from './live';
Live.io.emit('a');
Live.get().to('r').emit('b');
"#,
        &[
            "job.ts:2 emit emit-to-all proven",
            "job.ts:3 emit emit-to-room proven",
            "live.ts:1 setup socketio-import proven",
            "live.ts:3 setup server-construction proven",
            "live.ts:4 inject handle-return proven",
        ],
    );
}
