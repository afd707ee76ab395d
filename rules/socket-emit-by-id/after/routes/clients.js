const express = require('express');
const socketBroadcaster = require('../utils/socketBroadcaster');

const router = express.Router();

router.post('/:id', (req, res) => {
  socketBroadcaster.to(req.params.id).emit('muted', { by: req.body.by, at: new Date() });
  socketBroadcaster.of('/desk').to(req.params.id).emit('muted');
  res.sendStatus(204);
});

module.exports = router;
