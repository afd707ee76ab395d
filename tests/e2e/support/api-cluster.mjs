// The primary of several API workers, as PM2's cluster mode is one: node api-cluster.mjs <count> <script> [<option of Node>…]
// Tells its parent { ready: pid } and { died: pid }. A dead worker is not replaced: the proof wants to see it missing.

import cluster from 'node:cluster';

const [count, exec, ...execArgv] = process.argv.slice(2);
let isStopping = false;

cluster.setupPrimary({ exec, execArgv });
for (let n = 0; n < Number(count); n += 1) watch(cluster.fork());

function watch(worker) {
  worker.once('listening', () => process.send({ ready: worker.process.pid }));
  worker.on('exit', (code, signal) => {
    if (!isStopping) process.send({ died: worker.process.pid, code, signal });
    else if (code !== 0) process.exitCode = 1;
  });
}

process.on('SIGTERM', () => {
  isStopping = true;
  for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGTERM');
  process.disconnect();
});
