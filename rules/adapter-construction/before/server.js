const express = require('express');
const http = require('http');
const { Server } = require('socket.io');
const { createAdapter } = require('@socket.io/redis-adapter');
const { createClient } = require('redis');

const app = express();
const server = http.createServer(app);
const pub = createClient();
const sub = pub.duplicate();
const adapter = createAdapter(pub, sub);
const io = new Server(server, { adapter });

io.on('connection', (socket) => socket.join('all'));

server.listen(3000);
