const express = require('express');

const router = express.Router();

router.put('/:id', (req, res) => {
  const io = req.app.get('io');
  const ticket = { id: req.params.id, ...req.body };
  io.to('role_admin').to(`ticket_${ticket.id}`).emit('ticket_updated', ticket);
  io.emit('queue_length', 3);
  io.to('role_admin').emit('ticket_updated', ticket);
  res.json(ticket);
});

module.exports = router;
