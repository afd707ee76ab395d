import { createServer } from 'node:http';
import express from 'express';
import tickets from './routes/tickets.ts';

const app = express();
const server = createServer(app);

app.use('/tickets', tickets);

server.listen(3000);
