// The same back end with its set-up written in other styles. A shape is a folder with the files that differ from the
// fixture's; every one has to answer like the fixture itself, before its migration and after.

import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { applyAll } from './checks/migration.mjs';
import { DAY } from './scenario.mjs';
import { createProject } from './support/project.mjs';
import { need, Table } from './support/table.mjs';
import { reference, same, traceMigrated, traceOneProcess } from './traces.mjs';

const SIDE_BY_SIDE = 2;

// Resolves with whether everything passed; what was seen is printed.
export async function prove({ bin, fixture, shapes, base }) {
  const table = new Table();
  const fixtureItself = await table.check('the fixture: the trace to compare with', async () => {
    const folder = await createProject(join(base, 'fixture'), join(fixture, 'before'));
    return reference(base, 'fixture', folder, DAY);
  });
  const folders = readdirSync(shapes, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const queue = folders.map(({ name }) => name).sort();
  const proof = { table, bin, fixture, shapes, base, expected: fixtureItself?.trace };
  // Most of a scenario is waiting.
  const work = async () => {
    for (let shape = queue.shift(); shape; shape = queue.shift()) await proveShape(proof, shape);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  table.print();
  return table.hasPassed;
}

async function proveShape({ table, bin, fixture, shapes, base, expected }, shape) {
  const before = await table.check(`${shape}, 1 process = the fixture`, async () => {
    const change = (folder) => cpSync(join(shapes, shape), folder, { recursive: true });
    const folder = await createProject(join(base, shape), join(fixture, 'before'), { change });
    const trace = await traceOneProcess(base, folder, DAY, need(expected, 'the trace'));
    return { ...same(`${shape}-before`, base, expected, trace), folder };
  });
  const migrated = await table.check(`${shape}: apply --unsafe-fixes`, () => {
    const { folder } = need(before, 'the shape');
    return applyAll(bin, folder, join(base, `${shape}-migrated`));
  });
  await table.check(`${shape}, migrated, behind Nginx = the fixture`, async () => {
    const trace = await traceMigrated(base, need(migrated, 'the migrated copy').folder, DAY, expected);
    return same(`${shape}-after`, base, expected, trace);
  });
}
