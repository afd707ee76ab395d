const express = require('express');
const http = require('http');
const { Server } = require('socket.io');

const app = express();
const server = http.createServer(app);
const io = new Server(server);

app.post('/tick', (req, res) => {
  io.emit('tick', Date.now());
  res.sendStatus(204);
});

server.listen(3000);

process.on('SIGTERM', () => {
  io.close();
  server.close(() => {
    process.exit(0);
  });
});
