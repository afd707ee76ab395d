import http from 'http';
import express from 'express';
import { Server } from 'socket.io';
import { assign } from './routes/assign.js';

const app = express();
const server = http.createServer(app);
const io = new Server(server);

io.on('connection', (socket) => {
  socket.join(`user_${socket.handshake.auth.id}`);
});

app.set('io', io);
app.post('/tickets/:id/assign', express.json(), assign);

server.listen(3000);
