// Socket.IO clients that write down everything they receive, and a way to know that nothing more is under way.

import { io as connectClient } from 'socket.io-client';
import { waitFor } from './processes.mjs';

export async function connect(url, name, { nsp = '/', rooms = [], transports = ['websocket'], ...options } = {}) {
  const socket = connectClient(url + nsp, { auth: { name, rooms }, transports, forceNew: true, ...options });
  const client = { name, socket, events: [], marks: 0 };
  socket.onAny((event, ...args) => {
    const callback = typeof args[args.length - 1] === 'function' ? args.pop() : null;
    if (event === 'mark') client.marks += 1;
    else client.events.push([event, ...args]);
    if (callback && event !== 'unanswered') callback(`${name} got ${args.length}`);
  });
  socket.on('disconnect', (reason) => client.events.push(['DISCONNECT', reason]));
  await waitFor(`${name} to connect`, () => socket.connected);
  return client;
}

export const close = (clients) => clients.forEach(({ socket }) => socket.close());

// Everything goes through one first-in-first-out pipe: when the mark has arrived, all that was sent before it has too.
export async function drain(io, clients) {
  const waiting = clients.filter(({ socket }) => socket.connected).map((client) => ({ client, marks: client.marks }));
  io.emit('mark');
  io.of('/admin').emit('mark');
  await waitFor('the mark to reach every client', () => waiting.every(({ client, marks }) => client.marks > marks || !client.socket.connected));
}

// What each client received since the last time, as { name: [[event, ...args], ...] }.
export async function collect(io, clients) {
  await drain(io, clients);
  const received = clients.filter(({ events }) => events.length > 0).map(({ name, events }) => [name, events.splice(0)]);
  return Object.fromEntries(received);
}
