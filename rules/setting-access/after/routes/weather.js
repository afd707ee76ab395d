const express = require('express');
const socketBroadcaster = require('../utils/socketBroadcaster');

const router = express.Router();

router.post('/', express.json(), (req, res) => {
  const unit = req.app.get('unit');

  if (req.body.degrees > 35) {
    socketBroadcaster.broadcast('heat', { degrees: req.body.degrees, unit });
  }
  res.sendStatus(204);
});

module.exports = router;
