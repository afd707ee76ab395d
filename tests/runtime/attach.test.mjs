// attach(io): a migration that is only partly done. The server still lives in this process, Redis plays no part.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { close, collect, connect } from './support/clients.mjs';
import { NO_REDIS } from './support/processes.mjs';
import { startReference } from './support/reference.mjs';
import { createProject } from './support/render.mjs';
import { loadBroadcaster, UNUSED } from './support/world.mjs';

let project;
let reference;
let io;
let clients;

before(async () => {
  process.env.REDIS_URL = NO_REDIS;
  project = createProject();
  reference = await startReference();
  io = await loadBroadcaster(project);
  clients = await Promise.all([
    connect(reference.url, 'anna', { rooms: ['role_admin', 'user_1'] }),
    connect(reference.url, 'ben', { rooms: ['role_agent'] }),
    connect(reference.url, 'gina', { nsp: '/admin', rooms: ['ops'] }),
  ]);
});

after(async () => {
  close(clients ?? []);
  await io?.close();
  await reference?.stop();
  project?.remove();
});

test('a chain kept from before attach() takes the new way, too', async () => {
  const kept = io.of('/admin').to('ops');
  assert.equal(io.attach(reference.io), io);
  kept.emit('e', 1);
  assert.deepEqual(await collect(io, clients), { gina: [['e', 1]] });
});

test('every operation goes to the server in this process', async () => {
  io.broadcast('all', 1);
  io.broadcastToRoom(['role_admin', 'role_agent', 'user_1'], 'union', 2);
  io.notifyUser(1, 'hello');
  io.in('role_agent').socketsJoin('new');
  io.to('new').except('user_1').compress(true).local.emit('chain', 3);
  assert.deepEqual(await collect(io, clients), {
    anna: [['all', 1], ['union', 2], ['notification', 'hello']],
    ben: [['all', 1], ['union', 2], ['chain', 3]],
  });
});

test('an object as room keeps its identity, as it does in one process', async () => {
  const room = { any: 'object' };
  io.in('user_1').socketsJoin(room);
  io.to(room).emit('e', 1);
  assert.deepEqual(await collect(io, clients), { anna: [['e', 1]] });
});

test('questions are answered from it', async () => {
  assert.equal(await io.clientsCount(), 3);
  assert.equal(await io.socketsCount('/admin'), 1);
  assert.equal(await io.roomSize('role_admin'), 1);
  assert.equal(await io.roomSize('nobody'), 0);
  assert.equal((await io.rooms()).get('role_agent').size, 1);
  assert.equal((await io.allSockets()).size, 2);
  assert.deepEqual(await io.to('user_1').timeout(500).emitWithAck('q', 1), ['anna got 1']);
  const responses = await new Promise((resolve) => { io.to('user_1').timeout(500).emit('q', (error, list) => resolve(list)); });
  assert.deepEqual(responses, ['anna got 0']);
});

test('fetched sockets are the real ones', async () => {
  const [socket] = await io.in('user_1').fetchSockets();
  assert.equal(socket, reference.io.sockets.sockets.get(clients[0].socket.id));
});

test('no connection to Redis was ever tried', async () => {
  assert.equal(await io.connect(), true);
  assert.deepEqual(io.stats(), UNUSED);
  await io.close();
});
