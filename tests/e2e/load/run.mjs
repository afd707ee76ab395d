// Load and latency: node tests/e2e/load/run.mjs [--clients 5000] [--rate 1000] [--seconds 60] [--requests 2000]
//
// The shipped backend before its migration, one process that owns the sockets, and after it: API → Redis → dedicated server.
// Both get the same clients, the same requests and the same events a second, each to one client. Everything on this machine,
// so what else it does is measured, too. Fails if an event or a client is lost, or if memory is not flat.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { tokenFor } from '../checks/connections.mjs';
import { end, sleep, start, untilReady, waitFor } from '../support/processes.mjs';
import { createProject } from '../support/project.mjs';
import { withDedicatedServer, withOneProcess } from '../support/stacks.mjs';
import { printed } from './result.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const FIXTURE = join(here, '../../../fixtures/isp-desk');
const FIRST_USER = 1000;
const REQUESTS_AT_ONCE = 40;

const DEFAULTS = { clients: '5000', rate: '1000', seconds: '60', requests: '2000' };
const options = Object.fromEntries(Object.entries(DEFAULTS).map(([name, value]) => [name, { type: 'string', default: value }]));
const load = Object.fromEntries(Object.entries(parseArgs({ options }).values).map(([name, value]) => [name, Number(value)]));

let questions = 0;

// Asks the probe in a process, or the clients.
async function ask(started, question, limit = 10000) {
  const id = (questions += 1);
  started.child.send({ id, ...question });
  let answer;
  await waitFor(`${started.name} to answer`, () => (answer = started.messages.find((it) => it?.id === id)), limit);
  return answer.answer;
}

// `holder` is the process that has the sockets.
async function measure({ apiUrl, socketUrl, api, socketServer, processes }) {
  const holder = socketServer ?? api;
  const args = [join(here, 'clients.mjs'), apiUrl, socketServer ? socketUrl : apiUrl, load.clients, FIRST_USER];
  const clients = start('clients', process.execPath, args, { ipc: true });
  processes.push(clients);
  say(`${load.clients} clients connect`);
  await untilReady(clients, ({ messages }) => messages.some((it) => it?.connected), 30000 + load.clients * 30);
  // What starting takes is over.
  await emit(api, { ...load, seconds: 2 });
  await settle(clients);
  const requests = await measureRequests(apiUrl, api, socketServer);
  const events = await measureEvents(api, holder, clients);
  await end(clients);
  return { ...requests, ...events };
}

const emit = (api, { rate, seconds, clients }) => ask(api, { ask: 'emit', rate, seconds, firstUser: FIRST_USER, users: clients }, seconds * 3000 + 30000);

// What is still under way arrives; the report of it is not wanted.
async function settle(clients) {
  await sleep(1500);
  await ask(clients, { ask: 'report' });
}

// CPU for a request that sends an event to 20 clients.
async function measureRequests(apiUrl, api, socketServer) {
  say(`${load.requests} requests`);
  const token = await tokenFor(apiUrl, 1, 'admin');
  const call = async () => {
    const response = await fetch(`${apiUrl}/api/notifications/role/technician`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ title: 'Van check', body: 'at 5' }),
    });
    if (response.status !== 202) throw new Error(`a request was answered with ${response.status}`);
    await response.text();
  };
  const each = Math.ceil(load.requests / REQUESTS_AT_ONCE);
  const work = async () => { for (let n = 0; n < each; n += 1) await call(); };
  const all = () => Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, work));
  // Until the code is compiled.
  await all();
  const cpu = () => Promise.all([api, socketServer].map((it) => (it ? ask(it, { ask: 'cpu' }) : 0)));
  const before = await cpu();
  await all();
  const after = await cpu();
  const [apiCpu, serverCpu] = after.map((it, at) => (it - before[at]) / (each * REQUESTS_AT_ONCE));
  return { apiCpu, serverCpu };
}

async function measureEvents(api, holder, clients) {
  say(`${load.rate} events a second, ${load.seconds} s`);
  const memory = await ask(holder, { ask: 'memory' });
  const { sent, took } = await emit(api, load);
  await sleep(1500);
  const memoryAfter = await ask(holder, { ask: 'memory' });
  return { sent, rate: sent / took, ...(await ask(clients, { ask: 'report' })), memory, memoryAfter };
}

const say = (text) => process.stdout.write(`... ${text}\n`);

async function main() {
  const base = mkdtempSync(join(tmpdir(), 'iomigrate-load-'));
  try {
    const projects = {};
    for (const side of ['before', 'after']) projects[side] = await createProject(join(base, side), join(FIXTURE, side));
    // From here on in the processes that are started.
    process.env.NODE_OPTIONS = `--require ${join(here, 'probe.cjs')}`;
    say('before: one process owns the sockets');
    const { result: before } = await withOneProcess(base, projects.before, measure);
    say('after: API → Redis → dedicated server');
    const { result: after } = await withDedicatedServer(base, projects.after, measure);
    const { text, problems } = printed(load, before, after);
    process.stdout.write(text);
    return problems.length === 0;
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
main().then((isFine) => process.exit(isFine ? 0 : 1), (error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(2);
});
