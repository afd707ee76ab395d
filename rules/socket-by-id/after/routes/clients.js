const express = require('express');
const socketBroadcaster = require('../utils/socketBroadcaster');

const router = express.Router();

router.post('/:id/mute', (req, res) => {
  // Whoever is muted is told so.
  socketBroadcaster.to(req.params.id).emit('muted', { by: req.body.by });
  res.sendStatus(204);
});

router.post('/:id/kick', (req, res) => {
  const { id } = req.params;
  res.sendStatus(204);
  socketBroadcaster.of('/desk').to(id).emit('kicked');
  socketBroadcaster.of('/desk').to(id).socketsLeave('desk');
  socketBroadcaster.of('/desk').to(id).disconnectSockets(true);
});

router.post('/move', (req, res) => {
  const socket = socketBroadcaster.to(findSocketId(req.body.user));
  socket.socketsLeave(`room_${req.body.from}`);
  socket.socketsJoin(`room_${req.body.to}`);
  res.sendStatus(204);
});

function findSocketId(user) {
  return user.socketId;
}

module.exports = router;
