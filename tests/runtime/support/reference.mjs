// The system before the migration: one Socket.IO server with the in-memory adapter, in this very process. What it does
// with an operation is what the broadcaster has to do with it.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { Server } from 'socket.io';

export async function startReference() {
  const httpServer = createServer();
  const io = new Server(httpServer, { transports: ['polling', 'websocket'] });
  for (const nsp of [io.of('/'), io.of('/admin')]) {
    nsp.on('connection', (socket) => {
      socket.data.name = socket.handshake.auth.name;
      socket.join(socket.handshake.auth.rooms || []);
    });
  }
  httpServer.listen(0, '127.0.0.1');
  await once(httpServer, 'listening');
  return { io, url: `http://127.0.0.1:${httpServer.address().port}`, stop: () => io.close() };
}
