// What the templates turn into is accepted by those who read it: node, PM2's loader, nginx.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createProject, render } from './support/render.mjs';

const MARKERS = {
  'src/socketio-server.js': '// @iomigrate dedicated-server',
  'src/utils/socketRuntime.js': '// @iomigrate runtime',
  'src/utils/socketBroadcaster.js': '// @iomigrate broadcaster',
  'src/utils/socketRedis.js': '// @iomigrate redis',
  'src/utils/socketWire.js': '// @iomigrate wire',
};

let folder;

before(() => { folder = mkdtempSync(join(tmpdir(), 'iomigrate-rendering-')); });
after(() => rmSync(folder, { recursive: true, force: true }));

for (const options of [{ esm: false }, { esm: false, strict: false }, { esm: false, methods: [] }, { esm: true }, { esm: true, methods: [] }, { esm: true, inApi: true },
  { adapter: 'streams' }, { adapter: 'streams', esm: true }, { adapter: 'sharded' }, { adapter: 'sharded', esm: true }, { redis: 'ioredis' }, { redis: 'ioredis', adapter: 'streams', esm: true }]) {
  test(`node --check, marker and shape: ${JSON.stringify(options)}`, () => {
    const project = createProject(options);
    for (const [path, marker] of Object.entries(MARKERS)) {
      if (options.inApi && path.endsWith('socketRedis.js')) continue;
      const text = readFileSync(project.path(path), 'utf8');
      const check = spawnSync(process.execPath, ['--check', project.path(path)], { encoding: 'utf8' });
      assert.equal(check.status, 0, check.stderr);
      const isStrict = !options.esm && (options.strict !== false || !path.endsWith('socketio-server.js'));
      assert.deepEqual(text.split('\n').slice(0, isStrict ? 2 : 1), isStrict ? ["'use strict';", marker] : [marker]);
      assert.ok(text.endsWith('\n') && !text.endsWith('\n\n'), 'ends with one line break');
      assert.doesNotMatch(text, /\n\n\n|[ \t]\n|\{%|\{\{/, 'no gaps, no trailing blanks, nothing unrendered');
      assert.ok(text.split('\n').every((line) => line.length <= 130), 'no overlong line');
    }
    project.remove();
  });
}

test('ecosystem.config.js: one socket server in fork mode, eight API processes', () => {
  const path = join(folder, 'ecosystem.config.cjs');
  writeFileSync(path, render('ecosystem.config.js', { name: 'desk', server_script: 'src/socketio-server.js', api_script: 'src/server.js', node_args: null }));
  const { apps: [socket, api] } = createRequire(path)(path);
  assert.deepEqual([socket.name, socket.script, socket.exec_mode, socket.instances, socket.wait_ready],
    ['desk-socketio', 'src/socketio-server.js', 'fork', 1, true]);
  assert.deepEqual([api.name, api.script, api.exec_mode, api.instances, api.wait_ready],
    ['desk-api', 'src/server.js', 'cluster', 8, undefined]);
  assert.ok(socket.kill_timeout > 5000);
});

test('nginx -t accepts two rendered sites in one http block', () => {
  mkdirSync(join(folder, 'logs'), { recursive: true });
  for (const name of ['desk', 'shop_2']) {
    const site = render('nginx.conf', { name, api_port: 3001, socket_port: 3002, socket_path: '/socket.io/' });
    // Only the unprivileged port and distinct host names differ from the file as it is shipped.
    writeFileSync(join(folder, `${name}.conf`), site.replace('listen 80;', 'listen 127.0.0.1:18080;').replace('server_name _;', `server_name ${name}.test;`));
  }
  const main = `pid ${folder}/nginx.pid; error_log ${folder}/logs/error.log; events {}
    http { access_log off; include ${folder}/desk.conf; include ${folder}/shop_2.conf; }`;
  writeFileSync(join(folder, 'nginx.conf'), main);
  const check = spawnSync('nginx', ['-t', '-p', folder, '-c', join(folder, 'nginx.conf')], { encoding: 'utf8' });
  if (check.error?.code === 'ENOENT') throw new Error('this test needs nginx: install it (apt-get install nginx-light)');
  assert.equal(check.status, 0, check.stderr);
  assert.doesNotMatch(check.stderr, /warn/);
});

test('env.example names every variable that the generated files read', () => {
  const example = render('env.example', { redis_key: 'desk', socket_port: 3002 });
  const project = createProject();
  for (const path of Object.keys(MARKERS)) {
    const text = readFileSync(project.path(path), 'utf8');
    for (const [name] of text.matchAll(/\b(SOCKET_IO|REDIS|SHUTDOWN)_[A-Z_]+\b/g)) assert.ok(example.includes(name), name);
  }
  project.remove();
});
