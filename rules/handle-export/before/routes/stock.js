const express = require('express');
const { io } = require('../server');
const files = require('../files');

const router = express.Router();

router.put('/:id', express.json(), (req, res) => {
  io.emit('stock', { id: req.params.id, left: req.body.left });
  files.io.write(req.params.id, req.body.left);
  res.sendStatus(204);
});

module.exports = router;
