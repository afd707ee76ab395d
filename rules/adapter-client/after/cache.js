const { createClient } = require('redis');

// Prices live here; the adapter has clients of its own.
const client = createClient({ url: process.env.REDIS_URL });
client.on('error', (error) => console.error('cache', error.message));
client.connect();

module.exports = client;
