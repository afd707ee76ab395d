const express = require('express');

const router = express.Router();

router.post('/:id', (req, res) => {
  const io = req.app.get('io');
  io.sockets.sockets.get(req.params.id)?.leave(`desk_${req.body.desk}`);
  io.sockets.sockets.get(req.params.id)?.join(['bench', 'all']);
  io.sockets.sockets.get(req.params.id)?.disconnect(true);
  res.sendStatus(204);
});

module.exports = router;
