// Small back ends in other styles (ES modules, TypeScript, namespaces, …), migrated for real. Each is a folder with `backend/`
// and `scenario.mjs`: as data, what its people do, and mistakes of a migration that the comparison has to notice.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { checkNoSwitch, migrate, migrateWithSwitch } from './checks/migration.mjs';
import { checkMutation } from './checks/mutations.mjs';
import { run } from './support/processes.mjs';
import { createProject } from './support/project.mjs';
import { program } from './support/servers.mjs';
import { need, Table } from './support/table.mjs';
import { reference, same, traceMigrated, traceOneProcess } from './traces.mjs';

const SIDE_BY_SIDE = 2;
const MODULES = join(dirname(fileURLToPath(import.meta.url)), 'node_modules');

// Resolves with whether everything passed; what was seen is printed.
export async function prove({ bin, backends, base }) {
  const table = new Table();
  // All of them use the packages of this folder: they stand beside the copies, where Node looks next.
  symlinkSync(MODULES, join(base, 'node_modules'));
  const queue = readdirSync(backends, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  // Most of a scenario is waiting.
  const work = async () => {
    for (let name = queue.shift(); name; name = queue.shift()) await proveBackend({ table, bin, backends, base }, name);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  table.print();
  return table.hasPassed;
}

async function proveBackend({ table, bin, backends, base }, name) {
  const { app = '.', links = {}, mutations, hasSwitch = true, people, steps, ...rest } = await scenarioOf(join(backends, name));
  const chapters = steps.map(([action, ...args]) => (desk) => desk[action](...args));
  const scenario = { people, chapters, ...rest };
  const source = join(backends, name, 'backend');
  const isTypeScript = existsSync(join(source, 'tsconfig.json'));
  const isBuilt = 'build' in JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')).scripts;

  const before = await table.check(`${name}, 1 process: the trace to compare with`, async () => {
    const folder = await createProject(join(base, `${name}-before`), source, { install: (it) => link(it, links) });
    if (isBuilt) await compile(folder);
    return { ...await reference(base, `${name}-before`, join(folder, app), scenario), folder };
  });
  const migrated = await table.check(`${name}: apply --unsafe-fixes`, async () => {
    const outcome = await migrate(bin, need(before, 'the back end').folder, join(base, `${name}-after`));
    // What TypeScript says counts, whether its output is used or not.
    if (isTypeScript) await compile(outcome.folder);
    checkPm2(join(outcome.folder, app));
    return outcome;
  });
  await table.check(`${name}, migrated, behind Nginx = before`, async () => {
    const trace = await traceMigrated(base, join(need(migrated, 'the migrated copy').folder, app), scenario, before.trace);
    return same(`${name}-after`, base, before.trace, trace);
  });
  const switched = async () => {
    const folder = join(base, `${name}-switch`);
    await migrateWithSwitch(bin, need(before, 'the back end').folder, folder, need(migrated, 'the migrated copy').folder);
    if (isTypeScript) await compile(folder);
    // Its Redis is not needed, nor is the port of the dedicated server.
    const env = { SOCKET_IO_IN_PROCESS: '1', REDIS_URL: 'redis://127.0.0.1:1', SOCKET_IO_PORT: '1' };
    const trace = await traceOneProcess(base, join(folder, app), scenario, before.trace, env);
    return same(`${name}-switch`, base, before.trace, trace);
  };
  if (hasSwitch) await table.check(`${name}, migrated, with the switch for a roll-back on = before`, switched);
  else await table.check(`${name}: no switch for a roll-back, and why`, () => checkNoSwitch(bin, need(before, 'the back end').folder, join(base, `${name}-switch`)));
  for (const mutation of mutations) {
    await table.check(`${name}, mutation: ${mutation.name}`, async () => {
      const { folder } = need(migrated, 'the migrated copy');
      return checkMutation({ base, folder, app, scenario, reference: before.trace }, mutation);
    });
  }
}

const scenarioOf = async (folder) => (await import(pathToFileURL(join(folder, 'scenario.mjs')))).default;

// The packages of a workspace that need each other, as npm links them: { name: folder }.
function link(folder, links) {
  for (const [name, target] of Object.entries(links)) {
    const path = join(folder, 'node_modules', name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(join(folder, target), path);
  }
}

const compile = (folder) => run(process.execPath, [join(MODULES, 'typescript/bin/tsc')], { cwd: folder });

// PM2 would start what package.json starts.
function checkPm2(folder) {
  const path = readdirSync(folder).map((file) => join(folder, file)).find((file) => file.includes('ecosystem.config'));
  const { apps } = createRequire(path)(path);
  const seen = Object.fromEntries(apps.map(({ exec_mode: mode, script, node_args: options }) => [mode, { options: options?.split(' ') ?? [], script }]));
  assert.deepEqual(seen, { fork: program(folder, 'start:socketio'), cluster: program(folder, 'start') });
}
