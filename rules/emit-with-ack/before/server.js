const express = require('express');
const http = require('http');
const { Server } = require('socket.io');

const app = express();
const server = http.createServer(app);
const io = new Server(server);

io.on('connection', (socket) => {
  socket.join('kiosks');
  socket.emit('hello', (version) => {
    socket.data.version = version;
  });
});

app.set('io', io);
app.use('/kiosks', require('./routes/kiosks'));

server.listen(3000);
