{% if ts %}// @ts-nocheck: generated code, whose types are its callers' `any`
{% elif not esm %}'use strict';
{% endif %}// @iomigrate wire
//
// What the API (socketBroadcaster) and the dedicated Socket.IO server agree on: which Redis they meet in, how a message
// is written, and what a question to the server means. Both processes must run the same version of this file: a reader
// that does not know the writer's format drops the message without a word.
{% if esm %}
import { decode as unpack, encode as pack } from 'notepack.io';
{% else %}
const { decode: unpack, encode: pack } = require('notepack.io');
{% endif %}
// ---------------------------------------------------------------------------------------------------- where they meet

// The environment is read when it is needed, not when this file is loaded: dotenv may run after the imports.

function redisOptions() {
  const { REDIS_URL, REDIS_HOST, REDIS_PORT, REDIS_PASSWORD } = process.env;
  const socket = { reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 2000) };
  if (REDIS_URL) return { url: REDIS_URL, socket };
  return {
    socket: { ...socket, host: REDIS_HOST || '127.0.0.1', port: Number(REDIS_PORT || 6379) },
    password: REDIS_PASSWORD || undefined,
  };
}

// Redis database numbers do not separate channels: two applications on one Redis need two keys.
function redisKey() {
  return process.env.SOCKET_IO_REDIS_KEY || 'socket.io';
}

function questionChannel() {
  return `${redisKey()}-questions`;
}

// node-redis 5 and later say close() and destroy() where version 4 says quit() and disconnect().
async function closeRedis(client, patience = 1000) {
  const leave = client.close || client.quit;
  const hangUp = client.destroy || client.disconnect;
  try {
    if (client.isReady) await Promise.race([leave.call(client), pause(patience)]);
    if (client.isOpen) await hangUp.call(client);
  } catch {
    // A connection that is gone already is what we came for.
  }
}

// A Redis outage produces an error per reconnection attempt and per publish: one line every five seconds says as much.
function createQuietLog(prefix) {
  let silentUntil = 0;
  return (error) => {
    if (Date.now() < silentUntil) return;
    silentUntil = Date.now() + 5000;
    console.error(`${prefix}: ${error.code || error.message || error.name}`);
  };
}

// Holds nothing back: a process with nothing else to do may end during the pause.
function pause(milliseconds) {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds).unref(); });
}

// ---------------------------------------------------------------------------------------------- how a message is written

// This is the `parser` of the Redis adapter and of the emitter. Their own default is msgpack, which changes values that
// an in-process emit, being JSON, leaves alone: an invalid date becomes 1970, integers from 2^64 on become 0, typed arrays
// lose bytes, functions throw. So JSON it is, and what is binary travels beside it, as between Socket.IO and its clients.

function encode(message) {
  if (!hasBinary(message)) return JSON.stringify(message);
  const attachments = [];
  const json = JSON.stringify(detach(message, attachments));
  return pack({ json, attachments });
}

// The first byte tells the formats apart. Every message is an array or an object, so JSON starts with "[" (0x5b) or
// "{" (0x7b). As msgpack these two bytes would be the bare numbers 91 and 123; a msgpack array starts with 0x90-0x9f or
// 0xdc-0xdd and a map with 0x80-0x8f or 0xde-0xdf. Plain msgpack is understood too: another service on this Redis may
// still publish with the emitter's default parser.
function decode(bytes) {
  if (bytes[0] === 0x5b || bytes[0] === 0x7b) return JSON.parse(bytes.toString());
  const message = unpack(bytes);
  const isOurs = typeof message.json === 'string' && Array.isArray(message.attachments);
  return isOurs ? reattach(JSON.parse(message.json), message.attachments) : message;
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
  if (value._placeholder === true && value.num in attachments) return attachments[value.num];
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

const ANSWERS = {
  clientsCount: (io) => io.engine.clientsCount,
  socketsCount: (io, { nsp }) => io.of(nsp).sockets.size,
  roomSize: (io, { nsp, room }) => io.of(nsp).adapter.rooms.get(room)?.size ?? 0,
  rooms: (io, { nsp }) => [...io.of(nsp).adapter.rooms].map(([room, ids]) => [room, [...ids]]),
  fetchSockets: async (io, { target }) => (await operatorFor(io, target).fetchSockets()).map(describeSocket),
  // Not allSockets(): with the Redis adapter that one knows the sockets of one process only.
  allSockets: async (io, { target }) => (await operatorFor(io, target).fetchSockets()).map(({ id }) => id),
  emitWithAck: (io, { target, args }) => operatorFor(io, target).emitWithAck(...args),
  query: (io, { name, args }, queries) => {
    if (!Object.hasOwn(queries, name)) throw new Error(`the Socket.IO server has no query "${name}"`);
    return queries[name](...args);
  },
};

async function answer(io, question, queries = {}) {
  if (!Object.hasOwn(ANSWERS, question.op)) throw new Error(`unknown question "${question.op}"`);
  return ANSWERS[question.op](io, question, queries);
}
{% if esm %}
export {
{% else %}
module.exports = {
{% endif %}  redisOptions, redisKey, questionChannel, closeRedis, createQuietLog, pause, encode, decode, operatorFor, answer,
};
