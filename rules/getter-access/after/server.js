const express = require('express');
const http = require('http');
const socketBroadcaster = require('./utils/socketBroadcaster');

const app = express();
const server = http.createServer(app);

exports.getIO = () => socketBroadcaster;
exports.getPort = () => process.env.PORT || 3000;

app.use(express.json());
app.use('/orders', require('./routes/orders'));

server.listen(exports.getPort());
