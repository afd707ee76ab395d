const { Router } = require('express');
const socketBroadcaster = require('../utils/socketBroadcaster');

const router = Router();
const phones = { sockets: new Map() };

router.get('/count', async (req, res) => {
  res.json({ clients: await socketBroadcaster.socketsCount(), phones: phones.sockets.size });
});

router.get('/agents', async (req, res) => {
  if ((await socketBroadcaster.socketsCount('/desk')) === 0) {
    return res.sendStatus(404);
  }
  res.sendStatus(204);
});

module.exports = router;
