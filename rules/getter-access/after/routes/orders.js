const { Router } = require('express');
const server = require('../server');
const socketBroadcaster = require('../utils/socketBroadcaster');

const router = Router();

router.post('/', (req, res) => {
  const order = { id: Date.now(), ...req.body };
  socketBroadcaster.broadcastToRoom('kitchen', 'ordered', order);
  res.location(`http://localhost:${server.getPort()}/orders/${order.id}`).status(201).json(order);
});

router.delete('/:id', (req, res) => {
  socketBroadcaster.broadcastToRoom('kitchen', 'cancelled', req.params.id);
  res.sendStatus(204);
});

module.exports = router;
