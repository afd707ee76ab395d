// More than one Redis: a master that Sentinels watch, and a Cluster.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { end, freePort, keep, startRedis, waitFor } from './processes.mjs';

const HOST = '127.0.0.1';
const MASTER = 'desk';

// One command to one node, and its answer.
export async function command(port, words, options = {}) {
  const client = await createClient({ RESP: 2, ...options, socket: { host: HOST, port } }).on('error', () => {}).connect();
  try {
    return await client.sendCommand(words.map(String));
  } finally {
    client.destroy();
  }
}

// What makes a Redis listen with TLS as well, and the certificate that it shows, for this machine.
export function withTls(folder, port) {
  const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => join(folder, name));
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, ...subject]);
  if (made.status !== 0) throw new Error(`openssl: ${made.stderr ?? made.error}`);
  return { certificate, args: ['--tls-port', port, '--tls-cert-file', certificate, '--tls-key-file', key, '--tls-auth-clients', 'no'] };
}

// A master, a replica and a Sentinel. `password`: of the two, `sentinelPassword`: whether the Sentinel wants it as well.
export async function startSentinels({ password, sentinelPassword = false }) {
  const access = ['--requirepass', password, '--masterauth', password];
  const master = await startRedis({ args: access });
  const replica = await startRedis({ args: [...access, '--replicaof', HOST, master.port, '--repl-diskless-sync-delay', 0] });
  await waitFor('the replica to be in step', async () => (await command(replica.port, ['INFO', 'replication'], { password })).includes('master_link_status:up'));

  const folder = mkdtempSync(join(tmpdir(), 'iomigrate-sentinel-'));
  const port = await freePort();
  writeFileSync(join(folder, 'sentinel.conf'), `
port ${port}
bind ${HOST}
sentinel monitor ${MASTER} ${HOST} ${master.port} 1
sentinel auth-pass ${MASTER} ${password}
sentinel down-after-milliseconds ${MASTER} 500
sentinel failover-timeout ${MASTER} 5000
${sentinelPassword ? `requirepass ${password}` : ''}
`);
  const sentinel = keep(spawn('redis-server', [join(folder, 'sentinel.conf'), '--sentinel'], { stdio: 'ignore' }));
  const ask = (...words) => command(port, ['SENTINEL', ...words], sentinelPassword ? { password } : {});
  await waitFor('the Sentinel to know the replica', () => ask('REPLICAS', MASTER).then((known) => known.length === 1, () => false));

  const stop = async () => {
    await end(sentinel, 'SIGKILL');
    await Promise.all([master.stop(), replica.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
  return { master, replica, url: `redis+sentinel://:${password}@${HOST}:1,${HOST}:${port}/${MASTER}/0`, port, stop };
}

// Three masters. `url` names the first, `keyOn(n)` is a key that the one with this number serves.
export async function startCluster() {
  const nodes = await Promise.all([0, 1, 2].map(async () => {
    const busPort = await freePort();
    return { busPort, ...await startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-port', busPort, '--cluster-node-timeout', 2000] }) };
  }));
  const shares = [[0, 5460], [5461, 10922], [10923, 16383]];
  await Promise.all(nodes.map(({ port }, n) => command(port, ['CLUSTER', 'ADDSLOTSRANGE', ...shares[n]])));
  for (const { port, busPort } of nodes.slice(1)) await command(nodes[0].port, ['CLUSTER', 'MEET', HOST, port, busPort]);
  const isWhole = async ({ port }) => (await command(port, ['CLUSTER', 'INFO'])).includes('cluster_state:ok');
  await waitFor('the Cluster to be whole', async () => (await Promise.all(nodes.map(isWhole))).every(Boolean));

  const slotOf = (key) => command(nodes[0].port, ['CLUSTER', 'KEYSLOT', key]);
  const keyOn = async (n, word) => {
    for (let tried = 0; ; tried += 1) {
      const [first, last] = shares[n];
      const slot = await slotOf(`${word}-${tried}`);
      if (first <= slot && slot <= last) return `${word}-${tried}`;
    }
  };
  // The slot of a key under which nothing is kept.
  const move = async (key, from, to) => {
    const slot = await slotOf(key);
    const [source, target] = await Promise.all([from, to].map((n) => command(nodes[n].port, ['CLUSTER', 'MYID'])));
    await command(nodes[to].port, ['CLUSTER', 'SETSLOT', slot, 'IMPORTING', source]);
    await command(nodes[from].port, ['CLUSTER', 'SETSLOT', slot, 'MIGRATING', target]);
    for (const n of [to, from]) await command(nodes[n].port, ['CLUSTER', 'SETSLOT', slot, 'NODE', target]);
  };
  return { nodes, url: `redis+cluster://${HOST}:${nodes[0].port}`, keyOn, move, stop: () => Promise.all(nodes.map((it) => it.stop())) };
}
