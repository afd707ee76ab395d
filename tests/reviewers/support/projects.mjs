// The projects that are reviewed: the examples of the rules and the fixtures, or checkouts, before and after `apply`.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');

export const isTypeScript = (path) => /\.[cm]?ts$/.test(path);

// The runtime that a migration brings.
export const isGenerated = (text) => text.slice(0, 200).includes('// @iomigrate ');

// Every folder `before` of the repository, by a name for a reader.
export async function examples() {
  const found = [];
  for (const parent of ['rules', 'fixtures']) {
    for (const entry of await readdir(join(root, parent), { withFileTypes: true })) {
      const folder = join(root, parent, entry.name, 'before');
      if (existsSync(folder)) found.push({ name: entry.name, folder });
    }
  }
  return found.sort((a, b) => a.name.localeCompare(b.name));
}

// Every folder in a folder.
export async function checkouts(parent) {
  const entries = await readdir(parent, { withFileTypes: true });
  const folders = entries.filter((it) => it.isDirectory());
  return folders.map((it) => ({ name: it.name, folder: join(parent, it.name) }));
}

// What `apply` makes of a project. `prepare` may change the files first: a map of paths to texts.
// Returns both maps; the migrated one has the generated programs, too. `refusal`: what it said if it did nothing.
export async function migrate(project, binary, prepare = async () => {}) {
  const desk = await mkdtemp(join(tmpdir(), 'iomigrate-review-'));
  try {
    await cp(project.folder, desk, { recursive: true });
    const before = await programs(desk);
    await prepare(before);
    for (const [path, text] of before) {
      await mkdir(dirname(join(desk, path)), { recursive: true });
      await writeFile(join(desk, path), text);
    }
    const refusal = await apply(binary, desk);
    return { before, after: await programs(desk), refusal };
  } finally {
    await rm(desk, { recursive: true, force: true });
  }
}

async function apply(binary, desk) {
  const env = { ...process.env, IOMIGRATE_STATE_DIR: join(desk, '.state') };
  try {
    await run(binary, ['apply', '--unsafe-fixes', '--quiet', desk], { env });
  } catch (error) {
    // 1: something is left for a person.
    if (error.code !== 1) return error.stderr || String(error);
  }
  return null;
}

async function programs(folder) {
  const texts = new Map();
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = relative(folder, join(entry.parentPath, entry.name));
    const isOurs = path.startsWith('.state') || path.includes('node_modules');
    if (entry.isFile() && /\.[cm]?[jt]s$/.test(path) && !isOurs) {
      texts.set(path, await readFile(join(folder, path), 'utf8'));
    }
  }
  return texts;
}
