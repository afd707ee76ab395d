const express = require('express');
const http = require('http');
const { Server } = require('socket.io');
const devtools = require('./devtools');
const socketBroadcaster = require('./utils/socketBroadcaster');

const app = express();
const server = http.createServer(app);
const io = new Server(server);
socketBroadcaster.attach(io);

devtools.attach(app);

app.post('/jobs', express.json(), (req, res) => {
  socketBroadcaster.broadcast('job_started', req.body.name);
  res.sendStatus(202);
});

server.listen(3000);
