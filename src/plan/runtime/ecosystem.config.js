// PM2: one Socket.IO server and as many API processes as there are cores to use.
//
//   pm2 start <this file>        pm2 reload {{ name }}-api

const instances = Number(process.env.API_INSTANCES || 8);

module.exports = {
  apps: [
    {
      name: '{{ name }}-socketio',
      script: '{{ server_script }}',
{% if node_args %}      node_args: '{{ node_args }}',
{% endif %}      cwd: __dirname,
      // One process in fork mode. PM2's cluster mode sends the requests of one long-polling client to different
      // processes, which answer "Session ID unknown".
      exec_mode: 'fork',
      instances: 1,
      // It says process.send('ready') when it listens.
      wait_ready: true,
      listen_timeout: 10000,
      // Longer than the 5 s (SHUTDOWN_MS) in which the server closes its connections.
      kill_timeout: 6000,
      env: { NODE_ENV: 'production' },
    },
    {
      name: '{{ name }}-api',
      script: '{{ api_script }}',
{% if node_args %}      node_args: '{{ node_args }}',
{% endif %}      cwd: __dirname,
      exec_mode: 'cluster',
      // More processes than cores cost more than they bring.
      instances,
      kill_timeout: 6000,
      env: { NODE_ENV: 'production' },
    },
  ],
};
