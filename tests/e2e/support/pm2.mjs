// PM2 with the file that the tool generated, in the foreground and with a home of its own, so that it ends with the stack.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, start, untilReady } from './processes.mjs';

const PM2 = join(dirname(fileURLToPath(import.meta.url)), '../node_modules/pm2/bin');

// The generated file as it is, but for the ports of this stack. `change` is JavaScript that may alter `app`.
export async function startPm2(folder, project, env, change = '') {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'ecosystem.config.js');
  writeFileSync(file, `
    const { apps } = require(${JSON.stringify(join(project, 'ecosystem.config.js'))});
    const ports = ${JSON.stringify(env)};
    for (const app of apps) {
      Object.assign(app, { cwd: ${JSON.stringify(project)}, env: { ...app.env, ...ports } });
      ${change}
    }
    module.exports = { apps };`);
  const home = { PM2_HOME: join(folder, 'home') };
  const pm2 = start('pm2', process.execPath, [join(PM2, 'pm2-runtime'), 'start', file, '--no-auto-exit'], { cwd: project, env: home });
  const ask = async (...words) => (await run(process.execPath, [join(PM2, 'pm2'), ...words], { env: home })).output;
  const processes = async () => {
    const list = JSON.parse((await ask('jlist')).split('\n').find((line) => line.startsWith('[')));
    return list.map(({ name, pid, pm2_env: state }) => ({ name, pid, status: state.status, mode: state.exec_mode, restarts: state.restart_time }));
  };
  const expected = /App \[.*?\] online/g;
  const count = (await import(file)).default.apps.reduce((sum, { instances }) => sum + instances, 0);
  await untilReady(pm2, ({ log }) => (log.match(expected) ?? []).length >= count, 60000);
  return Object.assign(pm2, { processes, reload: (name) => ask('reload', name) });
}
