// Loaded into the API and into the dedicated server beside the program itself. It measures the process from inside, and in
// the API it sends events as the program would. Asked and answered over the IPC channel.

const { join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

const ANSWERS = { cpu, memory, emit };

if (process.send) {
  process.on('message', async ({ id, ask, ...details }) => {
    if (ANSWERS[ask]) process.send({ id, answer: await ANSWERS[ask](details) });
  });
  // To be asked is no reason to live on.
  process.channel.unref();
}

// Milliseconds.
function cpu() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

// Bytes in use, without garbage.
function memory() {
  collectGarbage();
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, heap: heapUsed };
}

// The broadcaster of a migrated API; the server itself of one that is not.
function emitter() {
  try {
    return require(join(process.cwd(), 'src/utils/socketBroadcaster.js'));
  } catch {
    return process.mainModule.exports.io;
  }
}

// Each event goes to one client, in turns. Those that are due are sent every 10 ms.
function emit({ rate, seconds, firstUser, users }) {
  const server = emitter();
  const startedAt = process.hrtime.bigint();
  const total = rate * seconds;
  let sent = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const elapsed = Number(process.hrtime.bigint() - startedAt) / 1e9;
      const due = Math.min(total, Math.floor(elapsed * rate));
      for (; sent < due; sent += 1) {
        server.to(`user_${firstUser + (sent % users)}`).emit('load', sent, Number(process.hrtime.bigint()) / 1e6);
      }
      if (sent < total) return;
      clearInterval(timer);
      resolve({ sent, took: Number(process.hrtime.bigint() - startedAt) / 1e9 });
    }, 10);
  });
}
