{% if ts %}// @ts-nocheck - what callers see is inferred
{% elif not esm %}'use strict';
{% endif %}// @iomigrate runtime
//
// What runs the dedicated Socket.IO server (socketio-server.js): its HTTP server, its connections to Redis, the answers to
// the API's questions, health, shutdown.
//
// GET /health   200 while the process lives
// GET /metrics  numbers for Prometheus
// GET /ready    200 while it can deliver events, 503 otherwise
{% if esm %}
{% if adapter == "streams" %}import { randomUUID } from 'node:crypto';
{% endif %}import { createServer as createHttpServer } from 'node:http';
{% if adapter == "streams" %}import { createAdapter as createSocketAdapter } from '@socket.io/redis-streams-adapter';
{% elif adapter == "sharded" %}import { createShardedAdapter as createSocketAdapter } from '@socket.io/redis-adapter';
{% else %}import { createAdapter as createSocketAdapter } from '@socket.io/redis-adapter';
{% endif %}import * as socketRedis from './socketRedis{{ suffix }}';
import * as socketWire from './socketWire{{ suffix }}';
import thisProcessBroadcaster from '{{ broadcaster_path }}';
{% else %}
{% if adapter == "streams" %}const { randomUUID } = require('node:crypto');
{% endif %}const { createServer: createHttpServer } = require('node:http');
{% if adapter == "streams" %}const { createAdapter: createSocketAdapter } = require('@socket.io/redis-streams-adapter');
{% elif adapter == "sharded" %}const { createShardedAdapter: createSocketAdapter } = require('@socket.io/redis-adapter');
{% else %}const { createAdapter: createSocketAdapter } = require('@socket.io/redis-adapter');
{% endif %}const socketRedis = require('./socketRedis{{ suffix }}');
const socketWire = require('./socketWire{{ suffix }}');
const thisProcessBroadcaster = require('{{ broadcaster_path }}');
{% endif %}{% if global %}
// Services that were written for the API find it here.
global.socketBroadcaster = thisProcessBroadcaster;
{% endif %}
// What only this process knows and the API may ask for: socketQueries.onlineUsers = () => [...]; over there
// `await socketBroadcaster.query('onlineUsers')`.
const socketQueries{% if ts %}: Record<string, (...args: any[]) => any>{% endif %} = {};

const socketService = {
  io: null,
  redis: null,
  logRejection: socketWire.createQuietLog('[socket server] Redis'),
  logQuestion: socketWire.createQuietLog('[socket server] a question could not be answered'),
  counters: { messages: 0, unreadable: 0, questions: 0, unpublished: 0 },
  isStarted: false,
  isDraining: false,
  // The API's own HTTP server, while it serves Socket.IO itself.
  apiHttpServer: null,
};

// For a roll-back: what loads socketio-server.js afterwards has its clients on this server, in this process, and needs
// neither Redis nor a port.
function serveSocketsInProcess(httpServer) {
  socketService.apiHttpServer = httpServer;
}

// The HTTP server that Socket.IO is attached to. It answers nothing else than how it is.
function createSocketHttpServer() {
  return socketService.apiHttpServer ?? createHttpServer(answerHealth);
}

// ---------------------------------------------------------------------------------------------------------------- running

async function startSocketServer(io, httpServer, logger{% if ts %}?{% endif %}) {
  const { SOCKET_IO_PORT, SOCKET_IO_HOST } = process.env;
  if (logger) socketWire.reportTo(logger);
  // Services that were written for the API may run in here as well: they reach this process's sockets directly.
  thisProcessBroadcaster.attach(io, socketQueries);
  if (socketService.apiHttpServer) {
    thisProcessBroadcaster.close = () => io.close();
    return;
  }
  socketService.io = io;
  process.on('unhandledRejection', surviveRedisRejection);
  process.on('SIGTERM', stopSocketServer);
  process.on('SIGINT', stopSocketServer);
  httpServer.on('error', giveUpSocketServer);

  try {
    await connectSocketRedis(io);
  } catch (error) {
    giveUpSocketServer(error);
    return;
  }
  if (socketService.isDraining) return;
  httpServer.listen(Number(SOCKET_IO_PORT || {{ socket_port }}), SOCKET_IO_HOST || '127.0.0.1', () => {
    const { address, port } = httpServer.address();
    socketService.isStarted = true;
    socketWire.report.info(`Socket.IO server listening on ${address}:${port}`);
    if (process.send) process.send('ready'); // PM2: wait_ready
  });
}

// The adapter must stand before the first client arrives: replacing it later would forget who is in which room.
async function connectSocketRedis(io) {
  if (process.argv.includes('--redis-stand-in')) {
    const { startRedisStandIn } = {% if esm %}await import('./redisStandIn{{ suffix }}'){% else %}require('./redisStandIn{{ suffix }}'){% endif %};
    await startRedisStandIn(socketRedis.readAddress());
  }
{% if adapter == "streams" %}  // The adapter reads with a copy of this connection, without a pause: while Redis is away, it has to wait in the backlog.
  const publisher = createSocketConnection('publisher', { backlogMax: 10000 });
{% else %}  // While Redis is away nobody else listens either: nothing is gained by keeping what could not be published.
  const publisher = createSocketConnection('publisher');
{% endif %}  guardSocketPublish(publisher);
  const subscriber = createSocketConnection('subscriber');
  socketService.redis = { publisher, subscriber };
  publisher.once('error', sayWhereSocketRedisIs);

  await Promise.all([publisher.connect(), subscriber.connect()]);
  await socketWire.checkAdapter(publisher);
{% if adapter == "streams" %}  const key = socketWire.redisKey();
  const createAdapter = createSocketAdapter(publisher, {
    streamName: key, channelPrefix: key, sessionKeyPrefix: `${socketWire.keyTag()}:session:`, blockTimeInMs: 2000,
  });
  // A client that was away for a moment gets what it missed, unless the old options say otherwise. Its middleware runs again.
  io.opts.connectionStateRecovery ??= { maxDisconnectionDuration: 2 * 60 * 1000, skipMiddlewares: false };
{% elif adapter == "sharded" %}  const createAdapter = createSocketAdapter(publisher, subscriber, { channelPrefix: socketWire.keyTag() });
{% else %}  const createAdapter = createSocketAdapter(publisher, subscriber, { key: socketWire.redisKey(), parser: socketWire });
{% endif %}  io.adapter(function createHeir(namespace) { // no arrow function: Socket.IO calls it with `new`
    const heir = {% if adapter == "streams" %}keepSocketEventsSingle(guardSocketAdapter(createAdapter(namespace))){% else %}guardSocketAdapter(createAdapter(namespace)){% endif %};
    return inheritSocketAdapter(namespace.adapter, heir);
  });
{% if adapter == "streams" %}  await joinSocketStream(io, publisher);
  // Questions come through the stream like events, in the same order. The subscription shows that somebody is there.
  io.on(socketWire.questionChannel(), (text) => answerSocketQuestion(Buffer.from(text, 'base64')));
  await subscriber.subscribe(socketWire.questionChannel(), () => {});
{% else %}  // On the connection that brings the events, so that a question is answered after what was sent before it: two
  // connections would keep no order. Never on the publisher: a connection that has subscribed cannot publish any more.
  await subscriber.subscribe(socketWire.questionChannel(), answerSocketQuestion);
{% endif %}}

// The moved code may have listened to the adapter it saw ('join-room'), or kept its map of rooms. Both go on working.
function inheritSocketAdapter(former, heir) {
  if (!former) return heir;
  for (const event of former.eventNames()) {
    for (const listener of former.rawListeners(event)) heir.on(event, listener);
  }
  return Object.assign(heir, { rooms: former.rooms, sids: former.sids });
}
{% if adapter == "streams" %}
// Until the adapter has read a first entry, it asks for what comes from now on, again and again, and what is written between
// two such requests passes it by. So it gets one, before anybody counts on this server.
async function joinSocketStream(io, publisher) {
  const event = `${socketWire.questionChannel()}-joined-${randomUUID()}`;
  const entry = socketWire.clusterMessage({ nsp: '/', rooms: [], except: [], flags: {} }, 'serverSideEmit', [event]);
  let isRead = false;
  io.once(event, () => { isRead = true; });
  while (!isRead && !socketService.isDraining) {
    await publisher.xAdd(socketWire.clusterChannel(), '*', entry);
    await socketWire.pause(50);
  }
}

// The adapter reads the stream twice: for everybody, and for a client that comes back. So that nothing falls between the two
// and nothing comes twice, the first waits for the second, which leaves to it what it has not read yet.
function keepSocketEventsSingle(adapter) {
  const waiting = [];
  let restoring = 0;
  let lastRead;
  const receive = adapter.onRawMessage.bind(adapter);
  const read = ([entry, id]) => {
    lastRead = id;
    receive(entry, id);
  };
  adapter.onRawMessage = (...message) => (restoring > 0 ? waiting.push(message) : read(message));

  const isBefore = (id, message) => !message || compareSocketEntries(id, message[1]) < 0;
  const restore = adapter.restoreSession.bind(adapter);
  adapter.restoreSession = async (...args) => {
    restoring += 1;
    // By then the client has joined its rooms.
    const goOn = () => {
      restoring -= 1;
      if (restoring === 0) waiting.splice(0).forEach(read);
    };
    try {
      const session = await restore(...args);
      // Nothing was read yet: give the first entry that will be the time to come.
      if (!lastRead) await socketWire.pause(100);
      const isRead = (id) => (lastRead ? compareSocketEntries(id, lastRead) <= 0 : isBefore(id, waiting[0]));
      return { ...session, missedPackets: session.missedPackets.filter((packet) => isRead(packet[packet.length - 1])) };
    } finally {
      setImmediate(goOn);
    }
  };
  return adapter;
}

// An id is a time and a number: "1526919030474-55".
function compareSocketEntries(left, right) {
  const [[leftTime, leftNumber], [rightTime, rightNumber]] = [left, right].map((id) => id.split('-').map(Number));
  return leftTime - rightTime || leftNumber - rightNumber;
}
{% endif %}
// The adapter believes whatever it receives, and would end the process with what it can't read.
function guardSocketAdapter(adapter) {
  const logDropped = socketWire.createQuietLog('[socket server] a message on Redis was dropped');
  for (const method of {% if adapter == "classic" %}['onmessage', 'onrequest']{% else %}['onRawMessage']{% endif %}) {
    const receive = adapter[method].bind(adapter);
    adapter[method] = async (...args) => {
      socketService.counters.messages += 1;
      try {
        await receive(...args);
      } catch (error) {
        socketService.counters.unreadable += 1;
        logDropped(error);
      }
    };
  }
  return adapter;
}

// ------------------------------------------------------------------------------------------------------------------ Redis

function createSocketConnection(role{% if adapter == "streams" %}, options{% endif %}) {
  const connection = new socketRedis.RedisConnection({ isHeld: true{% if adapter == "streams" %}, ...options{% endif %} });
  connection.on('error', socketWire.createQuietLog(`[socket server] Redis ${role}`));
  return connection;
}

function sayWhereSocketRedisIs(error) {
  if (socketRedis.isRefusal(error)) return;
  const hint = socketService.isStarted ? '' : '; for development, --redis-stand-in does without';
  socketWire.report.error(`No Redis at ${socketRedis.readAddress().text}: waiting for it${hint}`);
}

// The adapter calls publish() and does not look at the promise.
function guardSocketPublish(client) {
  const publish = client.publish.bind(client);
  const logFailure = socketWire.createQuietLog('[socket server] publish');
  client.publish = (...args) => publish(...args).catch((error) => {
    socketService.counters.unpublished += 1;
    logFailure(error);
    return 0;
  });
}

// Socket.IO counts the servers for an emit with acknowledgement and does not look at that promise either. Only rejections
// that come from the connection to Redis are forgiven. Any other ends the process, as it does in Node by default.
function surviveRedisRejection(reason) {
  if (socketRedis.isOfRedis(reason)) {
    socketService.logRejection(reason);
  } else if (process.listenerCount('unhandledRejection') === 1) {
    throw reason;
  }
}

// -------------------------------------------------------------------------------------------------------------- questions

async function answerSocketQuestion(bytes) {
  socketService.counters.questions += 1;
  try {
    const question = socketWire.decodeOurs(bytes);
    if (!isSocketQuestion(question)) throw new Error('a question without id, operation or reply channel');
    await socketService.redis.publisher.publish(question.replyTo, await replyToSocketQuestion(question));
  } catch (error) {
    socketService.logQuestion(error);
  }
}

// The reply goes nowhere else than to those who wait for one.
function isSocketQuestion(question) {
  const { id, op, replyTo } = question ?? {};
  return [id, op, replyTo].every((it) => typeof it === 'string') && replyTo.startsWith(`${socketWire.questionChannel()}-reply#`);
}

async function replyToSocketQuestion(question) {
  const { id } = question;
  try {
    return socketWire.encode({ id, result: await socketWire.answer(socketService.io, question, socketQueries) });
  } catch (error) {
    const { message = String(error), code, responses } = error ?? {};
    return socketWire.encode({ id, error: { message, code, responses } });
  }
}

// ---------------------------------------------------------------------------------------------------------------- health

function answerHealth(request, response) {
  const [path] = request.url.split('?');
  if (path === '/health' || path === '/ready') {
    const state = socketServerState();
    const status = path === '/ready' && !state.ready ? 503 : 200;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(state));
  } else if (path === '/metrics') {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(socketMetrics());
  } else {
    response.writeHead(404).end();
  }
}

function socketServerState() {
  const { io, redis, isStarted, isDraining } = socketService;
  const isConnected = Boolean(redis) && redis.publisher.isReady && redis.subscriber.isReady;
  return {
    ready: isStarted && isConnected && !isDraining,
    redis: isConnected,
    draining: isDraining,
    clients: io.engine.clientsCount,
    pid: process.pid,
  };
}

// In the text format of Prometheus. Room names are the application's data, so there are only numbers of them.
function socketMetrics() {
  const { io, counters } = socketService;
  const { ready, redis, clients } = socketServerState();
  const label = ({ name }) => `{namespace="${escapeSocketLabel(name)}"}`;
  const perNamespace = (count) => [...io._nsps.values()].map((nsp) => [label(nsp), count(nsp)]);
  const metrics = [
    ['gauge', 'ready', 'Whether events can be delivered', ready],
    ['gauge', 'redis_connected', 'Whether both connections to Redis stand', redis],
    ['gauge', 'clients', 'Connected clients, whatever namespaces they use', clients],
    ['gauge', 'sockets', 'Connected sockets', perNamespace((nsp) => nsp.sockets.size)],
    ['gauge', 'rooms', 'Rooms besides the one that each socket has to itself', perNamespace(countSocketRooms)],
    ['counter', 'redis_messages_total', 'Messages received through Redis, this server\'s own included', counters.messages],
    ['counter', 'redis_messages_unreadable_total', 'Messages that nobody can read, and were dropped', counters.unreadable],
    ['counter', 'redis_publish_failures_total', 'Messages of this server that did not get to Redis', counters.unpublished],
    ['counter', 'questions_total', 'Questions of the API', counters.questions],
  ];
  return metrics.map((metric) => socketMetric(...metric)).join('');
}

// A client may have chosen the name, where namespaces are made on demand.
function escapeSocketLabel(text) {
  return text.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n');
}

function countSocketRooms({ adapter: { rooms, sids } }) {
  return [...rooms.keys()].filter((room) => !sids.has(room)).length;
}

function socketMetric(type, name, help, value) {
  const samples = Array.isArray(value) ? value : [['', Number(value)]];
  const lines = samples.map(([labels, number]) => `socketio_${name}${labels} ${number}\n`);
  return `# HELP socketio_${name} ${help}\n# TYPE socketio_${name} ${type}\n${lines.join('')}`;
}

// -------------------------------------------------------------------------------------------------------------- shutdown

// Clients see "transport close" and come back by themselves. Never disconnectSockets() here: after it they stay away.
async function stopSocketServer() {
  if (socketService.isDraining) return;
  socketService.isDraining = true;
  const { io, redis, isStarted } = socketService;
  setTimeout(() => process.exit(1), Number(process.env.SHUTDOWN_MS || 5000)).unref();
  // With Redis away its part of the closing never ends; the clients are told first, so a second is plenty.
  if (isStarted) await Promise.race([io.close(), socketWire.pause(1000)]);
  if (redis) await Promise.all(Object.values(redis).map((connection) => connection.close()));
  process.exit(0);
}

function giveUpSocketServer(error) {
  // The process ends before a logger may have written it.
  console.error('The Socket.IO server cannot run:', error);
  process.exit(1);
}
{% if esm %}
export { createSocketHttpServer, serveSocketsInProcess, startSocketServer, socketQueries };
{%- else %}
module.exports = { createSocketHttpServer, serveSocketsInProcess, startSocketServer, socketQueries };
{%- endif %}
