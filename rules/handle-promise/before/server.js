const express = require('express');
const http = require('http');
const { Server } = require('socket.io');

const app = express();
const server = http.createServer(app);

const io = new Server(server);

async function ready() {
  await io.fetchSockets();
  return io;
}

ready().then((live) => {
  live.emit('up');
});

server.listen(3000);
