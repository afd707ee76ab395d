const { Router } = require('express');
const socketBroadcaster = require('../utils/socketBroadcaster');

const router = Router();

router.get('/', async (req, res) => {
  const answers = await socketBroadcaster.to('kiosks').timeout(500).emitWithAck('ping');
  res.json({ awake: answers.length });
});

router.post('/restart', (req, res) => {
  socketBroadcaster.timeout(5000).emit('restart', (error, answers) => {
    res.json({ restarted: answers.length, silent: Boolean(error) });
  });
});

module.exports = router;
