const express = require('express');
const http = require('http');
const { Server } = require('socket.io');

const app = express();
const server = http.createServer(app);
const io = new Server(server);

app.set('io', io);
app.set('unit', 'celsius');
app.get('/io', (req, res) => res.send('input and output'));
app.use('/weather', require('./routes/weather'));

server.listen(3000);
