const express = require('express');

const router = express.Router();

router.post('/:id', (req, res) => {
  const io = req.app.get('io');
  io.sockets.sockets.get(req.params.id)?.emit('muted', { by: req.body.by, at: new Date() });
  req.app.get('io').of('/desk').sockets.get(req.params.id)?.emit('muted');
  res.sendStatus(204);
});

module.exports = router;
