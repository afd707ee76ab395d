// Starts and stops the real processes of a test: a Redis server and a dedicated Socket.IO server. Every one is ended by
// its own pid, and every wait has a limit.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// A test that ran into its limit stops nothing any more: whatever is left goes with this process.
const running = new Set();

export function keep(child) {
  running.add(child);
  child.on('exit', () => running.delete(child));
  return child;
}

process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
process.on('SIGTERM', () => process.exit(1));

// Where no Redis is: a port that is free for a moment may be another test's in the next.
export const NO_REDIS = 'redis://127.0.0.1:1';

// Not one that the system would give: by the time it is used, that may be the end of somebody's connection.
export async function freePort() {
  for (;;) {
    const port = 10000 + Math.floor(Math.random() * 22000);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(() => true, () => false);
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

export const sleep = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

export async function waitFor(what, condition, limit = 30000) {
  const giveUpAt = Date.now() + limit;
  while (Date.now() < giveUpAt) {
    if (await condition()) return;
    await sleep(20);
  }
  throw new Error(`gave up after ${limit} ms: ${what}`);
}

function isListening(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
    socket.on('error', () => resolve(false));
  });
}

export async function end(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  const giveUp = setTimeout(() => child.kill('SIGKILL'), 8000);
  await gone;
  clearTimeout(giveUp);
}

export async function startRedis({ port, args = [] } = {}) {
  port ??= await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'iomigrate-redis-'));
  const command = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder, ...args];
  const child = keep(spawn('redis-server', command.map(String), { stdio: 'ignore' }));
  let problem = null;
  child.on('error', (error) => {
    problem = error.code === 'ENOENT' ? new Error('these tests need redis-server: install it (apt-get install redis-server)') : error;
  });
  await waitFor('redis-server to listen', () => {
    if (problem) throw problem;
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
    return isListening(port);
  });
  const stop = async () => {
    await end(child, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  // Accepts what it is sent and answers nothing: what is sent now is under way when it is killed.
  const freeze = () => child.kill('SIGSTOP');
  const thaw = () => child.kill('SIGCONT');
  return { port, url: `redis://127.0.0.1:${port}`, stop, freeze, thaw };
}

// A Node process of a rendered project, with what it printed.
export function startNode(project, args, env = {}) {
  const child = keep(spawn(process.execPath, args, {
    cwd: project.root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  }));
  const output = { text: '' };
  const messages = [];
  child.stdout.on('data', (chunk) => { output.text += chunk; });
  child.stderr.on('data', (chunk) => { output.text += chunk; });
  child.on('message', (message) => messages.push(message));
  return { child, output, messages };
}

export async function startSocketServer(project, redis, env = {}, flags = []) {
  const port = env.SOCKET_IO_PORT ?? await freePort();
  const server = startNode(project, ['src/socketio-server.js', ...flags], { REDIS_URL: redis.url, ...env, SOCKET_IO_PORT: String(port) });
  const url = `http://127.0.0.1:${port}`;
  try {
    await waitFor('the socket server to be ready', () => {
      if (server.child.exitCode !== null) throw new Error(`the socket server ended with ${server.child.exitCode}:\n${server.output.text}`);
      return server.messages.includes('ready');
    });
  } catch (error) {
    await end(server.child, 'SIGKILL');
    throw error;
  }
  return { ...server, port, url, stop: () => end(server.child) };
}
