// Starts the real processes of the proof, keeps what they print, and ends every one of them by its own pid. Every wait has
// a limit. Whatever happens to this process, none of its children stays behind.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect } from 'node:net';

const STOP_LIMIT = 9000;
const running = new Set();

process.on('exit', () => {
  // SIGTERM for those with workers, which they have to take along. The others leave nothing behind when they are killed.
  for (const { child, name } of running) child.kill(['nginx', 'pm2'].includes(name) ? 'SIGTERM' : 'SIGKILL');
});

export const sleep = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

// `condition` may throw to give up early.
export async function waitFor(what, condition, limit = 10000) {
  const giveUpAt = Date.now() + limit;
  while (Date.now() < giveUpAt) {
    if (await condition()) return;
    await sleep(15);
  }
  throw new Error(`gave up after ${limit} ms waiting for ${what}`);
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

export function isListening(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
    socket.on('error', () => resolve(false));
  });
}

export function start(name, command, args, { cwd, env = {}, ipc = false } = {}) {
  const stdio = ['ignore', 'pipe', 'pipe', ...(ipc ? ['ipc'] : [])];
  const child = spawn(command, args.map(String), { cwd, env: { ...process.env, ...env }, stdio });
  const started = { name, child, log: '', messages: [], problem: null };
  const keep = (chunk) => { started.log += chunk; };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.on('message', (message) => started.messages.push(message));
  child.on('error', (error) => { started.problem = error; });
  child.on('exit', () => running.delete(started));
  running.add(started);
  return started;
}

export const hasEnded = ({ child }) => child.exitCode !== null || child.signalCode !== null;

// Throws with the process's own words when it ends before it is ready.
export async function untilReady(started, isReady, limit = 30000) {
  await waitFor(`${started.name} to be ready`, () => {
    if (started.problem) throw started.problem;
    if (hasEnded(started)) throw new Error(`${started.name} ended at its start`);
    return isReady(started);
  }, limit).catch((error) => { throw new Error(`${error.message}\n${lastLines(started.log)}`); });
}

// Resolves with the exit code, or with the signal that had to be used.
export async function end(started, signal = 'SIGTERM') {
  const { child } = started;
  if (!hasEnded(started)) {
    const gone = once(child, 'exit');
    child.kill(signal);
    const harder = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT);
    await gone;
    clearTimeout(harder);
  }
  return child.exitCode ?? child.signalCode;
}

export const lastLines = (text, count = 40) => text.trimEnd().split('\n').slice(-count).join('\n');

// A command that runs to its end. `status` is its exit code; anything but an expected one is an error with its output.
export async function run(command, args, { cwd, env, expected = [0] } = {}) {
  const started = start(command, command, args, { cwd, env });
  await waitFor(`${command} ${args.join(' ')}`, () => started.problem || hasEnded(started), 180000);
  if (started.problem) throw started.problem;
  const status = started.child.exitCode ?? started.child.signalCode;
  if (!expected.includes(status)) {
    throw new Error(`${command} ${args.join(' ')} ended with ${status}, not ${expected.join(' or ')}:\n${lastLines(started.log)}`);
  }
  return { status, output: started.log };
}
