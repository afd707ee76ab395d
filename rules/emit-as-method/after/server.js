const express = require('express');
const http = require('http');

const app = express();
const server = http.createServer(app);

app.use('/tickets', require('./routes/tickets'));

server.listen(3000);
