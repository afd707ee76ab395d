{% if ts %}// @ts-nocheck - generated code, which nobody but socketRuntime calls
{% elif not esm %}'use strict';
{% endif %}// @iomigrate stand-in
//
// For development without Redis: `--redis-stand-in` after the command that starts the dedicated server (socketio-server.js)
// makes it listen where Redis would, and speak as much of its protocol as the API and the dedicated server need to talk to
// each other. It keeps nothing, protects nothing and is never used in production.
{% if esm %}
import { connect, createServer } from 'node:net';
{% else %}
const { connect, createServer } = require('node:net');
{% endif %}
const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

// Resolves when it listens, or when something else does: then that is the Redis to use.
async function startRedisStandIn({ kind, nodes: [{ host, port }], access, text }) {
  if (process.env.NODE_ENV === 'production') throw new Error('--redis-stand-in is for development only');
  const isOnThisMachine = kind === 'server' && LOOPBACK.includes(host) && !access.tls;
  if (!isOnThisMachine) throw new Error(`--redis-stand-in can't stand in for ${text}: that is no plain Redis on this machine`);
  if (await isAnybodyAt(host, port)) return;
  const state = { channels: new Map(), patterns: new Map(), shards: new Map(){% if adapter == "streams" %}, values: new Map(), streams: new Map(), readers: new Set(){% endif %} };
  const server = createServer((socket) => serve(socket, state));
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  console.log(`No Redis at ${host}:${port}: a stand-in for development is there now. It is not for production.`);
}

// Asked by connecting: macOS lets two servers listen on one port if one of them names the address.
function isAnybodyAt(host, port) {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => { socket.destroy(); resolve(true); });
    socket.on('error', () => resolve(false));
  });
}

// One connection: commands come in as arrays of strings (RESP), answers go out in their order.
function serve(socket, state) {
  const connection = { socket, isResp3: false, send: (reply) => socket.write(reply) };
  let received = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    received = Buffer.concat([received, bytes]);
    for (;;) {
      const taken = takeCommand(received);
      if (!taken) return;
      received = received.subarray(taken.length);
      run(taken.command, connection, state);
    }
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    for (const topics of [state.channels, state.patterns, state.shards]) {
      for (const listeners of topics.values()) listeners.delete(connection);
    }
  });
}

// The first command in `bytes` and how many of them it takes; null while some of it is missing.
function takeCommand(bytes) {
  const command = [];
  let at = 0;
  const takeNumber = () => {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return null;
    const number = Number(bytes.toString('latin1', at + 1, end)); // behind "*" or "$"
    at = end + 2;
    return number;
  };
  const count = takeNumber();
  while (command.length < (count ?? Infinity)) {
    const length = count === null ? null : takeNumber();
    if (length === null || bytes.length < at + length + 2) return null;
    command.push(bytes.subarray(at, at + length));
    at += length + 2;
  }
  return { command, length: at };
}

// ----------------------------------------------------------------------------------------------------------------- replies

const OK = '+OK\r\n';
const number = (value) => `:${value}\r\n`;
const problem = (text) => `-ERR ${text}\r\n`;
{% if adapter == "streams" %}const nothing = ({ isResp3 }) => (isResp3 ? '_\r\n' : '$-1\r\n');
{% endif %}
function bulk(value) {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]);
}

function list(items, sign = '*', length = items.length) {
  return Buffer.concat([Buffer.from(`${sign}${length}\r\n`), ...items.map((item) => Buffer.from(item))]);
}

// Keys and values by turns: RESP3 has maps, RESP2 only lists.
const map = (items, { isResp3 }) => (isResp3 ? list(items, '%', items.length / 2) : list(items));

const push = (items, { isResp3 }) => list(items, isResp3 ? '>' : '*');

// ---------------------------------------------------------------------------------------------------------------- commands

function run([name, ...args], connection, state) {
  const command = name.toString().toUpperCase();
{% if adapter == "streams" %}  if (connection.queue && command !== 'EXEC') {
    connection.queue.push([name, ...args]);
    connection.send('+QUEUED\r\n');
    return;
  }
{% endif %}  const perform = Object.hasOwn(COMMANDS, command) && COMMANDS[command];
  if (perform) perform(args, connection, state);
  else connection.send(problem(`the stand-in for Redis knows no ${command}`));
}

const COMMANDS = {
  HELLO: ([version], connection) => {
    connection.isResp3 = String(version) === '3';
    connection.send(map([bulk('server'), bulk('stand-in'), bulk('proto'), number(connection.isResp3 ? 3 : 2)], connection));
  },
  AUTH: (_, { send }) => send(OK),
  CLIENT: (_, { send }) => send(OK),
  SELECT: (_, { send }) => send(OK),
  PING: (_, connection) => connection.send('+PONG\r\n'),
  QUIT: (_, { socket }) => socket.end(OK),
  PUBLISH: ([channel, message], { send }, { channels, patterns }) => {
    const matching = [...patterns].filter(([pattern]) => channel.toString().startsWith(pattern.slice(0, -1)));
    const direct = deliver(channels.get(String(channel)), [bulk('message'), bulk(channel), bulk(message)]);
    const matched = matching.map(([pattern, them]) => deliver(them, [bulk('pmessage'), bulk(pattern), bulk(channel), bulk(message)]));
    send(number(matched.reduce((sum, count) => sum + count, direct)));
  },
  SPUBLISH: ([channel, message], { send }, { shards }) => {
    send(number(deliver(shards.get(String(channel)), [bulk('smessage'), bulk(channel), bulk(message)])));
  },
  SUBSCRIBE: (names, connection, { channels }) => subscribe('subscribe', names, connection, channels),
  PSUBSCRIBE: (names, connection, { patterns }) => subscribe('psubscribe', names, connection, patterns),
  SSUBSCRIBE: (names, connection, { shards }) => subscribe('ssubscribe', names, connection, shards),
  UNSUBSCRIBE: (names, connection, { channels }) => unsubscribe('unsubscribe', names, connection, channels),
  PUNSUBSCRIBE: (names, connection, { patterns }) => unsubscribe('punsubscribe', names, connection, patterns),
  SUNSUBSCRIBE: (names, connection, { shards }) => unsubscribe('sunsubscribe', names, connection, shards),
  // NUMSUB and SHARDNUMSUB
  PUBSUB: ([about, ...names], { send }, { channels, shards }) => {
    const topics = String(about).toUpperCase().startsWith('SHARD') ? shards : channels;
    send(list(names.flatMap((it) => [bulk(it), number(topics.get(String(it))?.size ?? 0)])));
  },
{% if adapter == "streams" %}  SET: ([key, value], { send }, { values }) => {
    values.set(String(key), value);
    send(OK);
  },
  GET: ([key], connection, { values }) => {
    const value = values.get(String(key));
    connection.send(value ? bulk(value) : nothing(connection));
  },
  DEL: ([key], { send }, { values }) => send(number(values.delete(String(key)) ? 1 : 0)),
  MULTI: (_, connection) => {
    connection.queue = [];
    connection.send(OK);
  },
  EXEC: (_, connection, state) => {
    const replies = [];
    const collecting = { ...connection, queue: null, send: (reply) => replies.push(reply) };
    for (const command of connection.queue) run(command, collecting, state);
    connection.queue = null;
    connection.send(list(replies));
  },
  // XADD key [MAXLEN ~ length] * field value ...
  XADD: ([key, ...args], { send }, state) => {
    const fields = args.slice(args.findIndex((it) => String(it) === '*') + 1);
    const entries = state.streams.get(String(key)) ?? [];
    const last = entries.at(-1)?.id ?? [0, 0];
    const time = Math.max(Date.now(), last[0]);
    const id = [time, time === last[0] ? last[1] + 1 : 0];
    state.streams.set(String(key), [...entries.slice(1 - STREAM_LENGTH), { id, fields }]);
    send(bulk(id.join('-')));
    for (const reader of [...state.readers]) reader();
  },
  // XREAD COUNT count BLOCK milliseconds STREAMS key id, of one stream
  XREAD: (args, connection, state) => {
    const [key, from] = args.slice(-2).map(String);
    const after = from === '$' ? state.streams.get(key)?.at(-1)?.id ?? [0, 0] : readId(from);
    const patience = Number(args[args.findIndex((it) => String(it).toUpperCase() === 'BLOCK') + 1]);
    const read = () => {
      const entries = (state.streams.get(key) ?? []).filter(({ id }) => compareIds(id, after) > 0);
      if (entries.length === 0) return;
      leave();
      const found = list(entries.map(entry));
      connection.send(connection.isResp3 ? map([bulk(key), found], connection) : list([list([bulk(key), found])]));
    };
    const leave = () => {
      state.readers.delete(read);
      clearTimeout(timer);
    };
    const timer = setTimeout(() => {
      leave();
      connection.send(connection.isResp3 ? '_\r\n' : '*-1\r\n');
    }, patience);
    state.readers.add(read);
    read();
  },
  // XRANGE key start end; "(id" is the one after it, "+" the end
  XRANGE: ([key, start, end], { send }, { streams }) => {
    const isExclusive = String(start).startsWith('(');
    const [first, last] = [readId(String(start).replace('(', '')), String(end) === '+' ? [Infinity, 0] : readId(String(end))];
    const isIn = ({ id }) => compareIds(id, first) >= (isExclusive ? 1 : 0) && compareIds(id, last) <= 0;
    send(list((streams.get(String(key)) ?? []).filter(isIn).map(entry)));
  },
{% endif %}};

function subscribe(word, names, connection, topics) {
  for (const name of names.map(String)) {
    topics.set(name, (topics.get(name) ?? new Set()).add(connection));
    connection.send(push([bulk(word), bulk(name), number(1)], connection));
  }
}

function unsubscribe(word, names, connection, topics) {
  const those = names.length > 0 ? names.map(String) : [...topics.keys()];
  for (const name of those) {
    topics.get(name)?.delete(connection);
    connection.send(push([bulk(word), bulk(name), number(0)], connection));
  }
}

// Returns how many received it.
function deliver(connections = new Set(), message) {
  for (const connection of connections) connection.send(push(message, connection));
  return connections.size;
}
{% if adapter == "streams" %}
const STREAM_LENGTH = 10000;

const entry = ({ id, fields }) => list([bulk(id.join('-')), list(fields.map(bulk))]);

function readId(text) {
  const [time, counter = 0] = text.split('-').map(Number);
  return text === '-' ? [0, 0] : [time, counter];
}

const compareIds = (left, right) => left[0] - right[0] || left[1] - right[1];
{% endif %}{% if esm %}
export { startRedisStandIn };
{%- else %}
module.exports = { startRedisStandIn };
{%- endif %}
