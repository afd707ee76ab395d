const express = require('express')
const http = require('http')
const escalations = require('./routes/escalations')

const app = express()
const server = http.createServer(app)

app.use('/escalations', escalations)

server.listen(3000)
