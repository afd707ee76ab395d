const express = require('express');
const socketBroadcaster = require('../utils/socketBroadcaster');

const router = express.Router();

router.post('/', express.json(), (req, res) => {
  socketBroadcaster.broadcast('job_started', req.body.name);
  res.sendStatus(202);
});

module.exports = router;
