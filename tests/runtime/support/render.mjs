// Renders the runtime templates into a small Node project on disk, the way `iomigrate apply` does with minijinja.
// Nunjucks understands the part of the syntax that the templates use.

import { mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import nunjucks from 'nunjucks';

const here = dirname(fileURLToPath(import.meta.url));
const templates = join(here, '../../../src/plan/runtime');
const modules = join(here, '../node_modules');

export function render(template, variables = {}) {
  const environment = new nunjucks.Environment(null, { autoescape: false, throwOnUndefined: true });
  return environment.renderString(readFileSync(join(templates, template), 'utf8'), variables);
}

// What a person's own server.js would have contributed.
export const SETUP = `const io = new Server(server, { cors: { origin: '*' }, transports: ['polling', 'websocket'] });
const admin = io.of('/admin');

for (const nsp of [io.of('/'), admin]) {
  nsp.on('connection', (socket) => {
    socket.data.name = socket.handshake.auth.name;
    socket.join(socket.handshake.auth.rooms || []);
    socket.on('join', (room, done) => { socket.join(room); done(); });
  });
}
io.on('note', (...args) => io.emit('noted', ...args));
socketQueries.names = (prefix) => [...io.of('/').sockets.values()].map((s) => prefix + s.data.name).sort();`;

function prologue(esm) {
  return esm
    ? "import { Server } from 'socket.io';\nimport { socketQueries } from './utils/socketRuntime.js';"
    : "const { Server } = require('socket.io');\nconst { socketQueries } = require('./utils/socketRuntime');";
}

const METHODS = [
  { name: 'ticketCreated', parameters: '...args', typed_parameters: '...args: any[]', rooms: "['role_admin', 'role_agent']", event: "'ticket_created'" },
  { name: 'systemAlert', parameters: '...args', typed_parameters: '...args: any[]', rooms: '', event: "'system_alert'" },
];

// The installed versions of the packages that a project may talk to Redis with.
export const CLIENTS = ['redis4', 'redis5', 'redis', 'ioredis5', 'ioredis'];

// redis: one of CLIENTS.
export function createProject({ esm = false, redis = 'redis', setup = SETUP, strict = true, methods = METHODS, redisKey = 'socket.io', adapter = 'classic', inApi = false, logger = '' } = {}) {
  const root = mkdtempSync(join(tmpdir(), 'iomigrate-runtime-'));
  mkdirSync(join(root, 'src/utils'), { recursive: true });
  linkModules(root, redis);
  const extension = esm ? '.js' : '';
  const server = {
    esm, strict, setup, source: 'server.js', server_name: 'server', io_name: 'io',
    prologue: prologue(esm), rest: '', runtime_path: `./utils/socketRuntime${extension}`, quote: "'", semicolon: ';', logger,
  };
  const files = {
    'package.json': JSON.stringify({ private: true, type: esm ? 'module' : 'commonjs' }),
    'src/socketio-server.js': render('dedicated-server.js', server),
    'src/utils/socketRuntime.js': render('socketRuntime.js', { esm, ts: false, global: false, adapter, suffix: extension, socket_port: 3002, broadcaster_path: `./socketBroadcaster${extension}` }),
    'src/utils/redisStandIn.js': render('redisStandIn.js', { esm, ts: false, adapter }),
    'src/utils/socketBroadcaster.js': render('socketBroadcaster.js', { esm, ts: false, global: false, adapter, suffix: extension, methods, in_api: inApi }),
    'src/utils/socketWire.js': render('socketWire.js', { esm, ts: false, adapter, redis_key: redisKey }),
  };
  if (!inApi) files['src/utils/socketRedis.js'] = render('socketRedis.js', { esm, ts: false, adapter, redis_client: clientOf(redis), suffix: extension });
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
  return { root, redisKey, path: (name) => join(root, name), remove: () => rmSync(root, { recursive: true, force: true }) };
}

// The API's side of a TypeScript project: the dedicated server is not moved there.
export function createTypeScriptProject({ redis = 'redis', suffix = '', module = 'commonjs', moduleResolution = 'node', files }) {
  const root = mkdtempSync(join(tmpdir(), 'iomigrate-runtime-'));
  mkdirSync(join(root, 'src/utils'), { recursive: true });
  linkModules(root, redis);
  const variables = { esm: true, ts: true, global: false, adapter: 'classic', suffix, redis_key: 'socket.io', redis_client: redis, methods: METHODS };
  const compilerOptions = {
    module, moduleResolution, target: 'es2022', strict: true, esModuleInterop: true, skipLibCheck: true, outDir: 'dist', rootDir: 'src', types: ['node'],
  };
  const texts = {
    'package.json': JSON.stringify({ private: true, type: module === 'commonjs' ? 'commonjs' : 'module' }),
    'tsconfig.json': JSON.stringify({ compilerOptions, include: ['src'] }),
    'src/utils/socketBroadcaster.ts': render('socketBroadcaster.js', variables),
    'src/utils/socketRedis.ts': render('socketRedis.js', variables),
    'src/utils/socketWire.ts': render('socketWire.js', variables),
    ...files,
  };
  for (const [path, text] of Object.entries(texts)) writeFileSync(join(root, path), text);
  return { root, path: (name) => join(root, name), remove: () => rmSync(root, { recursive: true, force: true }) };
}

// 'redis4' is a version of 'redis'.
const clientOf = (redis) => redis.replace(/\d$/, '');

function linkModules(root, redis) {
  const target = join(root, 'node_modules');
  mkdirSync(target);
  for (const name of readdirSync(modules)) {
    if (name.startsWith('.') || ['redis', 'ioredis'].includes(clientOf(name))) continue;
    symlinkSync(join(modules, name), join(target, name));
  }
  symlinkSync(join(modules, redis), join(target, clientOf(redis)));
}
