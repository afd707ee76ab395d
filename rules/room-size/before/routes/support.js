const { Router } = require('express');

const router = Router();
const waiting = new Map([['agents', new Set()]]);

router.get('/agents', (req, res) => {
  const io = req.app.get('io');
  const online = io.sockets.adapter.rooms.get('agents')?.size || 0;
  res.json({ online, waiting: waiting.get('agents').size });
});

router.post('/calls', async (req, res) => {
  const io = req.app.get('io');
  if (!io.sockets.adapter.rooms.get('agents')?.size) {
    return res.status(503).json({ error: 'nobody is there' });
  }
  io.to('agents').emit('call', req.ip);
  res.sendStatus(202);
});

module.exports = router;
