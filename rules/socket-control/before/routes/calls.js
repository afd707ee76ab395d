const express = require('express');

const router = express.Router();

router.post('/kick', (req, res) => {
  const io = req.app.get('io');
  io.sockets.sockets.forEach((client) => {
    if (client.userId === req.body.user) client.disconnect(true);
  });
  res.sendStatus(204);
});

module.exports = router;
