const { Server } = require('socket.io');

function initSocket(httpServer) {
  const io = new Server(httpServer);
  io.on('connection', (socket) => socket.join('all'));
  return io;
}

module.exports = { initSocket };
