const { Router } = require('express');
const sessions = require('../sessions');

const router = Router();

router.delete('/:id', (req, res) => {
  const io = req.app.get('io');
  const { id } = req.params;
  if (io) io.in(`user_${id}`).disconnectSockets(true);
  sessions.in(id).disconnectSockets();
  res.sendStatus(204);
});

router.put('/:id/groups/:group', (req, res) => {
  req.app
    .get('io')
    .in(`user_${req.params.id}`)
    .socketsJoin(`group_${req.params.group}`);
  res.sendStatus(204);
});

module.exports = router;
