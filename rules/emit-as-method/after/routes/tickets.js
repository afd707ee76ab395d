const express = require('express');
const socketBroadcaster = require('../utils/socketBroadcaster');

const router = express.Router();

router.put('/:id', (req, res) => {
  const ticket = { id: req.params.id, ...req.body };
  socketBroadcaster.ticketUpdated(ticket.id, ticket);
  socketBroadcaster.queueLength(3);
  socketBroadcaster.broadcastToRoom('role_admin', 'ticket_updated', ticket);
  res.json(ticket);
});

module.exports = router;
