const express = require('express');
const http = require('http');
const helmet = require('helmet');
const { Server } = require('socket.io');

const app = express();
const server = http.createServer(app);
const io = new Server({ serveClient: false });

io.engine.use(helmet());
io.path('/live');
io.attach(server);

app.use(helmet());
app.set('views', `${__dirname}/views`);
app.post('/markers', express.json(), (req, res) => {
  io.emit('marker', req.body);
  res.sendStatus(201);
});

server.listen(3000);
