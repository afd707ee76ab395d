const express = require('express');
const http = require('http');
const { Server } = require('socket.io');

const app = express();
const server = http.createServer(app);
const io = new Server(server);

app.use((req, res, next) => {
  req.startedAt = Date.now();
  req.io = io;
  next();
});
app.use('/parcels', require('./routes/parcels'));

server.listen(3000);
