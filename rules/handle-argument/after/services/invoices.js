const { report } = require('./report');

async function createInvoice(socketBroadcaster, data) {
  const invoice = { id: Date.now(), ...data };
  await announce(invoice, socketBroadcaster);
  report(console, invoice);
  return invoice;
}

const announce = async (invoice, socketBroadcaster = null) => {
  socketBroadcaster.broadcast('invoice_created', invoice);
};

module.exports = { createInvoice };
