const express = require('express');
const http = require('http');
const socketBroadcaster = require('./utils/socketBroadcaster');

const app = express();
const server = http.createServer(app);

app.post('/jobs', express.json(), (req, res) => {
  socketBroadcaster.broadcast('job_started', req.body.name);
  res.sendStatus(202);
});

server.listen(3000);
