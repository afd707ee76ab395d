const { Router } = require('express');

const router = Router();
const adapter = { rooms: new Map() };

router.get('/rooms', (req, res) => {
  const io = req.app.get('io');
  const sizes = {};
  for (const [name, ids] of io.sockets.adapter.rooms) {
    sizes[name] = ids.size;
  }
  res.json({ sizes, waiting: adapter.rooms.size });
});

router.post('/calls', async (req, res) => {
  const io = req.app.get('io');
  const agents = io.of('/desk').adapter.rooms.get('agents');
  if (!agents || agents.size === 0) {
    return res.status(503).json({ error: 'nobody is there' });
  }
  io.of('/desk').to('agents').emit('call', req.ip);
  res.status(202).json({ agents: [...agents] });
});

module.exports = router;
