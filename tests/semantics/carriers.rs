//! Carriers: settings, requests, locals, the global object.

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
        ],
    );
}

#[test]
fn setting_under_a_constant_of_an_imported_object() {
    // Wrong: `KEYS.SERVER` of an imported object isn't folded, so the write and the read are not seen.
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
        ],
    );
}

#[test]
fn setting_under_a_required_constant() {
    // Wrong: a key that `require` brings isn't folded.
    check(
        r#"
//- keys.js
exports.LIVE = 'live';
//- server.js
const { LIVE } = require('./keys');
const app = require('express')();
app.set(LIVE, require('socket.io')(3001));
app.post('/', (req) => req.app.get(LIVE).emit('created'));
"#,
        &["server.js:3 setup server-construction proven"],
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
        ],
    );
}

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
            "server.js:11 access property-access proven",
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
            "server.js:4 access setting-access proven",
            "server.js:5 access setting-access proven",
            "server.js:6 emit emit-to-all proven",
            "server.js:7 emit emit-to-all proven",
        ],
    );
}
