// Redis as it is in production: behind Sentinels, one of which is gone, and as a Cluster of which one node is named.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { writeFileSync } from 'node:fs';
import { close, collect, connect } from './support/clients.mjs';
import { end, freePort, sleep, startNode, startRedis, startSocketServer, waitFor } from './support/processes.mjs';
import { CLIENTS, createProject } from './support/render.mjs';
import { command, startCluster, startSentinels, withTls } from './support/topologies.mjs';
import { loadBroadcaster, WITHOUT_RECOVERY } from './support/world.mjs';

const PASSWORD = 's3cr3t';

// Both sides, and two clients. The broadcaster looks at the environment when it is used for the first time.
async function startSystem({ url, setup = WITHOUT_RECOVERY, ...options }) {
  const project = createProject({ setup, ...options });
  const server = await startSocketServer(project, { url });
  const clients = [await connect(server.url, 'anna', { rooms: ['a'] }), await connect(server.url, 'ben', { rooms: ['b'] })];
  const io = await loadBroadcaster(project);
  process.env.REDIS_URL = url;
  const isReached = io.connect();
  const stop = async () => {
    close(clients);
    await io.close();
    await server.stop();
    project.remove();
  };
  assert.equal(await isReached, true);
  return { project, server, io, clients, stop };
}

// What goes both ways, in its order.
async function assertAllIsWell({ io, clients }) {
  io.to('a').to('b').emit('e', { at: new Date(0), bytes: Buffer.from([0, 255]) });
  for (let n = 0; n < 20; n += 1) (n % 2 ? io : io.to('a')).emit('n', n);
  io.in('b').socketsJoin('c');
  io.to('c').emit('joined');
  const even = Array.from({ length: 20 }, (_, n) => ['n', n]);
  const event = ['e', { at: '1970-01-01T00:00:00.000Z', bytes: Buffer.from([0, 255]) }];
  assert.deepEqual(await collect(io, clients), { anna: [event, ...even], ben: [event, ...even.filter((_, n) => n % 2), ['joined']] });
  assert.equal(await io.roomSize('c'), 1);
  assert.deepEqual((await io.timeout(2000).emitWithAck('q', 1)).sort(), ['anna got 1', 'ben got 1']);
  assert.equal((await io.fetchSockets()).length, 2);
  await collect(io, clients);
}

describe('Sentinel', { concurrency: 3 }, () => {
  for (const [index, redis] of CLIENTS.entries()) {
    test(`a new master after the old one died (${redis})`, async () => {
      const sentinels = await startSentinels({ password: PASSWORD, sentinelPassword: index % 2 === 0 });
      const system = await startSystem({ url: sentinels.url, redis });
      const { io, server, clients: [client] } = system;
      let n = 0;
      let timer;
      try {
        await assertAllIsWell(system);
        timer = setInterval(() => { n += 1; io.to('a').emit('n', n); }, 20);
        const seen = () => client.events.map(([, number]) => number);
        await waitFor('events', () => seen().length > 10);
        await sentinels.master.stop();
        const before = n;
        await waitFor('events after the failover', () => seen().at(-1) > before + 50);
        clearInterval(timer);
        await waitFor('the last event', () => seen().at(-1) === n);
        assert.deepEqual(seen(), [...new Set(seen())].sort((left, right) => left - right), 'in order, each once');
        client.events.splice(0);
        await assertAllIsWell(system);
        assert.equal(server.child.exitCode, null);
        assert.doesNotMatch(server.output.text + JSON.stringify(io.stats()), new RegExp(PASSWORD));
      } finally {
        clearInterval(timer);
        await system.stop();
        await sentinels.stop();
      }
    });
  }

  test('a master that hangs is left for the new one', async () => {
    const sentinels = await startSentinels({ password: PASSWORD });
    const system = await startSystem({ url: sentinels.url });
    try {
      await assertAllIsWell(system);
      sentinels.master.freeze();
      await waitFor('the new master', async () => (await command(sentinels.port, ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'desk']))[1] === String(sentinels.replica.port));
      await waitFor('both sides to be there', async () => {
        const ready = await fetch(`${system.server.url}/ready`);
        return ready.status === 200 && system.io.clientsCount().then(() => true, () => false);
      });
      await assertAllIsWell(system);
    } finally {
      await system.stop();
      await sentinels.stop();
    }
  });

  test('a Sentinel that knows no such master: the server waits and says so', async () => {
    const sentinels = await startSentinels({ password: PASSWORD });
    const project = createProject();
    const url = sentinels.url.replace('/desk/', '/shop/');
    const server = startNode(project, ['src/socketio-server.js'], { REDIS_URL: url, SOCKET_IO_PORT: String(await freePort()) });
    const where = `sentinel 127\\.0\\.0\\.1:1,127\\.0\\.0\\.1:${sentinels.port}`;
    await waitFor('the reason', () => new RegExp(`^No Redis at ${where}: waiting for it`, 'm').test(server.output.text));
    assert.doesNotMatch(server.output.text, new RegExp(PASSWORD));
    await end(server.child);
    assert.equal(server.child.exitCode, 0, server.output.text);
    await sentinels.stop();
    project.remove();
  });
});

describe('Cluster', { concurrency: 3 }, () => {
  let cluster;

  before(async () => { cluster = await startCluster(); });
  after(() => cluster?.stop());

  for (const adapter of ['classic', 'streams', 'sharded']) {
    for (const redis of adapter === 'classic' ? CLIENTS : ['redis4', 'redis', 'ioredis5', 'ioredis']) {
      test(`events and questions go through the node of the key (${adapter}, ${redis})`, async () => {
        const redisKey = await cluster.keyOn(2, `${adapter}-${redis}`);
        const system = await startSystem({ url: cluster.url, adapter, redis, redisKey });
        try {
          await assertAllIsWell(system);
          assert.equal(system.io.stats().unheard, 0, 'Redis tells who received it');
          assert.doesNotMatch(system.server.output.text, /MOVED/);
        } finally {
          await system.stop();
        }
      });
    }
  }

  for (const [adapter, redis] of [['streams', 'ioredis'], ['sharded', 'redis'], ['sharded', 'ioredis5']]) {
    test(`both sides follow the key to another node (${adapter}, ${redis})`, async () => {
      const redisKey = await cluster.keyOn(1, `moving-${adapter}-${redis}`);
      const system = await startSystem({ url: cluster.url, adapter, redis, redisKey });
      try {
        await assertAllIsWell(system);
        if (adapter === 'streams') await command(cluster.nodes[1].port, ['DEL', redisKey]); // a key would have to move, too
        await cluster.move(redisKey, 1, 0);
        await sleep(6000); // each connection looks every five seconds
        const [, heard] = await command(cluster.nodes[0].port, ['PUBSUB', 'NUMSUB', `${redisKey}-questions-${adapter}`]);
        assert.equal(heard, 1);
        await assertAllIsWell(system);
        assert.equal(system.server.child.exitCode, null);
      } finally {
        await system.stop();
      }
    });
  }

  for (const redis of ['redis', 'ioredis']) {
    test(`TLS, on the way to the node and at the node (${redis})`, async () => {
      const project = createProject({ redis });
      const [port, busPort] = [await freePort(), await freePort()];
      const { certificate, args } = withTls(project.root, port);
      const inCluster = ['--cluster-enabled', 'yes', '--cluster-port', busPort, '--tls-cluster', 'yes', '--tls-ca-cert-file', certificate];
      const node = await startRedis({ args: [...args, ...inCluster] });
      await command(node.port, ['CLUSTER', 'ADDSLOTSRANGE', 0, 16383]);
      const env = { REDIS_URL: `rediss+cluster://localhost:${port}`, NODE_EXTRA_CA_CERTS: certificate };
      const server = await startSocketServer(project, {}, env);
      writeFileSync(project.path('src/api.js'), `
        const io = require('./utils/socketBroadcaster');
        io.clientsCount().then((count) => { process.send(count); return io.close(); }).then(() => process.disconnect());`);
      const api = startNode(project, ['src/api.js'], env);
      await waitFor('the API to end by itself', () => api.child.exitCode !== null);
      assert.deepEqual(api.messages, [0], api.output.text);
      await server.stop();
      await node.stop();
      project.remove();
    });
  }

  test('an address of a Cluster that leads to a single server is a misconfiguration', async () => {
    const single = await startRedis();
    const project = createProject();
    await assert.rejects(startSocketServer(project, { url: single.url.replace('redis:', 'redis+cluster:') }), /ended with 1:[^]*cluster support disabled/);
    await single.stop();
    project.remove();
  });
});

describe('addresses', () => {
  const GOOD = {
    'redis://cache': { kind: 'server', nodes: [{ host: 'cache', port: 6379 }], text: 'cache' },
    'redis://:p%40ss@cache:6380/2': { kind: 'server', nodes: [{ host: 'cache', port: 6380 }], text: 'cache:6380', access: { password: 'p@ss', database: 2 } },
    'rediss://user:a:b/c@cache/': { kind: 'server', nodes: [{ host: 'cache', port: 6379 }], text: 'cache', access: { username: 'user', password: 'a:b/c', tls: true } },
    'redis://[::1]:7000': { kind: 'server', nodes: [{ host: '::1', port: 7000 }], text: '[::1]:7000' },
    'redis://cache/0?family=6': { kind: 'server', nodes: [{ host: 'cache', port: 6379 }], text: 'cache' },
    'redis+sentinel://:p@a,b:26380/main/3': {
      kind: 'sentinel', master: 'main', nodes: [{ host: 'a', port: 26379 }, { host: 'b', port: 26380 }], text: 'sentinel a,b:26380', access: { password: 'p', database: 3 },
    },
    'rediss+cluster://u:p@a:7000,b': {
      kind: 'cluster', nodes: [{ host: 'a', port: 7000 }, { host: 'b', port: 6379 }], text: 'cluster a:7000,b', access: { username: 'u', password: 'p', tls: true },
    },
  };
  const BAD = ['cache:6379', 'http://cache', 'redis://', 'redis://a,b', 'redis://cache/one', 'redis://cache:port', 'redis+sentinel://a', 'redis+sentinel://a/', 'redis+sentinel://a/m/x', 'redis+nobody://a', 'redis://:%zz@cache'];

  test('are read', async () => {
    const project = createProject();
    writeFileSync(project.path('src/read.js'), `
      const { readAddress } = require('./utils/socketRedis');
      const read = (url) => { process.env.REDIS_URL = url; try { return readAddress(); } catch ({ code, message }) { return { code, message }; } };
      process.send(${JSON.stringify([...Object.keys(GOOD), ...BAD])}.map(read));`);
    const reader = startNode(project, ['src/read.js']);
    await waitFor('the addresses', () => reader.messages.length === 1);
    const [read] = reader.messages;
    for (const [url, { access, master, ...expected }] of Object.entries(GOOD)) {
      const address = { ...expected, master: master ?? null, access: { tls: false, database: 0, ...access } };
      assert.deepEqual(read.shift(), address, url);
    }
    for (const url of BAD) {
      const { code, message } = read.shift();
      assert.equal(code, 'UNREADABLE_REDIS_URL', url);
      assert.doesNotMatch(message, /cache|zz/);
    }
    project.remove();
  });
});
