module.exports = function authenticate(socket, next) {
  next(socket.handshake.auth.token ? undefined : new Error('no token'));
};
