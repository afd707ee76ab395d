//! Objects and classes: fields, literals, copies, casts.

use crate::check;

#[test]
fn field_of_a_class() {
    check(
        r#"
//- service.js
class Service {
  constructor(io, db) {
    this.io = io;
  }
  notify(event) {
    this.io.emit(event);
  }
  later() {
    setTimeout(() => this.io.emit('later'), 10);
  }
}
module.exports = Service;
//- server.js
const Service = require('./service');
const io = require('socket.io')(3001);
new Service(io, {}).notify('a');
"#,
        &[
            "server.js:2 setup server-construction proven",
            "server.js:3 inject handle-argument proven",
            "service.js:3 inject property-write proven",
            "service.js:6 emit emit-to-all proven",
            "service.js:9 emit emit-to-all proven",
        ],
    );
}

#[test]
fn private_and_declared_fields() {
    check(
        r#"
//- service.js
export class Service {
  #io;
  room = 'staff';
  constructor(io) {
    this.#io = io;
  }
  notify = (event) => this.#io.to(this.room).emit(event);
}
//- server.js
import { Server } from 'socket.io';
import { Service } from './service.js';
new Service(new Server(3001)).notify('a');
"#,
        &[
            "server.js:1 setup socketio-import proven",
            "server.js:3 inject handle-argument proven",
            "server.js:3 setup server-construction proven",
            "service.js:5 inject property-write proven",
            "service.js:7 emit emit-to-room proven",
        ],
    );
}

#[test]
fn static_field() {
    check(
        r#"
//- live.js
import { Server } from 'socket.io';
export class Live {
  static io = new Server(3001);
  static #other = Live.io;
  static tell(event) { Live.#other.emit(event); this.io.emit(event); }
}
//- job.js
import { Live } from './live.js';
Live.io.emit('a');
"#,
        &[
            "job.js:2 emit emit-to-all proven",
            "live.js:1 setup socketio-import proven",
            "live.js:3 inject property-write proven",
            "live.js:3 setup server-construction proven",
            "live.js:4 inject property-write proven",
            "live.js:5 emit emit-to-all proven",
            "live.js:5 emit emit-to-all proven",
        ],
    );
}

#[test]
fn inherited_field() {
    check(
        r#"
//- base.js
class Base {
  constructor(io) { this.io = io; }
  tell(event) { this.io.emit(event); }
}
module.exports = Base;
//- tickets.js
const Base = require('./base');
class Tickets extends Base {
  constructor(io) { super(io); }
  create() { this.io.to('staff').emit('created'); }
}
module.exports = Tickets;
//- invoices.js
const Base = require('./base');
module.exports = class extends Base {
  create() { this.io.emit('invoice'); }
};
//- server.js
const io = require('socket.io')(3001);
new (require('./tickets'))(io);
new (require('./invoices'))(io);
"#,
        &[
            "base.js:2 inject property-write proven",
            "base.js:3 emit emit-to-all proven",
            "invoices.js:3 emit emit-to-all proven",
            "server.js:1 setup server-construction proven",
            "server.js:2 inject handle-argument proven",
            "server.js:3 inject handle-argument proven",
            "tickets.js:3 inject handle-argument proven",
            "tickets.js:4 emit emit-to-room proven",
        ],
    );
}

#[test]
fn singleton() {
    check(
        r#"
//- live.js
const { Server } = require('socket.io');
class Live {
  static instance;
  static getInstance() {
    if (!Live.instance) Live.instance = new Live();
    return Live.instance;
  }
  init(server) {
    this.io = new Server(server);
  }
  getIO() { return this.io; }
}
module.exports = Live;
//- server.js
const Live = require('./live');
Live.getInstance().init(require('http').createServer());
//- job.js
const Live = require('./live');
Live.getInstance().io.emit('a');
Live.getInstance().getIO().emit('b');
"#,
        &[
            "job.js:2 emit emit-to-all proven",
            "job.js:3 emit emit-to-all proven",
            "live.js:1 setup socketio-import proven",
            "live.js:8 setup setup-function proven",
            "live.js:9 inject property-write proven",
            "live.js:9 setup server-construction proven",
            "live.js:11 inject handle-return proven",
            "server.js:2 setup setup-call proven",
        ],
    );
}

#[test]
fn exported_instance() {
    check(
        r#"
//- live.js
class Live {
  attach(io) { this.io = io; }
  tell(event) { if (this.io) this.io.emit(event); }
}
module.exports = new Live();
//- server.js
const live = require('./live');
const io = require('socket.io')(3001);
live.attach(io);
live.io.emit('a');
"#,
        &[
            "live.js:2 inject property-write proven",
            "live.js:3 emit emit-to-all proven",
            "server.js:2 setup server-construction proven",
            "server.js:3 inject handle-argument proven",
            "server.js:4 emit emit-to-all proven",
        ],
    );
}

#[test]
fn accessor() {
    check(
        r#"
//- live.js
import { Server } from 'socket.io';
class Live {
  get io() { return this.server; }
  set io(it) { this.server = it; }
}
export const live = new Live();
live.io = new Server(3001);
live.io.emit('a');
"#,
        &[
            "live.js:1 setup socketio-import proven",
            "live.js:3 inject handle-return proven",
            "live.js:4 inject property-write proven",
            "live.js:7 inject property-write proven",
            "live.js:7 setup server-construction proven",
            "live.js:8 emit emit-to-all proven",
        ],
    );
}

#[test]
fn constructor_function() {
    check(
        r#"
//- server.js
function Live(io) {
  this.io = io;
}
Live.prototype.tell = function (event) { this.io.emit(event); };
new Live(require('socket.io')(3001)).tell('a');
"#,
        &[
            "server.js:2 inject property-write proven",
            "server.js:4 emit emit-to-all proven",
            "server.js:5 inject handle-argument proven",
            "server.js:5 setup server-construction proven",
        ],
    );
}

#[test]
fn class_of_the_project_that_extends_the_server() {
    // Wrong: a subclass is not known to be a server, so only the import shows.
    check(
        r#"
//- server.js
const { Server } = require('socket.io');
class Live extends Server {
  tell(event) { this.emit(event); }
}
const io = new Live(3001);
io.emit('a');
io.tell('b');
"#,
        &[
            "server.js:1 setup socketio-import proven",
            "server.js:2 setup server-class proven",
            "server.js:3 emit emit-to-all proven",
            "server.js:5 setup server-construction proven",
            "server.js:6 emit emit-to-all proven",
            "server.js:7 query server-state proven",
        ],
    );
}

#[test]
fn object_literals() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
const context = { io, 'live': io, ['third']: io };
context.io.emit('a');
context.live.emit('b');
context['third'].emit('c');
const { io: renamed, missing = io } = context;
renamed.emit('d');
missing.emit('e');
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 inject handle-property proven",
            "server.js:2 inject handle-property proven",
            "server.js:2 inject handle-property proven",
            "server.js:3 emit emit-to-all proven",
            "server.js:4 emit emit-to-all proven",
            "server.js:5 emit emit-to-all proven",
            "server.js:6 access property-access proven",
            "server.js:7 emit emit-to-all proven",
            "server.js:8 emit emit-to-all proven",
        ],
    );
}

#[test]
fn method_of_a_literal() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
const live = {
  io,
  tell(event) { this.io.emit(event); },
};
live.tell('a');
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:3 inject handle-property proven",
            "server.js:4 emit emit-to-all proven",
        ],
    );
}

#[test]
fn copies() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
const base = { io };
const copy = { ...base, port: 1 };
const merged = Object.assign({}, base);
const frozen = Object.freeze({ io });
copy.io.emit('a');
merged.io.emit('b');
frozen.io.emit('c');
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 inject handle-property proven",
            "server.js:5 inject handle-property proven",
            "server.js:6 emit emit-to-all proven",
            "server.js:7 emit emit-to-all proven",
            "server.js:8 emit emit-to-all proven",
        ],
    );
}

#[test]
fn lists() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
const servers = [io, null];
servers[0].emit('a');
const [first] = servers;
first.emit('b');
for (const it of servers) it.emit('c');
servers.push(io);
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 inject handle-escape proven",
            "server.js:3 emit emit-to-all proven",
            "server.js:5 emit emit-to-all proven",
            "server.js:6 emit emit-to-all proven",
            "server.js:7 inject handle-escape proven",
        ],
    );
}

#[test]
fn map_with_the_server() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
const registry = new Map();
registry.set('io', io);
registry.get('io').emit('a');
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:3 inject handle-escape proven",
            "server.js:4 emit emit-to-all proven",
        ],
    );
}

#[test]
fn rest_in_a_pattern() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
const { port, ...rest } = { port: 1, io };
rest.io.emit('a');
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 inject handle-property proven",
            "server.js:3 emit emit-to-all proven",
        ],
    );
}

#[test]
fn assignments_and_logic() {
    // Wrong: `later ||= io` hands nothing on, and `(0, io).emit` is an emission.
    check(
        r#"
//- server.js
const sio = require('socket.io');
let io, other;
io = other = sio(3001);
io.emit('a');
other.emit('b');
let later;
later ||= io;
later ??= io;
later.emit('c');
const either = Math.random() > 1 ? io : null;
either?.emit('d');
(0, io).emit('e');
"#,
        &[
            "server.js:1 setup socketio-import proven",
            "server.js:3 setup server-construction proven",
            "server.js:4 emit emit-to-all proven",
            "server.js:5 emit emit-to-all proven",
            "server.js:9 emit emit-to-all proven",
            "server.js:11 emit emit-to-all proven",
            "server.js:12 query server-state proven",
        ],
    );
}

#[test]
fn casts() {
    check(
        r#"
//- server.ts
import express from 'express';
import { Server } from 'socket.io';
const app = express();
app.set('io', new Server(3001));
app.post('/', (req, res) => {
  (req.app.get('io') as Server).emit('a');
  const io = req.app.get('io')!;
  io!.emit('b');
  const live = req.app.get('io') satisfies Server;
  live.emit('c');
  (<Server>req.app.get('io')).emit('d');
  (req as any).app.get('io').emit('e');
});
"#,
        &[
            "server.ts:2 setup socketio-import proven",
            "server.ts:4 setup server-construction proven",
            "server.ts:4 inject setting-write proven",
            "server.ts:6 emit emit-to-all proven",
            "server.ts:7 access setting-access proven",
            "server.ts:8 emit emit-to-all proven",
            "server.ts:9 access setting-access proven",
            "server.ts:10 emit emit-to-all proven",
            "server.ts:11 emit emit-to-all proven",
            "server.ts:12 emit emit-to-all proven",
        ],
    );
}

#[test]
fn parameter_properties() {
    check(
        r#"
//- service.ts
export class Service {
  constructor(private readonly io: Server, public room = 'staff') {}
  notify(event: string): void {
    this.io.to(this.room).emit(event);
  }
}
//- server.ts
import { Server } from 'socket.io';
import { Service } from './service';
new Service(new Server(3001)).notify('a');
"#,
        &[
            "server.ts:1 setup socketio-import proven",
            "server.ts:3 inject handle-argument proven",
            "server.ts:3 setup server-construction proven",
            "service.ts:4 emit emit-to-room proven",
        ],
    );
}

#[test]
fn mixed_into_a_function() {
    check(
        r#"
//- server.js
const io = require('socket.io')(3001);
function tell(event) { tell.io.emit(event); }
tell.io = io;
tell('a');
"#,
        &[
            "server.js:1 setup server-construction proven",
            "server.js:2 emit emit-to-all proven",
            "server.js:3 inject property-write proven",
        ],
    );
}
