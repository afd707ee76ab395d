const { Router } = require('express');
const server = require('../server');

const router = Router();

router.post('/:id/open', (req, res) => {
  server.getIO().to(`door_${req.params.id}`).emit('open');
  res.json({ environment: server.getApp().get('env') });
});

module.exports = router;
