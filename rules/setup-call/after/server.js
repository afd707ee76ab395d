const express = require('express');
const http = require('http');
const socketBroadcaster = require('./utils/socketBroadcaster');

const app = express();
const server = http.createServer(app);

app.post('/votes', express.json(), (req, res) => {
  socketBroadcaster.broadcastToRoom('hosts', 'vote', req.body.choice);
  res.sendStatus(201);
});

server.listen(3000);
