const express = require('express');
const http = require('http');
const audit = require('./audit');
const socketBroadcaster = require('./utils/socketBroadcaster');

const app = express();
const server = http.createServer(app);

app.use(express.json());
app.post('/announcements', (req, res) => {
  audit.emit('announced', req.body.text);
  socketBroadcaster.broadcastToRoom('lobby', 'announcement', req.body.text);
  res.sendStatus(202);
});

server.listen(3000);
