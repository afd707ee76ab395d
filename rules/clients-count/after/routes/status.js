import { Router } from 'express';
import socketBroadcaster from '../utils/socketBroadcaster.js';

const router = Router();
const seen = { clientsCount: 0 };

router.get('/', async (req, res) => {
  seen.clientsCount += 1;
  res.json({ connected: await socketBroadcaster.clientsCount(), asked: seen.clientsCount });
});

router.get('/full', async (req, res) => {
  const limit = Number(process.env.MAX_CLIENTS);
  if ((await socketBroadcaster.clientsCount()) >= limit) {
    return res.status(503).json({ full: true });
  }
  res.json({ full: false });
});

export default router;
