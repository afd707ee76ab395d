// Plays people at their desks: HTTP calls and Socket.IO clients against one URL, with everything that comes back written
// down in order. After each step it waits until nothing has arrived for a moment, so that two runs can be compared.
// play() lets them go through the chapters of a scenario.

import { createHash } from 'node:crypto';
import { io } from 'socket.io-client';
import { sleep, waitFor } from './processes.mjs';

export const POLLING = ['polling'];
export const UPGRADE = ['polling', 'websocket'];
export const WEBSOCKET = ['websocket'];

const QUIET = 60;
const CONNECT_LIMIT = 4000;
const ARRIVAL_LIMIT = 2500;

// Resolves with the trace; see compare.mjs. A scenario that can't go on rejects, with the trace so far in `error.trace`.
// scenario: { people, chapters: [async (desk) => …] }. reference: the trace that is expected, if one is.
// goOn: is asked after each chapter, with the trace so far and the chapter's name.
export async function play({ people, chapters }, { url, api }, reference = null, goOn = () => true) {
  const desk = new Desk(url, people, () => api.log, reference);
  try {
    for (const chapter of chapters) {
      await chapter(desk);
      if (!(await goOn(desk.trace(), chapter.name))) break;
    }
    return desk.trace();
  } catch (error) {
    // Not enumerable: Node would print all of it.
    Object.defineProperty(error, 'trace', { value: desk.trace() });
    error.message = `${desk.step}: ${error.message}`;
    throw error;
  } finally {
    desk.closeAll();
  }
}

class Desk {
  // people: { name: { transports, namespace, connection } }, where the latter are options of the client. Who has none
  // connects with the token of logIn(), for which it needs an `id` and a `role`.
  // readLog: returns what the API has printed so far.
  constructor(url, people, readLog, reference) {
    Object.assign(this, { url, people, readLog, reference });
    this.http = [];
    this.received = {};
    this.printed = [];
    this.tokens = {};
    this.cookies = {};
    this.sockets = {};
    this.socketIds = new Set();
    this.step = 'start';
    this.steps = 0;
    this.lastArrival = 0;
    this.isBehind = false;
  }

  begin(step) {
    this.step = step;
    this.steps += 1;
  }

  // ---------------------------------------------------------------------------------------------------------------- HTTP

  async call(name, method, path, body) {
    this.begin(`${name ?? 'nobody'} ${method} ${path}`);
    const headers = {};
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (this.tokens[name]) headers.authorization = `Bearer ${this.tokens[name]}`;
    if (this.cookies[name]) headers.cookie = this.cookies[name];
    return this.request(method, path, headers, typeof body === 'string' ? body : JSON.stringify(body), name);
  }

  // The preflight request of a browser: shows what CORS allows without leaving a session behind.
  async preflight(path, origin) {
    this.begin(`preflight ${path} from ${origin}`);
    await this.request('OPTIONS', path, { origin, 'access-control-request-method': 'POST' });
  }

  async request(method, path, headers, body, name) {
    const response = await fetch(this.url + path, { method, headers, body, signal: AbortSignal.timeout(8000) });
    const text = await response.text();
    for (const cookie of response.headers.getSetCookie()) this.cookies[name] = cookie.split(';')[0];
    const answer = { step: this.step, status: response.status, headers: interesting(response.headers), body: readable(text) };
    this.http.push(answer);
    await this.quiet();
    return answer;
  }

  async logIn(name) {
    const { id, role } = this.people[name];
    const answer = await this.call(null, 'POST', '/api/auth/token', { id, name, role });
    this.tokens[name] = answer.body.token;
  }

  // -------------------------------------------------------------------------------------------------------------- sockets

  async connect(name) {
    this.begin(`${name} connects`);
    const { transports } = this.people[name];
    const socket = this.open(name, { auth: { token: this.tokens[name] }, transports });
    this.sockets[name] = socket;
    // What the server demands of its clients: these are options of it.
    socket.io.engine.on('handshake', ({ sid, ...demands }) => this.write(name, '(handshake)', [demands]));
    socket.on('connect', () => this.socketIds.add(socket.id));
    socket.onAny((event, ...args) => this.write(name, event, args));
    socket.on('disconnect', (reason) => this.write(name, '(disconnect)', [reason]));
    socket.on('connect_error', (error) => this.write(name, '(connect_error)', [error.message, error.data]));
    const isThere = () => socket.connected && socket.io.engine.transport.name === transports.at(-1);
    await waitFor(`${name} to connect by ${transports}`, isThere, CONNECT_LIMIT);
    await this.quiet();
  }

  open(name, options) {
    const { namespace = '', connection } = this.people[name] ?? {};
    const cookie = this.cookies[name];
    const extraHeaders = cookie ? { cookie } : {};
    return io(this.url + namespace, { forceNew: true, reconnection: false, extraHeaders, ...options, ...connection });
  }

  // A connection that has to be refused.
  async knock(name, transports = this.people[name].transports, auth = undefined) {
    this.begin(`${name} knocks`);
    const socket = this.open(name, { auth, transports });
    let outcome = null;
    socket.onAny((event, ...args) => this.write(name, event, args));
    socket.on('connect', () => { outcome = ['(connect)', []]; });
    socket.on('connect_error', (error) => { outcome = ['(connect_error)', [error.message, error.data]]; });
    try {
      await waitFor(`${name} to be let in or refused`, () => outcome, CONNECT_LIMIT);
      this.write(name, ...outcome);
    } finally {
      socket.close();
    }
  }

  async say(name, event, ...args) {
    this.begin(`${name} says ${event}`);
    this.sockets[name].emit(event, ...args);
    await this.quiet();
  }

  // As say(), but with an acknowledgement: its arguments are written down where they came in between the events.
  async ask(name, event, ...args) {
    this.begin(`${name} asks ${event}`);
    let isAnswered = false;
    this.sockets[name].emit(event, ...args, (...answer) => {
      this.write(name, `(ack of ${event})`, answer);
      isAnswered = true;
    });
    await waitFor(`the answer to ${name}'s ${event}`, () => isAnswered, CONNECT_LIMIT);
    await this.quiet();
  }

  async leave(name) {
    this.begin(`${name} leaves`);
    this.sockets[name].close();
    await this.quiet(200);
  }

  closeAll() {
    for (const socket of Object.values(this.sockets)) socket.removeAllListeners().offAny().close();
  }

  // -------------------------------------------------------------------------------------------------------------- writing

  write(name, event, args) {
    this.lastArrival = Date.now();
    (this.received[name] ??= []).push({ step: this.step, at: this.steps, event, args });
  }

  // What the API printed since the start that matches: for the values that end in a log only.
  writeLog(pattern) {
    this.printed.push(...this.readLog().split('\n').filter((line) => pattern.test(line)));
  }

  async quiet(milliseconds = QUIET) {
    await this.arrivals();
    const since = Date.now();
    const isQuiet = () => Date.now() - Math.max(since, this.lastArrival) >= milliseconds;
    await sleep(milliseconds);
    await waitFor('a quiet moment', isQuiet, 5000);
  }

  // A machine may be busy: what had come by now in the reference gets time to come. Once something has not, all is lost.
  async arrivals() {
    if (!this.reference || this.isBehind) return;
    const due = Object.entries(this.reference.clients).map(([name, events]) => [name, events.filter(({ at }) => at <= this.steps).length]);
    const areThere = () => due.every(([name, count]) => (this.received[name] ?? []).length >= count);
    await waitFor('what is due', areThere, ARRIVAL_LIMIT).catch(() => { this.isBehind = true; });
  }

  // Only what differs between two runs of the same program is masked: times, tokens, socket ids.
  trace() {
    let json = JSON.stringify({ steps: this.steps, http: this.http, clients: this.received, printed: this.printed });
    json = json.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>');
    json = json.replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<jwt>');
    for (const id of this.socketIds) json = json.replaceAll(id, '<socket>');
    return JSON.parse(json);
  }
}

// A proxy adds headers of its own (date, connection, server); these are the application's.
function interesting(headers) {
  const kept = [...headers].filter(([name]) => /^(content-type|location|vary|access-control-)/.test(name));
  return Object.fromEntries(kept.sort());
}

// JSON as JSON; a long text as its checksum.
function readable(text) {
  try {
    return JSON.parse(text);
  } catch {
    if (text.length <= 500) return text;
    return { length: text.length, sha256: createHash('sha256').update(text).digest('hex') };
  }
}
