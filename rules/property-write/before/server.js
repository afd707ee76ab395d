const express = require('express')
const http = require('http')
const { Server } = require('socket.io')
const LiftService = require('./services/lifts')

const app = express()
const server = http.createServer(app)
const io = new Server(server)

// What every view can see.
app.locals.io = io
app.locals.title = 'Lifts'

const lifts = new LiftService(io)

app.post('/lifts/:id/call', (req, res) => {
  lifts.call(req.params.id)
  req.app.locals.io.emit('called', req.params.id)
  res.send(req.app.locals.title)
})

server.listen(3000)
