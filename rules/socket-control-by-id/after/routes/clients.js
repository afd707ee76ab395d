const express = require('express');
const socketBroadcaster = require('../utils/socketBroadcaster');

const router = express.Router();

router.post('/:id', (req, res) => {
  socketBroadcaster.to(req.params.id).socketsLeave(`desk_${req.body.desk}`);
  socketBroadcaster.to(req.params.id).socketsJoin(['bench', 'all']);
  socketBroadcaster.to(req.params.id).disconnectSockets(true);
  res.sendStatus(204);
});

module.exports = router;
