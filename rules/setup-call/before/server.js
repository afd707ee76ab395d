const express = require('express');
const http = require('http');
const { initSocket } = require('./socket');

const app = express();
const server = http.createServer(app);

const io = initSocket(server);

app.post('/votes', express.json(), (req, res) => {
  io.to('hosts').emit('vote', req.body.choice);
  res.sendStatus(201);
});

server.listen(3000);
