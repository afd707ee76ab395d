const http = require('http');
const { Server } = require('socket.io');
const server = http.createServer();
const io = new Server(server);
io.on('connection', () => {});
setInterval(() => io.emit('tick'), 1000);
server.listen(5000);
