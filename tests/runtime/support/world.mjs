// The system after the migration, small: Redis, the dedicated server in its own process, the broadcaster in this one.

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { createProject, SETUP } from './render.mjs';
import { startRedis, startSocketServer } from './processes.mjs';

// What stats() says as long as nothing went through Redis.
export const UNUSED = { connected: false, published: 0, unheard: 0, failed: 0, dropped: 0, queued: 0, pending: 0, lastProblem: null };

// With recovery (the default of streams) Socket.IO adds the place in the stream to the arguments of each event.
export const WITHOUT_RECOVERY = SETUP.replace('new Server(server, {', 'new Server(server, { connectionStateRecovery: false,');

// Each adapter with each package, in its newest version.
export const FORMS = ['classic', 'streams', 'sharded'].flatMap((adapter) => ['redis', 'ioredis'].map((redis) => ({ adapter, redis })));

export async function loadBroadcaster(project, esm) {
  const path = project.path('src/utils/socketBroadcaster.js');
  if (!esm) return createRequire(path)(path);
  return (await import(pathToFileURL(path).href)).default;
}

export async function startWorld({ esm = false, redis: redisPackage = 'redis', ...options } = {}) {
  const project = createProject({ esm, redis: redisPackage, ...options });
  const redis = await startRedis();
  process.env.REDIS_URL = redis.url;
  const server = await startSocketServer(project, redis);
  const broadcaster = await loadBroadcaster(project, esm);
  const stop = async () => {
    await broadcaster.close();
    await server.stop();
    await redis.stop();
    project.remove();
  };
  return { project, redis, server, broadcaster, stop };
}
