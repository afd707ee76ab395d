// SOCKET_IO_BROADCASTER=memory: the double for a project's own tests.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { writeFileSync } from 'node:fs';
import { startReference } from './support/reference.mjs';
import { NO_REDIS, startNode, waitFor } from './support/processes.mjs';
import { createProject } from './support/render.mjs';
import { loadBroadcaster, UNUSED } from './support/world.mjs';

const EVERYBODY = { nsp: '/', rooms: [], except: [], flags: {} };

let project;
let io;

before(async () => {
  process.env.REDIS_URL = NO_REDIS;
  process.env.SOCKET_IO_BROADCASTER = 'memory';
  project = createProject();
  io = await loadBroadcaster(project);
});

afterEach(() => io.clear());

after(() => project?.remove());

test('what would be sent is kept, with where it would go', () => {
  assert.equal(io.broadcast('all', 1, 2), true);
  io.broadcastToRoom(['a', 'b'], 'union', { id: 1 });
  io.of('/admin').to('ops').except('me').volatile.compress(false).emit('chain');
  io.ticketCreated({ id: 7 });
  assert.deepEqual(io.sent, [
    { ...EVERYBODY, event: 'all', args: [1, 2] },
    { ...EVERYBODY, rooms: ['a', 'b'], event: 'union', args: [{ id: 1 }] },
    { nsp: '/admin', rooms: ['ops'], except: ['me'], flags: { volatile: true, compress: false }, event: 'chain', args: [] },
    { ...EVERYBODY, rooms: ['role_admin', 'role_agent'], event: 'ticket_created', args: [{ id: 7 }] },
  ]);
});

test('arguments are kept as a client would get them, at that moment', () => {
  const ticket = { at: new Date(0), missing: undefined, list: [undefined], bytes: Buffer.from('x'), toJSON: undefined };
  io.emit('e', ticket, undefined);
  ticket.at = null;
  assert.deepEqual(io.sent[0].args, [{ at: '1970-01-01T00:00:00.000Z', list: [null], bytes: Buffer.from('x') }, null]);
  assert.throws(() => io.emit('e', 1n), TypeError);
});

test('a room that no client can be in is null', () => {
  io.to({ any: 'object' }).to(7).emit('e');
  assert.deepEqual(io.sent[0].rooms, [null, 7]);
});

test('operations on sockets are kept with their method', async () => {
  io.in('a').socketsJoin('b');
  io.in('a').disconnectSockets(true);
  io.serverSideEmit('note', 1);
  io.answers.fetchSockets = [{ id: 's1', handshake: {}, rooms: ['a'], data: { name: 'anna' } }];
  const [socket] = await io.fetchSockets();
  socket.leave('a');
  socket.emit('only you', 1);
  assert.deepEqual(io.sent, [
    { ...EVERYBODY, rooms: ['a'], method: 'socketsJoin', args: ['b'] },
    { ...EVERYBODY, rooms: ['a'], method: 'disconnectSockets', args: [true] },
    { ...EVERYBODY, method: 'serverSideEmit', args: ['note', 1] },
    { ...EVERYBODY, rooms: ['s1'], method: 'socketsLeave', args: ['a'] },
    { ...EVERYBODY, rooms: ['s1'], event: 'only you', args: [1] },
  ]);
});

test('without answers, nobody is there', async () => {
  assert.deepEqual(
    [await io.clientsCount(), await io.socketsCount(), await io.roomSize('a'), await io.rooms(), await io.fetchSockets(), await io.allSockets()],
    [0, 0, 0, new Map(), [], new Set()],
  );
  assert.deepEqual(await io.to('a').emitWithAck('q', 1), []);
  assert.equal(await io.query('names'), undefined);
  assert.deepEqual(io.sent, [{ ...EVERYBODY, rooms: ['a'], event: 'q', args: [1] }]);
});

test('answers are values, or functions of the question', async () => {
  io.answers.roomSize = ({ room }) => (room === 'a' ? 2 : 0);
  io.answers.rooms = [['a', ['s1', 's2']]];
  io.answers.query = ({ name, args }) => [name, ...args];
  io.answers.emitWithAck = ['yes'];
  assert.deepEqual([await io.roomSize('a'), await io.roomSize('b')], [2, 0]);
  assert.deepEqual(await io.rooms(), new Map([['a', new Set(['s1', 's2'])]]));
  assert.deepEqual(await io.query('names', 'x'), ['names', 'x']);
  assert.deepEqual(await new Promise((resolve) => { io.emit('q', (error, list) => resolve([error, list])); }), [null, ['yes']]);
  assert.deepEqual(io.sent, [{ ...EVERYBODY, event: 'q', args: [] }]);
});

test('a function that throws is a question that fails', async () => {
  io.answers.clientsCount = () => { throw Object.assign(new Error('away'), { code: 'SOCKET_SERVER_UNAVAILABLE' }); };
  await assert.rejects(io.clientsCount(), { code: 'SOCKET_SERVER_UNAVAILABLE' });
});

test('a server that is attached is left out of it', async () => {
  const reference = await startReference();
  reference.io.emit = () => assert.fail('it went to the server');
  io.attach(reference.io);
  io.emit('e');
  assert.equal(io.sent.length, 1);
  await reference.stop();
});

test('clear() forgets what was sent and what was to be answered', async () => {
  io.emit('e');
  io.answers.clientsCount = 3;
  io.clear();
  assert.deepEqual([io.sent, await io.clientsCount()], [[], 0]);
});

test('nothing connects, and the process ends by itself', async () => {
  writeFileSync(project.path('src/script.js'), `
    const io = require('./utils/socketBroadcaster');
    io.emit('e');
    (async () => { process.send([await io.connect(), await io.clientsCount(), io.stats()]); process.disconnect(); })();`);
  const script = startNode(project, ['src/script.js']);
  await waitFor('the process to end', () => script.child.exitCode !== null);
  assert.deepEqual([script.child.exitCode, script.output.text, script.messages], [0, '', [[true, 0, UNUSED]]]);
});
