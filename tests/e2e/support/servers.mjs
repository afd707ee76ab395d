// The servers of one stack, each on a free loopback port: Redis, Nginx, the API (one process or several workers), and the
// generated Socket.IO server.

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { end, freePort, isListening, run, start, untilReady } from './processes.mjs';
import { commandOf } from './tools.mjs';

const API_CLUSTER = join(dirname(fileURLToPath(import.meta.url)), 'api-cluster.mjs');

export async function startRedis(folder, port) {
  port ??= await freePort();
  mkdirSync(folder, { recursive: true });
  const args = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const redis = start('redis-server', 'redis-server', args);
  await untilReady(redis, () => isListening(port));
  return Object.assign(redis, { port, url: `redis://127.0.0.1:${port}`, stop: () => end(redis, 'SIGKILL') });
}

// How a script of package.json starts a program: what Node gets, and the program itself.
export function program(folder, name) {
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const [, runner, script] = /^(node|tsx) (\S+)$/.exec(scripts[name]);
  return { options: runner === 'tsx' ? ['--import', 'tsx'] : [], script };
}

// One process, as before the migration.
export async function startApi(folder, env) {
  const { options, script } = program(folder, 'start');
  const api = start('API', process.execPath, [...options, script], { cwd: folder, env, ipc: true });
  await untilReady(api, () => isListening(env.PORT));
  return api;
}

// Several workers on one port. `pids` tells which ones are alive, by order of their start.
export async function startApiWorkers(folder, env, count) {
  const { options, script } = program(folder, 'start');
  const api = start('API workers', process.execPath, [API_CLUSTER, count, join(folder, script), ...options], { cwd: folder, env, ipc: true });
  const pids = () => api.messages.filter(({ ready }) => ready).map(({ ready }) => ready);
  await untilReady(api, () => pids().length === count);
  return Object.assign(api, { pids, deaths: () => api.messages.filter(({ died }) => died) });
}

export async function startSocketServer(folder, env) {
  const { options, script } = program(folder, 'start:socketio');
  const server = start('Socket.IO server', process.execPath, [...options, script], { cwd: folder, env, ipc: true });
  await untilReady(server, ({ messages }) => messages.includes('ready'));
  assert.ok(!await isListening(env.PORT), "the Socket.IO server listens on the API's port");
  return server;
}

// The project's generated site file as it is, but for its three ports.
export async function startNginx(folder, project, { apiPort, socketPort }) {
  const port = await freePort();
  mkdirSync(folder, { recursive: true });
  const [siteFile] = readdirSync(join(project, 'nginx'));
  const site = readFileSync(join(project, 'nginx', siteFile), 'utf8').replace(/\blisten\s+80;/g, `listen 127.0.0.1:${port};`);
  writeFileSync(join(folder, 'site.conf'), withUpstreams(site, { apiPort, socketPort }));
  writeFileSync(join(folder, 'nginx.conf'), mainConfiguration(folder));
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')];
  await run(commandOf('nginx'), [...args, '-t']);
  const nginx = start('nginx', commandOf('nginx'), args);
  await untilReady(nginx, () => isListening(port));
  return Object.assign(nginx, { port, responses: () => readAccessLog(join(folder, 'access.log')) });
}

const withUpstreams = (text, { apiPort, socketPort }) => text
  .replace(/(_api \{\s+server 127\.0\.0\.1:)\d+/, `$1${apiPort}`)
  .replace(/(_socketio \{\s+server 127\.0\.0\.1:)\d+/, `$1${socketPort}`);

const withPorts = (text, { apiPort, socketPort }) => text.replace(/:3001\b/g, `:${apiPort}`).replace(/:3002\b/g, `:${socketPort}`);

// Those that `apply --with` writes a file for: where it is, what runs it, and where it says the port.
const PROXIES = {
  haproxy: { path: 'haproxy/isp-desk.cfg', args: (file) => ['-db', '-f', file], bind: (text, port) => text.replace('bind :80', `bind 127.0.0.1:${port}`) },
  caddy: {
    path: 'caddy/Caddyfile',
    args: (file) => ['run', '--adapter', 'caddyfile', '--config', file],
    bind: (text, port) => `{\n\tadmin off\n\tgrace_period 1s\n}\n${text.replace('\n:80 {', `\nhttp://127.0.0.1:${port} {`)}`,
  },
};

// The generated file as it is, but for its ports.
export async function startProxy(name, folder, project, ports) {
  const { path, args, bind } = PROXIES[name];
  const port = await freePort();
  const file = join(folder, path.replace('/', '-'));
  writeFileSync(file, bind(withPorts(readFileSync(join(project, path), 'utf8'), ports), port));
  const proxy = start(name, commandOf(name), args(file), { env: { HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder } });
  await untilReady(proxy, () => isListening(port));
  return Object.assign(proxy, { url: `http://127.0.0.1:${port}` });
}

function mainConfiguration(folder) {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `  ${kind}_temp_path ${join(folder, kind)};`).join('\n');
  // Started by root, the worker would become "nobody" and could not enter the folder.
  const user = process.getuid() === 0 ? 'user root;\n' : '';
  return `${user}daemon off;
worker_processes 1;
pid ${join(folder, 'nginx.pid')};
events { worker_connections 2048; }
http {
${temporary}
  log_format answers '$status $request_method $request_uri';
  access_log ${join(folder, 'access.log')} answers;
  include ${join(folder, 'site.conf')};
}
`;
}

function readAccessLog(path) {
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [status, method, url] = line.split(' ');
    return { status: Number(status), method, url };
  });
}
