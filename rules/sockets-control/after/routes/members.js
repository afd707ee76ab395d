const { Router } = require('express');
const sessions = require('../sessions');
const socketBroadcaster = require('../utils/socketBroadcaster');

const router = Router();

router.delete('/:id', (req, res) => {
  const { id } = req.params;
  socketBroadcaster.in(`user_${id}`).disconnectSockets(true);
  sessions.in(id).disconnectSockets();
  res.sendStatus(204);
});

router.put('/:id/groups/:group', (req, res) => {
  socketBroadcaster
    .in(`user_${req.params.id}`)
    .socketsJoin(`group_${req.params.group}`);
  res.sendStatus(204);
});

module.exports = router;
