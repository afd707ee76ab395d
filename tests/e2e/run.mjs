// The proof by running: node tests/e2e/run.mjs --bin <iomigrate> --fixture <folder with before/>
//
// The fixture as it is and its migrated copies get the same scenario; what every client received and every HTTP answer have
// to be equal. Then the migrated copy has to do what the original can't: many processes, eight of PM2,
// a Redis that dies.
// With --shapes <folder>, the fixture's variants there get the scenario instead; with --backends <folder>, small back ends of
// other styles are migrated, each with a scenario of its own.
// --artefacts <folder>: where screenshots are left, target/tmp unless given.
// KEEP=1 leaves the copies and the traces on disk and says where.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { demandTools } from './support/tools.mjs';

const OVERALL_LIMIT = 10 * 60 * 1000;

async function main() {
  const options = Object.fromEntries(['bin', 'fixture', 'shapes', 'backends', 'artefacts'].map((name) => [name, { type: 'string' }]));
  const { values } = parseArgs({ options });
  if (!values.bin || !(values.fixture || values.backends)) throw new Error('usage: node run.mjs --bin <iomigrate> (--fixture <folder> [--shapes <folder>] | --backends <folder>)');
  const given = Object.fromEntries(Object.entries(values).map(([name, path]) => [name, resolve(path)]));
  demandTools();
  // Only now: it imports npm packages, which demandTools() has looked for.
  const { prove } = await import(given.backends ? './backends.mjs' : given.shapes ? './shapes.mjs' : './proof.mjs');
  const base = mkdtempSync(join(tmpdir(), 'iomigrate-e2e-'));
  try {
    return await prove({ artefacts: resolve('target/tmp'), ...given, base });
  } finally {
    if (process.env.KEEP) process.stdout.write(`kept: ${base}\n`);
    else rmSync(base, { recursive: true, force: true });
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
setTimeout(() => {
  process.stderr.write(`gave up after ${OVERALL_LIMIT / 1000} s\n`);
  process.exit(1);
}, OVERALL_LIMIT).unref();

main().then((isProven) => process.exit(isProven ? 0 : 1), (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
});
