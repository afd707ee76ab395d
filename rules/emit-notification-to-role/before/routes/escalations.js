const express = require('express')

const router = express.Router()

router.post('/', express.json(), (req, res) => {
  const io = req.app.get('io')
  const { role, text } = req.body
  if (io) {
    io.to(`role_${role}`).emit('notification', { text, urgent: true })
    // Another event, and a room that only looks like a role's: plain broadcasts.
    io.to(`role_${role}`).emit('escalated', { text })
    io.to(`role_${role}_watchers`).emit('notification', { text })
  }
  res.sendStatus(202)
})

module.exports = router
