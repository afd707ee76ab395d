// Runs back ends before and after their migration and writes down what each does: what it evaluates and what it sends.
//
//     node --experimental-vm-modules run.mjs FOLDER
//
// FOLDER has `cases.json` and a folder for each case, with `before` and `after`. The answers go to `results.json`.

import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import vm from 'node:vm';

const require = createRequire(import.meta.url);
const here = path.dirname(fileURLToPath(import.meta.url));
const installed = path.join(here, '../runtime/node_modules');
const batch = path.resolve(process.argv[2]);

let log = [];
globalThis.note = (line) => { log.push(line); };

// Says that its argument was evaluated, and gives it back. What it is of the server's own is not shown: that may differ.
globalThis.t = (number, ...values) => {
  const [value = `v${number}`] = values;
  const isShown = !['object', 'function'].includes(typeof value) || Array.isArray(value) || value === null;
  note(`t(${number}) ${isShown ? JSON.stringify(value) ?? 'undefined' : typeof value}`);
  return values.length > 0 ? values[0] : value;
};

const complain = (error) => note(`error ${error?.name}: ${error?.message}`);
process.on('unhandledRejection', complain);
http.Server.prototype.listen = function listen() { return this; };

// Each back end finds these above its own folder.
function install(name, file) {
  const folder = path.join(batch, 'node_modules', name);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'index.js'), `module.exports = require(${JSON.stringify(file)});\n`);
}

function installPackages() {
  for (const name of ['socket.io', 'socket.io-adapter', '@socket.io/redis-emitter', 'notepack.io']) {
    if (fs.existsSync(path.join(installed, name))) continue;
    throw new Error(`${name} is not installed: run \`npm ci --prefix tests/runtime\`, or tests/run.sh`);
  }
  for (const name of ['express', 'socket.io', 'redis']) install(name, path.join(here, 'packages', `${name}.js`));
  for (const name of ['@socket.io/redis-emitter', 'notepack.io']) install(name, path.join(installed, name));
}

const load = (file, isModule) => (isModule ? import(pathToFileURL(file)) : require(file));

// Long enough for whatever the programs put off: they use no timers.
async function settle() {
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
}

const response = {
  locals: {},
  status() { return this; },
  end() { note('end'); return this; },
  json(value) { note(`json ${JSON.stringify(value, (_, it) => (it?.emit ? 'a handle' : it))}`); return this; },
};

// `attached` is the broadcaster that has to be led to a server here, because no line of the program does.
async function run(folder, { isModule, entry, attached }) {
  log = [];
  delete globalThis.io;
  delete globalThis.lastApp;
  try {
    if (attached) {
      const broadcaster = await load(path.join(folder, attached), isModule);
      const { Server } = require(path.join(here, 'packages/socket.io.js'));
      (broadcaster.default ?? broadcaster).attach(new Server());
    }
    await load(path.join(folder, entry), isModule);
  } catch (error) {
    return { broken: error.stack };
  }
  try {
    await globalThis.lastApp({ body: {} }, { ...response, locals: {} });
  } catch (error) {
    complain(error);
  }
  await settle();
  return { log };
}

// Files that no program loads, such as the dedicated server, have to be programs as well.
const checked = new Set();
function syntaxProblem(folder, { files, isModule }) {
  for (const file of files) {
    const text = fs.readFileSync(path.join(folder, file), 'utf8');
    if (checked.has(`${isModule} ${text}`)) continue;
    try {
      if (isModule) new vm.SourceTextModule(text);
      else vm.compileFunction(text.replace(/^#!.*/, ''), ['exports', 'require', 'module', '__filename', '__dirname']);
    } catch (error) {
      return `${file}: ${error.stack}`;
    }
    checked.add(`${isModule} ${text}`);
  }
  return null;
}

async function judge({ id, isModule, entry, attached, files }) {
  const folder = path.join(batch, id);
  const after = path.join(folder, 'after');
  const problem = syntaxProblem(after, { files, isModule });
  return {
    before: await run(path.join(folder, 'before'), { isModule, entry }),
    after: problem ? { broken: problem } : await run(after, { isModule, entry, attached }),
  };
}

installPackages();
const results = [];
for (const it of JSON.parse(fs.readFileSync(path.join(batch, 'cases.json'), 'utf8'))) results.push(await judge(it));
fs.writeFileSync(path.join(batch, 'results.json'), JSON.stringify(results));
