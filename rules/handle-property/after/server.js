import { createServer } from 'node:http';
import express from 'express';
import { createAlerts } from './services/alerts.js';
import socketBroadcaster from './utils/socketBroadcaster.js';

const app = express();
const server = createServer(app);

const alerts = createAlerts({ io: socketBroadcaster, room: 'guards' });

app.post('/alerts', express.json(), (req, res) => {
  alerts.raise(req.body.text);
  res.sendStatus(202);
});

server.listen(3000);
