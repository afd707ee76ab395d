// A copy of a checkout: the back end in it, what it is written in, its packages, and how it is started.

import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { run } from '../support/processes.mjs';

const DEPTH = 4;
const TOOLS = ['start', 'dev', 'serve', 'server', 'develop', 'start:dev'];
const INSTALL = 'timeout 55 npm install --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error';

export class NotInstalled extends Error {}

// Every folder below with a package.json that asks for `socket.io`.
export function backEnds(folder, depth = DEPTH) {
  const entries = readdirSync(folder, { withFileTypes: true });
  const found = asksForSocketIo(folder) ? [folder] : [];
  const inner = entries.filter((it) => it.isDirectory() && it.name !== 'node_modules' && !it.name.startsWith('.'));
  return depth === 0 ? found : [...found, ...inner.flatMap((it) => backEnds(join(folder, it.name), depth - 1))];
}

function asksForSocketIo(folder) {
  const { dependencies, devDependencies } = packageOf(folder);
  return Object.keys({ ...dependencies, ...devDependencies }).some((it) => it === 'socket.io' || it.endsWith('/platform-socket.io'));
}

export function packageOf(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8').replace(/^\uFEFF/, ''));
  } catch {
    return {};
  }
}

// Fresh, but for packages that are installed there already.
export async function copyCheckout(source, target) {
  await mkdir(target, { recursive: true });
  await clear(target);
  await run('cp', ['-R', '--no-preserve=ownership', `${source}/.`, target]);
  await rm(join(target, '.git'), { recursive: true, force: true });
}

async function clear(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.name === 'node_modules') continue;
    if (entry.isDirectory()) await clear(path);
    else await rm(path);
  }
}

// Packages, without running anything of theirs. `packages`: those that are there already.
export async function install(root, packages) {
  if (packages) {
    if (!existsSync(join(root, 'node_modules'))) symlinkSync(packages, join(root, 'node_modules'));
    return;
  }
  for (let gone = await installed(root); gone; gone = await installed(root)) forget(root, gone);
  if (existsSync(join(root, 'node_modules/.bin/prisma'))) {
    // Its engines can't be had without a download, and are not needed for a client that asks nothing.
    const env = { DATABASE_URL: 'postgres://127.0.0.1/test', PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', PRISMA_QUERY_ENGINE_LIBRARY: '/bin/true' };
    await run('sh', ['-c', 'timeout 60 node_modules/.bin/prisma generate --no-engine || true'], { cwd: root, env });
  }
  // `node --env-file=.env` asks for what nobody commits.
  const files = [...JSON.stringify(packageOf(root)).matchAll(/--env-file=([\w./-]+)/g)].map(([, file]) => file);
  for (const file of ['.env', ...files]) if (!existsSync(join(root, file))) writeFileSync(join(root, file), '');
}

// The package that the registry has not, if that is what npm fails of.
async function installed(root) {
  // What npm refuses today it did not refuse when it was written, and not every version is still there.
  const tries = [INSTALL, `${INSTALL} --legacy-peer-deps`, `rm -f package-lock.json && ${INSTALL} --legacy-peer-deps`];
  const { status, output } = await run('sh', ['-c', tries.join(' || ')], { cwd: root, expected: [0, 1, 124, 128] });
  if (status === 0) return null;
  const [, gone] = /(?:requested resource '|version found for )(@?[^@'\s]+)@/.exec(output) ?? [];
  if (!gone || !(gone in (packageOf(root).dependencies ?? {}))) throw new NotInstalled(output);
  return gone;
}

// It becomes a stub like any that the project uses without listing it.
function forget(root, name) {
  const manifest = packageOf(root);
  delete manifest.dependencies[name];
  writeFileSync(join(root, 'package.json'), JSON.stringify(manifest, null, 2));
  rmSync(join(root, 'package-lock.json'), { force: true });
}

// { path: text } of the programs of a back end.
export function programs(root) {
  const texts = new Map();
  const visit = (at) => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      if (entry.name === 'node_modules' || entry.name.startsWith('.')) continue;
      const path = join(at, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile() && /\.[cm]?[jt]s$/.test(entry.name)) texts.set(relative(root, path), readFileSync(path, 'utf8'));
    }
  };
  visit(root);
  return texts;
}

export const broadcasters = (root) => [...programs(root).keys()].filter((it) => /^socketBroadcaster\.[cm]?[jt]s$/.test(basename(it))).map((it) => join(root, it));

// The ways to start it that package.json knows, the likeliest first, each with whether it has to be built for that.
export function starts(root) {
  const { scripts = {}, main } = packageOf(root);
  const named = TOOLS.filter((it) => scripts[it]).map((name) => ({ name, command: scripts[name] }));
  const plain = [main, 'server.js', 'app.js', 'index.js', 'src/index.js', 'src/server.js'].filter((it) => it && existsSync(join(root, it)));
  const all = [...named, ...plain.slice(0, 1).map((it) => ({ name: 'main', command: `node ${it}` }))];
  return all.map((it) => ({ ...it, isBuilt: isBuilt(root, it.command) }));
}

export const isBuilt = (root, command) => /\b(dist|build|out|lib)\//.test(command)
  && ('build' in (packageOf(root).scripts ?? {}) || existsSync(join(root, 'tsconfig.json')));
