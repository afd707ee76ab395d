const { Router } = require('express');

const router = Router();
const phones = { sockets: new Map() };

router.get('/clients', (req, res) => {
  const io = req.app.get('io');
  res.json({ ids: [...io.sockets.sockets.keys()], phones: phones.sockets.size });
});

router.get('/clients/:id', async (req, res) => {
  const io = req.app.get('io');
  if (!io.of('/desk').sockets.has(req.params.id)) return res.sendStatus(404);
  res.sendStatus(204);
});

module.exports = router;
