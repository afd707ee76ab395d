const { Server } = require('socket.io');

exports.initSocket = (server) => {
  const io = new Server(server);
  io.on('connection', (socket) => {
    socket.join(socket.handshake.auth.host ? 'hosts' : 'guests');
  });
  return io;
};
