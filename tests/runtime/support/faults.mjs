// What can happen to the processes of a migrated system, and what a client saw of it. 100 numbered events a second go from an
// API process to a client, one fault happens in between, and the numbers that arrived are counted.

import { writeFileSync } from 'node:fs';
import { connect as openSocket, createServer } from 'node:net';
import { once } from 'node:events';
import { createClient } from 'redis';
import { close, connect } from './clients.mjs';
import { end, freePort, sleep, startNode, startRedis, startSocketServer, waitFor } from './processes.mjs';
import { createProject } from './render.mjs';

// Starts to count when it is told to, and reports what it sent when it is told to end.
const API = `
const io = require('./utils/socketBroadcaster');
let n = 0;
let timer;
process.on('message', async (message) => {
  if (message === 'start') timer = setInterval(() => { n += 1; io.emit('n', n); }, 10);
  if (message === 'stop') { clearInterval(timer); await io.close(); process.send({ sent: n }); process.disconnect(); }
});
io.connect().then(() => process.send('connected'));`;

async function command(redis, ...words) {
  const client = await createClient({ url: redis.url }).on('error', () => {}).connect();
  try {
    await client.sendCommand(words);
  } finally {
    client.destroy();
  }
}

async function restartServer(at, signal) {
  await end(at.server.child, signal);
  await sleep(300);
  at.server = await startSocketServer(at.project, at.redis, { SOCKET_IO_PORT: at.server.port });
}

// Each takes the running system; how long it lasts is up to who runs it.
export const FAULTS = {
  'Redis killed and back': async (at, duration) => {
    await at.redis.stop();
    await sleep(duration);
    at.redis = await startRedis({ port: at.redis.port });
  },
  'Redis hangs': async (at, duration) => {
    at.redis.freeze();
    await sleep(duration);
    at.redis.thaw();
  },
  'Redis full': async (at, duration) => {
    await command(at.redis, 'CONFIG', 'SET', 'maxmemory', '1');
    await sleep(duration);
    await command(at.redis, 'CONFIG', 'SET', 'maxmemory', '0');
  },
  'Redis wants another password': async (at, duration) => {
    await at.redis.stop();
    at.redis = await startRedis({ port: at.redis.port, args: ['--requirepass', 'other'] });
    await sleep(duration);
    await at.redis.stop();
    at.redis = await startRedis({ port: at.redis.port });
  },
  'API cut off from Redis': async (at, duration) => {
    at.proxy.cut();
    await sleep(duration);
    at.proxy.mend();
  },
  'server restarted, SIGTERM': (at) => restartServer(at, 'SIGTERM'),
  'server restarted, SIGKILL': (at) => restartServer(at, 'SIGKILL'),
};

// Between the API and Redis. While it is cut, what is sent goes nowhere, and nobody is told; mended, it starts anew.
async function startProxy(target) {
  const pairs = new Set();
  let isCut = false;
  const server = createServer((near) => {
    const far = openSocket(target, '127.0.0.1');
    const pair = [near, far];
    pairs.add(pair);
    const forward = (from, to) => from.on('data', (bytes) => { if (!isCut) to.write(bytes); });
    forward(near, far);
    forward(far, near);
    for (const socket of pair) {
      socket.on('error', () => {});
      socket.on('close', () => { pairs.delete(pair); pair.forEach((it) => it.destroy()); });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const hangUp = () => pairs.forEach((pair) => pair.forEach((socket) => socket.destroy()));
  return {
    url: `redis://127.0.0.1:${server.address().port}`,
    cut: () => { isCut = true; },
    mend: () => { isCut = false; hangUp(); },
    stop: () => { server.close(); hangUp(); },
  };
}

// Runs one fault; resolves with a row of the table.
export async function suffer({ adapter, redis }, name, duration) {
  const project = createProject({ adapter, redis });
  writeFileSync(project.path('src/api.js'), API);
  const at = { project, redis: await startRedis({ port: await freePort() }) };
  at.server = await startSocketServer(project, at.redis);
  at.proxy = await startProxy(at.redis.port);
  const client = await connect(at.server.url, 'anna', { reconnectionDelay: 100, reconnectionDelayMax: 100 });
  const numbers = () => client.events.filter(([event]) => event === 'n').map(([, n]) => n);
  const api = startNode(project, ['src/api.js'], { REDIS_URL: at.proxy.url });
  try {
    await waitFor('the API to connect', () => api.messages.includes('connected'));
    api.child.send('start');
    await waitFor('the first events', () => numbers().length >= 50);
    await FAULTS[name](at, duration);
    const seenSoFar = numbers().length;
    await waitFor('events after the fault', () => numbers().length >= seenSoFar + 100, 20000).catch(() => {});
    api.child.send('stop');
    await waitFor('the API to end', () => api.child.exitCode !== null || api.child.signalCode !== null, 5000).catch(() => {});
    await sleep(500);
    const { sent = NaN } = api.messages.find((message) => message.sent) ?? {};
    const died = [api.child.exitCode !== 0 && 'API', at.server.child.exitCode !== null && 'server'].filter(Boolean);
    const drops = client.events.filter(([event]) => event === 'DISCONNECT').length;
    return { fault: name, adapter, client: redis, sent, ...count(numbers(), sent), drops, died: died.join(' and ') || 'nobody' };
  } finally {
    close([client]);
    await end(api.child, 'SIGKILL');
    await at.server.stop();
    at.proxy.stop();
    await at.redis.stop();
    project.remove();
  }
}

function count(numbers, sent) {
  const distinct = new Set(numbers);
  const reordered = numbers.filter((n, index) => index > 0 && n < numbers[index - 1]).length;
  return { received: numbers.length, lost: sent - distinct.size, doubled: numbers.length - distinct.size, reordered };
}

export function table(rows) {
  const columns = Object.keys(rows[0]);
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => String(row[column]).length)));
  const line = (cells) => cells.map((cell, n) => String(cell).padEnd(widths[n])).join('  ').trimEnd();
  return [line(columns), ...rows.map((row) => line(columns.map((column) => row[column])))].join('\n');
}
