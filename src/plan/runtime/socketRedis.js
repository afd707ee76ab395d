{% if ts %}// @ts-nocheck - generated code, which nobody but socketBroadcaster and socketRuntime call
{% elif not esm %}'use strict';
{% endif %}// @iomigrate redis
//
// The connections to Redis, and the only file that knows the package behind them. REDIS_URL says where to:
//
//   redis://user:password@host:6379/0                   one server
//   redis+sentinel://user:password@host,host/master/0   the master of that name: these Sentinels know where it is
//   redis+cluster://user:password@host,host             the node of a Cluster that serves this application's key
//
// With rediss in place of redis it is TLS. If a certificate authority of your own signed for the servers, name its
// certificate in NODE_EXTRA_CA_CERTS when Node.js is started.
{% if esm %}
import { EventEmitter } from 'node:events';
{% if redis_client == "ioredis" %}import Redis from 'ioredis';
{% else %}import { createClient } from 'redis';
{% endif %}import * as wire from './socketWire{{ suffix }}';
{% else %}
const { EventEmitter } = require('node:events');
{% if redis_client == "ioredis" %}const Redis = require('ioredis');
{% else %}const { createClient } = require('redis');
{% endif %}const wire = require('./socketWire{{ suffix }}');
{% endif %}
// How long a node may take to accept a connection, and to answer the first words.
const CONNECT_MS = 4000;
const ANSWER_MS = 6000;

// The longest pause between two attempts to connect.
const RETRY_MAX_MS = 2000;

// How often Sentinels, or a Cluster, are asked whether the right node is another one by now.
const CHECK_MS = 5000;

// -------------------------------------------------------------------------------------------------------------- addresses

const URL_FORM = /^redis(s?)(?:\+(sentinel|cluster))?:\/\/(?:(.*)@)?([^@/?#]+)(?:\/([^?#]*))?/;
const NODE_FORM = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/;

// The environment is read when it is needed, not when this file is loaded: dotenv may run after the imports.
function readAddress() {
  const { REDIS_URL, REDIS_HOST, REDIS_PORT, REDIS_PASSWORD } = process.env;
  if (!REDIS_URL) {
    const node = { host: REDIS_HOST || '127.0.0.1', port: Number(REDIS_PORT || 6379) };
    const access = { password: REDIS_PASSWORD || undefined };
    return { kind: 'server', nodes: [node], access, text: `${node.host}:${node.port}` };
  }
  try {
    return readUrl(REDIS_URL);
  } catch {
    // What was thrown may show the password.
    const message = 'REDIS_URL has to look like redis://user:password@host:6379/0 (socketRedis tells how else)';
    throw Object.assign(new Error(message), { code: 'UNREADABLE_REDIS_URL' });
  }
}

// `text` is for people, and has no password in it.
function readUrl(url) {
  const [, tls, kind = 'server', credentials = '', hosts, path = ''] = URL_FORM.exec(url);
  const nodes = hosts.split(',').map((host) => readNode(host, kind === 'sentinel' ? 26379 : 6379));
  const [username, password] = credentials.split(/:(.*)/).map((it) => decodeURIComponent(it) || undefined);
  const [master, database = ''] = kind === 'sentinel' ? path.split('/') : [null, path];
  if (master === '' || !/^\d*$/.test(database) || (kind === 'server' && nodes.length > 1)) throw new Error('not an address');
  const access = { username, password, tls: tls === 's', database: Number(database) };
  return { kind, nodes, master, access, text: kind === 'server' ? hosts : `${kind} ${hosts}` };
}

function readNode(text, usualPort) {
  const [, inBrackets, plain, port] = NODE_FORM.exec(text);
  return { host: inBrackets ?? plain, port: Number(port ?? usualPort) };
}

// Of several that may know where to connect to, the first answer is taken.
async function locate({ kind, nodes, master, access }, isHeld) {
  if (kind === 'server') return nodes[0];
  const ask = kind === 'sentinel' ? askSentinel : askCluster;
  try {
    return await Promise.any(nodes.map((node) => ask(node, access, isHeld, master)));
  } catch ({ errors }) {
    throw errors.find(isRefusal) ?? errors[0];
  }
}

async function askSentinel(node, { tls, username, password }, isHeld, master) {
  const ask = (access) => withClient({ ...node, ...access, tls }, isHeld, async (client) => {
    const found = await client.call(['SENTINEL', 'get-master-addr-by-name', master]);
    if (!found) throw new Error(`the Sentinel at ${node.host}:${node.port} knows no master "${master}"`);
    return { host: found[0], port: Number(found[1]) };
  });
  try {
    return await ask({});
  } catch (error) {
    // Sentinels need no password; where they do, it is commonly that of the Redis they watch.
    if (!isRefusal(error) || !password) throw error;
    return ask({ username, password });
  }
}

// All that an application sends goes through one node, which is what keeps it in order, and lets Redis tell how many
// received it. Every name that it uses is in the slot of its key.
function askCluster(node, access, isHeld) {
  return withClient({ ...node, ...access }, isHeld, async (client) => {
    const slot = await client.call(['CLUSTER', 'KEYSLOT', wire.redisKey()]);
    const ranges = await client.call(['CLUSTER', 'SLOTS']);
    const range = ranges.find(([first, last]) => first <= slot && slot <= last);
    if (!range) throw new Error(`no node of the Cluster serves "${wire.redisKey()}"`);
    const [host, port] = range[2];
    return { host: host && host !== '?' ? host : node.host, port };
  });
}

async function withClient(options, isHeld, work) {
  const client = new Client(options, isHeld);
  try {
    return await inTime(client.open().then(() => work(client)));
  } finally {
    client.hangUp();
  }
}

function inTime(answer) {
  const giveUp = () => { throw new Error(`no answer in ${ANSWER_MS} ms`); };
  return Promise.race([answer, wire.pause(ANSWER_MS).then(giveUp)]);
}

// ----------------------------------------------------------------------------------------------------------------- errors

const redisErrors = new WeakSet();

// Every error that comes out of here can be told from the application's own.
function ofRedis(error) {
  redisErrors.add(error);
  return error;
}

function isOfRedis(error) {
  return error instanceof Error && redisErrors.has(error);
}

// No waiting will mend it.
function isRefusal({ code, message }) {
  const refusals = /^(WRONGPASS|NOAUTH|NOPERM|ERR (AUTH|invalid password|DB index|This instance has cluster support disabled))/;
  return code === 'UNREADABLE_REDIS_URL' || refusals.test(message);
}

// ------------------------------------------------------------------------------------------------------------ the package

const UNSUBSCRIBE = { subscribe: 'unsubscribe', pSubscribe: 'pUnsubscribe', sSubscribe: 'sUnsubscribe' };

// One connection of {{ redis_client }}, which never comes back by itself. `onLost` is called when it is over.
class Client {
{% if redis_client == "ioredis" %}  constructor({ host, port, tls, username, password, database }, isHeld, { onLost, onMessage } = {}) {
    this.client = new Redis({
      host, port, username, password, db: database, tls: tls ? {} : undefined, connectTimeout: CONNECT_MS,
      lazyConnect: true, enableOfflineQueue: false, enableReadyCheck: false, retryStrategy: null, protocol: 2,
    });
    this.problem = null;
    this.client.on('error', (error) => { this.problem = error; });
    this.client.on('end', () => onLost?.(this.problem ?? new Error('the connection was closed')));
    this.client.on('connect', () => { if (!isHeld) this.client.stream.unref(); });
    this.client.on('messageBuffer', (channel, message) => onMessage('subscribe', channel, message, channel));
    this.client.on('pmessageBuffer', (pattern, channel, message) => onMessage('pSubscribe', pattern, message, channel));
    this.client.on('smessageBuffer', (channel, message) => onMessage('sSubscribe', channel, message, channel));
  }

  // Resolves when a Redis answers that lets us in and has finished loading.
  async open() {
    try {
      await this.client.connect();
      await this.client.ping();
    } catch (error) {
      this.problem ??= error;
    }
    // Some of what is wrong is told by an event alone, as a database that is none.
    if (!this.problem) return;
    delete this.problem.command; // its arguments may be the password
    throw this.problem;
  }

  call(args) { return this.client.call(...args); }
  subscribe(kind, name) { return this.client[kind.toLowerCase()](name); }
  unsubscribe(kind, name) { return this.client[UNSUBSCRIBE[kind].toLowerCase()](name); }
  leave() { return this.client.quit(); }

  hangUp() {
    if (this.client.status !== 'end') this.client.disconnect();
    this.client.stream?.destroy();
  }
{% else %}  constructor({ host, port, tls, username, password, database }, isHeld, { onLost, onMessage } = {}) {
    // RESP 2, so that replies look the same in all versions of the package.
    this.client = createClient({
      username, password, database, RESP: 2, disableOfflineQueue: true,
      socket: { host, port, tls, connectTimeout: CONNECT_MS, reconnectStrategy: false },
    });
    this.onMessage = onMessage;
    this.client.on('error', (error) => { if (!this.client.isOpen) onLost?.(error); });
    if (!isHeld) this.client.unref();
  }

  // Resolves when a Redis answers that lets us in and has finished loading.
  async open() {
    await this.client.connect();
    await this.client.ping();
  }

  call(args) { return this.client.sendCommand(args); }

  subscribe(kind, name) {
    const listener = (message, channel) => this.onMessage(kind, name, message, channel);
    return this.client[kind](name, listener, true);
  }

  unsubscribe(kind, name) { return this.client[UNSUBSCRIBE[kind]](name); }
  // From version 5 on, quit() is close(), and disconnect() is destroy().
  leave() { return this.client.close ? this.client.close() : this.client.quit(); }

  hangUp() {
    try {
      if (this.client.destroy) this.client.destroy();
      else this.client.disconnect().catch(() => {});
    } catch {
      // A connection that is gone already is what we came for.
    }
  }
{% endif %}}

// ------------------------------------------------------------------------------------------------------------- connection

// A connection that comes back by itself: each time as a new client, to the node that is the right one by then, and with
// everything subscribed that was. Holds no process back unless it is told to. Emits 'ready', and 'error' with each reason
// why there is no connection.
//
// Socket.IO's adapters take it for a client of node-redis: it has as much of one as they use.
class RedisConnection extends EventEmitter {
  constructor({ isHeld = false, address = null{% if adapter == "streams" %}, backlogMax = 0{% endif %} } = {}) {
    super();
    this.setMaxListeners(0); // the adapters add some for each namespace
    this.isHeld = isHeld;
    this.address = address;
    this.isClosed = false;
    this.client = null;
    this.nextClient = null; // while it subscribes
    this.subscriptions = { subscribe: new Map(), pSubscribe: new Map(), sSubscribe: new Map() };
    this.attempting = null;
    this.retries = 0;
{% if adapter == "streams" %}    this.backlogMax = backlogMax;
    this.backlog = [];
{% endif %}  }

  // Another one to the same place.
  duplicate() {
    const { isHeld, address{% if adapter == "streams" %}, backlogMax{% endif %} } = this;
    return new RedisConnection({ isHeld, address{% if adapter == "streams" %}, backlogMax{% endif %} });
  }

  get isReady() { return this.client !== null; }

  // Resolves when it is connected, however long that takes. Rejects on what no waiting will mend.
  connect() {
    return new Promise((resolve, reject) => {
      this.once('ready', resolve);
      this.on('error', (error) => { if (isRefusal(error)) reject(error); });
      this.attempt().then(resolve, () => {});
    });
  }

  // Makes one attempt now, unless it is connected. Rejects if that fails; others follow by themselves.
  attempt() {
    if (this.isReady) return Promise.resolve();
    clearTimeout(this.retryTimer);
    this.attempting ??= this.open().catch((error) => {
      this.retryLater(error);
      throw error;
    }).finally(() => { this.attempting = null; });
    return this.attempting;
  }

  async open() {
    this.address ??= readAddress();
    const { address } = this;
    const node = await locate(address, this.isHeld);
    const client = new Client({ ...node, ...address.access }, this.isHeld, {
      onLost: (error) => this.lose(client, error),
      onMessage: (...message) => this.receive(...message),
    });
    try {
      await inTime(client.open());
      this.nextClient = client;
      const kinds = Object.entries(this.subscriptions);
      await Promise.all(kinds.flatMap(([kind, heard]) => [...heard.keys()].map((name) => client.subscribe(kind, name))));
      if (this.isClosed) throw new Error('closed');
    } catch (error) {
      client.hangUp();
      throw error;
    } finally {
      this.nextClient = null;
    }
    this.retries = 0;
    this.client = client;
    if (address.kind !== 'server') this.watch(address, node);
{% if adapter == "streams" %}    for (const send of this.backlog.splice(0)) send();
{% endif %}    this.emit('ready');
  }

  // The master may have been replaced while this connection stands, or hangs.
  watch(address, node) {
    const { client } = this;
    const check = async () => {
      const { host, port } = await locate(address, this.isHeld).catch(() => node);
      if (host !== node.host || port !== node.port) this.lose(client, new Error(`Redis is at ${host}:${port} now`));
    };
    this.watchTimer = setInterval(check, CHECK_MS).unref();
  }

  lose(client, error) {
    if (client !== this.client) return;
    this.client = null;
    clearInterval(this.watchTimer);
    client.hangUp();
    this.retryLater(error);
  }

  retryLater(error) {
    if (this.isClosed) return;
    this.retryTimer = setTimeout(() => this.attempt().catch(() => {}), Math.min(50 * 2 ** this.retries, RETRY_MAX_MS));
    if (!this.isHeld) this.retryTimer.unref();
    this.retries += 1;
    this.emit('error', ofRedis(error));
  }

  // What was sent is answered first, unless that takes longer.
  async close(patience = 1000) {
    const { client } = this;
    this.isClosed = true;
    this.client = null;
    clearTimeout(this.retryTimer);
    clearInterval(this.watchTimer);
    if (!client) return;
    await Promise.race([client.leave().catch(() => {}), wire.pause(patience)]);
    client.hangUp();
  }

  // Without a connection it fails at once{% if adapter == "streams" %}, unless there is room for it in the backlog{% endif %}.
  async sendCommand(args) {
{% if adapter == "streams" %}    if (!this.client && !this.isClosed && this.backlog.length < this.backlogMax) {
      await new Promise((resolve) => { this.backlog.push(resolve); });
    }
{% endif %}    const { client } = this;
    try {
      if (!client) throw new Error('Redis is not connected');
      return await client.call(args);
    } catch (error) {
      // A node that serves the key no more says so.
      if (/^(MOVED|READONLY)/.test(error.message)) this.lose(client, error);
      throw ofRedis(error);
    }
  }

  publish(channel, message) { return this.sendCommand(['PUBLISH', channel, message]); }
  sPublish(channel, message) { return this.sendCommand(['SPUBLISH', channel, message]); }

  // How many have subscribed to each.
  async countListeners(channels) {
    const reply = await this.sendCommand(['PUBSUB', 'NUMSUB', ...channels]);
    return channels.map((_, index) => Number(reply[2 * index + 1]));
  }

  // Listeners get bytes. What is subscribed while there is no connection will be with the next one.
  subscribe(names, listener) { return this.listen('subscribe', names, listener); }
  pSubscribe(patterns, listener) { return this.listen('pSubscribe', patterns, listener); }
  sSubscribe(names, listener) { return this.listen('sSubscribe', names, listener); }
  unsubscribe(names, listener) { return this.ignore('subscribe', names, listener); }
  pUnsubscribe(patterns, listener) { return this.ignore('pSubscribe', patterns, listener); }
  sUnsubscribe(names, listener) { return this.ignore('sSubscribe', names, listener); }

  async listen(kind, names, listener) {
    const heard = this.subscriptions[kind];
    const fresh = [names].flat().filter((name) => !heard.has(name));
    for (const name of [names].flat()) heard.set(name, (heard.get(name) ?? new Set()).add(listener));
    await this.withEach(fresh, (client, name) => client.subscribe(kind, name));
  }

  // Without a listener: all of them.
  async ignore(kind, names, listener) {
    const heard = this.subscriptions[kind];
    const unheard = [names].flat().filter((name) => {
      const listeners = heard.get(name);
      if (listener) listeners?.delete(listener);
      return (!listener || listeners?.size === 0) && heard.delete(name);
    });
    await this.withEach(unheard, (client, name) => client.unsubscribe(kind, name));
  }

  receive(kind, name, message, channel) {
    for (const listener of this.subscriptions[kind].get(String(name)) ?? []) listener(message, channel);
  }

  async withEach(names, change) {
    const client = this.client ?? this.nextClient;
    try {
      if (client) await Promise.all(names.map((name) => change(client, name)));
    } catch (error) {
      throw ofRedis(error);
    }
  }
{% if adapter == "streams" %}
  disconnect() { return this.close(0); }

  xAdd(key, id, entry, { TRIM } = {}) {
    const trim = TRIM ? [TRIM.strategy, TRIM.strategyModifier, String(TRIM.threshold)] : [];
    return this.sendCommand(['XADD', key, ...trim, id, ...Object.entries(entry).flat()]);
  }

  async xRead([{ key, id }], { COUNT, BLOCK }) {
    const reply = await this.sendCommand(['XREAD', 'COUNT', String(COUNT), 'BLOCK', String(BLOCK), 'STREAMS', key, id]);
    return reply && reply.map(([name, entries]) => ({ name, messages: entries.map(readEntry) }));
  }

  async xRange(key, start, end) {
    return (await this.sendCommand(['XRANGE', key, start, end])).map(readEntry);
  }

  set(key, value, { PX }) { return this.sendCommand(['SET', key, value, 'PX', String(PX)]); }

  // Sent in one go, so that nothing else gets in between.
  multi() {
    const commands = [['MULTI']];
    const transaction = {
      get: (key) => { commands.push(['GET', key]); return transaction; },
      del: (key) => { commands.push(['DEL', key]); return transaction; },
      exec: async () => (await Promise.all([...commands, ['EXEC']].map((it) => this.sendCommand(it)))).at(-1),
    };
    return transaction;
  }
{% endif %}}
{% if adapter == "streams" %}
// [id, [name, value, name, value]], as Redis sends it.
function readEntry([id, fields]) {
  const message = {};
  for (let at = 0; at < fields.length; at += 2) message[fields[at]] = fields[at + 1];
  return { id, message };
}
{% endif %}{% if esm %}
export { RedisConnection, readAddress, isRefusal, isOfRedis };
{%- else %}
module.exports = { RedisConnection, readAddress, isRefusal, isOfRedis };
{%- endif %}
