// Start and end of the generated processes, in both module systems and with every supported major of node-redis and ioredis.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import parsePrometheus from 'parse-prometheus-text-format';
import { close, connect as connectClient } from './support/clients.mjs';
import { end, freePort, NO_REDIS, sleep, startNode, startRedis, startSocketServer, waitFor } from './support/processes.mjs';
import { CLIENTS, createProject } from './support/render.mjs';
import { UNUSED } from './support/world.mjs';

let redis;

before(async () => { redis = await startRedis(); });
after(() => redis?.stop());

// Every test has a project, a Redis key and processes of its own, so that they can run side by side.
async function withProject(options, work) {
  const project = createProject(options);
  const env = { SOCKET_IO_REDIS_KEY: project.root, REDIS_URL: redis.url };
  const started = [];
  const clients = [];
  const connect = async (...args) => {
    const client = await connectClient(...args);
    clients.push(client);
    return client;
  };
  const script = (text, extra) => {
    const name = options.esm ? 'src/script.mjs' : 'src/script.cjs';
    const load = options.esm ? "import io from './utils/socketBroadcaster.js';" : "const io = require('./utils/socketBroadcaster');";
    writeFileSync(project.path(name), `${load}\n${text}`);
    const node = startNode(project, [name], { ...env, ...extra });
    started.push(node.child);
    return node;
  };
  const server = async (extra) => {
    const running = await startSocketServer(project, redis, { ...env, ...extra });
    started.push(running.child);
    return running;
  };
  try {
    await work({ project, env, script, server, connect });
  } finally {
    close(clients);
    await Promise.all(started.map((child) => end(child)));
    project.remove();
  }
}

async function exitOf({ child, output }) {
  await waitFor('the process to end by itself', () => child.exitCode !== null || child.signalCode !== null);
  return { code: child.exitCode ?? child.signalCode, text: output.text };
}

describe('lifecycle', { concurrency: 4 }, () => {
  for (const esm of [false, true]) {
    for (const redisPackage of CLIENTS) {
      const options = { esm, redis: redisPackage };
      const label = `${esm ? 'ESM' : 'CommonJS'}, ${redisPackage}`;

      test(`an event and a question cross over, then both end with 0 (${label})`, () => withProject(options, async (at) => {
        const server = await at.server();
        const client = await at.connect(server.url, 'anna', { rooms: ['a'], transports: ['polling', 'websocket'] });
        const script = at.script(`
          io.to('a').emit('e', Buffer.from('x'));
          io.clientsCount().then((count) => { process.send({ count }); return io.close(); }).then(() => process.disconnect());`);
        const { code, text } = await exitOf(script);
        assert.equal(code, 0, text);
        assert.deepEqual(script.messages, [{ count: 1 }]);
        await waitFor('the event', () => client.events.length > 0);
        assert.deepEqual(client.events, [['e', Buffer.from('x')]]);
        await server.stop();
        assert.equal(server.child.exitCode, 0, server.output.text);
      }));
    }

    for (const redisPackage of CLIENTS) {
      const label = `${esm ? 'ESM' : 'CommonJS'}, ${redisPackage}`;

      test(`a script ends by itself once what it sent is on its way (${label})`, () => withProject({ esm, redis: redisPackage }, async (at) => {
        const server = await at.server();
        const client = await at.connect(server.url, 'anna');
        const script = at.script("for (let n = 0; n < 20; n += 1) io.emit('seeded', n);");
        const { code, text } = await exitOf(script);
        assert.deepEqual([code, text], [0, '']);
        await waitFor('the events', () => client.events.length === 20);
        assert.deepEqual(client.events.map(([, n]) => n), [...Array(20).keys()]);
        await server.stop();
      }));

      test(`a script ends though nobody closes what it asked with (${label})`, () => withProject({ esm, redis: redisPackage }, async (at) => {
        const server = await at.server();
        const script = at.script('io.clientsCount().then((count) => console.log(count));');
        const { code, text } = await exitOf(script);
        assert.deepEqual([code, text], [0, '0\n']);
        await server.stop();
      }));

      test(`without Redis a script gives up and says what is lost (${label})`, () => withProject({ esm, redis: redisPackage }, async (at) => {
        const script = at.script("io.emit('seeded', 1); io.emit('seeded', 2);", { REDIS_URL: NO_REDIS });
        const { code, text } = await exitOf(script);
        assert.equal(code, 0, text);
        assert.match(text, /ends before 2 event\(s\) could be sent: Redis does not answer\n$/);
      }));
    }

    test(`a script that waits for the connection gets it (${esm ? 'ESM' : 'CommonJS'})`, () => withProject({ esm }, async (at) => {
      const { code, text } = await exitOf(at.script('io.connect().then((isReached) => console.log(isReached));'));
      assert.deepEqual([code, text], [0, 'true\n']);
    }));

    test(`a closed broadcaster does not wait for a Redis that is not there (${esm ? 'ESM' : 'CommonJS'})`, () => withProject({ esm }, async (at) => {
      const script = at.script("io.emit('e'); io.close();", { REDIS_URL: NO_REDIS });
      const start = Date.now();
      const { code, text } = await exitOf(script);
      assert.equal(code, 0, text);
      assert.ok(Date.now() - start < 10000, `${Date.now() - start} ms`);
      assert.match(text, /ends before 1 event\(s\) could be sent: Redis does not answer\n$/);
    }));

    test(`a closed broadcaster has told everything (${esm ? 'ESM' : 'CommonJS'})`, () => withProject({ esm }, async (at) => {
      const script = at.script("io.emit('e'); setTimeout(() => io.close().then(() => console.log('closed')), 300);");
      const { code, text } = await exitOf(script);
      assert.deepEqual([code, text], [0, 'closed\n']);
    }));

    test(`where the server is in the API, a process without one sends nothing (${esm ? 'ESM' : 'CommonJS'})`, () => withProject({ esm, inApi: true }, async (at) => {
      const script = at.script("console.log(io.emit('a'), io.to('r').emit('b')); io.fetchSockets().catch((error) => console.log(error.code));");
      const { code, text } = await exitOf(script);
      assert.equal(code, 0, text);
      assert.equal(text.split('\n').filter((line) => line.includes('no Socket.IO server is attached')).length, 1, 'said once');
      assert.match(text, /true true\n/);
      assert.match(text, /SOCKET_SERVER_UNAVAILABLE/);
    }));

    test(`an unused broadcaster holds no process back (${esm ? 'ESM' : 'CommonJS'})`, () => withProject({ esm }, async (at) => {
      const script = at.script('process.send(io.stats()); process.disconnect();');
      assert.equal((await exitOf(script)).code, 0);
      assert.deepEqual(script.messages, [UNUSED]);
    }));

    test(`without a server a question fails at once (${esm ? 'ESM' : 'CommonJS'})`, () => withProject({ esm }, async (at) => {
      const script = at.script(`
        (async () => {
          await io.connect();
          const start = Date.now();
          const ask = (question) => question.then(() => 'answered', (error) => error.code);
          const codes = await Promise.all([io.clientsCount(), io.fetchSockets(), io.to('a').emitWithAck('e')].map(ask));
          process.send({ codes, took: Date.now() - start });
          await io.close();
          process.send({ late: await ask(io.clientsCount()), emitted: io.emit('e') });
          process.disconnect();
        })();`);
      const { code, text } = await exitOf(script);
      assert.equal(code, 0, text);
      const [{ codes, took }, { late, emitted }] = script.messages;
      assert.deepEqual(new Set(codes), new Set(['SOCKET_SERVER_UNAVAILABLE']));
      assert.ok(took < 1000, `${took} ms`);
      assert.equal(late, 'SOCKET_BROADCASTER_CLOSED');
      assert.equal(emitted, true);
    }));
  }

  test('CommonJS exports the factory beside the instance', () => withProject({}, async (at) => {
    const script = at.script(`
      const { createSocketBroadcaster } = io;
      process.send(typeof createSocketBroadcaster().to('a').emit);
      process.disconnect();`);
    assert.equal((await exitOf(script)).code, 0);
    assert.deepEqual(script.messages, ['function']);
  }));

  test('an answer that does not come is a timeout with a code', () => withProject({ setup: `
    const io = new Server(server);
    socketQueries.never = () => new Promise(() => {});` }, async (at) => {
    const server = await at.server();
    const script = at.script(`
      process.env.SOCKET_IO_RPC_TIMEOUT_MS = '200';
      io.query('never').catch((error) => { process.send(error.code); return io.close(); }).then(() => process.disconnect());`);
    assert.equal((await exitOf(script)).code, 0);
    assert.deepEqual(script.messages, ['SOCKET_RPC_TIMEOUT']);
    await server.stop();
  }));

  test('a Redis that does not tell how many received a question is none of their number', () => withProject({}, async (at) => {
    const server = await at.server();
    const script = at.script(`
      process.env.SOCKET_IO_RPC_TIMEOUT_MS = '3000';
      const { RedisConnection } = require('./utils/socketRedis');
      const { publish } = RedisConnection.prototype;
      RedisConnection.prototype.publish = function mute(...args) { publish.apply(this, args); return new Promise(() => {}); };
      io.clientsCount().catch(({ code, message }) => { process.send({ code, message }); process.exit(); });`);
    await exitOf(script);
    const message = 'only 1 of the Socket.IO servers gave an answer to "clientsCount" in 3000 ms';
    assert.deepEqual(script.messages, [{ code: 'SOCKET_RPC_TIMEOUT', message }]);
    await server.stop();
  }));

  test('SIGTERM: clients lose the transport and come back to the next server', () => withProject({}, async (at) => {
    const first = await at.server();
    const transports = [['websocket'], ['polling'], ['polling', 'websocket']];
    const clients = await Promise.all(transports.map((list) => at.connect(first.url, list.join(), { transports: list, reconnectionDelay: 50 })));
    const started = Date.now();
    await first.stop();
    assert.equal(first.child.exitCode, 0, first.output.text);
    assert.ok(Date.now() - started < 2000, 'the server ended at once');
    await waitFor('the clients to notice', () => clients.every(({ events }) => events.length > 0));
    for (const { events } of clients) assert.match(events[0][1], /^transport (close|error)$/);
    const second = await at.server({ SOCKET_IO_PORT: first.port });
    await waitFor('the clients to come back', () => clients.every(({ socket }) => socket.connected));
    await second.stop();
  }));

  test('SIGINT works like SIGTERM', () => withProject({}, async (at) => {
    const server = await at.server();
    await end(server.child, 'SIGINT');
    assert.equal(server.child.exitCode, 0, server.output.text);
  }));

  for (const redisPackage of CLIENTS) {
    test(`SIGTERM while the server still waits for its Redis (${redisPackage})`, () => withProject({ redis: redisPackage }, async (at) => {
      const env = { ...at.env, REDIS_URL: NO_REDIS, SOCKET_IO_PORT: String(await freePort()) };
      const server = startNode(at.project, ['src/socketio-server.js'], env);
      await waitFor('the first failed attempt', () => server.output.text.includes('ECONNREFUSED'));
      await end(server.child);
      assert.equal(server.child.exitCode, 0, server.output.text);
    }));

    test(`SIGTERM while Redis is away (${redisPackage})`, () => withProject({ redis: redisPackage }, async (at) => {
      const own = await startRedis();
      const server = await at.server({ REDIS_URL: own.url });
      const client = await at.connect(server.url, 'anna', { reconnection: false });
      await own.stop();
      await sleep(100);
      await server.stop();
      assert.equal(server.child.exitCode, 0, server.output.text);
      await waitFor('the client to notice', () => client.events.length > 0);
    }));
  }

  test("the project's logger is told, with its own `this`", () => withProject({ logger: 'logger', setup: `
    class Logger {
      constructor() { this.name = 'shop'; }
      info(text) { console.log(this.name, 'info', text); }
      error(text) { console.log(this.name, 'error', text); }
    }
    const logger = new Logger();
    const io = new Server(server);` }, async (at) => {
    const own = await startRedis();
    const server = await at.server({ REDIS_URL: own.url });
    assert.match(server.output.text, /^shop info Socket\.IO server listening on 127\.0\.0\.1:\d+$/m);
    await own.stop();
    await waitFor('the outage to be told', () => /^shop error \[socket server\] Redis/m.test(server.output.text));
    await server.stop();
  }));

  test('a port in use is a misconfiguration', () => withProject({}, async (at) => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    await assert.rejects(at.server({ SOCKET_IO_PORT: squatter.address().port }), /ended with 1:[^]*EADDRINUSE/);
    squatter.close();
  }));

  test('an unhandled rejection that is not from Redis still ends the server', () => withProject({ setup: `
    const io = new Server(server);
    io.on('connection', (socket) => socket.on('fail', () => { Promise.reject(new Error('a bug of its own')); }));` }, async (at) => {
    const server = await at.server();
    const client = await at.connect(server.url, 'anna', { reconnection: false });
    client.socket.emit('fail');
    const { code, text } = await exitOf(server);
    assert.notEqual(code, 0);
    assert.match(text, /a bug of its own/);
  }));

  test('listeners on the adapter and a kept map of rooms survive the change of adapter', () => withProject({ setup: `
    const io = new Server(server);
    const { rooms } = io.of('/').adapter;
    const seen = [];
    io.of('/').adapter.on('join-room', (room) => seen.push(room));
    io.on('connection', (socket) => socket.join('a'));
    socketQueries.seen = () => [seen.includes('a'), rooms.has('a')];` }, async (at) => {
    const server = await at.server();
    const client = await at.connect(server.url, 'anna');
    const script = at.script("io.query('seen').then((seen) => { process.send(seen); return io.close(); }).then(() => process.disconnect());");
    await exitOf(script);
    assert.deepEqual(script.messages, [[true, true]]);
    await server.stop();
  }));

  test('/health and /ready; anything else is 404', () => withProject({}, async (at) => {
    const server = await at.server();
    for (const path of ['/health', '/ready?x=1']) {
      const response = await fetch(server.url + path);
      assert.equal(response.status, 200);
      const { pid, ...body } = await response.json();
      assert.equal(pid, server.child.pid);
      assert.deepEqual(body, { ready: true, redis: true, draining: false, clients: 0 });
    }
    assert.equal((await fetch(`${server.url}/other`)).status, 404);
    await server.stop();
  }));

  test('/metrics, as a parser of Prometheus reads them', () => withProject({ setup: `
    const io = new Server(server);
    io.of(/odd/);
    io.on('connection', (socket) => socket.join(['a', 'b']));` }, async (at) => {
    const server = await at.server();
    const odd = '/odd "\\" \n name';
    await Promise.all([at.connect(server.url, 'anna'), at.connect(server.url, 'ben'), at.connect(server.url, 'cleo', { nsp: odd })]);
    await exitOf(at.script(`
      io.emit('e');
      io.clientsCount().then(() => io.close()).then(() => process.disconnect());`));
    const response = await fetch(`${server.url}/metrics`);
    assert.match(response.headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
    const metrics = Object.fromEntries(parsePrometheus(await response.text()).map(({ name, type, metrics: samples }) =>
      [name, [type, ...samples.map(({ labels, value }) => (labels ? [labels.namespace, value] : value))]]));
    assert.deepEqual(metrics, {
      socketio_ready: ['GAUGE', '1'],
      socketio_redis_connected: ['GAUGE', '1'],
      socketio_clients: ['GAUGE', '3'],
      socketio_sockets: ['GAUGE', ['/', '2'], [odd, '1']],
      socketio_rooms: ['GAUGE', ['/', '2'], [odd, '0']],
      socketio_redis_messages_total: ['COUNTER', '1'],
      socketio_redis_messages_unreadable_total: ['COUNTER', '0'],
      socketio_redis_publish_failures_total: ['COUNTER', '0'],
      socketio_questions_total: ['COUNTER', '1'],
    });
    await server.stop();
  }));

  test('a service that emits inside the socket server reaches its sockets directly', () => withProject({ setup: `
    const thisProcessBroadcaster = require('./utils/socketBroadcaster');
    const io = new Server(server);
    io.on('connection', (socket) => socket.on('go', (done) => {
      thisProcessBroadcaster.emit('from a service', 1);
      done(thisProcessBroadcaster.stats());
    }));` }, async (at) => {
    const server = await at.server();
    const client = await at.connect(server.url, 'anna');
    const stats = await client.socket.timeout(2000).emitWithAck('go');
    assert.deepEqual(stats, UNUSED);
    assert.deepEqual(client.events, [['from a service', 1]]);
    await server.stop();
  }));
});
