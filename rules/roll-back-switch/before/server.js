const express = require('express');
const http = require('http');
const socketBroadcaster = require('./utils/socketBroadcaster');

const app = express();
const server = http.createServer(app);

if (process.env.SOCKET_IO_IN_PROCESS === '1') {
  require('./utils/socketRuntime').serveSocketsInProcess(server);
  require('./socketio-server');
}

app.post('/jobs', express.json(), (req, res) => {
  socketBroadcaster.broadcast('job_started', req.body.name);
  res.sendStatus(202);
});

server.listen(3000);
