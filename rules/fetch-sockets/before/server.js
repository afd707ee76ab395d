import { createServer } from 'http';
import express from 'express';
import { Server } from 'socket.io';
import { listMembers } from './routes/members.js';

const app = express();
const server = createServer(app);
const io = new Server(server);

io.on('connection', (socket) => {
  socket.data.name = socket.handshake.auth.name;
  socket.join(socket.handshake.auth.room);
});

app.set('io', io);
app.get('/rooms/:room/members', listMembers);

server.listen(3000);
