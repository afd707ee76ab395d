const { Router } = require('express');
const socketBroadcaster = require('../utils/socketBroadcaster');

const router = Router();
const waiting = new Map([['agents', new Set()]]);

router.get('/agents', async (req, res) => {
  const online = (await socketBroadcaster.roomSize('agents')) || 0;
  res.json({ online, waiting: waiting.get('agents').size });
});

router.post('/calls', async (req, res) => {
  if (!(await socketBroadcaster.roomSize('agents'))) {
    return res.status(503).json({ error: 'nobody is there' });
  }
  socketBroadcaster.broadcastToRoom('agents', 'call', req.ip);
  res.sendStatus(202);
});

module.exports = router;
