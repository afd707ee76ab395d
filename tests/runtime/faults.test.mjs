// The fault table. FAULT_MS=10000 makes each fault last as long as an operator needs; the table is printed at the end.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { FAULTS, suffer, table } from './support/faults.mjs';

const DURATION = Number(process.env.FAULT_MS || 2000);

// Where events may be lost, and why. Everywhere else, each one arrives.
const LOSSES = {
  'classic: Redis killed and back': 'what was under way',
  'classic: Redis wants another password': 'what was under way',
  'classic: API cut off from Redis': 'what was under way: sent, and never heard of again',
  'classic: server restarted, SIGTERM': 'nobody listens meanwhile',
  'classic: server restarted, SIGKILL': 'nobody listens meanwhile',
  'streams: Redis killed and back': 'what was under way; and the place in a stream that was kept in memory only',
  'streams: Redis wants another password': 'the same',
  'streams: Redis full': 'a stream takes room; publish and subscribe does not',
  'streams: API cut off from Redis': 'what was under way',
  'streams: server restarted, SIGKILL': 'sessions are saved when clients leave',
};

const rows = [];

// What a package does when it loses its Redis is its own; what a server does that is restarted is not.
const CASES = [{ adapter: 'classic', redis: 'redis' }, { adapter: 'streams', redis: 'redis' }, { adapter: 'classic', redis: 'ioredis' }]
  .flatMap((form) => Object.keys(FAULTS).map((fault) => ({ form, fault })))
  .filter(({ form, fault }) => form.redis === 'redis' || fault.includes('Redis'));

describe('faults', { concurrency: 4 }, () => {
  for (const { form, fault } of CASES) {
    test(`${form.adapter}, ${form.redis}: ${fault}`, async () => {
      const row = await suffer(form, fault, DURATION);
      rows.push(row);
      assert.equal(row.died, 'nobody');
      assert.ok(row.received > 100, `events flow again: ${JSON.stringify(row)}`);
      assert.deepEqual([row.doubled, row.reordered], [0, 0]);
      assert.equal(row.drops, fault.startsWith('server') ? 1 : 0, 'clients that were dropped');
      if (!LOSSES[`${form.adapter}: ${fault}`]) assert.equal(row.lost, 0);
    });
  }
});

after(() => {
  if (rows.length > 0) console.log(table(rows.sort((a, b) => (a.adapter + a.client + a.fault < b.adapter + b.client + b.fault ? -1 : 1))));
});
