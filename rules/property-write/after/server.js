const express = require('express')
const http = require('http')
const LiftService = require('./services/lifts')
const socketBroadcaster = require('./utils/socketBroadcaster')

const app = express()
const server = http.createServer(app)

// What every view can see.
app.locals.title = 'Lifts'

const lifts = new LiftService(socketBroadcaster)

app.post('/lifts/:id/call', (req, res) => {
  lifts.call(req.params.id)
  socketBroadcaster.broadcast('called', req.params.id)
  res.send(req.app.locals.title)
})

server.listen(3000)
