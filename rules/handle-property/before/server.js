import { createServer } from 'node:http';
import express from 'express';
import { Server } from 'socket.io';
import { createAlerts } from './services/alerts.js';

const app = express();
const server = createServer(app);
const io = new Server(server);

const alerts = createAlerts({ io, room: 'guards' });

app.post('/alerts', express.json(), (req, res) => {
  alerts.raise(req.body.text);
  res.sendStatus(202);
});

server.listen(3000);
