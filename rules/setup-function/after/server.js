const express = require('express');
const http = require('http');
const { initSocket } = require('./socket');

const app = express();
const server = http.createServer(app);

initSocket(server);

server.listen(3000);
