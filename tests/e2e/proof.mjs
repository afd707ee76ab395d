// The order of the checks, and which of them need what. run.mjs is the command line.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DAY } from './scenario.mjs';
import { checkConnections, checkManyConnections, checkPorts, checkUnmigratedWorkersFail, MIXED } from './checks/connections.mjs';
import { checkCoverage } from './checks/coverage.mjs';
import { applyAll, applySafe, checkPm2, checkUndo } from './checks/migration.mjs';
import { checkMutation, MUTATIONS } from './checks/mutations.mjs';
import { checkOutage } from './checks/outage.mjs';
import { checkPages, checkUndisturbed, checkUnmigratedPages } from './checks/page.mjs';
import { checkEightWorkers } from './checks/pm2.mjs';
import { withBrowser } from './support/browser.mjs';
import { play } from './support/desk.mjs';
import { end } from './support/processes.mjs';
import { createProject } from './support/project.mjs';
import { startProxy } from './support/servers.mjs';
import { withMigrated, withPm2, withPm2Unmigrated, withWorkersUnmigrated } from './support/stacks.mjs';
import { need, Table } from './support/table.mjs';
import { CLEAN_END, reference, same, traceOneProcess, WORKERS } from './traces.mjs';

const CONNECTIONS = 200;
const PROXY_CONNECTIONS = 60;
const PM2_CONNECTIONS = 500;

// Resolves with whether everything passed; what was seen is printed. Pictures are left in the folder `artefacts`.
export async function prove({ bin, fixture, base, artefacts }) {
  const table = new Table();
  const proof = { table, bin, base, artefacts, before: join(base, 'before') };
  const prepared = await table.check('copy, npm install, git commit', async () => {
    await createProject(proof.before, join(fixture, 'before'));
    return { seen: 'ready' };
  });
  if (prepared) {
    await proveReference(proof);
    await proveTool(proof);
    await proveMigrated(proof);
    await withBrowser((browser) => proveUnderPm2({ ...proof, browser }));
    await proveMutations(proof);
  }
  table.print();
  return table.hasPassed;
}

// The system before the migration, and that this harness can tell right from wrong.
async function proveReference(proof) {
  const { table, base, before } = proof;
  const first = table.check('before, 1 process: the trace to compare with', () => reference(base, 'before', before, DAY));
  await table.check('before, 1 process, again = before', async () => {
    const trace = await traceOneProcess(base, before, DAY);
    return same('before-again', base, need(await first, 'the first trace').trace, trace);
  });
  proof.reference = (await first)?.trace;
  await table.check('the scenario covers the fixture', async () => checkCoverage(before, need(proof.reference, 'the trace')));
  await table.check(`before, ${WORKERS} processes: polling fails`, async () => {
    const { result } = await withWorkersUnmigrated(base, before, WORKERS, (stack) => checkUnmigratedWorkersFail(stack, 20));
    return result;
  });
}

async function proveTool(proof) {
  const { table, bin, base, before } = proof;
  proof.partial = await table.check('apply (safe fixes only)', () => applySafe(bin, before, join(base, 'partial')));
  proof.full = await table.check('apply --unsafe-fixes', () => applyAll(bin, before, join(base, 'full')));
  await table.check('undo', () => checkUndo(bin, before, join(base, 'undone')));
  await table.check('PM2 file', async () => checkPm2(need(proof.full, 'the migrated copy').folder));
}

async function proveMigrated(proof) {
  const { table, base } = proof;
  const partial = table.check('safe fixes only, 1 process = before', async () => {
    const { folder } = need(proof.partial, 'the partly migrated copy');
    const trace = await traceOneProcess(base, folder, DAY, need(proof.reference, 'the trace'));
    return same('partial', base, proof.reference, trace);
  });
  await proveFull(proof);
  await partial;
}

// All on one stack, in this order: the trace wants an empty store, the outage leaves the system shaken.
async function proveFull(proof) {
  const { table, base } = proof;
  const inStack = async (stack) => {
    await table.check(`after, ${WORKERS} processes behind Nginx = before`, async () => {
      const trace = await play(DAY, stack, need(proof.reference, 'the trace'));
      return same('after', base, proof.reference, trace);
    });
    await table.check(`${CONNECTIONS} polling-first connections`, () => checkManyConnections(stack, CONNECTIONS));
    await table.check('who answers a handshake', () => checkPorts(stack));
    for (const name of ['haproxy', 'caddy']) {
      await table.check(`${name} in front, too`, () => checkProxy(stack, need(proof.full, 'the migrated copy').folder, name));
    }
    await table.check('Redis dies and comes back', () => checkOutage(stack));
  };
  const outcome = await runMigrated(proof, inStack).catch((error) => ({ error }));
  await table.check('the migrated stack starts, and ends by SIGTERM', async () => {
    if (outcome.error) throw outcome.error;
    assert.deepEqual(outcome.exitCodes, CLEAN_END);
    return { seen: 'exit code 0 of every process' };
  });
}

async function checkProxy({ folder, ports }, project, name) {
  const proxy = await startProxy(name, folder, project, ports);
  try {
    return await checkConnections(proxy.url, PROXY_CONNECTIONS, MIXED);
  } finally {
    await end(proxy);
  }
}

async function proveUnderPm2(proof) {
  await proveUnmigratedUnderPm2(proof);
  const { table, base, artefacts, browser } = proof;
  const pages = {
    reference: proof.reference,
    compare: (trace) => same('pm2', base, proof.reference, trace),
    picture: join(artefacts, 'eight-workers-after.png'),
  };
  const inStack = async (stack) => {
    await table.check('after, 8 workers of PM2 = before, in Chromium, too', () => checkPages(stack, browser, pages));
    const replace = () => checkEightWorkers(stack, PM2_CONNECTIONS);
    await table.check(`after, 8 workers of PM2, replaced while ${PM2_CONNECTIONS} are connected`, () => checkUndisturbed(stack, browser, replace));
  };
  await table.check('the migrated stack under PM2 starts and ends', async () => {
    need(proof.reference, 'the trace');
    await withPm2(base, need(proof.full, 'the migrated copy').folder, inStack);
    return { seen: 'yes' };
  });
}

async function proveUnmigratedUnderPm2({ table, base, before, artefacts, browser }) {
  const inStack = async (stack) => {
    const most = { least: PM2_CONNECTIONS / 2 + 1, transports: MIXED };
    await table.check('before, 8 workers of PM2: most clients fail', () => checkUnmigratedWorkersFail(stack, PM2_CONNECTIONS, most));
    const picture = join(artefacts, 'eight-workers-before.png');
    await table.check('before, 8 workers of PM2: pages in Chromium fail', () => checkUnmigratedPages(stack, browser, picture));
  };
  await table.check('the original under PM2 starts and ends', async () => {
    await withPm2Unmigrated(base, before, inStack);
    return { seen: 'yes' };
  });
}

async function runMigrated({ base, full }, work) {
  return withMigrated(base, need(full, 'the migrated copy').folder, WORKERS, work);
}

// Two at a time: most of a scenario is waiting.
async function proveMutations(proof) {
  const { table, base } = proof;
  const queue = [...MUTATIONS];
  const work = async () => {
    for (let mutation = queue.shift(); mutation; mutation = queue.shift()) {
      const current = mutation;
      await table.check(`mutation: ${current.name}`, async () => {
        const { folder } = need(proof.full, 'the migrated copy');
        return checkMutation({ base, folder, scenario: DAY, reference: need(proof.reference, 'the trace') }, current);
      });
    }
  };
  await Promise.all([work(), work()]);
}
