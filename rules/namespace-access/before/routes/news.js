const express = require('express');

const router = express.Router();

router.post('/', (req, res) => {
  const chat = req.app.get('io').of('/chat');
  chat.emit('news', req.body.item);
  res.sendStatus(204);
});

module.exports = router;
