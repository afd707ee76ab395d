// What callers in TypeScript see: `tsc --strict` takes right calls, refuses wrong ones, and what it makes of the file runs.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { createTypeScriptProject } from './support/render.mjs';

const tsc = fileURLToPath(new URL('./node_modules/typescript/bin/tsc', import.meta.url));

// `@ts-expect-error` is an error itself if there is none in the next line.
const API = (suffix) => `
import socketBroadcaster, { createSocketBroadcaster } from './utils/socketBroadcaster${suffix}';
import type { FetchedSocket, SentMessage, SocketBroadcaster } from './utils/socketBroadcaster${suffix}';

const other: SocketBroadcaster = createSocketBroadcaster();

export async function report(user?: { id: number }): Promise<number> {
  const admins = socketBroadcaster.to('role_admin').to(['a', 'b']).except(user?.id).volatile;
  const isSent: boolean = admins.emit('report', { at: new Date() }, (error: Error | null, answers: string[]) => { answers.sort(); });
  socketBroadcaster.of('/admin').timeout(100).local.compress(isSent).emit('x');
  socketBroadcaster.broadcastToRoom(['a', 'b'], 'union', 1, 2);
  socketBroadcaster.ticketCreated({ id: 1 }, 'more');
  const sockets: FetchedSocket[] = await socketBroadcaster.in('a').fetchSockets();
  const names: string[] = sockets.filter((socket) => socket.rooms.has('a')).map((socket) => socket.data.name);
  for (const [room, ids] of await socketBroadcaster.rooms()) names.push(room, ...ids);
  const { queued, lastProblem } = other.stats();
  const [sent]: SentMessage[] = socketBroadcaster.sent;
  if (!await socketBroadcaster.connect()) console.log(lastProblem?.length, sent.event);
  // @ts-expect-error: a question has to be awaited
  const size: number = socketBroadcaster.roomSize('a');
  // @ts-expect-error: there are no sockets in this process
  socketBroadcaster.sockets.sockets.get('id');
  // @ts-expect-error: what listens belongs in the dedicated server
  socketBroadcaster.on('connection', () => {});
  return queued + size;
}

socketBroadcaster.to('a').emit('compiled', 1);
console.log(JSON.stringify(socketBroadcaster.sent));
`;

const PROJECTS = {
  'CommonJS, ioredis': { redis: 'ioredis', suffix: '', module: 'commonjs', moduleResolution: 'node' },
  'ES modules, ioredis': { redis: 'ioredis', suffix: '.js', module: 'nodenext', moduleResolution: 'nodenext' },
  'CommonJS': { suffix: '', module: 'commonjs', moduleResolution: 'node' },
  'ES modules': { suffix: '.js', module: 'nodenext', moduleResolution: 'nodenext' },
};

for (const [name, options] of Object.entries(PROJECTS)) {
  test(`tsc --strict, then node: ${name}`, () => {
    const project = createTypeScriptProject({ ...options, files: { 'src/api.ts': API(options.suffix) } });
    const compiled = spawnSync(process.execPath, [tsc, '-p', project.root], { encoding: 'utf8' });
    assert.equal(compiled.status, 0, compiled.stdout);
    const env = { ...process.env, SOCKET_IO_BROADCASTER: 'memory' };
    const run = spawnSync(process.execPath, ['dist/api.js'], { cwd: project.root, encoding: 'utf8', env });
    assert.equal(run.stderr, '');
    assert.deepEqual(JSON.parse(run.stdout), [{ nsp: '/', rooms: ['a'], except: [], flags: {}, event: 'compiled', args: [1] }]);
    project.remove();
  });
}
