const express = require('express');
const http = require('http');
const { Server } = require('socket.io');
const { createInvoice } = require('./services/invoices');

const app = express();
const server = http.createServer(app);
const io = new Server(server);

app.post('/invoices', express.json(), async (req, res) => {
  const invoice = await createInvoice(io, req.body);
  res.status(201).json(invoice);
});

server.listen(3000);
