import { createServer } from 'node:http';
import express from 'express';
import statusRoutes from './routes/status.js';

const app = express();
const server = createServer(app);

app.use('/status', statusRoutes);

server.listen(3000);
