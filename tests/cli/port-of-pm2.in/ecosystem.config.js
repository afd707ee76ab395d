module.exports = { apps: [
  { name: 'api', script: 'server.js', env: { PORT: 5000 } },
  { name: 'pay', script: 'pay.js', env: { PORT: 3002 } },
] };
