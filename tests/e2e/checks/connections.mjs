// Many polling-first clients at once, the way that fails when a client's requests reach several processes which each own
// Socket.IO; and which ports answer a handshake.

import assert from 'node:assert/strict';
import { io } from 'socket.io-client';
import { sleep, waitFor } from '../support/processes.mjs';

const AT_ONCE = 20;

// The three ways in which clients connect.
export const MIXED = [['polling'], ['polling', 'websocket'], ['websocket']];

export async function tokenFor(url, id, role, name = role) {
  const response = await fetch(`${url}/api/auth/token`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ id, name, role }),
  });
  return (await response.json()).token;
}

// Resolves with the sockets and with what went wrong for those that could not connect. The lists of transports take turns.
async function openMany(url, count, transports) {
  const token = await tokenFor(url, 2, 'customer');
  const attempts = [];
  for (let n = 0; n < count; n += 1) {
    attempts.push(open(url, token, transports[n % transports.length]));
    if (attempts.length % AT_ONCE === 0) await Promise.all(attempts);
  }
  return Promise.all(attempts);
}

function open(url, token, transports) {
  const socket = io(url, { auth: { token }, transports, forceNew: true, reconnection: false });
  const client = { socket, announcements: 0, problem: null };
  socket.on('announcement', () => { client.announcements += 1; });
  return new Promise((resolve) => {
    const limit = setTimeout(() => { client.problem ??= 'no answer'; resolve(client); }, 8000);
    const done = () => { clearTimeout(limit); resolve(client); };
    // The upgrade may be over before the namespace is connected.
    socket.on('connect', () => {
      const { engine } = socket.io;
      if (engine.transport.name === transports.at(-1)) done();
      else engine.once('upgrade', done);
    });
    socket.on('connect_error', (error) => {
      client.problem = `${error.context?.status} ${error.context?.responseText || error.message}`;
      done();
    });
    socket.on('disconnect', (reason) => { client.problem ??= reason; done(); });
  });
}

// Connects all of them and tells them something. `meanwhile` gets the clients while they are connected, and says what it saw.
export async function checkConnections(url, count, transports, meanwhile = () => '') {
  const clients = await openMany(url, count, transports);
  try {
    assert.deepEqual(tally(clients), { connected: count }, 'clients that were not connected');
    const also = await meanwhile(clients);
    await announce(url);
    await waitFor('the announcement', () => clients.every(({ announcements }) => announcements > 0));
    await sleep(300);
    assert.ok(clients.every(({ announcements }) => announcements === 1), 'somebody got the announcement twice');
    assert.deepEqual(tally(clients), { connected: count }, 'clients that were lost');
    return { seen: [`${count} connected, 1 event each`, also].filter(Boolean).join(', ') };
  } finally {
    clients.forEach(({ socket }) => socket.close());
  }
}

// The same, with the HTTP answers in Nginx's log, not what the client makes of them. They are counted while the connections
// are open: a poll that is under way when its client leaves may still be answered with 400.
export async function checkManyConnections({ url, nginx }, count, transports = [['polling', 'websocket']], meanwhile = () => '') {
  const seenBefore = nginx.responses().length;
  return checkConnections(url, count, transports, async (clients) => {
    const also = await meanwhile(clients);
    const answers = nginx.responses().slice(seenBefore).filter(({ url: path }) => path.startsWith('/socket.io/'));
    const refused = answers.filter(({ status }) => status >= 400);
    assert.deepEqual(refused, [], 'answers with an error');
    const polling = Math.floor(count * transports.filter(([first]) => first === 'polling').length / transports.length);
    assert.ok(answers.length >= 2 * polling, `only ${answers.length} answers for ${polling} connections that begin with polling`);
    return [`${answers.length} HTTP answers, 0 of them 400`, also].filter(Boolean).join(', ');
  });
}

function tally(clients) {
  const counts = {};
  for (const { problem } of clients) counts[problem ?? 'connected'] = (counts[problem ?? 'connected'] ?? 0) + 1;
  return counts;
}

async function announce(url) {
  const token = await tokenFor(url, 1, 'admin');
  const response = await fetch(`${url}/api/notifications/broadcast`, {
    method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: '{"message":"hello"}',
  });
  assert.equal(response.status, 202);
}

// The reason for all of this: with more than one process, clients that poll are refused.
export async function checkUnmigratedWorkersFail({ url }, count, { least = 1, transports = [['polling']] } = {}) {
  const clients = await openMany(url, count, transports);
  clients.forEach(({ socket }) => socket.close());
  const refused = clients.filter(({ problem }) => problem?.startsWith('400') && problem.includes('Session ID unknown'));
  assert.ok(refused.length >= least, `${refused.length} were refused: ${JSON.stringify(tally(clients))}`);
  return { seen: `${refused.length} of ${count} clients got 400 "Session ID unknown"` };
}

const HANDSHAKE = '/socket.io/?EIO=4&transport=polling';

export async function checkPorts({ apiUrl, socketUrl, url }) {
  const [api, socketServer, outside] = await Promise.all([apiUrl, socketUrl, url].map(handshake));
  assert.equal(api.status, 404, `the API answered a handshake with ${api.status}: ${api.text}`);
  assert.doesNotMatch(api.text, /"sid"/);
  for (const answer of [socketServer, outside]) {
    assert.equal(answer.status, 200);
    assert.match(answer.text, /^0\{"sid":"/);
  }
  for (const path of ['/health', '/ready']) {
    assert.equal((await fetch(socketUrl + path)).status, 200, `${path} of the Socket.IO server`);
  }
  return { seen: 'API 404, Socket.IO server 200 with a sid, /health and /ready 200' };
}

async function handshake(url) {
  const response = await fetch(url + HANDSHAKE, { signal: AbortSignal.timeout(5000) });
  return { status: response.status, text: await response.text() };
}
