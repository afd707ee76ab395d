const express = require('express');
const socketBroadcaster = require('../utils/socketBroadcaster');

const router = express.Router();

router.post('/', (req, res) => {
  const chat = socketBroadcaster.of('/chat');
  chat.emit('news', req.body.item);
  res.sendStatus(204);
});

module.exports = router;
