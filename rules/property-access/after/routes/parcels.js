const express = require('express');
const socketBroadcaster = require('../utils/socketBroadcaster');

const router = express.Router();
const scanner = { io: { emit: (event) => console.log(event) } };

router.post('/:id/scan', (req, res) => {
  const { id } = req.params;

  scanner.io.emit('scanned');
  socketBroadcaster.broadcastToRoom(`parcel_${id}`, 'scanned', {
    id,
    at: Date.now()
  });
  res.sendStatus(204);
});

router.post('/:id/deliver', express.json(), (req, res) => {
  socketBroadcaster.broadcastToRoom(
    `parcel_${req.params.id}`,
    'delivered',
    req.body.signature
  );
  res.sendStatus(204);
});

module.exports = router;
