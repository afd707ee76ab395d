const express = require('express');
const http = require('http');
const { Server } = require('socket.io');
const authenticate = require('./authenticate');

const app = express();
const server = http.createServer(app);
const io = new Server(server);

io.use(authenticate);

app.get('/health', (req, res) => res.sendStatus(204));

server.listen(3000);
