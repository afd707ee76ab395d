const express = require('express');
const http = require('http');

const app = express();
const server = http.createServer(app);

app.set('unit', 'celsius');
app.get('/io', (req, res) => res.send('input and output'));
app.use('/weather', require('./routes/weather'));

server.listen(3000);
