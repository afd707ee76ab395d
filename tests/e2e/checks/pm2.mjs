// The main claim with real PM2: eight cluster workers fail without the migration, and with it nobody notices them, not even
// when they are replaced.

import assert from 'node:assert/strict';
import { checkManyConnections, MIXED, tokenFor } from './connections.mjs';

export async function checkEightWorkers(stack, count) {
  const before = await stack.pm2.processes();
  const api = before.filter(({ mode }) => mode === 'cluster_mode');
  assert.deepEqual([api.length, before.length], [8, 9]);
  assert.deepEqual(before.filter(({ status }) => status !== 'online'), []);
  const { seen } = await checkManyConnections(stack, count, MIXED, (clients) => replaceWorkers(stack, api, clients));
  const after = await stack.pm2.processes();
  assert.deepEqual(after.filter(({ status }) => status !== 'online'), []);
  return { seen };
}

// Calls that change something go on all the time; none may fail, and no client may lose its connection.
async function replaceWorkers({ pm2, url }, api, clients) {
  const token = await tokenFor(url, 1, 'admin');
  let isDone = false;
  const statuses = {};
  const call = async () => {
    while (!isDone) {
      const response = await fetch(`${url}/api/tickets`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ subject: 'during the reload', customerId: 1 }),
      });
      statuses[response.status] = (statuses[response.status] ?? 0) + 1;
    }
  };
  const calls = [call(), call()];
  await pm2.reload(api[0].name);
  isDone = true;
  await Promise.all(calls);
  const pids = (await pm2.processes()).map(({ pid }) => pid);
  assert.ok(api.every(({ pid }) => !pids.includes(pid)), 'every worker was replaced');
  assert.deepEqual(Object.keys(statuses), ['201'], JSON.stringify(statuses));
  assert.deepEqual(clients.filter(({ problem }) => problem), [], 'clients that noticed');
  return `workers replaced during ${statuses[201]} calls`;
}
