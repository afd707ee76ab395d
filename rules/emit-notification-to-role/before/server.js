const express = require('express')
const http = require('http')
const { Server } = require('socket.io')
const escalations = require('./routes/escalations')

const app = express()
const server = http.createServer(app)
const io = new Server(server)

io.on('connection', (socket) => {
  socket.join(`role_${socket.handshake.auth.role}`)
})

app.set('io', io)
app.use('/escalations', escalations)

server.listen(3000)
