const express = require('express');

const router = express.Router();

router.post('/:id/mute', (req, res) => {
  const io = req.app.get('io');
  // Whoever is muted is told so.
  const socket = io.sockets.sockets.get(req.params.id);
  if (socket) socket.emit('muted', { by: req.body.by });
  res.sendStatus(204);
});

router.post('/:id/kick', (req, res) => {
  const { id } = req.params;
  const socket = req.app.get('io').of('/desk').sockets.get(id);
  res.sendStatus(204);
  if (!socket) return;
  socket.emit('kicked');
  socket.leave('desk');
  socket.disconnect(true);
});

router.post('/move', (req, res) => {
  const io = req.app.get('io');
  const socket = io.sockets.sockets.get(findSocketId(req.body.user));
  if (socket) {
    socket.leave(`room_${req.body.from}`);
    socket.join(`room_${req.body.to}`);
  }
  res.sendStatus(204);
});

function findSocketId(user) {
  return user.socketId;
}

module.exports = router;
