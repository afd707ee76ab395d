// Whoever can publish on this Redis can write anything into the channels between the two processes. Neither may crash, hang
// or run something by it, and what is said properly afterwards is heard. The made-up messages are the same on every run.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createClient } from 'redis';
import { close, collect, connect } from './support/clients.mjs';
import { sleep, waitFor } from './support/processes.mjs';
import { startWorld } from './support/world.mjs';

const ROUNDS = 2000;
const KEY = 'shop';

// mulberry32: a seed gives the same numbers everywhere.
function randomFrom(seed) {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const WORDS = ['', 'type', 'opts', 'rooms', 'data', 'id', 'op', 'nsp', '/', '__proto__', 'constructor', 'toString', '_placeholder', 'num', 'length'];

// Values of every JSON type, mostly small.
function anyValue(random, depth = 3) {
  const pick = (list) => list[random(list.length)];
  const many = () => Array.from({ length: random(4) }, () => anyValue(random, depth - 1));
  const kind = random(depth > 0 ? 7 : 5);
  if (kind < 2) return pick([null, true, false, 0, -1, 2 ** 53, 1e300]);
  if (kind < 5) return pick(WORDS);
  if (kind === 5) return many();
  return Object.fromEntries(many().map((value) => [pick(WORDS), value]));
}

const MAKERS = {
  'random bytes': (random) => Buffer.from(Array.from({ length: random(40) }, () => random(256))),
  'random bytes behind the start of a message': (random) => {
    const start = ['[', '{', '\u0001', '\u0001{"sizes":[', '["x",{"nsp":"/"},', '{"id":"1","op":"query",'];
    return Buffer.concat([Buffer.from(start[random(start.length)]), Buffer.from(Array.from({ length: random(20) }, () => random(256)))]);
  },
  'random JSON': (random) => Buffer.from(JSON.stringify(anyValue(random))),
  'random JSON with attachments': (random) => Buffer.from(`\u0001${JSON.stringify({ sizes: anyValue(random), message: anyValue(random) })}\nbytes`),
};

// Well-formed enough to get past the first checks of the adapter and of the questions.
const CUNNING = {
  broadcast: (random) => ['x', { nsp: '/', type: anyValue(random, 1), data: anyValue(random) }, anyValue(random)],
  request: (random) => ({ type: random(10), requestId: anyValue(random, 1), opts: anyValue(random), rooms: anyValue(random), data: anyValue(random) }),
  question: (random) => {
    const ops = ['roomSize', 'rooms', 'fetchSockets', 'emitWithAck', 'query', 'toString', '__proto__'];
    return {
      id: 'x', op: ops[random(ops.length)], replyTo: `${KEY}-questions-classic-reply#x`, nsp: anyValue(random), room: anyValue(random),
      target: anyValue(random), name: anyValue(random), args: anyValue(random),
    };
  },
};

const SETUP = `
const calls = [];
const io = new Server(server);
io.on('connection', (socket) => socket.join(socket.handshake.auth.rooms));
io.on('note', (text) => calls.push(text));
socketQueries.calls = () => calls;`;

let world;
let io;
let client;
let hostile;

before(async () => {
  process.env.SOCKET_IO_REDIS_KEY = KEY;
  world = await startWorld({ setup: SETUP });
  io = world.broadcaster;
  client = await connect(world.server.url, 'anna', { rooms: ['a'] });
  hostile = await createClient({ url: world.redis.url }).on('error', () => {}).connect();
});

after(async () => {
  if (client) close([client]);
  await hostile?.close();
  await world?.stop();
});

const channels = {
  events: `${KEY}#/#`,
  requests: `${KEY}-request#/#`,
  responses: `${KEY}-response#/#`,
  questions: `${KEY}-questions-classic`,
};

async function flood(channel, make, seed) {
  const random = randomFrom(seed);
  for (let n = 0; n < ROUNDS; n += 1) hostile.publish(channel, make(random));
  await hostile.ping();
}

async function assertAllIsWell() {
  assert.equal(await io.roomSize('a'), 1);
  io.to('a').emit('well', 1);
  assert.deepEqual(await collect(io, [client]), { anna: [['well', 1]] });
  assert.equal(world.server.child.exitCode, null);
}

for (const [name, make] of Object.entries(MAKERS)) {
  for (const [kind, channel] of Object.entries(channels)) {
    test(`${name} among the ${kind}: nobody hears it, nothing runs`, async () => {
      await flood(channel, make, name.length);
      assert.deepEqual(await io.query('calls'), []);
      await assertAllIsWell();
    });
  }

  test(`${name} among the answers`, async () => {
    await io.clientsCount(); // opens the channel
    const [answers] = await hostile.pubSubChannels(`${KEY}-questions-classic-reply#*`);
    await flood(answers, make, name.length);
    await assertAllIsWell();
  });
}

for (const [kind, make] of Object.entries(CUNNING)) {
  test(`a ${kind} that is almost right does no harm to the server`, async () => {
    await flood(channels[`${kind === 'broadcast' ? 'event' : kind}s`], (random) => JSON.stringify(make(random)), 7);
    // It may have reached the client, or thrown it out: it may stand for anything that the API could say.
    await waitFor('the server to answer', () => io.clientsCount().then(() => true, () => false));
    assert.equal(world.server.child.exitCode, null, world.server.output.text);
    close([client]);
    client = await connect(world.server.url, 'anna', { rooms: ['a'] });
    await assertAllIsWell();
  });
}

test('answers to questions that nobody asked are dropped, and leave an asker unharmed', async () => {
  const [answers] = await hostile.pubSubChannels(`${KEY}-questions-classic-reply#*`);
  for (const answer of [null, 1, 'x', [], {}, { id: null }, { id: 'x', result: 1 }, { id: 'x', error: null }, { id: 'x', error: 1 }]) {
    await hostile.publish(answers, JSON.stringify(answer));
  }
  await assertAllIsWell();
});

test('a reply is never published anywhere but on a reply channel', async () => {
  const heard = [];
  const eavesdropper = await hostile.duplicate().on('error', () => {}).connect();
  await eavesdropper.subscribe('elsewhere', (message) => heard.push(message));
  for (const replyTo of ['elsewhere', ['elsewhere'], `${KEY}#/#`, null]) {
    await hostile.publish(channels.questions, JSON.stringify({ id: '1', op: 'clientsCount', replyTo }));
  }
  await assertAllIsWell();
  assert.deepEqual(heard, []);
  await eavesdropper.close();
});

test('the log stays readable', async () => {
  await sleep(100);
  const lines = world.server.output.text.split('\n');
  assert.ok(lines.length < 60, `${lines.length} lines`);
});
