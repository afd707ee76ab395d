const express = require('express');

const router = express.Router();

router.post('/', express.json(), (req, res) => {
  const io = req.app.get('io');
  const unit = req.app.get('unit');

  if (io && req.body.degrees > 35) {
    io.emit('heat', { degrees: req.body.degrees, unit });
  }
  res.sendStatus(204);
});

module.exports = router;
