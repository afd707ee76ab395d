const { Server } = require('socket.io');
const socketBroadcaster = require('./utils/socketBroadcaster');

exports.initSocket = (server) => {
  const io = new Server(server);
  socketBroadcaster.attach(io);
  io.on('connection', (socket) => {
    socket.join(socket.handshake.auth.host ? 'hosts' : 'guests');
  });
  return io;
};
