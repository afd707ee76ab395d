const http = require('http');
const { Server } = require('socket.io');
const { handle } = require('./handlers');
const server = http.createServer();
const io = new Server(server);
exports.helper = (x) => x + 1;
io.on('connection', (socket) => handle(socket));
server.listen(5000);
