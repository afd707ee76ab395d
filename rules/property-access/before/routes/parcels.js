const express = require('express');

const router = express.Router();
const scanner = { io: { emit: (event) => console.log(event) } };

router.post('/:id/scan', (req, res) => {
  const { io } = req;
  const { id } = req.params;

  scanner.io.emit('scanned');
  if (io) {
    io.to(`parcel_${id}`).emit('scanned', { id, at: Date.now() });
  }
  res.sendStatus(204);
});

router.post('/:id/deliver', express.json(), (req, res) => {
  const io = req.io;
  io.to(`parcel_${req.params.id}`).emit('delivered', req.body.signature);
  res.sendStatus(204);
});

module.exports = router;
