const express = require('express');
const http = require('http');
const { Server } = require('socket.io');

const app = express();
const server = http.createServer(app);
const io = new Server(server);

app.set('io', io);
app.use('/clients', require('./routes/clients'));

server.listen(3000);
