const express = require('express');
const http = require('http');
const { Server } = require('socket.io');

const app = express();
const server = http.createServer(app);
const io = new Server(server);

io.on('connection', (socket) => {
  socket.join('agents');
});

app.set('io', io);
app.use('/support', require('./routes/support'));

server.listen(3000);
