const express = require('express');
const http = require('http');
const socketIo = require('socket.io');
const bids = require('./bids');

const app = express();
const server = http.createServer(app);

// Bidders' browsers come from the shop.
const io = socketIo(server, {
  cors: { origin: process.env.SHOP_URL },
  pingTimeout: 30000,
});

bids.open(server);

app.post('/bids', express.json(), (req, res) => {
  io.emit('bid', req.body);
  res.sendStatus(201);
});

server.listen(3000);
