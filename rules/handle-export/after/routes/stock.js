const express = require('express');
const socketBroadcaster = require('../utils/socketBroadcaster');
const files = require('../files');

const router = express.Router();

router.put('/:id', express.json(), (req, res) => {
  socketBroadcaster.broadcast('stock', {
    id: req.params.id,
    left: req.body.left
  });
  files.io.write(req.params.id, req.body.left);
  res.sendStatus(204);
});

module.exports = router;
