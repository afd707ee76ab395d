const { report } = require('./report');

async function createInvoice(io, data) {
  const invoice = { id: Date.now(), ...data };
  await announce(invoice, io);
  report(console, invoice);
  return invoice;
}

const announce = async (invoice, io = null) => {
  if (!io) return;
  io.emit('invoice_created', invoice);
};

module.exports = { createInvoice };
