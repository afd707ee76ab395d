// What the clients of a system receive, written down and compared.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { difference, volume } from './compare.mjs';
import { play } from './support/desk.mjs';
import { withMigrated, withOneProcess } from './support/stacks.mjs';

export const WORKERS = 2;
export const CLEAN_END = { nginx: 0, 'API workers': 0, 'Socket.IO server': 0 };

// The trace that the others are compared with, as a check.
export async function reference(base, name, folder, scenario) {
  const trace = await traceOneProcess(base, folder, scenario);
  keep(base, name, trace);
  const { answers, clients, events, kinds } = volume(trace);
  return { seen: `${answers} HTTP answers, ${events} events of ${kinds} kinds, ${clients} clients`, trace };
}

export async function traceOneProcess(base, folder, scenario, reference, env) {
  const { result, exitCodes } = await withOneProcess(base, folder, (stack) => play(scenario, stack, reference), env);
  assert.deepEqual(exitCodes, { API: scenario.diesOfSignal ? 'SIGTERM' : 0 });
  return result;
}

// Several workers, the Socket.IO server, Nginx in front.
export async function traceMigrated(base, folder, scenario, reference) {
  const { result, exitCodes } = await withMigrated(base, folder, WORKERS, (stack) => play(scenario, stack, reference));
  assert.deepEqual(exitCodes, { ...CLEAN_END, 'API workers': scenario.diesOfSignal ? 1 : 0 });
  return result;
}

export function same(name, base, reference, trace) {
  keep(base, name, trace);
  const text = difference(reference, trace);
  if (text) throw new Error(`the traces differ (-before +${name}):\n${text}`);
  return { seen: `${Buffer.byteLength(JSON.stringify(trace))} bytes, equal` };
}

const keep = (base, name, trace) => writeFileSync(join(base, `${name}.json`), JSON.stringify(trace, null, 1));
