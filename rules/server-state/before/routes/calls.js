const express = require('express');

const router = express.Router();
const phones = { sockets: new Map() };

router.post('/:id/hang-up', (req, res) => {
  const io = req.app.get('io');
  const socket = io.sockets.sockets.get(req.params.id);
  phones.sockets.delete(req.params.id);
  if (!socket) {
    return res.sendStatus(404);
  }
  socket.disconnect(true);
  res.sendStatus(204);
});

router.post('/', express.json(), (req, res) => {
  req.app.get('io').emit('call', req.body.from);
  res.sendStatus(201);
});

module.exports = router;
