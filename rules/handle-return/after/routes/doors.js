const { Router } = require('express');
const server = require('../server');
const socketBroadcaster = require('../utils/socketBroadcaster');

const router = Router();

router.post('/:id/open', (req, res) => {
  socketBroadcaster.broadcastToRoom(`door_${req.params.id}`, 'open');
  res.json({ environment: server.getApp().get('env') });
});

module.exports = router;
