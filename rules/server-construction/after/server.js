const express = require('express');
const http = require('http');
const bids = require('./bids');
const socketBroadcaster = require('./utils/socketBroadcaster');

const app = express();
const server = http.createServer(app);

bids.open(server);

app.post('/bids', express.json(), (req, res) => {
  socketBroadcaster.broadcast('bid', req.body);
  res.sendStatus(201);
});

server.listen(3000);
