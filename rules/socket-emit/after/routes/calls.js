const express = require('express');

const router = express.Router();

router.post('/mute', (req, res) => {
  const io = req.app.get('io');
  io.sockets.sockets.get(req.body.id)?.emit('muted', String(req.body.by));
  for (const [, client] of io.sockets.sockets) {
    if (client.room === req.body.room) client.emit('quiet');
  }
  res.sendStatus(204);
});

module.exports = router;
