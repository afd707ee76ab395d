const express = require('express');
const http = require('http');
const { Server } = require('socket.io');
const monitor = require('socketio-monitor');
const socketBroadcaster = require('./utils/socketBroadcaster');

const app = express();
const server = http.createServer(app);
const io = new Server(server);
socketBroadcaster.attach(io);

monitor(io, { port: 9000 });

app.set('io', io);
app.use('/jobs', require('./routes/jobs'));

server.listen(3000);
