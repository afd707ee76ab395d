const { Router } = require('express');

const router = Router();

router.get('/', async (req, res) => {
  const io = req.app.get('io');
  const answers = await io.to('kiosks').timeout(500).emitWithAck('ping');
  res.json({ awake: answers.length });
});

router.post('/restart', (req, res) => {
  req.app.get('io').timeout(5000).emit('restart', (error, answers) => {
    res.json({ restarted: answers.length, silent: Boolean(error) });
  });
});

module.exports = router;
