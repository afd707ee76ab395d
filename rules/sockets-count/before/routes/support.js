const { Router } = require('express');

const router = Router();
const phones = { sockets: new Map() };

router.get('/count', (req, res) => {
  const io = req.app.get('io');
  res.json({ clients: io.sockets.sockets.size, phones: phones.sockets.size });
});

router.get('/agents', async (req, res) => {
  if (req.app.get('io').of('/desk').sockets.size === 0) {
    return res.sendStatus(404);
  }
  res.sendStatus(204);
});

module.exports = router;
