import { createServer } from 'node:http';
import express from 'express';
import { Server } from 'socket.io';
import { SETTINGS } from './settings.js';
import { submit } from './routes/forms.js';

const app = express();
const server = createServer(app);
const io = new Server(server);

app.set('trust proxy', 1);
app.set(SETTINGS, io);

app.post('/forms', express.json(), submit);

server.listen(3000);
