const { Server } = require('ws');

// A server as well, but one of `ws`, for the auctioneer's desk.
exports.open = (server) => {
  const desk = new Server({ server, path: '/desk' });
  desk.on('connection', (socket) => socket.send('welcome'));
};
