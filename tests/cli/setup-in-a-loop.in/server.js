const http = require('http');
const { Server } = require('socket.io');
for (const port of [1, 2]) {
  const server = http.createServer();
  const io = new Server(server);
  io.on('connection', () => {});
  server.listen(port);
}
