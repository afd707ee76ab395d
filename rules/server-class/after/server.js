const express = require('express');
const http = require('http');
const { Hub } = require('./hub');
const socketBroadcaster = require('./utils/socketBroadcaster');

const app = express();
const server = http.createServer(app);
const hub = new Hub(server);
socketBroadcaster.attach(hub);

app.post('/notes', (req, res) => {
  socketBroadcaster.broadcastToRoom(req.body.room, 'note', req.body.text);
  res.sendStatus(204);
});

server.listen(3000);
