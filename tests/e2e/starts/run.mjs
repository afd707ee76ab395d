// Whether back ends still start: node tests/e2e/starts/run.mjs --bin <iomigrate> --over FOLDER [--only NAME]…
//
// Each checkout in the folder is copied and its packages are installed, without their scripts. What its package.json starts
// is started as it is, with databases that are stubs (databases.cjs), then after `apply`, and if that left something after
// `apply --unsafe-fixes`, too: does it listen, answer requests as before, accept clients, and deliver what it publishes,
// and does nothing complain of a name or a module that did not before? Needs the network for npm; the programs get none.
//
// --packages FOLDER: packages for all of them, instead of installing any. --desk FOLDER: keeps the copies there, with their
// packages, for the next time. --logs FOLDER: what the processes printed.

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { freePort, run } from '../support/processes.mjs';
import { startRedis } from '../support/servers.mjs';
import { NotInstalled, backEnds, broadcasters, copyCheckout, install, isBuilt, packageOf, programs, starts } from './checkout.mjs';
import { environmentOf } from './environment.mjs';
import { ask, complaints, delivers, firstError, greet, hasCrashed, launch, listening, notes, stop } from './stage.mjs';

const REQUESTS_MAX = 400;

const paths = Object.fromEntries(['bin', 'over', 'packages', 'desk', 'logs'].map((name) => [name, { type: 'string' }]));
const { values: { only, ...named } } = parseArgs({ options: { ...paths, only: { type: 'string', multiple: true } } });
const given = Object.fromEntries(Object.entries(named).map(([name, path]) => [name, resolve(path)]));
const base = mkdtempSync(join(tmpdir(), 'iomigrate-starts-'));
const desk = given.desk ?? join(base, 'desk');
const rows = [];

async function main() {
  const checkouts = readdirSync(given.over, { withFileTypes: true }).filter((it) => it.isDirectory()).map((it) => it.name);
  for (const name of checkouts.sort().filter((it) => !only || only.includes(it))) {
    for (const root of backEnds(join(given.over, name))) await tryBackEnd(name, relative(join(given.over, name), root));
  }
  return summary();
}

async function tryBackEnd(name, path) {
  const row = { name: join(name, path), before: '', stages: [] };
  rows.push(row);
  try {
    if (await changesSomething(join(given.over, name, path))) await tryCopy(row, name, path);
    else row.before = 'nothing would be changed';
  } catch (error) {
    const said = error.message.trim().split('\n');
    const why = said.find((it) => /error|why:/i.test(it)) ?? said[0];
    // What can't be installed is nothing that was migrated wrongly.
    if (error instanceof NotInstalled) row.before = `not tried: ${why}`;
    else row.stages.push({ kind: 'gave up', wrong: [why] });
  }
  if (!given.desk) rmSync(join(desk, name), { recursive: true, force: true });
  say(row);
}

async function changesSomething(root) {
  const plans = await Promise.all([[], ['--unsafe-fixes']].map((more) => apply(root, ['--dry-run', '--quiet', ...more])));
  return plans.some((it) => it.includes('\n+++ '));
}

async function apply(root, more = []) {
  const env = { IOMIGRATE_STATE_DIR: join(base, 'state') };
  const { output } = await run(given.bin, ['apply', '--allow-dirty', ...more, root], { env, expected: [0, 1] });
  return `\n${output}`;
}

async function tryCopy(row, name, path) {
  const root = join(desk, name, path);
  await copyCheckout(join(given.over, name), join(desk, name));
  await install(root, given.packages);
  const redis = await freePort();
  const env = { ...environmentOf(root, redis), STARTS_REDIS: redis, STARTS_ABSENT: '*' };
  const subject = { row, root, env, requests: requestsOf(root), events: eventsOf(root) };
  const before = await beforeOf(subject);
  row.before = before.starts ? `${before.way.name}: client ${before.client}` : `does not start: ${before.why}`;
  env.STARTS_ABSENT = before.stubbed.join(' ');
  subject.requests = Object.keys(before.statuses).filter((it) => it === 'GET /' || before.statuses[it] !== 404);

  for (const more of [[], ['--unsafe-fixes']]) {
    if (isWhole(root)) break;
    const known = { programs: JSON.stringify([...programs(root)]), manifest: JSON.stringify(packageOf(root)) };
    await apply(root, more);
    if (known.programs === JSON.stringify([...programs(root)])) continue;
    if (known.manifest !== JSON.stringify(packageOf(root))) await install(root, given.packages);
    const after = await look({ ...subject, way: before.way, kind: isWhole(root) ? 'whole' : 'partly' });
    const wrong = differences(before, after);
    row.stages.push({ kind: after.kind, options: more.join(' '), ...after, wrong });
  }
}

const isWhole = (root) => Boolean(socketScript(root));

// The script that starts the dedicated server as `way` starts the API.
function socketScript(root, way = { name: 'start' }) {
  const { scripts = {} } = packageOf(root);
  const names = way.name.startsWith('dev') ? ['dev:socketio', 'start:socketio'] : ['start:socketio', 'dev:socketio'];
  return names.map((it) => scripts[it]).find(Boolean);
}

async function beforeOf(subject) {
  let found;
  for (const way of starts(subject.root).slice(0, 3)) {
    const before = await look({ ...subject, way, kind: 'before' });
    // Where a request ended the process, what the others got is a matter of order.
    if (before.starts) return before.survives ? before : look({ ...subject, way, kind: 'before', requests: ['GET /'] });
    found ??= before;
  }
  if (!found) throw new Error('package.json does not say how it is started');
  return found;
}

async function look({ row, root, env, requests, events, way, kind }) {
  const command = kind === 'whole' ? socketScript(root, way) : null;
  const built = way.isBuilt || (command && isBuilt(root, command)) ? await build(root, env) : '';
  // What an earlier start left in it would make a difference.
  const redis = await startRedis(join(base, 'redis'), env.STARTS_REDIS);
  const api = launch(root, way.command, env);
  const ports = await listening(api);
  const server = command && launch(root, command, env);
  try {
    const greeting = await greet(server ?? api, await listening(server ?? api));
    const delivery = kind === 'before' || !greeting.socket ? '' : await delivers(api, greeting, broadcasters(root));
    const statuses = ports.length > 0 ? await ask(ports[0], requests) : {};
    const survives = !hasCrashed(api);
    await chatter(greeting, events);
    const logs = [built, api.log, server?.log ?? ''];
    keepLogs(row, kind, logs);
    const isStarted = ports.length > 0 && (!server || greeting.answer !== 'none');
    return {
      kind, way, statuses, delivery, starts: isStarted, survives, client: greeting.answer, complaints: complaints(logs.join('\n')),
      why: isStarted ? '' : firstError(ports.length > 0 ? server.log : `${api.log || built}`),
      stubbed: notes(api, 'stubbed'),
      hasSocketIo: notes(api, 'loaded').includes('socket.io'),
    };
  } finally {
    await Promise.all([api, server].filter(Boolean).map(stop));
    await redis.stop();
  }
}

async function build(root, env) {
  const { build: script } = packageOf(root).scripts ?? {};
  const command = script && !/--watch|-w\b/.test(script) ? 'npm run build' : 'npx tsc';
  const { output } = await run('sh', ['-c', `timeout 120 ${command} 2>&1 || true`], { cwd: root, env });
  return output;
}

// Everything that handlers wait for is said once, with something in it.
async function chatter({ socket }, events) {
  if (!socket) return;
  for (const event of events) socket.emit(event, { id: '1', roomId: '1', userId: '1', message: 'm' }, () => {});
  await new Promise((resolve) => { setTimeout(resolve, 1000); });
  socket.disconnect();
}

// What was good and is not any more.
function differences(before, after) {
  const found = after.complaints.filter((it) => !before.complaints.includes(it)).map((it) => `says: ${it.slice(0, 200)}`);
  if (before.starts && !after.starts) found.push(`does not start: ${after.why}`);
  if (!before.starts || !after.starts) return found;
  if (before.client !== after.client) found.push(`client ${before.client}, then ${after.client}`);
  const hadServer = /^(accepted|refused)/.test(before.client);
  if (hadServer && !/^(|answered|delivered)$/.test(after.delivery)) found.push(after.delivery);
  if (after.kind === 'whole' && after.hasSocketIo) found.push('socket.io is loaded by the API');
  // Who asks often is refused by some, sooner or later. What ended the process, or took too long for it, is not compared.
  const changed = Object.keys(after.statuses).filter((it) => {
    const both = [before.statuses[it], after.statuses[it]];
    return both[0] !== both[1] && !both.includes(429) && typeof before.statuses[it] === 'number';
  });
  return [...found, ...changed.slice(0, 5).map((it) => `${it}: ${before.statuses[it]}, then ${after.statuses[it]}`)];
}

// Every route that the text tells, under every prefix that it tells.
function requestsOf(root) {
  const texts = [...programs(root).values()].join('\n');
  const routes = [...texts.matchAll(/\.(get|post|put|patch|delete)\(\s*['"`](\/[^'"`*$ ]*)['"`]/g)].map(([, method, path]) => [method.toUpperCase(), path]);
  const prefixes = [...texts.matchAll(/\.use\(\s*['"`](\/[^'"`*$: ]+)['"`]/g)].map(([, path]) => path.replace(/\/$/, ''));
  const found = ['GET /', 'GET /health', 'GET /nowhere'];
  for (const prefix of ['', ...new Set(prefixes)]) {
    for (const [method, path] of routes) found.push(`${method} ${prefix}${path.replace(/:\w+\??(\([^)]*\))?/g, '000000000000000000000001')}`);
  }
  return [...new Set(found)].filter((it) => !/exit|shutdown|restart|kill/i.test(it)).slice(0, REQUESTS_MAX);
}

function eventsOf(root) {
  const texts = [...programs(root).values()].join('\n');
  const names = [...texts.matchAll(/\b\w*(?:socket|client)\w*\.on\(\s*['"`]([^'"`]+)['"`]/gi)].map(([, event]) => event);
  return [...new Set(names)].filter((it) => !/^(connect|connection|disconnect|disconnecting|error|connect_error|starts:probe)$/.test(it));
}

function keepLogs({ name, stages }, kind, logs) {
  if (!given.logs) return;
  mkdirSync(given.logs, { recursive: true });
  const file = `${name.replaceAll('/', '+')}.${stages.length}.${kind}.log`;
  writeFileSync(join(given.logs, file), logs.join('\n==========\n'));
}

function say({ name, before, stages }) {
  const lines = stages.flatMap(({ kind, options = '', client = '', delivery = '', statuses = {}, why, wrong }) => [
    `  ${kind} ${options}: client ${client} ${delivery}, ${Object.keys(statuses).length} requests${why ? `, does not start: ${why}` : ''}`,
    ...wrong.map((it) => `    WRONG ${it}`),
  ]);
  process.stdout.write(`${[`${name}: ${before}`, ...lines].join('\n')}\n`);
}

function summary() {
  const tried = rows.filter((it) => it.stages.length > 0);
  const count = (test) => tried.filter(test).length;
  const wrong = count((it) => it.stages.some((stage) => stage.wrong.length > 0));
  const after = (kind) => count((it) => it.stages.some((stage) => stage.kind === kind && stage.starts));
  const isStarted = ({ before }) => !/^(does not start|not tried)/.test(before);
  process.stdout.write(`\n${rows.length} back ends, ${tried.length} tried, ${count(isStarted)} start before, ${after('whole')} wholly migrated, ${after('partly')} partly, ${wrong} wrong\n`);
  return tried.length > 0 && wrong === 0;
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
process.on('exit', () => rmSync(base, { recursive: true, force: true }));
main().then((isGood) => process.exit(isGood ? 0 : 1), (error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(2);
});
