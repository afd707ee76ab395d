// Many clients in one process: node clients.mjs <url of the API> <url of Socket.IO> <count> <first user id>
// Says { connected } when all of them are, and answers `report` with what they received since the last one.

import { io } from 'socket.io-client';

const [apiUrl, socketUrl, count, firstUser] = process.argv.slice(2).map((it) => (/^\d+$/.test(it) ? Number(it) : it));
const AT_ONCE = 50;
// So many are technicians; requests are measured with events to them.
const TECHNICIANS = 20;

let delays = [];
let seen = new Set();
let lost = 0;
let duplicates = 0;

async function connect(n) {
  const id = firstUser + n;
  const role = n < TECHNICIANS ? 'technician' : 'customer';
  const response = await fetch(`${apiUrl}/api/auth/token`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ id, name: `client ${id}`, role }),
  });
  const { token } = await response.json();
  const socket = io(socketUrl, { auth: { token }, transports: ['websocket'], forceNew: true });
  socket.on('load', receive);
  socket.on('disconnect', () => { lost += 1; });
  await new Promise((resolve) => { socket.once('connect', resolve); });
}

function receive(number, sentAt) {
  delays.push(Number(process.hrtime.bigint()) / 1e6 - sentAt);
  if (seen.has(number)) duplicates += 1;
  seen.add(number);
}

function report() {
  const sorted = Float64Array.from(delays).sort();
  const quantile = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
  const answer = { received: delays.length, duplicates, lost, p50: quantile(0.5), p99: quantile(0.99), max: sorted.at(-1) };
  [delays, seen, duplicates] = [[], new Set(), 0];
  return answer;
}

process.on('message', ({ id, ask }) => {
  if (ask === 'report') process.send({ id, answer: report() });
});

for (let n = 0; n < count; n += AT_ONCE) {
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - n) }, (_, at) => connect(n + at)));
}
process.send({ connected: count });
