const { Router } = require('express');
const socketBroadcaster = require('../utils/socketBroadcaster');

const router = Router();
const adapter = { rooms: new Map() };

router.get('/rooms', async (req, res) => {
  const sizes = {};
  for (const [name, ids] of await socketBroadcaster.rooms()) {
    sizes[name] = ids.size;
  }
  res.json({ sizes, waiting: adapter.rooms.size });
});

router.post('/calls', async (req, res) => {
  const agents = (await socketBroadcaster.rooms('/desk')).get('agents');
  if (!agents || agents.size === 0) {
    return res.status(503).json({ error: 'nobody is there' });
  }
  socketBroadcaster.of('/desk').to('agents').emit('call', req.ip);
  res.status(202).json({ agents: [...agents] });
});

module.exports = router;
