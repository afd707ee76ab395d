const express = require('express');
const http = require('http');
const socketBroadcaster = require('./utils/socketBroadcaster');

const app = express();
const server = http.createServer(app);

function getIO() {
  return socketBroadcaster;
}

function getApp() {
  return app;
}

module.exports = { getIO, getApp };

app.use('/doors', require('./routes/doors'));

server.listen(3000);
