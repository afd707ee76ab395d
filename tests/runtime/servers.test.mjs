// More than one Socket.IO server: what is sent reaches the clients of all of them once, and the answer to a question is one.

import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { mkdirSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { end as endProcess } from '../e2e/support/processes.mjs';
import { startNginx } from '../e2e/support/servers.mjs';
import { close, collect, connect } from './support/clients.mjs';
import { startRedis, startSocketServer, waitFor } from './support/processes.mjs';
import { createProject, render } from './support/render.mjs';
import { loadBroadcaster, WITHOUT_RECOVERY } from './support/world.mjs';

let redis;

before(async () => {
  redis = await startRedis();
  process.env.REDIS_URL = redis.url;
});
after(() => redis?.stop());

const sorted = (values) => [...values].sort();
const inBoth = ['user_1', 'role_admin'];

for (const adapter of ['classic', 'streams', 'sharded']) {
  describe(`two servers (${adapter})`, () => {
    let project;
    let servers;
    let io;
    let clients;

    before(async () => {
      project = createProject({ adapter, redisKey: `two-${adapter}`, setup: WITHOUT_RECOVERY });
      servers = await Promise.all([startSocketServer(project, redis), startSocketServer(project, redis)]);
      io = await loadBroadcaster(project);
      clients = [
        await connect(servers[0].url, 'anna', { rooms: inBoth }),
        await connect(servers[0].url, 'ben', { rooms: ['role_admin'] }),
        await connect(servers[1].url, 'cleo', { rooms: inBoth }),
        await connect(servers[1].url, 'dora', { nsp: '/admin', rooms: ['ops'] }),
      ];
    });
    after(async () => {
      close(clients);
      await io.close();
      await Promise.all(servers.map((it) => it.stop()));
      project.remove();
    });

    test('an event reaches the clients of both, once', async () => {
      io.to('user_1').to('role_admin').emit('e', 1);
      assert.deepEqual(await collect(io, clients), { anna: [['e', 1]], ben: [['e', 1]], cleo: [['e', 1]] });
    });

    test('the sockets of both are counted', async () => {
      assert.equal(await io.clientsCount(), 4);
      assert.equal(await io.socketsCount(), 3);
      assert.equal(await io.socketsCount('/admin'), 1);
      assert.equal(await io.roomSize('role_admin'), 3);
      assert.equal(await io.roomSize('nobody'), 0);
    });

    test('a room has the sockets of both', async () => {
      const ids = [0, 2].map((n) => clients[n].socket.id);
      assert.deepEqual(sorted((await io.rooms()).get('user_1')), sorted(ids));
      assert.deepEqual(sorted(await io.in('user_1').allSockets()), sorted(ids));
      assert.deepEqual(sorted((await io.in('user_1').fetchSockets()).map(({ data }) => data.name)), ['anna', 'cleo']);
    });

    test('what is done to fetched sockets is done where they are', async () => {
      const sockets = await io.fetchSockets();
      sockets.forEach((socket) => socket.join(`own_${socket.data.name}`));
      const sizes = await Promise.all(['anna', 'ben', 'cleo'].map((name) => io.roomSize(`own_${name}`)));
      assert.deepEqual(sizes, [1, 1, 1]);
    });

    test('an event that is acknowledged arrives once', async () => {
      assert.deepEqual(sorted(await io.to('user_1').timeout(2000).emitWithAck('q', 1)), ['anna got 1', 'cleo got 1']);
      assert.deepEqual(await collect(io, clients), { anna: [['q', 1]], cleo: [['q', 1]] });
    });

    test('a missing acknowledgement fails with those that came', async () => {
      const answer = (event, done) => { if (event === 'half') done('here'); };
      clients[0].socket.onAny((event, ...args) => answer(event, args.at(-1)));
      clients[2].socket.offAny();
      await assert.rejects(io.to('user_1').timeout(300).emitWithAck('half'), (error) => {
        assert.equal(error.message, 'operation has timed out');
        assert.equal(error.responses.length, 1);
        return true;
      });
    });

    test('a query has an answer of each', async () => {
      const answers = await io.queryAll('names', '');
      assert.deepEqual(answers.map((names) => names.join()).sort(), ['anna,ben', 'cleo']);
      await assert.rejects(io.query('names', ''), /2 Socket\.IO servers have an answer to "names": use queryAll\(\)/);
      await assert.rejects(io.queryAll('missing'), /has no query "missing"/);
    });

    test('one that ends is not waited for', async () => {
      const third = await startSocketServer(project, redis);
      await waitFor('three answers', async () => (await io.queryAll('names', '')).length === 3);
      await third.stop();
      assert.equal((await io.queryAll('names', '')).length, 2);
      assert.equal(await io.clientsCount(), 4);
    });
  });
}

// ip_hash looks at the first three numbers of an address.
const polling = (n) => ({ transports: ['polling'], agent: new Agent({ keepAlive: true, localAddress: `127.0.${n}.1` }) });

test('clients that poll come back to their server through Nginx with ip_hash', async () => {
  const project = createProject({ redisKey: 'sticky' });
  const servers = await Promise.all([startSocketServer(project, redis), startSocketServer(project, redis)]);
  const lines = servers.map(({ port }) => `    server 127.0.0.1:${port};\n`);
  const site = render('nginx.conf', { name: 'app', api_port: 1, socket_port: servers[0].port, socket_path: '/socket.io/' })
    .replace(lines[0], `    ip_hash;\n${lines.join('')}`);
  mkdirSync(project.path('nginx'));
  writeFileSync(project.path('nginx/app.conf'), site);
  const nginx = await startNginx(project.path('nginx-at-work'), project.root, { apiPort: 1 });
  const io = await loadBroadcaster(project);
  const clients = [];
  try {
    for (let n = 1; n <= 20; n += 1) clients.push(await connect(`http://127.0.0.1:${nginx.port}`, `client${n}`, polling(n)));
    const shares = (await io.queryAll('names', '')).map((names) => names.length);
    assert.equal(shares[0] + shares[1], 20);
    assert.ok(shares.every((share) => share > 0), `one server has them all: ${shares}`);
    io.emit('e', 1);
    const received = await collect(io, clients);
    assert.deepEqual(Object.values(received), Array.from({ length: 20 }, () => [['e', 1]]));
    const refused = nginx.responses().filter(({ status, url }) => url.startsWith('/socket.io/') && status >= 400);
    assert.deepEqual(refused, []);
  } finally {
    close(clients);
    await io.close();
    await endProcess(nginx);
    await Promise.all(servers.map((it) => it.stop()));
    project.remove();
  }
});
