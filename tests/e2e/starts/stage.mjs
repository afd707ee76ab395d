// One start of a back end: its processes, what they listen on, how they answer, and what they complain about.

import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { io as connect } from 'socket.io-client';
import { sleep, waitFor } from '../support/processes.mjs';

const PRELOAD = join(dirname(fileURLToPath(import.meta.url)), 'preload.cjs');
const LISTEN_LIMIT = 60000;
const SETTLE_MS = 1500;
const ANSWER_LIMIT = 4000;
const LOG_LIMIT = 400000;
const ASK_LIMIT = 40000;

const groups = new Set();
process.on('exit', () => { for (const it of groups) kill(it, 'SIGKILL'); });

function kill(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // They have ended by themselves.
  }
}

// A command of package.json, as npm would run it, in a group of processes of its own.
export function launch(root, command, env) {
  const desk = mkdtempSync(join(tmpdir(), 'iomigrate-start-'));
  const files = { STARTS_NOTES: join(desk, 'notes'), STARTS_ASK: join(desk, 'ask') };
  writeFileSync(files.STARTS_NOTES, '');
  const paths = [join(root, 'node_modules/.bin'), dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'];
  const child = spawn('sh', ['-c', command], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, ...files, PATH: paths.join(':'), HOME: desk, NODE_OPTIONS: `--require ${PRELOAD}` },
  });
  groups.add(child.pid);
  const started = { child, desk, files, log: '', hasEnded: false };
  const keep = (chunk) => { if (started.log.length < LOG_LIMIT) started.log += chunk; };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.on('exit', () => { started.hasEnded = true; });
  return started;
}

export async function stop(started) {
  const { child, desk } = started;
  kill(child.pid, 'SIGTERM');
  await waitFor('the end', () => started.hasEnded, 1500).catch(() => {});
  kill(child.pid, 'SIGKILL');
  groups.delete(child.pid);
  rmSync(desk, { recursive: true, force: true });
}

export function notes({ files }, key) {
  const lines = existsSync(files.STARTS_NOTES) ? readFileSync(files.STARTS_NOTES, 'utf8').split('\n').filter(Boolean) : [];
  return lines.map((it) => JSON.parse(it)).filter((it) => key in it).map((it) => it[key]);
}

// Resolves with the ports that it listens on, none if it gave up.
export async function listening(started) {
  await waitFor('a port', () => notes(started, 'listens').length > 0 || hasCrashed(started), LISTEN_LIMIT).catch(() => {});
  if (notes(started, 'listens').length > 0) await sleep(SETTLE_MS);
  return hasCrashed(started) ? [] : notes(started, 'listens');
}

// Ended, or so says what watches it.
export const hasCrashed = ({ hasEnded, log }) => hasEnded || /app crashed|clean exit - waiting|Failed running|waiting for file changes before/i.test(log);

// The first of its ports on which clients are answered, and how: { port, path, answer, socket }.
export async function greet(started, ports) {
  const paths = new Set([...notes(started, 'path'), '/socket.io']);
  for (const port of ports) {
    for (const path of paths) {
      const answer = await handshake(port, path);
      if (answer) return { port, path, ...answer };
    }
  }
  return { answer: 'none' };
}

async function handshake(port, path) {
  // A page for everything else answers, too.
  const first = await fetch(`http://127.0.0.1:${port}${path}/?EIO=4&transport=polling`, { signal: AbortSignal.timeout(ANSWER_LIMIT) }).then((it) => it.text(), () => '');
  if (!first.startsWith('0{')) return null;
  const socket = connect(`http://127.0.0.1:${port}`, { path, transports: ['polling', 'websocket'], reconnection: false, auth: { token: 'a.b.c', userId: '1' }, query: { token: 'a.b.c', userId: '1' } });
  const answer = await new Promise((resolve) => {
    socket.on('connect', () => resolve('accepted'));
    socket.on('connect_error', (error) => resolve(`refused: ${error.message}`));
    setTimeout(resolve, ANSWER_LIMIT, 'silent').unref();
  });
  return { answer, socket };
}

async function statusOf(port, method, path) {
  try {
    const headers = { authorization: 'Bearer a.b.c', cookie: 'token=a.b.c', ...(method === 'GET' ? {} : { 'content-type': 'application/json' }) };
    const body = method === 'GET' ? undefined : '{"id":"1","message":"m","text":"t","name":"n","title":"t","status":"pending","email":"a@example.org"}';
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, body, redirect: 'manual', signal: AbortSignal.timeout(ANSWER_LIMIT) });
    await response.arrayBuffer();
    return response.status;
  } catch (error) {
    return error.name === 'TimeoutError' ? 'silent' : 'broken';
  }
}

// The status of each request: ['GET /', …] → { 'GET /': 200, … }. One after the other, because they change what the next
// ones find: somebody is logged out. Those for which no time is left are not in the answer.
export async function ask(port, requests) {
  const statuses = {};
  const giveUpAt = Date.now() + ASK_LIMIT;
  for (const it of requests) {
    if (Date.now() > giveUpAt) break;
    const [method, path] = it.split(' ');
    statuses[it] = await statusOf(port, method, path);
  }
  return statuses;
}

// Whether an event that the API's own broadcaster publishes reaches the client, and whether a question of it is answered.
export async function delivers(api, { answer, socket }, files) {
  const event = 'starts:probe';
  let hasArrived = answer !== 'accepted';
  socket.on(event, () => { hasArrived = true; });
  writeFileSync(`${api.files.STARTS_ASK}.new`, JSON.stringify({ event, files }));
  renameSync(`${api.files.STARTS_ASK}.new`, api.files.STARTS_ASK);
  const isAnswered = () => [...notes(api, 'counted'), ...notes(api, 'unpublished')].length > 0;
  await waitFor('the event', () => hasArrived && isAnswered(), 2 * ANSWER_LIMIT).catch(() => {});
  const [problem] = notes(api, 'unpublished');
  if (problem) return `not published: ${problem}`;
  if (!isAnswered()) return 'not answered';
  // Some are sent away as soon as they are there.
  if (answer !== 'accepted' || !socket.connected) return 'answered';
  return hasArrived ? 'delivered' : 'not delivered';
}

// The lines of a log that say that something is missing or is not what it should be.
export function complaints(log) {
  const lines = log.split('\n').map((it) => it.replace(/\u001b\[[0-9;]*m/g, '').trim());
  const own = lines.filter((it) => !/^node_modules\/.*\bTS\d/.test(it));
  const broken = own.filter((it) => /\b(ReferenceError|SyntaxError|TypeError|ERR_\w+|TS\d{4,5})\b|Cannot find (module|package|name)|is not (a function|defined|a constructor)|does not provide an export/.test(it));
  return [...new Set(broken.map((it) => it.replace(/\d+:\d+|\(\d+,\d+\)|:\d+/g, '').replace(/\/\S*\//g, '')))];
}

export function firstError(log) {
  const lines = log.split('\n').map((it) => it.trim());
  return lines.find((it) => /Error\b|Cannot |not found|EADDR|ENOENT|must |required|missing/i.test(it) && !/deprecat|warn|throw /i.test(it)) ?? lines.findLast(Boolean) ?? '';
}
