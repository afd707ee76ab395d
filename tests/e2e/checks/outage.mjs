// The Redis that carries the events dies under load and comes back. Nobody may die with it, what does not need it has to go
// on, and what was said meanwhile arrives when it is back.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { hasEnded, sleep, waitFor } from '../support/processes.mjs';
import { startRedis } from '../support/servers.mjs';
import { tokenFor } from './connections.mjs';

const CALLS = 24;

export async function checkOutage(stack) {
  const admin = await tokenFor(stack.url, 1, 'admin');
  const call = (method, path, body) => request(stack.url, admin, method, path, body);
  const listener = await listen(stack.url, admin);
  const logBefore = stack.api.log.length;
  try {
    await warmUp(call, listener);
    await killRedis(stack, call);
    const calls = await workWithoutRedis(call);
    assertUnharmed(stack, listener, logBefore);
    const flowedAfter = await bringBack(stack, call, listener);
    assertUnharmed(stack, listener, logBefore);
    return { seen: `${calls} calls answered meanwhile, no worker lost, events again after ${flowedAfter} ms` };
  } finally {
    listener.socket.close();
  }
}

async function request(url, token, method, path, body) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const response = await fetch(url + path, { method, headers, body: JSON.stringify(body), signal: AbortSignal.timeout(8000) });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
}

async function listen(url, token) {
  const socket = io(url, { auth: { token }, transports: ['polling', 'websocket'], forceNew: true });
  const listener = { socket, messages: [], disconnects: [] };
  socket.on('announcement', ({ message }) => listener.messages.push(message));
  socket.on('disconnect', (reason) => listener.disconnects.push(reason));
  await waitFor('the listener to connect', () => socket.connected);
  return listener;
}

const say = (call, message) => call('POST', '/api/notifications/broadcast', { message });

// Every worker has its connection.
async function warmUp(call, { messages }) {
  for (let n = 0; n < 4; n += 1) assert.equal((await say(call, `before ${n}`)).status, 202);
  await waitFor('the events before the outage', () => messages.length === 4);
}

// It hangs first, so that a publish of each worker is under way when it dies.
async function killRedis({ eventsRedis }, call) {
  eventsRedis.child.kill('SIGSTOP');
  for (let n = 0; n < 4; n += 1) assert.equal((await say(call, `hanging ${n}`)).status, 202);
  await eventsRedis.stop();
  await sleep(500);
}

// For longer than the 5 s after which node-redis gives a command up.
async function workWithoutRedis(call) {
  for (let n = 0; n < CALLS; n += 3) {
    assert.equal((await say(call, `away ${n}`)).status, 202);
    assert.equal((await call('POST', '/api/tickets', { subject: 'no events', customerId: 1 })).status, 201);
    assert.equal((await call('GET', '/api/reports/summary')).status, 200);
    await sleep(700);
  }
  const health = await call('GET', '/health');
  assert.equal(health.body.cache, 'down', 'the API did not notice that Redis is away');
  return CALLS;
}

function assertUnharmed({ api, socketServer }, { disconnects }, logBefore) {
  assert.deepEqual(api.deaths(), [], 'API workers that died');
  assert.ok(!hasEnded(api) && !hasEnded(socketServer), 'a server died');
  assert.deepEqual(disconnects, [], 'clients were disconnected');
  assert.doesNotMatch(api.log.slice(logBefore), /unhandled ?(promise ?)?rejection/i, 'the API caught what the broadcaster should have');
}

async function bringBack(stack, call, { messages }) {
  const since = Date.now();
  stack.eventsRedis = await startRedis(join(stack.folder, 'events'), stack.eventsRedis.port);
  await waitFor('an event to arrive again', async () => {
    assert.equal((await say(call, 'back')).status, 202);
    await sleep(100);
    return messages.includes('back');
  }, 15000);
  const flowedAfter = Date.now() - since;
  const away = Array.from({ length: CALLS / 3 }, (_, n) => `away ${n * 3}`);
  await waitFor('what was said meanwhile', () => away.every((message) => messages.includes(message)), 8000)
    .catch((error) => { throw new Error(`${error.message}; arrived: ${messages.join(', ')}`); });
  await waitFor('the cache to be up again', async () => (await call('GET', '/health')).body.cache === 'up', 5000);
  return flowedAfter;
}
