const express = require('express');
const http = require('http');
const { Server } = require('socket.io');
const audit = require('./audit');

const app = express();
const server = http.createServer(app);
const io = new Server(server, { cors: { origin: 'https://chat.example' } });

io.use((socket, next) => {
  const { token } = socket.handshake.auth;
  if (!token) return next(new Error('unauthorized'));
  socket.data.user = token;
  next();
});

io.on('connection', (socket) => {
  // Everybody hears from everybody in the lobby.
  socket.join('lobby');
  socket.on('say', (text) => {
    socket.to('lobby').emit('said', socket.data.user, text);
  });
});

app.use(express.json());
app.post('/announcements', (req, res) => {
  audit.emit('announced', req.body.text);
  io.to('lobby').emit('announcement', req.body.text);
  res.sendStatus(202);
});

server.listen(3000);
