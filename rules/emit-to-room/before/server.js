import { createServer } from 'node:http';
import express from 'express';
import { Server } from 'socket.io';
import tickets from './routes/tickets.ts';

const app = express();
const server = createServer(app);
const io = new Server(server);

io.on('connection', (socket) => {
  socket.on('watch', (id) => socket.join(`ticket_${id}`));
  socket.on('typing', (id) => socket.to(`ticket_${id}`).emit('typing'));
});

app.set('io', io);
app.use('/tickets', tickets);

server.listen(3000);
