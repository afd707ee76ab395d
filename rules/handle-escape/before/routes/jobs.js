const express = require('express');

const router = express.Router();

router.post('/', express.json(), (req, res) => {
  const io = req.app.get('io');
  io.emit('job_started', req.body.name);
  res.sendStatus(202);
});

module.exports = router;
