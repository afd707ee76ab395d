// The chain of the broadcaster means what the chain of `io` means. Each operation is done twice, on an in-process server
// and through the broadcaster, with the same clients in the same rooms; what every client received has to be the same.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { close, collect, connect } from './support/clients.mjs';
import { startReference } from './support/reference.mjs';
import { FORMS, startWorld, WITHOUT_RECOVERY } from './support/world.mjs';

const CLIENTS = [
  ['anna', { rooms: ['role_admin', 'user_1', 'ticket_7'] }],
  ['ben', { rooms: ['role_admin', 'role_agent'] }],
  ['cleo', { rooms: ['role_agent', 'user_3', 'null', 'undefined', '[object Object]'] }],
  ['dora', { rooms: [7], transports: ['polling'] }],
  ['emil', { rooms: ['7', 'ticket_7'] }],
  ['finn', { rooms: [] }],
  ['gina', { nsp: '/admin', rooms: ['role_admin', 'ops'] }],
  ['hugo', { nsp: '/admin', rooms: ['ops'] }],
];

const byName = (sockets) => sockets.map(({ data, rooms, id }) => [data.name, [...rooms].filter((room) => room !== id).sort()]).sort();
const settled = (promise) => promise.then((value) => ({ value: [value].flat().sort() }), ({ message, responses }) => ({ message, responses }));
const called = (emit) => new Promise((resolve) => { emit((error, responses) => resolve([error?.message, [responses].flat().sort()])); });
const only = async (io, room) => (await io.in(room).fetchSockets())[0];
const objectId = { toString: () => 'user_1', toJSON: () => 'user_1' };
const kept = {};

// In this order: later ones see what earlier ones did to the rooms.
const OPERATIONS = {
  'emit returns true': (io) => io.emit('e', 1),
  'emit without arguments': (io) => io.emit('e'),
  'emit with several arguments': (io) => io.emit('e', 1, null, undefined, { a: [2] }),
  'a symbol-free event name of any kind': (io) => io.emit('with space:and/slash', 1),
  'to one room': (io) => io.to('role_admin').emit('e', 1),
  'to an absent room': (io) => io.to('nobody').emit('e', 1),
  'to a union: once for a client in both': (io) => io.to('role_admin').to('role_agent').emit('e', 1),
  'to a list': (io) => io.to(['role_admin', 'role_agent', 'user_1']).emit('e', 1),
  'to a list and a room': (io) => io.to(['role_admin', 'user_3']).in('ticket_7').emit('e', 1),
  'to a list in a list': (io) => io.to([['user_3'], 'ticket_7']).emit('e', 1),
  'in is to': (io) => io.in('ticket_7').emit('e', 1),
  'to undefined': (io) => io.to(undefined).emit('e', 1),
  'to null': (io) => io.to(null).emit('e', 1),
  'to an empty string': (io) => io.to('').emit('e', 1),
  'to an empty list': (io) => io.to([]).emit('e', 1),
  'to a list with undefined': (io) => io.to([undefined, 'user_1']).emit('e', 1),
  'to an object': (io) => io.to(objectId).emit('e', 1),
  'to an object and a room': (io) => io.to(objectId).to('user_3').emit('e', 1),
  'to a number': (io) => io.to(7).emit('e', 1),
  'to a numeric string': (io) => io.to('7').emit('e', 1),
  'except': (io) => io.except('role_admin').emit('e', 1),
  'except a list': (io) => io.except(['role_admin', 7]).emit('e', 1),
  'except an object': (io) => io.except(objectId).emit('e', 1),
  'to and except': (io) => io.to('role_admin').except('role_agent').emit('e', 1),
  'except and to': (io) => io.except('user_1').to(['role_admin', 'ticket_7']).emit('e', 1),
  'volatile': (io) => io.volatile.to('role_admin').emit('e', 1),
  'compress': (io) => io.compress(false).to('role_admin').emit('e', 1),
  'local': (io) => io.local.to('role_admin').emit('e', 1),
  'timeout without acknowledgement': (io) => io.timeout(50).to('user_1').emit('e', 1),
  'every modifier at once': (io) => io.to('role_admin').volatile.compress(true).except('user_1').local.emit('e', 1),
  'send returns the namespace': (io) => io.send('a', 'b') === io,
  'write': (io) => { io.write('c'); },
  'a namespace': (io) => io.of('/admin').emit('e', 1),
  'a namespace without its slash': (io) => io.of('admin').to('ops').emit('e', 1),
  'a namespace has rooms of its own': (io) => io.of('/admin').to('role_admin').emit('e', 1),
  'a namespace, a union and an exception': (io) => io.of('/admin').to('ops').to('role_admin').except('role_admin').emit('e', 1),
  'a kept operator is not changed by its use': (io) => {
    kept.admins = io.to('role_admin');
    kept.admins.to('role_agent').except('user_1').emit('e', 1);
    kept.admins.emit('e', 2);
  },
  'fifty in a row, alternating': (io) => {
    for (let n = 0; n < 50; n += 1) (n % 2 ? io : io.to('role_admin')).emit('e', n);
  },
  'socketsJoin, then emit': (io) => { io.in('user_1').socketsJoin('new'); io.to('new').emit('e', 1); },
  'socketsJoin of several': (io) => { io.in(['user_3', 7]).socketsJoin(['x', 'y']); io.to('x').to('y').emit('e', 1); },
  'socketsJoin except': (io) => { io.except('role_admin').socketsJoin('z'); io.to('z').emit('e', 1); },
  'socketsLeave, then emit': (io) => { io.in('user_1').socketsLeave('new'); io.to('new').emit('e', 1); },
  'socketsLeave by everybody': (io) => { io.socketsLeave(['x', 'z']); io.to('x').to('z').emit('e', 1); },
  'socketsJoin in a namespace': (io) => { io.of('/admin').in('role_admin').socketsJoin('n'); io.of('/admin').to('n').emit('e', 1); },
  'fetchSockets': async (io) => byName(await io.fetchSockets()),
  'fetchSockets of a union without some': async (io) => byName(await io.in('role_admin').in('role_agent').except('user_1').fetchSockets()),
  'fetchSockets of nobody': async (io) => byName(await io.in('nobody').fetchSockets()),
  'fetchSockets in a namespace': async (io) => byName(await io.of('/admin').in('ops').fetchSockets()),
  'allSockets': async (io) => (await io.in('role_admin').allSockets()).size,
  'a fetched socket: emit': async (io) => (await only(io, 'user_1')).emit('e', 1),
  'a fetched socket: join': async (io) => { (await only(io, 'user_1')).join('j'); io.to('j').emit('e', 1); },
  'a fetched socket: leave': async (io) => { (await only(io, 'user_1')).leave('j'); io.to('j').emit('e', 1); },
  'a fetched socket: auth': async (io) => (await only(io, 'user_1')).handshake.auth,
  'a fetched socket: acknowledgement': async (io) => (await only(io, 'user_1')).timeout(500).emitWithAck('q', 1, 2),
  'emitWithAck to all': (io) => settled(io.timeout(1000).emitWithAck('q', 1)),
  'emitWithAck to a union': (io) => settled(io.to('role_admin').to('role_agent').timeout(1000).emitWithAck('q', 1)),
  'emitWithAck to nobody': (io) => settled(io.to('nobody').timeout(1000).emitWithAck('q', 1)),
  'emitWithAck without an answer': (io) => settled(io.to('user_1').timeout(100).emitWithAck('unanswered', 1)),
  'emit with a callback': (io) => called((done) => io.timeout(1000).to('role_admin').emit('q', 1, 2, done)),
  'emit with a callback, no answer': (io) => called((done) => io.timeout(100).to('role_admin').emit('unanswered', done)),
  'a reserved event': (io) => io.emit('disconnect', 1),
  'a reserved event in a chain': (io) => io.to('role_admin').emit('connect_error', 1),
  'emit, then disconnect': (io) => { io.to('user_3').emit('bye'); io.in('user_3').disconnectSockets(); },
  'disconnect and close': (io) => { io.in(7).disconnectSockets(true); },
  'disconnect a fetched socket': async (io) => { (await only(io, 'user_1')).disconnect(true); },
  'disconnect a namespace except': (io) => { io.of('/admin').except('role_admin').disconnectSockets(); },
  'emit to who is left': (io) => io.emit('e', 1),
};

async function join(url) {
  return Promise.all(CLIENTS.map(([name, options]) => connect(url, name, { ...options, reconnection: false })));
}

async function trace({ io, clients }, operation) {
  const outcome = {};
  try {
    outcome.returned = await operation(io);
  } catch (error) {
    outcome.thrown = error.message;
  }
  // A disconnection takes a moment after the packet that asked for it.
  await new Promise((resolve) => { setTimeout(resolve, 20); });
  outcome.received = await collect(io, clients);
  return outcome;
}

for (const { adapter, redis } of FORMS) {
  describe(`${adapter}, ${redis}`, () => {
    let sides;

    before(async () => {
      const [reference, world] = await Promise.all([startReference(), startWorld({ adapter, redis, setup: WITHOUT_RECOVERY })]);
      sides = [
        { io: reference.io, clients: await join(reference.url), stop: reference.stop },
        { io: world.broadcaster, clients: await join(world.server.url), stop: world.stop },
      ];
    });

    after(async () => {
      for (const { clients, stop } of sides ?? []) {
        close(clients);
        await stop();
      }
    });

    for (const [name, operation] of Object.entries(OPERATIONS)) {
      test(`chain: ${name}`, async () => {
        const expected = await trace(sides[0], operation);
        const actual = await trace(sides[1], operation);
        assert.deepEqual(actual, expected);
      });
    }
  });
}
