const express = require('express');
const http = require('http');
const socketBroadcaster = require('./utils/socketBroadcaster');

const app = express();
const server = http.createServer(app);

app.post('/tick', (req, res) => {
  socketBroadcaster.broadcast('tick', Date.now());
  res.sendStatus(204);
});

server.listen(3000);

process.on('SIGTERM', () => {
  server.close(async () => {
    await socketBroadcaster.close();
    process.exit(0);
  });
});
