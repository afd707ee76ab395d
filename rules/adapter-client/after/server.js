const express = require('express');
const http = require('http');
const cache = require('./cache');
const socketBroadcaster = require('./utils/socketBroadcaster');

const app = express();
const server = http.createServer(app);

app.put('/prices/:id', express.json(), async (req, res) => {
  await cache.set(`price_${req.params.id}`, req.body.price);
  socketBroadcaster.broadcast('price', {
    id: req.params.id,
    price: req.body.price
  });
  res.sendStatus(204);
});

server.listen(process.env.PORT || 3000);
