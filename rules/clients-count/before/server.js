import { createServer } from 'node:http';
import express from 'express';
import { Server } from 'socket.io';
import statusRoutes from './routes/status.js';

const app = express();
const server = createServer(app);
const io = new Server(server);

app.set('io', io);
app.use('/status', statusRoutes);

server.listen(3000);
