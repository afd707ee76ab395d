import { Router } from 'express';

const router = Router();
const seen = { clientsCount: 0 };

router.get('/', (req, res) => {
  const io = req.app.get('io');
  seen.clientsCount += 1;
  res.json({ connected: io.engine.clientsCount, asked: seen.clientsCount });
});

router.get('/full', async (req, res) => {
  const limit = Number(process.env.MAX_CLIENTS);
  if (req.app.get('io').engine.clientsCount >= limit) {
    return res.status(503).json({ full: true });
  }
  res.json({ full: false });
});

export default router;
