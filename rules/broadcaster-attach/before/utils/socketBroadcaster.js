// @iomigrate broadcaster
//
// Shortened for this example.
let io;

exports.attach = (server) => {
  io = server;
};

exports.broadcast = (event, ...args) => io.emit(event, ...args);
