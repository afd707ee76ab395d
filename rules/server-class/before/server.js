const express = require('express');
const http = require('http');
const { Hub } = require('./hub');

const app = express();
const server = http.createServer(app);
const hub = new Hub(server);

app.post('/notes', (req, res) => {
  hub.to(req.body.room).emit('note', req.body.text);
  res.sendStatus(204);
});

server.listen(3000);
