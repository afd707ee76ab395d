// Development without Redis: what stands in for it is used through the real clients, adapters and emitters, each of which
// speaks its own version of the protocol.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { close, collect, connect } from './support/clients.mjs';
import { freePort, sleep, startNode, startRedis, startSocketServer, waitFor } from './support/processes.mjs';
import { CLIENTS, createProject } from './support/render.mjs';
import { loadBroadcaster } from './support/world.mjs';

const FLAG = '--redis-stand-in';
const NOTICE = /No Redis at 127\.0\.0\.1:\d+: a stand-in for development is there now\. It is not for production\./;

const startAlone = (project, port, env = {}) => startSocketServer(project, { url: `redis://127.0.0.1:${port}` }, { NODE_ENV: 'development', ...env }, [FLAG]);

for (const adapter of ['classic', 'streams', 'sharded']) {
  for (const redis of adapter === 'classic' ? CLIENTS : ['redis', 'ioredis']) {
    describe(`without Redis (${adapter}, ${redis})`, () => {
      let project;
      let servers;
      let io;
      let clients;

      before(async () => {
        const port = await freePort();
        project = createProject({ adapter, redis, esm: redis === 'redis5' });
        const first = await startAlone(project, port);
        // The second one finds the stand-in of the first.
        servers = [first, await startAlone(project, port)];
        process.env.REDIS_URL = `redis://127.0.0.1:${port}`;
        io = await loadBroadcaster(project, redis === 'redis5');
        clients = [
          await connect(servers[0].url, 'anna', { rooms: ['a', 'b'] }),
          await connect(servers[1].url, 'ben', { rooms: ['b'] }),
          await connect(servers[1].url, 'cleo', { nsp: '/admin', rooms: ['a'] }),
        ];
      });
      after(async () => {
        close(clients);
        await io.close();
        await Promise.all(servers.map((it) => it.stop()));
        project.remove();
      });

      test('the first server says that it stands in', () => {
        assert.match(servers[0].output.text, NOTICE);
        assert.doesNotMatch(servers[1].output.text, NOTICE);
      });

      test('events, with what is binary in them', async () => {
        io.to('a').to('b').emit('e', { at: new Date(0), bytes: Buffer.from([0, 13, 10, 255]) });
        io.of('/admin').emit('f');
        const [, payload] = (await collect(io, clients)).anna[0].slice(0, 3);
        assert.deepEqual(payload, { at: '1970-01-01T00:00:00.000Z', bytes: Buffer.from([0, 13, 10, 255]) });
      });

      test('questions and rooms', async () => {
        assert.equal(await io.clientsCount(), 3);
        io.in('b').socketsJoin('c');
        assert.equal(await io.roomSize('c'), 2);
        assert.equal((await io.fetchSockets()).length, 2);
        assert.equal((await io.timeout(2000).emitWithAck('q', 1)).length, 2);
        clients.forEach(({ events }) => events.splice(0));
      });

      test('many events in order, long ones among them', async () => {
        const long = 'x'.repeat(200_000);
        for (let n = 0; n < 200; n += 1) io.to('a').emit('n', n, n % 50 === 0 ? long : '');
        const { anna } = await collect(io, clients);
        assert.deepEqual(anna.map(([, n]) => n), Array.from({ length: 200 }, (_, n) => n));
        assert.equal(anna[50][2], long);
      });
    });
  }
}

test('streams: a client that was away for a moment gets what it missed', async () => {
  const port = await freePort();
  const project = createProject({ adapter: 'streams' });
  const server = await startAlone(project, port);
  process.env.REDIS_URL = `redis://127.0.0.1:${port}`;
  const io = await loadBroadcaster(project);
  const client = await connect(server.url, 'anna');
  io.emit('n', 1);
  await waitFor('the first event', () => client.events.length === 1);
  client.socket.io.engine.close();
  io.emit('n', 2);
  await sleep(300);
  await waitFor('the second event', () => client.events.some(([event, n]) => event === 'n' && n === 2));
  assert.equal(client.socket.recovered, true);
  client.socket.close();
  await io.close();
  await server.stop();
  project.remove();
});

describe('when it does not stand in', () => {
  const start = (project, env) => startNode(project, ['src/socketio-server.js', FLAG], { SOCKET_IO_PORT: '0', ...env });
  const refusal = async (env) => {
    const project = createProject();
    const { child, output } = start(project, env);
    await once(child, 'exit');
    project.remove();
    assert.equal(child.exitCode, 1);
    return output.text;
  };

  test('a Redis is there', async () => {
    const redis = await startRedis();
    const project = createProject();
    const server = await startAlone(project, redis.port);
    assert.doesNotMatch(server.output.text, NOTICE);
    await server.stop();
    await redis.stop();
    project.remove();
  });

  test('in production', async () => {
    assert.match(await refusal({ NODE_ENV: 'production' }), /--redis-stand-in is for development only/);
  });

  test('on another machine', async () => {
    assert.match(await refusal({ REDIS_URL: 'redis://u:secret@cache.example:7000' }), /can't stand in for cache\.example:7000: that is no plain Redis on this machine/);
  });

  test('with TLS', async () => {
    assert.match(await refusal({ REDIS_URL: 'rediss://localhost' }), /can't stand in for localhost: /);
  });
});
