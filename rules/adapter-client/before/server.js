const express = require('express');
const http = require('http');
const { createClient } = require('redis');
const { Server } = require('socket.io');
const { createAdapter } = require('@socket.io/redis-adapter');
const cache = require('./cache');

const app = express();
const server = http.createServer(app);
const io = new Server(server);

const pubClient = createClient({ url: process.env.REDIS_URL });
const subClient = pubClient.duplicate();

Promise.all([pubClient.connect(), subClient.connect()]).then(() => {
  io.adapter(createAdapter(pubClient, subClient));
});

app.put('/prices/:id', express.json(), async (req, res) => {
  await cache.set(`price_${req.params.id}`, req.body.price);
  io.emit('price', { id: req.params.id, price: req.body.price });
  res.sendStatus(204);
});

server.listen(process.env.PORT || 3000);
