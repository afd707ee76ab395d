import http from 'http';
import express from 'express';
import { assign } from './routes/assign.js';

const app = express();
const server = http.createServer(app);

app.post('/tickets/:id/assign', express.json(), assign);

server.listen(3000);
