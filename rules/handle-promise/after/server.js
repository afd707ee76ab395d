const express = require('express');
const http = require('http');
const { Server } = require('socket.io');
const socketBroadcaster = require('./utils/socketBroadcaster');

const app = express();
const server = http.createServer(app);

const io = new Server(server);
socketBroadcaster.attach(io);

async function ready() {
  await io.fetchSockets();
  return io;
}

ready().then(() => {
  socketBroadcaster.broadcast('up');
});

server.listen(3000);
