const express = require('express');
const http = require('http');
const { Server } = require('socket.io');

const app = express();
const server = http.createServer(app);
const io = new Server(server);

function getIO() {
  return io;
}

function getApp() {
  return app;
}

module.exports = { getIO, getApp };

app.use('/doors', require('./routes/doors'));

server.listen(3000);
