// What has to be installed. A missing tool is an error that names the package, never a reason to skip the proof.

import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// By package: the commands of which one has to be there.
const COMMANDS = {
  npm: ['npm'], git: ['git'], 'redis-server': ['redis-server'], nginx: ['nginx'], chromium: ['chromium', 'google-chrome'],
  haproxy: ['haproxy'], caddy: ['caddy'],
};
const here = join(dirname(fileURLToPath(import.meta.url)), '..');

function find(command) {
  // Debian keeps nginx and haproxy where an ordinary user's PATH does not look.
  const folders = [...process.env.PATH.split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, command)).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export const commandOf = (name) => COMMANDS[name].map(find).find(Boolean);

export function demandTools() {
  const missing = Object.keys(COMMANDS).filter((name) => !commandOf(name));
  if (missing.length > 0) throw new Error(`this needs ${missing.join(', ')}: apt-get install ${missing.join(' ')}`);
  const { dependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
  if (Object.keys(dependencies).some((name) => !existsSync(join(here, 'node_modules', name)))) {
    throw new Error('this needs its npm packages: npm ci --prefix tests/e2e');
  }
}
