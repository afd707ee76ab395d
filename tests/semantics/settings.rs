//! Settings of the application: `app.set`, `app.get` and the keys they use.

use crate::check;

#[test]
fn setting_read_from_the_request() {
    check(
        r#"
//- server.js
const app = require('express')();
const io = require('socket.io')(3001);
app.set('io', io);
app.use('/tickets', require('./routes'));
//- routes.js
const router = require('express').Router();
router.post('/', (req, res) => {
  const io = req.app.get('io');
  io.emit('created', req.body);
});
module.exports = router;
"#,
        &[
            "routes.js:3 access setting-access proven",
            "routes.js:4 emit emit-to-all proven",
            "server.js:2 setup server-construction proven",
            "server.js:3 inject setting-write proven",
        ],
    );
}

#[test]
fn setting_read_on_the_spot() {
    check(
        r#"
//- server.js
const app = require('express')();
app.set('io', require('socket.io')(3001));
app.post('/', (req, res) => {
  req.app.get('io').to('staff').emit('created');
  res.app.get('io').emit('created');
  app.get('io').emit('created');
});
"#,
        &[
            "server.js:2 setup server-construction proven",
            "server.js:2 inject setting-write proven",
            "server.js:4 emit emit-to-room proven",
            "server.js:5 emit emit-to-all proven",
            "server.js:6 emit emit-to-all proven",
        ],
    );
}

#[test]
fn settings_object() {
    check(
        r#"
//- server.js
const app = require('express')();
const io = require('socket.io')(3001);
app.settings.io = io;
app.get('/', (req) => {
  req.app.settings.io.emit('a');
  app.get('io').emit('b');
});
"#,
        &[
            "server.js:2 setup server-construction proven",
            "server.js:3 inject property-write proven",
            "server.js:5 emit emit-to-all proven",
            "server.js:6 emit emit-to-all proven",
        ],
    );
}

#[test]
fn setting_under_a_constant_key() {
    check(
        r#"
//- keys.js
export const KEYS = { SERVER: 'live' };
export const LIVE = KEYS.SERVER;
//- server.js
import express from 'express';
import { Server } from 'socket.io';
import { LIVE } from './keys.js';
const app = express();
app.set(LIVE, new Server(3001));
//- routes.js
import { LIVE as KEY } from './keys.js';
export const create = (req, res) => {
  req.app.get(KEY).emit('created');
};
"#,
        &[
            "routes.js:3 emit emit-to-all proven",
            "server.js:2 setup socketio-import proven",
            "server.js:5 setup server-construction proven",
            "server.js:5 inject setting-write proven",
        ],
    );
}

#[test]
fn setting_under_a_constant_of_an_imported_object() {
    check(
        r#"
//- keys.js
export const KEYS = { SERVER: 'live' };
//- server.js
import express from 'express';
import { Server } from 'socket.io';
import { KEYS } from './keys.js';
const app = express();
app.set(KEYS.SERVER, new Server(3001));
export const create = (req, res) => req.app.get(KEYS.SERVER).emit('created');
"#,
        &[
            "server.js:2 setup socketio-import proven",
            "server.js:5 setup server-construction proven",
            "server.js:5 inject setting-write proven",
            "server.js:6 emit emit-to-all proven",
        ],
    );
}

#[test]
fn setting_under_a_required_constant() {
    check(
        r#"
//- keys.js
exports.LIVE = 'live';
//- server.js
const { LIVE } = require('./keys');
const app = require('express')();
const keys = require('./keys');
app.set(LIVE, require('socket.io')(3001));
app.post('/', (req) => req.app.get(keys.LIVE).emit('created'));
app.put('/', (req) => req.app.get('live').emit('changed'));
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
fn setting_under_a_key_of_a_frozen_object() {
    check(
        r#"
//- keys.js
module.exports = Object.freeze({ LIVE: 'live', OTHER: 'other' });
//- server.js
const { LIVE: KEY, OTHER } = require('./keys');
const app = require('express')();
app.set(KEY, require('socket.io')(3001));
app.get('/', (req) => req.app.get('live').emit('a'));
app.get('/b', (req) => req.app.get(OTHER).emit('b'));
"#,
        &[
            "server.js:3 setup server-construction proven",
            "server.js:3 inject setting-write proven",
            "server.js:4 emit emit-to-all proven",
        ],
    );
}

#[test]
fn setting_under_a_re_exported_key() {
    check(
        r#"
//- keys/live.js
const KEY = 'live';
export { KEY as LIVE };
export default { LIVE: KEY };
//- keys/index.js
export { LIVE } from './live.js';
//- server.js
import express from 'express';
import * as keys from './keys/index.js';
import all from './keys/live.js';
import { Server } from 'socket.io';
const app = express();
const io = new Server(3001);
app.set(keys.LIVE, io);
app.get('/', (req) => req.app.get(all.LIVE).emit('a'));
"#,
        &[
            "server.js:4 setup socketio-import proven",
            "server.js:6 setup server-construction proven",
            "server.js:7 inject setting-write proven",
            "server.js:8 emit emit-to-all proven",
        ],
    );
}

#[test]
fn setting_under_a_key_that_nobody_knows() {
    check(
        r#"
//- server.js
const app = require('express')();
const io = require('socket.io')(3001);
app.set(process.env.KEY, io);
app.get('/', (req) => req.app.get(process.env.KEY).emit('a'));
"#,
        &[
            "server.js:2 setup server-construction proven",
            "server.js:3 inject setting-write proven",
            "server.js:4 emit emit-to-all proven",
        ],
    );
}

#[test]
fn application_handed_to_a_module() {
    check(
        r#"
//- server.js
const app = require('express')();
app.set('io', require('socket.io')(3001));
require('./routes')(app);
//- routes.js
module.exports = (application) => {
  application.post('/', (q, s) => q.app.get('io').emit('created'));
};
"#,
        &[
            "routes.js:2 emit emit-to-all proven",
            "server.js:2 setup server-construction proven",
            "server.js:2 inject setting-write proven",
        ],
    );
}

#[test]
fn helper_that_takes_the_request() {
    check(
        r#"
//- notify.js
export function notify(req, event) {
  const io = req.app.get('io');
  io.emit(event);
}
//- server.js
import express from 'express';
import { Server } from 'socket.io';
import { notify } from './notify.js';
const app = express();
app.set('io', new Server(3001));
app.post('/', (request, response) => notify(request, 'created'));
"#,
        &[
            "notify.js:2 access setting-access proven",
            "notify.js:3 emit emit-to-all proven",
            "server.js:2 setup socketio-import proven",
            "server.js:5 setup server-construction proven",
            "server.js:5 inject setting-write proven",
        ],
    );
}

#[test]
fn router_with_parameters_and_lists_of_handlers() {
    check(
        r#"
//- server.js
const express = require('express');
const app = express();
const router = express.Router();
app.set('io', require('socket.io')(3001));
router.route('/x').post([(q, s, n) => n(), (q, s) => q.app.get('io').emit('a')]);
router.param('id', (q, s, n) => { q.app.get('io').emit('b'); n(); });
app.use(router);
app.use((error, q, s, next) => { q.app.get('io').emit('c'); });
"#,
        &[
            "server.js:4 setup server-construction proven",
            "server.js:4 inject setting-write proven",
            "server.js:5 emit emit-to-all proven",
            "server.js:6 emit emit-to-all proven",
            "server.js:8 emit emit-to-all proven",
        ],
    );
}

#[test]
fn no_set_up_in_sight() {
    check(
        r#"
//- routes.js
const router = require('express').Router();
router.post('/', (req, res) => {
  const io = req.app.get('io');
  if (io) io.to('staff').emit('created');
  req.io.emit('created');
});
module.exports = router;
"#,
        &[
            "routes.js:3 access setting-access likely",
            "routes.js:4 emit emit-to-room likely",
            "routes.js:5 emit emit-to-all likely",
        ],
    );
}

#[test]
fn asked_with_a_ternary_and_defaults() {
    check(
        r#"
//- server.js
const app = require('express')();
app.set('io', require('socket.io')(3001));
app.get('/', (req, res) => {
  const io = req.app ? req.app.get('io') : null;
  const live = (req && req.app && req.app.get('io')) || undefined;
  io?.emit('a');
  live && live.emit('b');
});
"#,
        &[
            "server.js:2 setup server-construction proven",
            "server.js:2 inject setting-write proven",
            "server.js:4 access setting-access proven",
            "server.js:5 access setting-access proven",
            "server.js:6 emit emit-to-all proven",
            "server.js:7 emit emit-to-all proven",
        ],
    );
}

#[test]
fn setting_under_a_member_of_an_enum() {
    check(
        r#"
//- keys.ts
export enum Key { Server = 'server', Cache = 'cache' }
export enum Slot { Live, Mail }
//- server.ts
import express from 'express';
import { Server } from 'socket.io';
import { Key, Slot } from './keys';
const app = express();
app.set(Key.Server, new Server(3001));
app.set(Slot.Live, app.get(Key.Server));
app.get('/', (req, res) => {
  req.app.get(Key.Server).emit('a');
  req.app.get(Slot.Live).emit('b');
  req.app.get(Key.Cache).emit('no');
  req.app.get(Slot.Mail).emit('no');
});
"#,
        &[
            "server.ts:2 setup socketio-import proven",
            "server.ts:5 setup server-construction proven",
            "server.ts:5 inject setting-write proven",
            "server.ts:6 inject setting-write proven",
            "server.ts:8 emit emit-to-all proven",
            "server.ts:9 emit emit-to-all proven",
        ],
    );
}
