const express = require('express');
const http = require('http');
const { createInvoice } = require('./services/invoices');
const socketBroadcaster = require('./utils/socketBroadcaster');

const app = express();
const server = http.createServer(app);

app.post('/invoices', express.json(), async (req, res) => {
  const invoice = await createInvoice(socketBroadcaster, req.body);
  res.status(201).json(invoice);
});

server.listen(3000);
