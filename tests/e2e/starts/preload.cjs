// Loaded with --require into every process of a back end: it listens on a free port of this machine, reaches nothing beyond
// it, has a database that is always empty, and says what it does in the file that STARTS_NOTES names. It publishes an
// event through its own broadcaster when the file that STARTS_ASK names is there. Packages that it does not list may be
// stubs, too: those in STARTS_ABSENT, or any (`*`).

'use strict';

const { appendFileSync, existsSync, readFileSync } = require('node:fs');
const Module = require('node:module');
const net = require('node:net');
const { pathToFileURL } = require('node:url');
const { emptied } = require('./databases.cjs');

const { STARTS_ABSENT, STARTS_ASK, STARTS_NOTES, STARTS_REDIS } = process.env;
const POLL_MS = 100;

const note = (it) => appendFileSync(STARTS_NOTES, `${JSON.stringify({ pid: process.pid, ...it })}\n`);

const { listen } = net.Server.prototype;
net.Server.prototype.listen = function listenHere(...args) {
  const callback = args.find((it) => typeof it === 'function');
  const isPipe = typeof args[0] === 'string' && Number.isNaN(Number(args[0]));
  if (isPipe || args[0]?.path) return listen.apply(this, args);
  this.once('listening', () => {
    note({ listens: this.address().port });
    waitForQuestion();
  });
  return listen.call(this, { port: 0, host: '127.0.0.1' }, callback);
};

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function connectHere(...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : net._normalizeArgs(args);
  const { host = 'localhost', port, path } = options;
  if (path && !port) return connect.apply(this, args);
  // Where Redis is by default is where somebody else's may be.
  if (Number(port) === 6379) return connect.call(this, { port: Number(STARTS_REDIS), host: '127.0.0.1' }, args.find((it) => typeof it === 'function'));
  if (['localhost', '127.0.0.1', '::1'].includes(host)) return connect.apply(this, args);
  const refused = Object.assign(new Error(`connect ECONNREFUSED ${host}:${port}`), { code: 'ECONNREFUSED', host, port });
  process.nextTick(() => this.destroy(refused));
  return this;
};

const seen = new WeakSet();
const { _load: load } = Module;
Module._load = function loadWatched(request, parent, ...rest) {
  const name = packageOf(request, parent);
  let loaded;
  try {
    loaded = load.call(this, request, parent, ...rest);
  } catch (error) {
    const stub = emptied.broken(name, request, error) ?? emptied.absent(name, parent, error, STARTS_ABSENT);
    if (!stub) throw error;
    note({ stubbed: request });
    return stub;
  }
  if (!name || loaded === null || !['object', 'function'].includes(typeof loaded) || seen.has(loaded)) return loaded;
  seen.add(loaded);
  if (name === 'socket.io' && loaded.Server) watchSocketIo(loaded);
  const replaced = emptied.patch(name, loaded);
  if (replaced === loaded) return loaded;
  seen.add(replaced);
  // Modules of the other kind take it from there.
  const cached = Module._cache[Module._resolveFilename(request, parent)];
  if (cached) cached.exports = replaced;
  return replaced;
};

// The package that a file outside of it asks for: `mongoose`, or a path to its main file, which is how ES modules ask.
function packageOf(request, parent) {
  if (request.startsWith('node:') || request.startsWith('.')) return null;
  if (!request.startsWith('/')) return request;
  if (parent) return null;
  const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(request) ?? [];
  return name ?? null;
}

function watchSocketIo({ Server }) {
  note({ loaded: 'socket.io' });
  const { initEngine } = Server.prototype;
  if (!initEngine) return;
  Server.prototype.initEngine = function initEngineWatched(server, options) {
    note({ path: options?.path ?? '/socket.io' });
    return initEngine.call(this, server, options);
  };
}

let isWaiting = false;

function waitForQuestion() {
  if (isWaiting) return;
  isWaiting = true;
  const timer = setInterval(async () => {
    if (!existsSync(STARTS_ASK)) return;
    clearInterval(timer);
    const { event, files } = JSON.parse(readFileSync(STARTS_ASK, 'utf8'));
    try {
      const broadcaster = await broadcasterOf(files);
      broadcaster.broadcast(event, 'arrived');
      note({ counted: await broadcaster.clientsCount() });
    } catch (error) {
      note({ unpublished: String(error) });
    }
  }, POLL_MS);
  timer.unref();
}

// The one that the program itself uses: a second one would not be attached.
async function broadcasterOf(files) {
  const cached = Object.keys(Module._cache).find((it) => /\/socketBroadcaster\.[cm]?[jt]s$/.test(it) && !it.includes('node_modules'));
  const isTypeScript = /\.[cm]?ts$/.test(process.argv[1]);
  const near = files.filter((it) => /\.[cm]?ts$/.test(it) === isTypeScript).sort((a, b) => shared(b) - shared(a));
  let found = cached ? Module._cache[cached].exports : await import(pathToFileURL(near[0]));
  // An ES module, or one that was compiled from one, or both.
  while (!found.broadcast) found = found.default;
  return found;
}

// How much of the path of the program a path has.
const shared = (path) => [...path].findIndex((letter, at) => letter !== process.argv[1][at]);
