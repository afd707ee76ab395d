// The named methods, and the questions that only the dedicated server can answer.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { close, collect, connect } from './support/clients.mjs';
import { startWorld } from './support/world.mjs';

let world;
let io;
let clients;

before(async () => {
  world = await startWorld();
  io = world.broadcaster;
  clients = await Promise.all([
    connect(world.server.url, 'anna', { rooms: ['role_admin', 'role_agent', 'user_1'] }),
    connect(world.server.url, 'ben', { rooms: ['role_agent', 'user_2'] }),
    connect(world.server.url, 'cleo'),
    connect(world.server.url, 'gina', { nsp: '/admin', rooms: ['ops'] }),
  ]);
});

after(async () => {
  close(clients ?? []);
  await world?.stop();
});

async function receivers(operation) {
  operation();
  const received = await collect(io, clients);
  return Object.fromEntries(Object.entries(received).map(([name, events]) => [name, events.map((event) => event.join(' '))]));
}

test('broadcast takes any number of arguments', async () => {
  assert.deepEqual(await receivers(() => io.broadcast('e', 1, 2)), { anna: ['e 1 2'], ben: ['e 1 2'], cleo: ['e 1 2'] });
});

const ROOMS = [
  ['one room', 'role_admin', ['anna']],
  ['a list: one delivery to the union', ['role_admin', 'role_agent'], ['anna', 'ben']],
  ['a list in a list is no room that anybody is in', [['user_1', 'role_admin'], 'user_2'], ['ben']],
  ['only a list in a list: nobody', [['user_1']], []],
  ['undefined: nobody', undefined, []],
  ['an empty string: nobody', '', []],
  ['a list of undefined: nobody', [undefined, undefined], []],
  ['an empty list: everybody', [], ['anna', 'ben', 'cleo']],
];

for (const [name, rooms, expected] of ROOMS) {
  test(`broadcastToRoom: ${name}`, async () => {
    const received = await receivers(() => io.broadcastToRoom(rooms, 'e', 1));
    assert.deepEqual(received, Object.fromEntries(expected.map((client) => [client, ['e 1']])));
  });
}

test('notifyUser and notifyRole', async () => {
  assert.deepEqual(await receivers(() => io.notifyUser(2, 'hello')), { ben: ['notification hello'] });
  assert.deepEqual(await receivers(() => io.notifyRole('admin', 'hello')), { anna: ['notification hello'] });
});

test('domain methods, taken out of the object as well', async () => {
  const { ticketCreated, systemAlert } = io;
  assert.deepEqual(await receivers(() => ticketCreated('T1')), { anna: ['ticket_created T1'], ben: ['ticket_created T1'] });
  assert.deepEqual(await receivers(() => systemAlert()), { anna: ['system_alert'], ben: ['system_alert'], cleo: ['system_alert'] });
});

test('serverSideEmit is heard by the dedicated server', async () => {
  assert.deepEqual(await receivers(() => assert.equal(io.serverSideEmit('note', 'x'), true)), {
    anna: ['noted x'], ben: ['noted x'], cleo: ['noted x'],
  });
});

test('counts', async () => {
  assert.equal(await io.clientsCount(), 4);
  assert.equal(await io.socketsCount(), 3);
  assert.equal(await io.socketsCount('/admin'), 1);
  assert.equal(await io.roomSize('role_agent'), 2);
  assert.equal(await io.roomSize('ops'), 0);
  assert.equal(await io.roomSize('ops', '/admin'), 1);
  assert.equal(await io.roomSize('nobody'), 0);
});

test('rooms() is a copy of adapter.rooms', async () => {
  const rooms = await io.rooms();
  assert.equal(rooms.get('role_agent').size, 2);
  assert.equal(rooms.get('nobody'), undefined);
  assert.ok(rooms.get('user_1').has(clients[0].socket.id));
});

test('query asks what the server registered', async () => {
  assert.deepEqual(await io.query('names', '- '), ['- anna', '- ben', '- cleo']);
  await assert.rejects(io.query('missing'), /has no query "missing"/);
  await assert.rejects(io.query('toString'), /has no query "toString"/);
});

test('a question sees what was done just before it', async () => {
  for (let n = 0; n < 100; n += 1) {
    io.in('user_1').socketsJoin(`room_${n}`);
    assert.equal(await io.roomSize(`room_${n}`), 1, `round ${n}`);
  }
});

test('many questions at once', async () => {
  const sizes = await Promise.all(Array.from({ length: 200 }, () => io.roomSize('role_agent')));
  assert.deepEqual(new Set(sizes), new Set([2]));
  assert.equal(io.stats().pending, 0);
});
