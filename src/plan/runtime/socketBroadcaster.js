{% if ts %}// @ts-nocheck - what has types is what callers see, at the end of this file
{% elif not esm %}'use strict';
{% endif %}// @iomigrate broadcaster
//
{% if in_api %}// Talks to the Socket.IO server of this very process, which attach(io) was told of. Once that server is taken out of
// the API, this file is written anew, and talks to it through Redis.
{% else %}// Talks to the dedicated Socket.IO server (socketio-server.js) from any process, through Redis. There is no Socket.IO
// server and no port in here, so any number of API processes can run side by side.
{% endif %}//
//   socketBroadcaster.broadcast(event, ...args)                 everybody
//   socketBroadcaster.broadcastToRoom(rooms, event, ...args)    one room, or the union of several (one delivery each)
//   socketBroadcaster.to(room).except(room).emit(event, ...)    the chain of `io`, same names, same meaning
//   await socketBroadcaster.in(room).fetchSockets()             questions are answered by the server, so they are awaited
//
{% if not in_api %}// Nothing connects until the first use. An emit never throws and never rejects because of Redis: while Redis is away,
// events wait in a bounded queue; see stats().
//
{% endif %}// In the project's own tests, with SOCKET_IO_BROADCASTER=memory, nothing ever connects:
//
//   socketBroadcaster.sent                    [{ nsp, rooms, except, flags, event, args }, ...]: what would have been sent
//   socketBroadcaster.answers.roomSize = 2    what a question gets: a value, or a function of the question
//   socketBroadcaster.clear()                 forgets both
{% if esm %}
{% if not in_api %}import { randomUUID } from 'node:crypto';
{% if adapter == "classic" %}import { Emitter } from '@socket.io/redis-emitter';
{% endif %}import { RedisConnection } from './socketRedis{{ suffix }}';
{% endif %}import * as wire from './socketWire{{ suffix }}';
{% else %}
{% if not in_api %}const { randomUUID } = require('node:crypto');
{% if adapter == "classic" %}const { Emitter } = require('@socket.io/redis-emitter');
{% endif %}const { RedisConnection } = require('./socketRedis{{ suffix }}');
{% endif %}const wire = require('./socketWire{{ suffix }}');
{% endif %}{% if not in_api %}
const logRedisError = wire.createQuietLog('[socketBroadcaster] Redis');
{% endif %}
function failure(code, message) {
  return Object.assign(new Error(message), { code });
}

{% if not in_api %}// ------------------------------------------------------------------------------------------------------------ publishing

// The socket server needs a moment to subscribe again after a Redis outage. Until it has, a publish reaches nobody.
const RESUBSCRIBE_GRACE_MS = 5000;
const RESUBSCRIBE_POLL_MS = 100;

// How many events may be under way to Redis. If the connection breaks they are lost, while those in the queue are not.
const UNDER_WAY_MAX = 100;
{% if adapter == "streams" %}
// How many events the stream keeps, roughly.
const STREAM_LENGTH = 10000;
{% endif %}
// How long a process that has nothing else to do waits for a Redis that stays away.
const EXIT_PATIENCE_MS = 10000;

// One connection to Redis and the events that wait for it. `publish` never rejects: nobody looks at its promise, and an
// unhandled rejection would end the process. A process is held back by what is under way, by nothing else.
class Publisher {
  constructor() {
    this.queueMax = Number(process.env.SOCKET_IO_QUEUE_MAX || 1000);
    this.queue = [];
    this.underWay = 0;
    this.patience = null;
    this.isProbing = false;
    this.isClosed = false;
    this.counters = { published: 0, unheard: 0, failed: 0, dropped: 0 };
    this.lastError = null;
    this.redis = new RedisConnection();
    this.redis.on('error', (error) => this.noteError(error));
    this.redis.on('ready', () => {
      if (this.lastError) this.probe();
      else this.sendQueued();
      this.adapterCheck = wire.checkAdapter(this.redis).catch((error) => this.noteError(error));
    });
    // Resolves when it has ended, well or badly.
    this.firstAttempt = this.redis.attempt().catch(() => {});
    this.sayWhatIsLost = () => {
      const count = this.queue.length + this.underWay;
      if (count > 0) console.error(`[socketBroadcaster] ends before ${count} event(s) could be sent: Redis does not answer`);
    };
    process.once('exit', this.sayWhatIsLost);
  }

  hold() {
    if (this.queue.length + this.underWay > 0 && !this.isClosed) {
      this.patience ??= setTimeout(() => {}, EXIT_PATIENCE_MS);
    } else {
      clearTimeout(this.patience);
      this.patience = null;
    }
  }

  noteError(error) {
    this.lastError = error;
    logRedisError(error);
  }

  // In order. Resolves with the number of processes that received the message; 0 as well if it was lost.
  publish(channel, message) {
    return new Promise((resolve) => {
      this.queue.push({ channel, message, resolve });
      if (this.isClosed) this.drop(this.queue.pop());
      else if (this.queue.length > this.queueMax) this.drop(this.queue.shift());
      this.sendQueued();
      this.hold();
    });
  }

  drop(event) {
    this.counters.dropped += 1;
    event.resolve(0);
  }

  sendQueued() {
    while (this.queue.length > 0 && this.redis.isReady && !this.isProbing && this.underWay < UNDER_WAY_MAX) {
      const event = this.queue.shift();
      this.send(event).then((receivers) => this.settle(event, receivers));
    }
  }

  settle(event, receivers) {
    if (receivers === 0) this.counters.unheard += 1;
    event.resolve(receivers ?? 0);
    this.sendQueued();
  }

  // Redis was away: the socket server has to subscribe again before anybody can be reached. Until it has, and for as long as
  // that may take, the first event is tried again and all others wait.
  async probe() {
    if (this.isProbing) return;
    this.isProbing = true;
    const giveUpAt = Date.now() + RESUBSCRIBE_GRACE_MS;
    let receivers = 0;
    while (this.queue.length > 0 && this.redis.isReady && receivers === 0 && Date.now() < giveUpAt && !this.isClosed) {
      const event = this.queue.shift();
      receivers = await this.send(event);
      if (receivers === 0) {
        this.queue.unshift(event);
        this.hold();
        await wire.pause(RESUBSCRIBE_POLL_MS);
      } else {
        this.settle(event, receivers);
      }
    }
    this.isProbing = false;
    this.sendQueued();
  }

  // Resolves with null if it failed: whether it arrived nobody knows, and twice would be worse than never.
  async send({ channel, message }) {
    this.underWay += 1;
    this.hold();
    try {
      const receivers = await this.write(channel, message);
      this.counters.published += 1;
      return receivers;
    } catch (error) {
      this.counters.failed += 1;
      this.noteError(error);
      return null;
    } finally {
      this.underWay -= 1;
      this.hold();
    }
  }

{% if adapter == "streams" %}  // A stream keeps what it is given, so that a server that is away for a moment finds it there.
  async write(stream, entry) {
    await this.redis.xAdd(stream, '*', entry, { TRIM: { strategy: 'MAXLEN', strategyModifier: '~', threshold: STREAM_LENGTH } });
    return 1;
  }
{% elif adapter == "sharded" %}  write(channel, message) {
    const isQuestion = channel === wire.questionChannel();
    return isQuestion ? this.redis.publish(channel, message) : this.redis.sPublish(channel, message);
  }
{% else %}  write(channel, message) {
    return this.redis.publish(channel, message);
  }
{% endif %}
  // Rejects at once while Redis is away: an answer is wanted now or not at all.
  async reachable() {
    await this.firstAttempt;
    if (this.isClosed) throw failure('SOCKET_BROADCASTER_CLOSED', 'socketBroadcaster was closed');
    if (!this.redis.isReady) throw failure('SOCKET_SERVER_UNAVAILABLE', 'Redis is not reachable');
  }

  // Whether the first attempt reached it. Whoever waits for that holds the process back. Rejects on another adapter.
  async isReached() {
    const patience = setTimeout(() => {}, EXIT_PATIENCE_MS);
    await this.firstAttempt;
    await this.adapterCheck;
    clearTimeout(patience);
    if (this.lastError?.code === 'SOCKET_ADAPTER_MISMATCH') throw this.lastError;
    return this.redis.isReady;
  }

  async close() {
    this.isClosed = true;
    this.hold();
    const giveUpAt = Date.now() + 1000;
    await Promise.race([this.firstAttempt, wire.pause(1000)]);
    while (this.queue.length > 0 && this.redis.isReady && Date.now() < giveUpAt) await wire.pause(10);
    await this.redis.close();
    if (this.queue.length === 0) process.off('exit', this.sayWhatIsLost);
  }
}

// ------------------------------------------------------------------------------------------------------------- questions

// Questions and answers over Redis. The connection that listens for answers opens with the first question; it is never the
// publisher's, because a connection that subscribes cannot publish any more.
class Questions {
  constructor(publisher) {
    this.publisher = publisher;
    this.timeout = Number(process.env.SOCKET_IO_RPC_TIMEOUT_MS || 5000);
    this.replyChannel = `${wire.questionChannel()}-reply#${randomUUID()}`;
    this.pending = new Map();
    this.subscriber = null;
    this.isClosed = false;
  }

  ask(question, timeout = this.timeout) {
    const id = randomUUID();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.giveUp(id, timeout), timeout);
      this.pending.set(id, { question, answers: [], servers: Infinity, resolve, reject, timer });
      this.send({ ...question, id, replyTo: this.replyChannel }).catch((error) => this.settle(id, error));
    });
  }

  async send(question) {
    const message = wire.encode(question);
    await this.publisher.reachable();
    await this.listen();
    const servers = await this.deliver(message);
    if (servers === 0) throw failure('SOCKET_SERVER_UNAVAILABLE', 'no Socket.IO server is listening');
    this.conclude(question.id, { servers });
  }

{% if adapter == "streams" %}  // Through the stream, so that it is answered after what was sent before it. Who has subscribed tells whether a server runs.
  async deliver(message) {
    const channel = wire.questionChannel();
    const [listeners] = await this.publisher.redis.countListeners([channel]);
    const target = { nsp: '/', rooms: [], except: [], flags: {} };
    const entry = wire.clusterMessage(target, 'serverSideEmit', [channel, Buffer.from(message).toString('base64')]);
    if (listeners === 0) return 0;
    const isWritten = await this.publisher.publish(wire.clusterChannel(), entry);
    return isWritten ? listeners : 0;
  }
{% else %}  // Resolves with the number of servers that received it.
  deliver(message) {
    return this.publisher.publish(wire.questionChannel(), message);
  }
{% endif %}
  // The timers of the questions hold the process back, not this connection.
  async listen() {
    if (this.isClosed) throw failure('SOCKET_BROADCASTER_CLOSED', 'socketBroadcaster was closed');
    this.subscriber ??= this.openSubscriber();
    try {
      await this.subscriber.attempt();
    } catch (error) {
      throw failure('SOCKET_SERVER_UNAVAILABLE', `no answers can be received: ${error.message}`);
    }
  }

  openSubscriber() {
    const subscriber = this.publisher.redis.duplicate();
    subscriber.on('error', logRedisError);
    subscriber.subscribe(this.replyChannel, (bytes) => this.receive(bytes));
    return subscriber;
  }

  // What throws in here would end the process, and anybody on this Redis can publish anything.
  receive(bytes) {
    try {
      const { id, ...answer } = wire.decodeOurs(bytes);
      this.conclude(id, { answer });
    } catch (error) {
      logRedisError(error);
    }
  }

  // Every server that received the question answers it. How many did, Redis may tell after the first of their answers.
  conclude(id, { answer, servers }) {
    const pending = this.pending.get(id);
    if (!pending) return;
    if (answer) pending.answers.push(answer);
    else pending.servers = servers;
    if (pending.answers.length < pending.servers) return;
    try {
      this.settle(id, null, wire.putTogether(pending.question, pending.answers));
    } catch (error) {
      this.settle(id, error);
    }
  }

  giveUp(id, timeout) {
    const { question, answers, servers } = this.pending.get(id);
    const all = servers === Infinity ? 'the' : servers; // Redis did not tell in time
    const some = answers.length > 0 ? `only ${answers.length} of ${all} Socket.IO servers gave an` : 'no';
    this.settle(id, failure('SOCKET_RPC_TIMEOUT', `${some} answer to "${question.op}" in ${timeout} ms`));
  }

  settle(id, error, result) {
    const question = this.pending.get(id);
    if (!question) return;
    this.pending.delete(id);
    clearTimeout(question.timer);
    if (error) question.reject(error);
    else question.resolve(result);
  }

  async close() {
    this.isClosed = true;
    for (const id of this.pending.keys()) this.settle(id, failure('SOCKET_BROADCASTER_CLOSED', 'socketBroadcaster was closed'));
    await this.subscriber?.close();
  }
}

{% endif %}// --------------------------------------------------------------------------------------------------------- the ways out

// A room joined as a string, number or boolean can be named from another process. An object (an ObjectId that was not
// made a string) equals nothing but itself: `io` reaches nobody with it, and so does this.
function nameable(room) {
  return ['string', 'number', 'boolean'].includes(typeof room) ? room : null;
}

// emit(event, ..., callback): what came of emitWithAck(), for those who want to be called.
function callBack(promise, callback, { isSingle }) {
  promise.then(
    (responses) => callback(null, responses),
    (error) => callback(error, isSingle ? null : error.responses ?? []),
  );
  return true;
}

function takeCallback(args) {
  return typeof args[args.length - 1] === 'function' ? args[args.length - 1] : null;
}

{% if not in_api %}// To the dedicated server, through Redis.
class RedisLink {
  constructor() {
    this.publisher = new Publisher();
    this.questions = new Questions(this.publisher);
{% if adapter == "classic" %}    const redis = { publish: (channel, message) => this.publisher.publish(channel, message) };
    this.emitter = new Emitter(redis, { key: wire.redisKey(), parser: wire });
{% endif %}  }

  run(target, method, args) {
    const named = { ...target, rooms: target.rooms.map(nameable), except: target.except.map(nameable) };
    if (method === 'fetchSockets' || method === 'allSockets') return this.ask({ op: method, target: named });
    if (method === 'emitWithAck') return this.emitWithAck(named, args);
    const callback = method === 'emit' && takeCallback(args);
    if (callback) return callBack(this.emitWithAck(named, args.slice(0, -1)), callback, named.flags);
{% if adapter == "classic" %}    if (method === 'serverSideEmit') return this.serverSideEmit(named, args);
    return this.operatorFor(named)[method](...args);
  }

  operatorFor({ nsp, rooms, except, flags }) {
    let operator = this.emitter.of(nsp).to(rooms).except(except);
    if (flags.volatile) operator = operator.volatile;
    if ('compress' in flags) operator = operator.compress(flags.compress);
    return operator;
  }

  serverSideEmit({ nsp }, args) {
    this.emitter.of(nsp).serverSideEmit(...args);
    return true;
  }
{% else %}    this.publisher.publish(wire.clusterChannel(named.nsp), wire.clusterMessage(named, method, args));
    return true;
  }
{% endif %}
  // `io` gives clients 1 ms if no timeout was set, so such a call could only ever fail; here it gets the RPC timeout.
  async emitWithAck(target, args) {
    const timeout = target.flags.timeout ?? this.questions.timeout;
    const question = { op: 'emitWithAck', target: { ...target, flags: { ...target.flags, timeout } }, args };
    const responses = await this.ask(question, timeout + 1000);
    return target.flags.isSingle ? responses[0] : responses;
  }

  ask(question, timeout) {
    return this.questions.ask(question, timeout);
  }

  stats() {
    const { redis, counters, queue, lastError } = this.publisher;
    const lastProblem = lastError && (lastError.message || lastError.code);
    return { connected: redis.isReady, ...counters, queued: queue.length, pending: this.questions.pending.size, lastProblem };
  }

  // Holds the process back until all is closed, which takes some seconds at most.
  async close() {
    const patience = setTimeout(() => {}, EXIT_PATIENCE_MS);
    await this.questions.close();
    await this.publisher.close();
    clearTimeout(patience);
  }
}

{% endif %}// To a Socket.IO server in this very process: each chain is built again on `io` itself. See attach().
class LocalLink {
  constructor(io, queries) {
    this.io = io;
    this.queries = queries;
  }

  run(target, method, args) {
    return wire.operatorFor(this.io, target)[method](...args);
  }

  ask(question) {
    return wire.answer(this.io, question, this.queries).then((result) => wire.putTogether(question, [{ result }]));
  }
}

const ANSWERS_WITHOUT_CLIENTS = {
  clientsCount: 0, socketsCount: 0, roomSize: 0, rooms: [], fetchSockets: [], allSockets: [], emitWithAck: [], queryAll: [],
};

// Nowhere: for tests. Keeps the arguments as a client would get them, so a Date is text, and what was changed later is not.
class MemoryLink {
  constructor() {
    this.sent = [];
    this.answers = {};
  }

  run(target, method, args) {
    if (method === 'fetchSockets' || method === 'allSockets') return this.ask({ op: method, target });
    const callback = method === 'emit' && takeCallback(args);
    this.record(target, method, callback ? args.slice(0, -1) : args);
    if (callback) return callBack(this.ask({ op: 'emitWithAck', target, args }), callback, target.flags);
    return method === 'emitWithAck' ? this.ask({ op: method, target, args }) : true;
  }

  record({ nsp, rooms, except, flags: { isSingle, ...flags } }, method, args) {
    const target = { nsp, rooms: rooms.map(nameable), except: except.map(nameable), flags };
    const received = wire.decodeOurs(Buffer.from(wire.encode(args)));
    if (method.startsWith('emit')) this.sent.push({ ...target, event: received[0], args: received.slice(1) });
    else this.sent.push({ ...target, method, args: received });
  }

  async ask(question) {
    const answer = this.answers[question.op] ?? ANSWERS_WITHOUT_CLIENTS[question.op];
    return typeof answer === 'function' ? answer(question) : answer;
  }

  clear() {
    this.sent.length = 0;
    for (const op of Object.keys(this.answers)) delete this.answers[op];
  }
}

{% if in_api %}// Nowhere: the server is still made in the API's own process, which attaches it. Any other process has none, as before.
class NoLink {
  constructor() {
    this.isSaid = false;
  }

  run(target, method) {
    if (!this.isSaid) console.error('[socketBroadcaster] no Socket.IO server is attached in this process: nothing is sent');
    this.isSaid = true;
    return ['fetchSockets', 'allSockets', 'emitWithAck'].includes(method) ? this.ask() : true;
  }

  async ask() {
    throw failure('SOCKET_SERVER_UNAVAILABLE', 'no Socket.IO server is attached in this process');
  }
}

{% endif %}// Decides at the moment of each call which way it goes. Chains may be kept from before attach() was called.
class Switchboard {
  constructor() {
    this.memory = new MemoryLink();
    this.local = null;
{%- if in_api %}
    this.nowhere = new NoLink();
{%- else %}
    this.redis = null;
{%- endif %}
  }

  get way() {
    if (process.env.SOCKET_IO_BROADCASTER === 'memory') return this.memory;
    if (this.local) return this.local;
{%- if in_api %}
    return this.nowhere;
{%- else %}
    this.redis ??= new RedisLink();
    return this.redis;
{%- endif %}
  }

  run(target, method, args) {
    return this.way.run(target, method, args);
  }

  async ask(question) {
    return this.way.ask(question);
  }
}

// ------------------------------------------------------------------------------------------------------ the chain of `io`

function asList(value) {
  return Array.isArray(value) ? value : [value];
}

// Immutable, as Socket.IO's own: each step returns a new operator.
class Operator {
  constructor(switchboard, target) {
    Object.defineProperty(this, 'switchboard', { value: switchboard });
    Object.defineProperty(this, 'target', { value: target });
  }

  with(change) { return new Operator(this.switchboard, { ...this.target, ...change }); }
  withFlag(name, value) { return this.with({ flags: { ...this.target.flags, [name]: value } }); }
  run(method, args) { return this.switchboard.run(this.target, method, args); }

  to(room) { return this.with({ rooms: [...new Set([...this.target.rooms, ...asList(room)])] }); }
  in(room) { return this.to(room); }
  except(room) { return this.with({ except: [...new Set([...this.target.except, ...asList(room)])] }); }
  get volatile() { return this.withFlag('volatile', true); }
  // All sockets live in the dedicated server, so from here "local" means all of them.
  get local() { return this.withFlag('local', true); }
  compress(isCompressed) { return this.withFlag('compress', isCompressed); }
  timeout(milliseconds) { return this.withFlag('timeout', milliseconds); }

  emit(event, ...args) { return this.run('emit', [event, ...args]); }
  emitWithAck(event, ...args) { return this.run('emitWithAck', [event, ...args]); }
  socketsJoin(rooms) { this.run('socketsJoin', [rooms]); }
  socketsLeave(rooms) { this.run('socketsLeave', [rooms]); }
  disconnectSockets(isClosing = false) { this.run('disconnectSockets', [isClosing]); }

  async fetchSockets() {
    const sockets = await this.run('fetchSockets', []);
    return sockets.map((socket) => (socket.emit ? socket : new RemoteSocket(this, socket)));
  }

  async allSockets() { return new Set(await this.run('allSockets', [])); }
}

class Namespace extends Operator {
  constructor(switchboard, nsp) { super(switchboard, { nsp, rooms: [], except: [], flags: {} }); }

  get name() { return this.target.nsp; }
  send(...args) { this.emit('message', ...args); return this; }
  write(...args) { return this.send(...args); }
  serverSideEmit(event, ...args) { return this.run('serverSideEmit', [event, ...args]); }
}

// A socket of the dedicated server, as it was when it was fetched. What is done to it is done over there.
class RemoteSocket {
  constructor(namespace, { id, handshake, rooms, data }) {
    Object.assign(this, { id, handshake, rooms: new Set(rooms), data });
    const target = { nsp: namespace.target.nsp, rooms: [id], except: [], flags: { isSingle: true } };
    Object.defineProperty(this, 'operator', { value: new Operator(namespace.switchboard, target) });
  }

  timeout(milliseconds) { return this.operator.timeout(milliseconds); }
  emit(event, ...args) { return this.operator.emit(event, ...args); }
  join(rooms) { this.operator.socketsJoin(rooms); }
  leave(rooms) { this.operator.socketsLeave(rooms); }
  disconnect(isClosing = false) { this.operator.disconnectSockets(isClosing); return this; }
}

// -------------------------------------------------------------------------------------------------------- the broadcaster

const UNUSED = { connected: false, published: 0, unheard: 0, failed: 0, dropped: 0, queued: 0, pending: 0, lastProblem: null{% if ts %} as string | null{% endif %} };

function createSocketBroadcaster(){% if ts %}: SocketBroadcaster{% endif %} {
  const switchboard = new Switchboard();
  const io = new Namespace(switchboard, '/');
  const ask = (question) => switchboard.ask(question);

  const broadcast = (event, ...args) => io.emit(event, ...args);
  const broadcastToRoom = (rooms, event, ...args) => io.to(rooms).emit(event, ...args);

  const named = {
    broadcast,
    broadcastToRoom,
    notifyUser: (userId, notification) => broadcastToRoom(`user_${userId}`, 'notification', notification),
    notifyRole: (role, notification) => broadcastToRoom(`role_${role}`, 'notification', notification),
{%- for method in methods %}
    {{ method.name }}: ({{ method.parameters }}) => {% if method.rooms %}broadcastToRoom({{ method.rooms }}, {% else %}broadcast({% endif %}{{ method.event }}, ...args),
{%- endfor %}
  };

  const questions = {
    clientsCount: () => ask({ op: 'clientsCount' }),
    socketsCount: (nsp = '/') => ask({ op: 'socketsCount', nsp }),
    roomSize: (room, nsp = '/') => ask({ op: 'roomSize', room, nsp }),
    // A copy of `adapter.rooms`: room -> ids of its sockets.
    rooms: async (nsp = '/') => new Map((await ask({ op: 'rooms', nsp })).map(([room, ids]) => [room, new Set(ids)])),
    // Asks for what the socket server put into `socketQueries` under this name. Of several servers, each has an answer.
    query: (name, ...args) => ask({ op: 'query', name, args }),
    queryAll: (name, ...args) => ask({ op: 'queryAll', name, args }),
  };

  const lifeCycle = {
    of: (name) => new Namespace(switchboard, String(name).startsWith('/') ? name : `/${name}`),

    // For a server that still lives in this process: from now on everything goes straight to `server`{% if not in_api %}, nothing to Redis{% endif %}.
    // `queries`: what it knows besides.
    attach(server, queries) {
      switchboard.local = new LocalLink(server, queries);
      return io;
    },

    // Optional, at start-up: saves the first event the wait for the connection. Resolves with whether Redis was reached;
    // if it was not, the attempts go on by themselves. Rejects if the server was made for another adapter.
    async connect() {
      const { publisher } = switchboard.way;
      return publisher ? publisher.isReached() : true;
    },

    stats: () => ({ ...UNUSED, ...switchboard.redis?.stats() }),

    // Sends what is still queued and lets go of Redis, so that the process can end.
    async close() {
      if (switchboard.redis) await switchboard.redis.close();
    },
  };

  const { sent, answers } = switchboard.memory;
  const forTests = { sent, answers, clear: () => switchboard.memory.clear() };

  return Object.assign(io, named, questions, lifeCycle, forTests);
}

{% if ts %}// ----------------------------------------------------------------------------------------------------------------- types

// Rooms, events and payloads are whatever `io` was given: the code that was rewritten often had it without a type.
type Rooms = any;
type Event = any;

export interface FetchedSocket {
  readonly id: string;
  readonly handshake: any;
  readonly rooms: Set<string>;
  readonly data: any;
  timeout(milliseconds: number): BroadcastOperator;
  emit(event: Event, ...args: any[]): boolean;
  join(rooms: Rooms): void;
  leave(rooms: Rooms): void;
  disconnect(isClosing?: boolean): this;
}

export interface BroadcastOperator {
  to(rooms: Rooms): BroadcastOperator;
  in(rooms: Rooms): BroadcastOperator;
  except(rooms: Rooms): BroadcastOperator;
  readonly volatile: BroadcastOperator;
  readonly local: BroadcastOperator;
  compress(isCompressed: boolean): BroadcastOperator;
  timeout(milliseconds: number): BroadcastOperator;
  emit(event: Event, ...args: any[]): boolean;
  emitWithAck(event: Event, ...args: any[]): Promise<any>;
  socketsJoin(rooms: Rooms): void;
  socketsLeave(rooms: Rooms): void;
  disconnectSockets(isClosing?: boolean): void;
  fetchSockets(): Promise<FetchedSocket[]>;
  allSockets(): Promise<Set<string>>;
}

export interface BroadcastNamespace extends BroadcastOperator {
  readonly name: string;
  send(...args: any[]): this;
  write(...args: any[]): this;
  serverSideEmit(event: Event, ...args: any[]): boolean;
}

// With SOCKET_IO_BROADCASTER=memory; one of `event` (an emit) and `method` (anything else).
export interface SentMessage {
  nsp: string;
  rooms: any[];
  except: any[];
  flags: Record<string, unknown>;
  event?: any;
  method?: string;
  args: any[];
}

export interface SocketBroadcaster extends BroadcastNamespace {
  broadcast(event: Event, ...args: any[]): boolean;
  broadcastToRoom(rooms: Rooms, event: Event, ...args: any[]): boolean;
  notifyUser(userId: any, notification?: any): boolean;
  notifyRole(role: any, notification?: any): boolean;
{%- for method in methods %}
  {{ method.name }}({{ method.typed_parameters }}): boolean;
{%- endfor %}
  clientsCount(): Promise<number>;
  socketsCount(nsp?: string): Promise<number>;
  roomSize(room: any, nsp?: string): Promise<number>;
  rooms(nsp?: string): Promise<Map<string, Set<string>>>;
  query(name: string, ...args: any[]): Promise<any>;
  queryAll(name: string, ...args: any[]): Promise<any[]>;
  of(name: any): BroadcastNamespace;
  attach(server: any, queries?: Record<string, (...args: any[]) => any>): this;
  connect(): Promise<boolean>;
  stats(): typeof UNUSED;
  close(): Promise<void>;
  readonly sent: SentMessage[];
  readonly answers: Record<string, any>;
  clear(): void;
}

{% endif %}// One for the whole process.
const socketBroadcaster{% if ts %}: SocketBroadcaster{% endif %} = createSocketBroadcaster();
{% if ts and global %}
declare global {
  var socketBroadcaster: SocketBroadcaster;
}
{% endif %}{% if esm %}
export { createSocketBroadcaster };
export default socketBroadcaster;
{%- else %}
module.exports = socketBroadcaster;
module.exports.createSocketBroadcaster = createSocketBroadcaster;
{%- endif %}
