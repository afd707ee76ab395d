const { Router } = require('express');
const server = require('../server');

const router = Router();

router.post('/', (req, res) => {
  const io = server.getIO();
  const order = { id: Date.now(), ...req.body };
  io.to('kitchen').emit('ordered', order);
  res.location(`http://localhost:${server.getPort()}/orders/${order.id}`).status(201).json(order);
});

router.delete('/:id', (req, res) => {
  server.getIO().to('kitchen').emit('cancelled', req.params.id);
  res.sendStatus(204);
});

module.exports = router;
