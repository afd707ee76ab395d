import { createServer } from 'node:http';
import express from 'express';
import { submit } from './routes/forms.js';

const app = express();
const server = createServer(app);

app.set('trust proxy', 1);

app.post('/forms', express.json(), submit);

server.listen(3000);
