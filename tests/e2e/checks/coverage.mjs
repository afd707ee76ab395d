// A comparison proves as much as the scenario exercises. So: every route of the fixture was answered with success at least
// once, and every event whose name stands in its source was received by somebody.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// Events of an ordinary EventEmitter, which never leave the process.
const NOT_FOR_CLIENTS = ['changed'];

export function checkCoverage(project, trace) {
  const routes = declaredRoutes(join(project, 'src'));
  const answered = trace.http.filter(({ status }) => status < 300).map(({ step }) => step.split('?')[0]);
  const missingRoutes = routes.filter(({ pattern }) => !answered.some((step) => pattern.test(step)));
  assert.deepEqual(missingRoutes.map(({ name }) => name), [], 'routes that the scenario never calls with success');

  const events = declaredEvents(join(project, 'src'));
  const received = new Set(Object.values(trace.clients).flat().map(({ event }) => event));
  assert.deepEqual(events.filter((event) => !received.has(event)), [], 'events that nobody received');
  return { seen: `${routes.length} routes, ${events.length} events by name` };
}

// From `app.use('/api/x', xRoutes)`, `require('./routes/x')` and `router.get('/:id', ...)`.
function declaredRoutes(source) {
  const server = readFileSync(join(source, 'server.js'), 'utf8');
  const routes = [];
  for (const [, mount, variable] of server.matchAll(/app\.use\('([^']+)', (\w+)\)/g)) {
    const [, file] = server.match(new RegExp(`const ${variable} = require\\('\\./([^']+)'\\)`));
    const text = readFileSync(join(source, `${file}.js`), 'utf8');
    for (const [, method, path] of text.matchAll(/router\.(get|post|put|patch|delete)\('([^']+)'/g)) {
      routes.push(route(method.toUpperCase(), path === '/' ? mount : mount + path));
    }
  }
  assert.ok(routes.length > 30, `only ${routes.length} routes were found in the fixture`);
  return routes;
}

function route(method, path) {
  return { name: `${method} ${path}`, pattern: new RegExp(` ${method} ${path.replace(/:\w+/g, '[^/]+')}$`) };
}

function declaredEvents(source) {
  const files = readdirSync(source, { recursive: true }).filter((file) => file.endsWith('.js'));
  const text = files.map((file) => readFileSync(join(source, file), 'utf8')).join('\n');
  const names = new Set([...text.matchAll(/\bemit\(\s*'([\w-]+)'/g)].map(([, name]) => name));
  return [...names].filter((name) => !NOT_FOR_CLIENTS.includes(name)).sort();
}
