// What must not get out of the two processes, what must not get from one application into another, and what stays bounded.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { close, collect, connect } from './support/clients.mjs';
import { end, freePort, sleep, startNode, startRedis, startSocketServer, waitFor } from './support/processes.mjs';
import { CLIENTS, createProject } from './support/render.mjs';
import { withTls } from './support/topologies.mjs';
import { loadBroadcaster } from './support/world.mjs';

const SECRET = 's3cr3t';

let redis;
let project;
let withIoredis;

before(async () => {
  redis = await startRedis({ args: ['--requirepass', 'right'] });
  project = createProject();
  withIoredis = createProject({ redis: 'ioredis' });
  for (const it of [project, withIoredis]) writeFileSync(it.path('src/api.js'), `
    const io = require('./utils/socketBroadcaster');
    (async () => {
      process.send({ emitted: io.emit('e', 1), connected: await io.connect() });
      await new Promise((resolve) => setTimeout(resolve, 200));
      process.send({ code: await io.clientsCount().catch((error) => error.code), stats: io.stats() });
      await io.close();
      process.disconnect();
    })();`);
});

after(async () => {
  await redis?.stop();
  project?.remove();
  withIoredis?.remove();
});

// Ends by itself, with 0.
async function runApi(at, url) {
  const api = startNode(at, ['src/api.js'], { REDIS_URL: url });
  await waitFor('the API to end by itself', () => api.child.exitCode !== null || api.child.signalCode !== null);
  assert.equal(api.child.exitCode, 0, api.output.text);
  return { ...Object.assign({}, ...api.messages), output: api.output.text };
}

const ADDRESSES = {
  'a wrong password': () => `redis://user:${SECRET}@127.0.0.1:${redis.port}`,
  'no address at all': () => `redis//:${SECRET}@127.0.0.1`,
  'a port that is none': () => `redis://:${SECRET}@127.0.0.1:port`,
  'another protocol': () => `http://:${SECRET}@127.0.0.1:${redis.port}`,
  'a database that is none': () => `redis://:${SECRET}@127.0.0.1:${redis.port}/none`,
  'nobody there': () => `redis://:${SECRET}@127.0.0.1:1`,
};

const CASES = Object.entries(ADDRESSES).flatMap(([name, address]) => {
  const ours = { name, address, at: () => project };
  const isOfPackage = ['a wrong password', 'a database that is none'].includes(name);
  return isOfPackage ? [ours, { name: `${name}, ioredis`, address, at: () => withIoredis }] : [ours];
});

for (const { name, address, at } of CASES) {
  test(`${name}: the API goes on, with nothing secret in its log`, async () => {
    const { emitted, connected, code, stats, output } = await runApi(at(), await address());
    assert.deepEqual({ emitted, connected, code }, { emitted: true, connected: false, code: 'SOCKET_SERVER_UNAVAILABLE' });
    assert.equal(typeof stats.lastProblem, 'string');
    assert.equal(stats.queued, 1);
    assert.match(output, /\[socketBroadcaster\] Redis: /);
    assert.doesNotMatch(output + JSON.stringify(stats), new RegExp(SECRET));
  });

  if (name === 'nobody there') continue; // for that the server waits
  test(`${name}: the server says so and ends, with nothing secret in its log`, async () => {
    const env = { REDIS_URL: await address(), SOCKET_IO_PORT: String(await freePort()) };
    const server = startNode(at(), ['src/socketio-server.js'], env);
    await waitFor('the server to end', () => server.child.exitCode !== null);
    assert.equal(server.child.exitCode, 1, server.output.text);
    assert.match(server.output.text, /The Socket\.IO server cannot run: /);
    assert.doesNotMatch(server.output.text, new RegExp(SECRET));
  });
}

test('two applications with a key each do not hear each other on one Redis', async () => {
  const url = `redis://:right@127.0.0.1:${redis.port}`;
  const [ours, theirs] = [createProject({ redisKey: 'ours' }), createProject({ redisKey: 'theirs' })];
  const servers = await Promise.all([ours, theirs].map((it) => startSocketServer(it, { url })));
  const clients = await Promise.all(servers.map((server, n) => connect(server.url, ['our client', 'their client'][n])));
  process.env.REDIS_URL = url;
  const io = await loadBroadcaster(ours);
  try {
    io.emit('e', 1);
    io.serverSideEmit('note', 'x');
    io.socketsJoin('a');
    assert.equal(await io.clientsCount(), 1);
    await sleep(100);
    assert.deepEqual(await collect(io, [clients[0]]), { 'our client': [['e', 1], ['noted', 'x']] });
    assert.deepEqual(clients[1].events, []);
    await servers[0].stop();
    await assert.rejects(io.clientsCount(), { code: 'SOCKET_SERVER_UNAVAILABLE' });
  } finally {
    close(clients);
    await io.close();
    await Promise.all(servers.map((server) => server.stop()));
    [ours, theirs].forEach((it) => it.remove());
  }
});

test('a Redis that hangs does not fill the memory: what is under way is bounded, and what waits', async () => {
  const own = await startRedis();
  writeFileSync(project.path('src/burst.js'), `
    const io = require('./utils/socketBroadcaster');
    process.on('message', () => {
      for (let n = 0; n < 200; n += 1) io.emit('e', n);
      process.send(io.stats());
    });
    io.connect().then(() => process.send('connected'));`);
  const burst = startNode(project, ['src/burst.js'], { REDIS_URL: own.url, SOCKET_IO_QUEUE_MAX: '10' });
  try {
    await waitFor('the connection', () => burst.messages.length === 1);
    own.freeze();
    burst.child.send('go');
    await waitFor('the burst', () => burst.messages.length === 2);
    const { queued, dropped } = burst.messages[1];
    assert.deepEqual({ queued, dropped }, { queued: 10, dropped: 90 });
  } finally {
    await end(burst.child, 'SIGKILL');
    await own.stop();
  }
});

test('what waited behind a Redis that hung is sent when it goes on, in order', async () => {
  const own = await startRedis();
  const server = await startSocketServer(project, own);
  const client = await connect(server.url, 'anna');
  process.env.REDIS_URL = own.url;
  process.env.SOCKET_IO_QUEUE_MAX = '20';
  const broken = createProject();
  const io = await loadBroadcaster(broken);
  try {
    await io.connect();
    own.freeze();
    for (let n = 0; n < 120; n += 1) io.emit('e', n);
    own.thaw();
    await waitFor('all of them', () => client.events.length === 120);
    assert.deepEqual(client.events.map(([, n]) => n), Array.from({ length: 120 }, (_, n) => n));
  } finally {
    delete process.env.SOCKET_IO_QUEUE_MAX;
    close([client]);
    await io.close();
    await server.stop();
    await own.stop();
    broken.remove();
  }
});

test('an error of a query arrives with its code, one that can not be written as an error', async () => {
  const own = await startRedis();
  const queries = createProject({ setup: `
    const io = new Server(server);
    socketQueries.failing = () => { throw Object.assign(new Error('no such user'), { code: 'NOT_FOUND' }); };
    socketQueries.strange = () => { throw 'text'; };
    socketQueries.big = () => 1n;` });
  const server = await startSocketServer(queries, own);
  process.env.REDIS_URL = own.url;
  const io = await loadBroadcaster(queries);
  try {
    await assert.rejects(io.query('failing'), { message: 'no such user', code: 'NOT_FOUND' });
    await assert.rejects(io.query('strange'), { message: 'text' });
    await assert.rejects(io.query('big'), /BigInt/);
    await assert.rejects(io.query('missing'), /has no query "missing"/);
  } finally {
    await io.close();
    await server.stop();
    await own.stop();
    queries.remove();
  }
});

test('the endpoints say nothing but how the server is', async () => {
  const own = await startRedis();
  const server = await startSocketServer(project, own);
  const client = await connect(server.url, 'anna', { rooms: ['role_admin', 'user_1'] });
  try {
    for (const path of ['/health', '/ready', '/metrics', '/', '/package.json', '/../package.json', '/health/..', '//', '/%2e%2e/']) {
      const text = await (await fetch(server.url + path)).text();
      assert.doesNotMatch(text, /anna|role_|user_|redis:|127\.0\.0\.1|node_modules|Error/i, path);
    }
  } finally {
    close([client]);
    await server.stop();
    await own.stop();
  }
});

for (const redisPackage of CLIENTS) {
  test(`TLS, a user and a password, from the address alone (${redisPackage})`, async () => {
    const secure = createProject({ redis: redisPackage });
    const tlsPort = await freePort();
    const { certificate, args: tls } = withTls(secure.root, tlsPort);
    const users = ['--user', 'desk', 'on', '>secret', '~*', '&*', '+@all', '--user', 'default', 'off'];
    const own = await startRedis({ args: [...tls, ...users] });
    const env = { REDIS_URL: `rediss://desk:secret@localhost:${tlsPort}`, NODE_EXTRA_CA_CERTS: certificate };
    const server = await startSocketServer(secure, own, env);
    const client = await connect(server.url, 'anna');
    writeFileSync(secure.path('src/api.js'), `
      const io = require('./utils/socketBroadcaster');
      io.emit('e', 1);
      io.clientsCount().then((count) => { process.send(count); return io.close(); }).then(() => process.disconnect());`);
    const api = startNode(secure, ['src/api.js'], env);
    try {
      await waitFor('the event', () => client.events.length > 0);
      await waitFor('the API to end by itself', () => api.child.exitCode !== null);
      assert.deepEqual([client.events, api.messages], [[['e', 1]], [1]]);
    } finally {
      close([client]);
      await end(api.child);
      await server.stop();
      await own.stop();
      secure.remove();
    }
  });
}
