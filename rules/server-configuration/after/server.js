const express = require('express');
const http = require('http');
const helmet = require('helmet');
const socketBroadcaster = require('./utils/socketBroadcaster');

const app = express();
const server = http.createServer(app);

app.use(helmet());
app.set('views', `${__dirname}/views`);
app.post('/markers', express.json(), (req, res) => {
  socketBroadcaster.broadcast('marker', req.body);
  res.sendStatus(201);
});

server.listen(3000);
