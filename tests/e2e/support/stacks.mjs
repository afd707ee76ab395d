// The two systems that are compared: the fixture as it was (one process owns everything) and the migrated copy (several API
// workers, the Socket.IO server, Nginx in front). Both have two Redis servers: one for the data, one for the events.

import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { end, freePort, hasEnded, lastLines } from './processes.mjs';
import { startPm2 } from './pm2.mjs';
import { startApi, startApiWorkers, startNginx, startRedis, startSocketServer } from './servers.mjs';

// The migrated API must not even load it.
const WITHOUT_SOCKETIO = `--import=${new URL('without-socketio.mjs', import.meta.url)}`;

// Runs `work` with a stack and ends every process of it, whatever happens. A failure is told with what they printed.
async function withStack(base, build, work) {
  const folder = mkdtempSync(join(base, 'stack-'));
  const stack = { folder, processes: [] };
  try {
    await build(stack);
    const result = await work(stack);
    return { result, exitCodes: await stop(stack) };
  } catch (error) {
    error.message += `\n${logsOf(stack)}`;
    throw error;
  } finally {
    await stop(stack);
    rmSync(folder, { recursive: true, force: true });
  }
}

// Clients first, then what they talk to, Redis last: nobody is left to complain.
async function stop({ processes, storeRedis, eventsRedis }) {
  const exitCodes = {};
  for (const started of [...processes].reverse()) exitCodes[started.name] = await end(started);
  for (const redis of [storeRedis, eventsRedis]) await redis?.stop();
  return exitCodes;
}

function logsOf({ processes }) {
  return processes.map((started) => {
    const state = hasEnded(started) ? ` (ended: ${started.child.exitCode ?? started.child.signalCode})` : '';
    return `----- ${started.name}${state}\n${lastLines(started.log, 25)}`;
  }).join('\n');
}

async function addRedis(stack) {
  stack.storeRedis = await startRedis(join(stack.folder, 'store'));
  stack.eventsRedis = await startRedis(join(stack.folder, 'events'));
  const [apiPort, socketPort] = [await freePort(), await freePort()];
  stack.apiUrl = `http://127.0.0.1:${apiPort}`;
  stack.socketUrl = `http://127.0.0.1:${socketPort}`;
  stack.env = {
    HOST: '127.0.0.1', PORT: apiPort, SOCKET_IO_HOST: '127.0.0.1', SOCKET_IO_PORT: socketPort,
    REDIS_URL: stack.eventsRedis.url, STORE_REDIS_URL: stack.storeRedis.url,
  };
  return { apiPort, socketPort };
}

// The fixture unchanged, or with a plan that left the Socket.IO server where it was.
// more: variables of its environment.
export function withOneProcess(base, project, work, more = {}) {
  return withStack(base, async (stack) => {
    await addRedis(stack);
    Object.assign(stack.env, more);
    stack.api = await startApi(project, stack.env);
    stack.processes.push(stack.api);
    stack.url = stack.apiUrl;
  }, work);
}

// What nobody should do: several processes that each own Socket.IO.
export function withWorkersUnmigrated(base, project, workers, work) {
  return withStack(base, async (stack) => {
    await addRedis(stack);
    stack.api = await startApiWorkers(project, stack.env, workers);
    stack.processes.push(stack.api);
    stack.url = stack.apiUrl;
  }, work);
}

// One API process and the Socket.IO server, reached without a proxy.
export function withDedicatedServer(base, project, work) {
  return withStack(base, async (stack) => {
    await addRedis(stack);
    stack.socketServer = await startSocketServer(project, stack.env);
    stack.processes.push(stack.socketServer);
    stack.api = await startApi(project, stack.env);
    stack.processes.push(stack.api);
    stack.url = stack.apiUrl;
  }, work);
}

export function withMigrated(base, project, workers, work) {
  return withStack(base, async (stack) => {
    const ports = await addRedis(stack);
    stack.ports = ports;
    stack.socketServer = await startSocketServer(project, stack.env);
    stack.processes.push(stack.socketServer);
    stack.api = await startApiWorkers(project, { ...stack.env, NODE_OPTIONS: WITHOUT_SOCKETIO }, workers);
    stack.processes.push(stack.api);
    stack.nginx = await startNginx(join(stack.folder, 'nginx'), project, ports);
    stack.processes.push(stack.nginx);
    stack.url = `http://127.0.0.1:${stack.nginx.port}`;
  }, work);
}

// All of it run by PM2, from the file that the tool wrote.
export function withPm2(base, project, work) {
  return withStack(base, async (stack) => {
    const ports = await addRedis(stack);
    stack.pm2 = await startPm2(join(stack.folder, 'pm2'), project, stack.env);
    stack.processes.push(stack.pm2);
    stack.nginx = await startNginx(join(stack.folder, 'nginx'), project, ports);
    stack.processes.push(stack.nginx);
    stack.url = `http://127.0.0.1:${stack.nginx.port}`;
  }, work);
}

// The file that the project had, with eight workers instead of one.
export function withPm2Unmigrated(base, project, work) {
  return withStack(base, async (stack) => {
    await addRedis(stack);
    stack.pm2 = await startPm2(join(stack.folder, 'pm2'), project, stack.env, 'app.instances = 8;');
    stack.processes.push(stack.pm2);
    stack.url = stack.apiUrl;
  }, work);
}
