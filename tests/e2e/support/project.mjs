// Copies of the fixture: with npm packages, under git, migrated by the tool that is tested, and compared byte for byte.

import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './processes.mjs';

const CACHE = join(dirname(fileURLToPath(import.meta.url)), '../../.cache');
const NOT_THE_PROJECT = ['node_modules', '.git'];

// `change` may alter the copy before it is committed. With the packages that its package.json asks for, or `install`s.
export async function createProject(folder, fixture, { change = () => {}, install = installModules } = {}) {
  cpSync(fixture, folder, { recursive: true, filter: (path) => basename(path) !== 'node_modules' });
  await change(folder);
  await install(folder);
  const git = (...args) => run('git', ['-c', 'user.name=e2e', '-c', 'user.email=e2e@example.org', ...args], { cwd: folder });
  await git('init', '--quiet');
  appendFileSync(join(folder, '.git/info/exclude'), 'node_modules\n');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'before the migration');
  return folder;
}

// cp is many times faster than fs.cpSync with the thousands of files in node_modules.
const copy = (from, to) => run('cp', ['-RP', from, to]);

export async function copyProject(folder, target) {
  await copy(folder, target);
  return target;
}

// npm install, remembered for the same package.json and lock file: what was installed is the same the next time.
export async function installModules(folder) {
  const cached = join(CACHE, 'modules', fingerprint([join(folder, 'package.json'), join(folder, 'package-lock.json')]));
  const parts = ['node_modules', 'package-lock.json'];
  if (existsSync(cached)) {
    rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
    for (const part of parts) await copy(join(cached, part), join(folder, part));
    return;
  }
  const options = ['--no-audit', '--no-fund', '--prefer-offline', '--cache', join(CACHE, 'npm')];
  await run('npm', ['install', ...options], { cwd: folder });
  mkdirSync(dirname(cached), { recursive: true });
  const unfinished = mkdtempSync(`${cached}-`);
  for (const part of parts) await copy(join(folder, part), join(unfinished, part));
  try {
    renameSync(unfinished, cached);
  } catch {
    // Another run was faster with the same.
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function fingerprint(paths) {
  const hash = createHash('sha256').update(process.version);
  for (const path of paths) hash.update('\0').update(existsSync(path) ? readFileSync(path) : '');
  return hash.digest('hex').slice(0, 16);
}

// { path: mode and checksum } of everything that belongs to the project.
export function snapshot(folder) {
  const files = {};
  const visit = (at) => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (NOT_THE_PROJECT.includes(entry.name)) continue;
      if (entry.isDirectory()) visit(path);
      else files[relative(folder, path)] = `${statSync(path).mode.toString(8)} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
    }
  };
  visit(folder);
  return files;
}

// Which paths differ between two snapshots, sorted.
export function changedPaths(before, after) {
  const paths = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...paths].filter((path) => before[path] !== after[path]).sort();
}
