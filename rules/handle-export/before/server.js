const express = require('express');
const http = require('http');
const { Server } = require('socket.io');

const app = express();
const server = http.createServer(app);
const io = new Server(server);

module.exports = { app, server, io };

app.use('/stock', require('./routes/stock'));

server.listen(3000);
