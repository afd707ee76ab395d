const { Server } = require('socket.io');

class Hub extends Server {
  constructor(server) {
    super(server, { pingTimeout: 60000 });
    this.on('connection', (socket) => socket.join('all'));
  }
}

class Archive {
  notify(room, text) {
    return `${room}: ${text}`;
  }
}

module.exports = { Hub, Archive };
