// What formatters, linters and compilers say about migrated files that they did not say before.
//
//   node run.mjs --bin target/debug/iomigrate [--only NAME]

import { parseArgs } from 'node:util';

import { formatters } from './support/formatters.mjs';
import { complaints } from './support/linters.mjs';
import { isGenerated, migrate, projects } from './support/projects.mjs';

const { values } = parseArgs({ options: { bin: { type: 'string' }, only: { type: 'string' } } });
const wrong = [];

const pending = (await projects()).filter((it) => !values.only || values.only === it.name);
await Promise.all(Array.from({ length: 4 }, work));

// Wrong: what is known to be complained about.
const known = [
  // An object that gets too wide because of a longer name in it, and lists and assignments that would fit on one line now.
  /^clients-count: (Biome|Prettier).*routes\/status\.js/,
  /^isp-desk: (Biome|Prettier).*src\/server\.js/,
  /^isp-desk: Prettier.*src\/routes\/registrations\.js/,
  // A chain that is kept and gets too wide with the broadcaster's name.
  /^socket-emit-by-id: (Biome|Prettier).*routes\/clients\.js/,
  // While the server stays in the API, the broadcaster's way over Redis is written and not used.
  /^(handle-escape|handle-promise|server-class|server-state): utils\/socketBroadcaster\.js: ESLint: 'RedisLink' is defined but never used/,
  // Names that served nothing but what goes.
  /^handle-promise: server\.js: ESLint: 'live' is defined but never used/,
  /^isp-desk: src\/routes\/tickets\.js: ESLint: 'req' is defined but never used/,
];
const isKnown = (it) => known.some((pattern) => pattern.test(it));
const gone = values.only ? [] : known.filter((pattern) => !wrong.some((it) => pattern.test(it)));

for (const it of wrong.filter((it) => !isKnown(it)).sort()) console.log(it);
for (const pattern of gone) console.log(`nobody complains any more, take it out of the list: ${pattern}`);
process.exitCode = wrong.every(isKnown) && gone.length === 0 ? 0 : 1;

async function work() {
  for (let project = pending.shift(); project; project = pending.shift()) {
    const found = complaints(await migrate(project, values.bin));
    wrong.push(...found.map((it) => `${project.name}: ${it}`));
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
