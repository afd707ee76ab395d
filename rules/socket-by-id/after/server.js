const express = require('express');
const http = require('http');

const app = express();
const server = http.createServer(app);

app.use('/clients', require('./routes/clients'));

server.listen(3000);
