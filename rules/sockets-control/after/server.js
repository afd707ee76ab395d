const express = require('express');
const http = require('http');

const app = express();
const server = http.createServer(app);

app.use('/members', require('./routes/members'));

server.listen(3000);
