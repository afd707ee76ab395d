const express = require('express');
const http = require('http');

const app = express();
const server = http.createServer(app);

app.use('/news', require('./routes/news'));

server.listen(3000);
