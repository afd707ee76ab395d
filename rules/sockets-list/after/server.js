const express = require('express');
const http = require('http');

const app = express();
const server = http.createServer(app);

app.use('/support', require('./routes/support'));

server.listen(3000);
