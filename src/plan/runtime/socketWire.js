{% if ts %}// @ts-nocheck - generated code, which nobody but socketBroadcaster calls
{% elif not esm %}'use strict';
{% endif %}// @iomigrate wire
//
// What the API (socketBroadcaster) and the dedicated Socket.IO server agree on: the key under which they meet in Redis, how
// a message is written, and what a question to the server means. Both processes must run the same version of this file: a reader
// that does not know the writer's format drops the message without a word.
{% if adapter == "classic" %}{% if esm %}
import { decode as decodeMsgpack } from 'notepack.io';
{% else %}
const { decode: decodeMsgpack } = require('notepack.io');
{% endif %}{% else %}{% if esm %}
import { encode as encodeMsgpack } from '@msgpack/msgpack';
{% else %}
const { encode: encodeMsgpack } = require('@msgpack/msgpack');
{% endif %}{% endif %}
// ---------------------------------------------------------------------------------------------------- where they meet

// Redis database numbers do not separate channels: two applications on one Redis need two keys.
function redisKey() {
  return process.env.SOCKET_IO_REDIS_KEY || '{{ redis_key }}';
}

{% if adapter != "classic" %}// What has this in its name is kept by the node of a Redis Cluster that keeps the key itself.
function keyTag() {
  return `{${redisKey()}}`;
}

{% endif %}// Which of Socket.IO's adapters for Redis the dedicated server has. What is written for one is never seen by another.
const ADAPTERS = ['classic', 'streams', 'sharded'];
const ADAPTER = '{{ adapter }}';

function questionChannel(adapter = ADAPTER) {
  return `${redisKey()}-questions-${adapter}`;
}

// Rejects if a dedicated server with another adapter listens under this key: one of the two was deployed alone.
async function checkAdapter(redis) {
  const others = ADAPTERS.filter((adapter) => adapter !== ADAPTER);
  const listeners = await redis.countListeners(others.map((adapter) => questionChannel(adapter)));
  const other = others.find((_, index) => listeners[index] > 0);
  if (!other) return;
  const message = `a Socket.IO server with the adapter "${other}" is running, while this process has "${ADAPTER}": deploy both`;
  throw Object.assign(new Error(message), { code: 'SOCKET_ADAPTER_MISMATCH' });
}

// Who is told. The dedicated server tells the project's logger, if there is one.
const report = {
  info: (text) => console.log(text),
  error: (text) => console.error(text),
};

function reportTo(logger) {
  for (const level of Object.keys(report)) report[level] = (text) => logger[level](text);
}

// A Redis outage produces an error per reconnection attempt and per publish: one line every five seconds says as much.
function createQuietLog(prefix) {
  let silentUntil = 0;
  return (error) => {
    if (Date.now() < silentUntil) return;
    silentUntil = Date.now() + 5000;
    report.error(`${prefix}: ${error.message || error.code || error.name}`);
  };
}

// Holds nothing back: a process with nothing else to do may end during the pause.
function pause(milliseconds) {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds).unref(); });
}

// ---------------------------------------------------------------------------------------------- how a message is written

{% if adapter == "classic" %}// This is the `parser` of the Redis adapter and of the emitter. Their own default is msgpack, which changes values that
// an in-process emit, being JSON, leaves alone: an invalid date becomes 1970, integers from 2^64 on become 0, typed arrays
// lose bytes, functions throw. So JSON it is, and what is binary travels beside it, as between Socket.IO and its clients.
{% else %}// Questions and answers are JSON, and what is binary travels beside it, as between Socket.IO and its clients.
{% endif %}
//
//   [...] or {...}                                 JSON
//   0x01 {"sizes":[...],"message":...} \n bytes    JSON, and behind its line what is binary

const WITH_ATTACHMENTS = 0x01;
const LINE_BREAK = 0x0a; // JSON.stringify() writes none

function encode(message) {
  if (!hasBinary(message)) return JSON.stringify(message);
  const attachments = [];
  const detached = detach(message, attachments);
  const head = JSON.stringify({ sizes: attachments.map(({ length }) => length), message: detached });
  return Buffer.concat([Buffer.of(WITH_ATTACHMENTS), Buffer.from(head), Buffer.of(LINE_BREAK), ...attachments]);
}

{% if adapter == "classic" %}// Another service on this Redis may still publish with the emitter's default parser, so the adapter understands plain
// msgpack as well. No message of msgpack starts like ours: there, these bytes would be the bare numbers 1, 91 and 123.
function decode(bytes) {
  const message = isOurs(bytes) ? decodeOurs(bytes) : decodeMsgpack(bytes);
  if (Array.isArray(message) && !isEvent(message)) throw new Error('not an event');
  return message;
}

const EVENT_TYPES = [2, 5]; // EVENT and BINARY_EVENT of socket.io-parser

// The adapter passes the packet on to the clients as it is, and they hang up on what they can't read.
function isEvent([, packet, options]) {
  const isNamed = Array.isArray(packet?.data) && ['string', 'number'].includes(typeof packet.data[0]);
  return isNamed && EVENT_TYPES.includes(packet.type) && typeof options === 'object';
}

{% else %}// What the API wants done, in the words of the adapter: MessageType and ClusterMessage of socket.io-adapter. There is no
// published emitter for this adapter, as there is for the classic one.

const CLUSTER_TYPES = { emit: 3, socketsJoin: 4, socketsLeave: 5, disconnectSockets: 6, serverSideEmit: 9 };
const RESERVED_EVENTS = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'];

function clusterMessage({ nsp, rooms, except, flags: { volatile, compress } }, method, args) {
  const opts = { rooms, except, flags: { volatile, compress } };
  return encodeClusterMessage({ uid: 'emitter', nsp, type: CLUSTER_TYPES[method], data: clusterData(method, args, opts, nsp) });
}

function clusterData(method, args, opts, nsp) {
  const [first] = args;
  if (method === 'emit' && RESERVED_EVENTS.includes(first)) throw new Error(`"${first}" is a reserved event name`);
  if (method === 'emit') return { opts, packet: { type: 2, data: args, nsp } };
  if (method === 'disconnectSockets') return { opts, close: first };
  if (method !== 'serverSideEmit') return { opts, rooms: Array.isArray(first) ? first : [first] };
  if (typeof args[args.length - 1] === 'function') throw new Error('Acknowledgements are not supported');
  return { packet: args };
}

{% if adapter == "streams" %}function clusterChannel() {
  return redisKey(); // the name of the stream
}

// The fields of an entry in the stream.
function encodeClusterMessage({ uid, nsp, type, data }) {
  const text = hasBinary(data) ? Buffer.from(encodeMsgpack(asClientsSee(data))).toString('base64') : JSON.stringify(data);
  return { uid, nsp, type: String(type), data: text };
}
{% else %}function clusterChannel(nsp) {
  return `${keyTag()}#${nsp}#`;
}

function encodeClusterMessage(message) {
  return hasBinary(message) ? Buffer.from(encodeMsgpack(asClientsSee(message))) : JSON.stringify(message);
}
{% endif %}
// msgpack knows more than JSON does; what JSON would drop or change must not get through beside something binary.
function asClientsSee(value) {
  return decodeOurs(encode(value));
}

{% endif %}// Throws on everything else, in a time that its length bounds.
function decodeOurs(bytes) {
  if (!isOurs(bytes)) throw new Error('not a message of socketWire');
  if (bytes[0] !== WITH_ATTACHMENTS) return JSON.parse(bytes.toString());
  let at = bytes.indexOf(LINE_BREAK) + 1;
  const { sizes, message } = JSON.parse(bytes.toString('utf8', 1, at));
  const attachments = [];
  for (const size of sizes) {
    attachments.push(bytes.subarray(at, at + size));
    at += size;
  }
  return reattach(message, attachments);
}

function isOurs(bytes) {
  return [WITH_ATTACHMENTS, 0x5b, 0x7b].includes(bytes[0]); // 0x5b is "[", 0x7b is "{"
}

// hasBinary, detach and reattach follow socket.io-parser step by step, its treatment of toJSON included: whatever it
// makes of a payload in one process, these make of it between two.

function isBinary(value) {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value);
}

function hasBinary(value, isFromToJSON = false) {
  if (!value || typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.some((item) => hasBinary(item));
  if (isBinary(value)) return true;
  if (typeof value.toJSON === 'function' && !isFromToJSON) return hasBinary(value.toJSON(), true);
  return Object.keys(value).some((key) => hasBinary(value[key]));
}

// A copy in which every binary value is replaced by its number in `attachments`.
function detach(value, attachments, isFromToJSON = false) {
  if (!value || typeof value !== 'object' || value instanceof Date) return value;
  if (isBinary(value)) return { _placeholder: true, num: attachments.push(toBuffer(value)) - 1 };
  if (Array.isArray(value)) return value.map((item) => detach(item, attachments));
  if (typeof value.toJSON === 'function' && !isFromToJSON) return detach(value.toJSON(), attachments, true);
  const copy = {};
  for (const key of Object.keys(value)) copy[key] = detach(value[key], attachments);
  return copy;
}

function reattach(value, attachments) {
  if (!value || typeof value !== 'object') return value;
  if (value._placeholder === true && Number.isInteger(value.num) && value.num in attachments) return attachments[value.num];
  for (const key of Object.keys(value)) value[key] = reattach(value[key], attachments);
  return value;
}

// The bytes under the view, not its elements: msgpack would cut a Float64Array down to one byte per number.
function toBuffer(value) {
  if (value instanceof ArrayBuffer) return Buffer.from(value);
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

// -------------------------------------------------------------------------------------------------- what a question means

// `target` is plain data, so that it can travel: { nsp, rooms, except, flags }. This builds the chain it stands for.
function operatorFor(io, { nsp = '/', rooms = [], except = [], flags = {} }) {
  let operator = io.of(nsp);
  if (rooms.length > 0) operator = operator.to(rooms);
  if (except.length > 0) operator = operator.except(except);
  if (flags.volatile) operator = operator.volatile;
  if (flags.local) operator = operator.local;
  if ('compress' in flags) operator = operator.compress(flags.compress);
  if ('timeout' in flags) operator = operator.timeout(flags.timeout);
  return operator;
}

// A socket as data: what Socket.IO's own RemoteSocket carries. A session store has circular references and stays behind.
function describeSocket({ id, handshake: { sessionStore, ...handshake }, rooms, data }) {
  return { id, handshake, rooms: [...rooms], data };
}

// A question goes to every Socket.IO server there is, and each answers for its own sockets.
const ANSWERS = {
  clientsCount: (io) => io.engine.clientsCount,
  socketsCount: (io, { nsp }) => io.of(nsp).sockets.size,
  roomSize: (io, { nsp, room }) => io.of(nsp).adapter.rooms.get(room)?.size ?? 0,
  rooms: (io, { nsp }) => [...io.of(nsp).adapter.rooms].map(([room, ids]) => [room, [...ids]]),
  fetchSockets: async (io, { target }) => (await ownSockets(io, target)).map(describeSocket),
  allSockets: async (io, { target }) => (await ownSockets(io, target)).map(({ id }) => id),
  emitWithAck: async (io, { target, args }) => acknowledgements(await ownSockets(io, target), target.flags, args),
  query: answerQuery,
  queryAll: answerQuery,
};

function answerQuery(io, { name, args }, queries) {
  if (!Object.hasOwn(queries, name)) throw new Error(`the Socket.IO server has no query "${name}"`);
  return queries[name](...args);
}

function ownSockets(io, target) {
  return operatorFor(io, { ...target, flags: { local: true } }).fetchSockets();
}

// Not emitWithAck() of `io`, which waits for the clients of all servers: each of those is asked as well.
async function acknowledgements(sockets, { volatile, compress, timeout }, args) {
  const outcomes = await Promise.allSettled(sockets.map((socket) => {
    const operator = volatile ? socket.volatile : socket;
    return operator.compress(compress).timeout(timeout).emitWithAck(...args);
  }));
  const responses = outcomes.filter(({ status }) => status === 'fulfilled').map(({ value }) => value);
  const failed = outcomes.find(({ status }) => status === 'rejected');
  if (failed) throw Object.assign(failed.reason, { responses });
  return responses;
}

async function answer(io, question, queries = {}) {
  if (!Object.hasOwn(ANSWERS, question.op)) throw new Error(`unknown question "${question.op}"`);
  return ANSWERS[question.op](io, question, queries);
}

// What the answers of several servers are together.
const TOGETHER = {
  clientsCount: total,
  socketsCount: total,
  roomSize: total,
  rooms: (answers) => {
    const rooms = new Map();
    for (const [room, ids] of answers.flat()) rooms.set(room, [...(rooms.get(room) ?? []), ...ids]);
    return [...rooms];
  },
  fetchSockets: (answers) => answers.flat(),
  allSockets: (answers) => answers.flat(),
  emitWithAck: (answers) => answers.flat(),
  query: (answers, { name }) => {
    if (answers.length === 1) return answers[0];
    throw new Error(`${answers.length} Socket.IO servers have an answer to "${name}": use queryAll()`);
  },
  queryAll: (answers) => answers,
};

function total(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0);
}

// `answers`: { result } or { error } of each server.
function putTogether(question, answers) {
  const failed = answers.find(({ error }) => error);
  if (!failed) return TOGETHER[question.op](answers.map(({ result }) => result), question);
  const { message, ...details } = failed.error;
  const responses = answers.flatMap(({ result, error }) => (error ? error.responses : result) ?? []);
  throw Object.assign(new Error(message), details, question.op === 'emitWithAck' && { responses });
}
{% if esm %}
export {
{% else %}
module.exports = {
{% endif %}  redisKey, {% if adapter != "classic" %}keyTag, {% endif %}questionChannel, checkAdapter, report, reportTo, createQuietLog, pause,
  encode, decodeOurs, {% if adapter == "classic" %}decode{% else %}clusterMessage, clusterChannel{% endif %}, operatorFor, answer, putTogether,
};
