import { createServer } from 'node:http';
import express from 'express';
import * as socketio from 'socket.io';
import { watch } from './watch.js';

const app = express();
const server = createServer(app);
const io = new socketio.Server(server);

app.post('/questions', express.json(), (req, res) => {
  io.emit('question', req.body);
  res.sendStatus(201);
});

server.listen(3000, () => watch('http://localhost:3000'));
