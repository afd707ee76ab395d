const express = require('express');
const http = require('http');

const app = express();
const server = http.createServer(app);

app.use('/kiosks', require('./routes/kiosks'));

server.listen(3000);
