const express = require('express');
const http = require('http');
const { Server } = require('socket.io');

const app = express();
const server = http.createServer(app);
const io = new Server(server);

io.on('connection', (socket) => {
  socket.join('kitchen');
});

exports.getIO = () => io;
exports.getPort = () => process.env.PORT || 3000;

app.use(express.json());
app.use('/orders', require('./routes/orders'));

server.listen(exports.getPort());
