const { Router } = require('express');
const socketBroadcaster = require('../utils/socketBroadcaster');

const router = Router();
const phones = { sockets: new Map() };

router.get('/clients', async (req, res) => {
  res.json({ ids: [...(await socketBroadcaster.allSockets()).keys()], phones: phones.sockets.size });
});

router.get('/clients/:id', async (req, res) => {
  if (!(await socketBroadcaster.of('/desk').allSockets()).has(req.params.id)) return res.sendStatus(404);
  res.sendStatus(204);
});

module.exports = router;
