// @iomigrate dedicated-server
const { Server } = require('socket.io');
const { createSocketHttpServer, startSocketServer } = require('./utils/socketRuntime');

const server = createSocketHttpServer();

const io = new Server(server);

startSocketServer(io, server);
