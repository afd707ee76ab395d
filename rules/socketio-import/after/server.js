import { createServer } from 'node:http';
import express from 'express';
import { watch } from './watch.js';
import socketBroadcaster from './utils/socketBroadcaster.js';

const app = express();
const server = createServer(app);

app.post('/questions', express.json(), (req, res) => {
  socketBroadcaster.broadcast('question', req.body);
  res.sendStatus(201);
});

server.listen(3000, () => watch('http://localhost:3000'));
