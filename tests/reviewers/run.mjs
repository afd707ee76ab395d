// What formatters, linters and compilers say about migrated files that they did not say before.
//
//   node run.mjs --bin target/debug/iomigrate [--only NAME]
//   node run.mjs --bin target/release/iomigrate --over FOLDER    copies of the checkouts in a folder, without formatters

import { parseArgs } from 'node:util';

import { formatters } from './support/formatters.mjs';
import { complaints } from './support/linters.mjs';
import { checkouts, examples, isGenerated, migrate } from './support/projects.mjs';

const { values } = parseArgs({
  options: { bin: { type: 'string' }, only: { type: 'string' }, over: { type: 'string' } },
});
const projects = values.over ? await checkouts(values.over) : await examples();
const pending = projects.filter((it) => !values.only || values.only === it.name);
const wrong = [];
let changed = 0;

await Promise.all(Array.from({ length: 4 }, work));

for (const it of wrong.sort()) console.log(it);
if (values.over) console.log(`${projects.length} checkouts, ${changed} files changed or new, ${wrong.length} complaints`);
process.exitCode = wrong.length === 0 ? 0 : 1;

async function work() {
  for (let project = pending.shift(); project; project = pending.shift()) {
    const migrated = await migrate(project, values.bin);
    changed += [...migrated.after].filter(([path, text]) => migrated.before.get(path) !== text).length;
    wrong.push(...complaints(migrated).map((it) => `${project.name}: ${it}`));
    if (values.over) continue;
    for (const formatter of formatters) wrong.push(...(await dirty(project, formatter)));
  }
}

// The files of a formatted project that are not formatted any more.
async function dirty(project, formatter) {
  const { before, after } = await migrate(project, values.bin, async (files) => {
    for (const [path, text] of files) files.set(path, await formatter.format(text, path));
    files.set(...formatter.configuration);
  });
  const found = [];
  for (const [path, text] of after) {
    const isOld = before.has(path) && !isGenerated(text);
    if (!isOld || before.get(path) === text) continue;
    const formatted = await formatter.format(text, path);
    if (formatted !== text) {
      found.push(`${project.name}: ${formatter.name}: ${path} is not formatted\n${difference(text, formatted)}`);
    }
  }
  return found;
}

// The lines in which two texts differ, without those that they start and end with.
function difference(found, expected) {
  let [a, b] = [found.split('\n'), expected.split('\n')];
  while (a.length && a[0] === b[0]) [a, b] = [a.slice(1), b.slice(1)];
  while (a.length && a.at(-1) === b.at(-1)) [a, b] = [a.slice(0, -1), b.slice(0, -1)];
  return [...a.map((it) => `  - ${it}`), ...b.map((it) => `  + ${it}`)].join('\n');
}
