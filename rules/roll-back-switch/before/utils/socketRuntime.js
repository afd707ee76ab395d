// @iomigrate runtime
//
// Shortened for this example.
const { createServer } = require('http');
let own = null;

exports.serveSocketsInProcess = (server) => {
  own = server;
};

exports.createSocketHttpServer = () => own ?? createServer();

exports.startSocketServer = (io, server) => own ?? server.listen(3002);
