const express = require('express');
const http = require('http');

const app = express();
const server = http.createServer(app);

app.use((req, res, next) => {
  req.startedAt = Date.now();
  next();
});
app.use('/parcels', require('./routes/parcels'));

server.listen(3000);
