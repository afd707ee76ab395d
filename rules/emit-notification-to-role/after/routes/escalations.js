const express = require('express')
const socketBroadcaster = require('../utils/socketBroadcaster')

const router = express.Router()

router.post('/', express.json(), (req, res) => {
  const { role, text } = req.body
  socketBroadcaster.notifyRole(role, { text, urgent: true })
  // Another event, and a room that only looks like a role's: plain broadcasts.
  socketBroadcaster.broadcastToRoom(`role_${role}`, 'escalated', { text })
  socketBroadcaster.broadcastToRoom(`role_${role}_watchers`, 'notification', {
    text
  })
  res.sendStatus(202)
})

module.exports = router
