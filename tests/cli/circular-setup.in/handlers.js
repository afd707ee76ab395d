const app = require('./server');
exports.handle = (socket) => socket.emit('a', app.helper(1));
