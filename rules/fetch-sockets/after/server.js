import { createServer } from 'http';
import express from 'express';
import { listMembers } from './routes/members.js';

const app = express();
const server = createServer(app);

app.get('/rooms/:room/members', listMembers);

server.listen(3000);
