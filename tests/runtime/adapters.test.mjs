// The adapters that `--adapter` chooses. What they do with an event is compared in chain.test.mjs and payloads.test.mjs; here
// it is about what is theirs alone, and about two sides that do not fit.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { createClient } from 'redis';
import { close, connect } from './support/clients.mjs';
import { end, sleep, startNode, startRedis, startSocketServer, waitFor } from './support/processes.mjs';
import { CLIENTS, createProject } from './support/render.mjs';
import { loadBroadcaster } from './support/world.mjs';

const ADAPTERS = ['classic', 'streams', 'sharded'];

let redis;

before(async () => {
  redis = await startRedis();
  process.env.REDIS_URL = redis.url;
});
after(() => redis?.stop());

async function withSystem(adapter, work, redisPackage = 'redis') {
  const project = createProject({ adapter, redis: redisPackage, redisKey: `${adapter}-${Math.random()}` });
  const server = await startSocketServer(project, redis);
  const io = await loadBroadcaster(project);
  const at = { project, io, server, clients: [] };
  try {
    await work(at);
  } finally {
    close(at.clients);
    await io.close();
    await at.server.stop();
    project.remove();
  }
}

for (const adapter of ADAPTERS) {
  test(`${adapter}: a question sees what was sent just before it`, () => withSystem(adapter, async ({ io, server, clients }) => {
    clients.push(await connect(server.url, 'anna', { rooms: ['user_1'] }));
    for (let n = 0; n < 50; n += 1) {
      io.in('user_1').socketsJoin(`room_${n}`);
      assert.equal(await io.roomSize(`room_${n}`), 1, `round ${n}`);
    }
    assert.deepEqual(await io.query('names', '- '), ['- anna']);
  }));

  test(`${adapter}: a question fails at once when the server has gone`, () => withSystem(adapter, async ({ io, server }) => {
    assert.equal(await io.clientsCount(), 0);
    await server.stop();
    assert.equal(server.child.exitCode, 0, server.output.text);
    const started = Date.now();
    await assert.rejects(io.clientsCount(), { code: 'SOCKET_SERVER_UNAVAILABLE' });
    assert.ok(Date.now() - started < 1000);
  }));
}

describe('two sides that do not fit', () => {
  for (const [index, redisPackage] of CLIENTS.entries()) {
    const [ours, theirs] = [ADAPTERS[index % 3], ADAPTERS[(index + 1) % 3]];
    test(`the API says so when it connects: ${ours} to ${theirs} (${redisPackage})`, async () => {
      const redisKey = `${ours}-${theirs}-${redisPackage}`;
      const [api, server] = [ours, theirs].map((adapter) => createProject({ adapter, redisKey, redis: redisPackage }));
      writeFileSync(api.path('src/api.js'), `
        const io = require('./utils/socketBroadcaster');
        io.emit('e');
        io.connect().catch(({ code }) => { process.send(code); return io.close(); }).then(() => process.disconnect());`);
      const running = await startSocketServer(server, redis);
      const node = startNode(api, ['src/api.js'], { REDIS_URL: redis.url });
      await waitFor('the API to end by itself', () => node.child.exitCode !== null);
      assert.equal(node.child.exitCode, 0, node.output.text);
      assert.deepEqual(node.messages, ['SOCKET_ADAPTER_MISMATCH']);
      assert.match(node.output.text, /\[socketBroadcaster\] Redis: a Socket\.IO server with the adapter "\w+" is running/);
      await running.stop();
      [api, server].forEach((it) => it.remove());
    });
  }

  test('a second server with another adapter does not start', async () => {
    const [first, second] = ['classic', 'streams'].map((adapter) => createProject({ adapter, redisKey: 'second' }));
    const running = await startSocketServer(first, redis);
    await assert.rejects(startSocketServer(second, redis), /ended with 1:[^]*adapter "classic" is running/);
    await running.stop();
    [first, second].forEach((it) => it.remove());
  });
});

// Numbered events, 50 a second, while the server is replaced; then some more.
async function restartUnderLoad(at, signal) {
  const client = await connect(at.server.url, 'anna', { transports: ['websocket'], reconnectionDelay: 100, reconnectionDelayMax: 100 });
  at.clients.push(client);
  const seen = () => client.events.filter(([event]) => event === 'n').map(([, n]) => n);
  let sent = 0;
  const timer = setInterval(() => { sent += 1; at.io.emit('n', sent); }, 20);
  try {
    await waitFor('the first events', () => seen().length > 10);
    await end(at.server.child, signal);
    await sleep(500);
    at.server = await startSocketServer(at.project, redis, { SOCKET_IO_PORT: at.server.port });
    const resumed = sent;
    await waitFor('events after the restart', () => seen().at(-1) > resumed + 20);
  } finally {
    clearInterval(timer);
  }
  await waitFor('the last event', () => seen().at(-1) === sent);
  return { seen: seen(), sent, client };
}

for (const redisPackage of ['redis', 'ioredis']) {
  test(`streams: a graceful restart of the server loses, doubles and reorders nothing (${redisPackage})`, () => withSystem('streams', async (at) => {
    const { seen, sent, client } = await restartUnderLoad(at, 'SIGTERM');
    assert.deepEqual(seen, Array.from({ length: sent }, (_, n) => n + 1));
    assert.equal(client.socket.recovered, true);
  }, redisPackage));
}

test('classic: what is sent during a restart is lost, in order and without doubles', () => withSystem('classic', async (at) => {
  const { seen, sent } = await restartUnderLoad(at, 'SIGTERM');
  assert.ok(seen.length < sent);
  assert.deepEqual(seen, [...new Set(seen)].sort((a, b) => a - b));
}));

test('streams: entries that nobody can read stop nothing', () => withSystem('streams', async ({ project, io, server, clients }) => {
  const client = await connect(server.url, 'anna');
  clients.push(client);
  const hostile = await createClient({ url: redis.url }).on('error', () => {}).connect();
  const stream = project.redisKey;
  for (const data of ['', '{', '{}', '[]', 'AAAA', '{"opts":{}}', '{"packet":{"type":2},"opts":{"rooms":3}}']) {
    for (const type of ['3', '4', '7', '9', 'x']) await hostile.xAdd(stream, '*', { uid: 'x', nsp: '/', type, data });
  }
  io.emit('last', 1);
  await waitFor('the event after them', () => client.events.some(([event]) => event === 'last'));
  assert.equal(server.child.exitCode, null);
  await hostile.close();
}));
