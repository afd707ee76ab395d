// What the tool says and leaves behind: exit codes, a second apply, undo, the PM2 file.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, normalize } from 'node:path';
import { run } from '../support/processes.mjs';
import { changedPaths, copyProject, installModules, snapshot } from '../support/project.mjs';

const WITH = ['caddy', 'compose', 'haproxy', 'kubernetes', 'systemd', 'traefik'].flatMap((name) => ['--with', name]);

const GENERATED = ['src/socketio-server.js', 'src/utils/socketBroadcaster.js', 'src/utils/socketRedis.js', 'src/utils/socketRuntime.js', 'src/utils/socketWire.js', 'ecosystem.config.js', 'nginx/isp-desk.conf'];

// Its journal stays beside the copies, out of the user's own folder for state.
function iomigrate(bin, folder, args, expected) {
  return run(bin, [...args, '.'], { cwd: folder, env: { IOMIGRATE_STATE_DIR: join(folder, '..', 'state') }, expected });
}

// The fixture migrated, with the packages that the new files ask for.
export async function applyAll(bin, before, folder) {
  const migrated = await migrate(bin, before, folder, WITH);
  assert.deepEqual(GENERATED.filter((path) => !existsSync(join(folder, path))), [], 'files that were not generated');
  await installModules(folder);
  return migrated;
}

// Everything, unsafe fixes included: nothing in-process is left. more: further arguments of `apply`.
export async function migrate(bin, before, folder, more = []) {
  await copyProject(before, folder);
  await iomigrate(bin, folder, ['check'], [1]);
  await iomigrate(bin, folder, ['apply', '--unsafe-fixes', ...more], [0]);
  await iomigrate(bin, folder, ['check'], [0]);
  const migrated = snapshot(folder);
  const changed = changedPaths(snapshot(before), migrated);

  await iomigrate(bin, folder, ['apply', '--unsafe-fixes', ...more], [0]);
  assert.deepEqual(changedPaths(migrated, snapshot(folder)), [], 'a second apply changed something');
  return { seen: `${changed.length} files written, check 1 → 0, a second apply changes nothing`, folder };
}

// Everything, with the switch for a roll-back: that alone is left. A later apply takes it out, and leaves what `plain` is.
export async function migrateWithSwitch(bin, before, folder, plain) {
  await copyProject(before, folder);
  await iomigrate(bin, folder, ['apply', '--unsafe-fixes', '--roll-back-switch'], [0]);
  const { output } = await iomigrate(bin, folder, ['check'], [1]);
  assert.match(output, /roll-back-switch/);
  const later = `${folder}-later`;
  await copyProject(folder, later);
  await iomigrate(bin, later, ['apply', '--allow-dirty'], [0]);
  const [left, expected] = [snapshot(later), snapshot(plain)];
  const others = Object.keys(left).filter((path) => left[path] !== expected[path] && !path.startsWith('dist/'));
  assert.deepEqual(others, [], 'without its switch it is not what it is without one');
}

// Where the API has no name for its HTTP server, nothing could be switched.
export async function checkNoSwitch(bin, before, folder) {
  await copyProject(before, folder);
  const { output } = await iomigrate(bin, folder, ['apply', '--unsafe-fixes', '--roll-back-switch'], [0]);
  const [said] = /there is no switch for a roll-back.*/.exec(output.replace(/\s+/g, ' '));
  await iomigrate(bin, folder, ['check'], [0]);
  return { seen: said.slice(0, 80) };
}

// Only what is safe: the questions stay, and the Socket.IO server with them.
export async function applySafe(bin, before, folder) {
  await copyProject(before, folder);
  await iomigrate(bin, folder, ['apply'], [1]);
  await iomigrate(bin, folder, ['check'], [1]);
  const changed = changedPaths(snapshot(before), snapshot(folder));
  assert.ok(changed.length > 0, 'nothing was rewritten');
  await installModules(folder);
  return { seen: `${changed.length} files written, apply 1, check 1`, folder };
}

export async function checkUndo(bin, before, folder) {
  await copyProject(before, folder);
  await iomigrate(bin, folder, ['apply', '--unsafe-fixes'], [0]);
  const written = changedPaths(snapshot(before), snapshot(folder)).length;
  await iomigrate(bin, folder, ['undo'], [0]);
  assert.deepEqual(changedPaths(snapshot(before), snapshot(folder)), [], 'undo left differences');
  const { output } = await run('git', ['status', '--porcelain'], { cwd: folder });
  assert.equal(output, '', 'git sees differences after undo');
  return { seen: `${written} files back, byte for byte` };
}

export function checkPm2(folder) {
  const path = join(folder, 'ecosystem.config.js');
  const { apps } = createRequire(path)(path);
  const seen = apps.map((app) => [normalize(app.script), app.exec_mode, app.instances]).sort();
  assert.deepEqual(seen, [['src/server.js', 'cluster', 8], ['src/socketio-server.js', 'fork', 1]]);
  for (const { script, cwd } of apps) assert.ok(existsSync(join(cwd ?? folder, script)), `${script} does not exist`);
  return { seen: seen.map((app) => app.join(' ')).join(', ') };
}
