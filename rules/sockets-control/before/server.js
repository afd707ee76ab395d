const express = require('express');
const http = require('http');
const { Server } = require('socket.io');

const app = express();
const server = http.createServer(app);
const io = new Server(server);

io.on('connection', (socket) => {
  socket.join(`user_${socket.handshake.auth.id}`);
  socket.on('bye', () => socket.disconnect());
});

app.set('io', io);
app.use('/members', require('./routes/members'));

server.listen(3000);
