const express = require('express');
const http = require('http');

const app = express();
const server = http.createServer(app);

app.get('/health', (req, res) => res.sendStatus(204));

server.listen(3000);
