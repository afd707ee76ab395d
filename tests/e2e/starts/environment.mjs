// The environment of a back end: something of the right form for every variable that it reads.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { programs } from './checkout.mjs';

const READS = [/process\.env\.([A-Z][A-Z0-9_]*)/g, /process\.env\[\s*['"`](\w+)['"`]/g, /\b([A-Z][A-Z0-9_]{3,}):\s*(?:z|Joi|joi|str|num|port|url|bool)\b/g, /\b(?:get|getOrThrow|env)(?:<\w+>)?\(\s*['"]([A-Z][A-Z0-9_]{3,})['"]/g];
const EXAMPLES = ['.env.example', '.env.sample', 'example.env', '.env.template'];
// Those that mean something to Node.js, npm, or what this project brings.
const NOT_OURS = /^(NODE_OPTIONS|NODE_PATH|PATH|HOME|PWD|CI|DEBUG|npm_.*|SOCKET_IO_.*|STARTS_.*|SENTRY.*|PM2.*|pm_.*|.*SSL.*|.*TLS.*|.*CERT.*|VERCEL.*|REDIS_PASSWORD|REDIS_USER.*)$/i;

const hex = '0123456789abcdef'.repeat(4);

// The first that fits says the value.
const FORMS = [
  [/^NODE_ENV$/, () => 'development'],
  [/REDIS.*(URL|URI)/, ({ redis }) => `redis://127.0.0.1:${redis}`],
  [/REDIS.*PORT/, ({ redis }) => String(redis)],
  [/MONGO.*(URL|URI|CONN)|MONGO(DB)?$/, () => 'mongodb://127.0.0.1:27017/test'],
  [/(DATABASE|^DB|POSTGRES|PG|MYSQL).*(URL|URI|CONN|STRING)|^(DB|DATABASE)$/, ({ database }) => `${database}://u:p@127.0.0.1:5432/test`],
  [/DIALECT|DB_TYPE|DB_CLIENT/, ({ database }) => (database === 'mongodb' ? 'postgres' : database)],
  [/VAPID.*PUBLIC/, () => Buffer.alloc(65, 4).toString('base64url')],
  [/VAPID.*PRIVATE/, () => Buffer.alloc(32, 1).toString('base64url')],
  [/VAPID.*SUBJECT/, () => 'mailto:a@example.org'],
  [/PORT$/, () => '4000'],
  [/ACCOUNT_SID/, () => `AC${hex.slice(0, 32)}`],
  [/CLOUDINARY_URL/, () => 'cloudinary://1:1@test'],
  [/HOST(NAME)?$/, () => '127.0.0.1'],
  [/EMAIL|MAIL_(USER|FROM)/, () => 'a@example.org'],
  [/URL|URI|ORIGIN|CORS|CLIENT$|FRONTEND|ENDPOINT/, () => 'http://127.0.0.1:9'],
  [/EXPIR|TTL|DURATION/, () => '3600'],
  [/(LIMIT|MAX|MIN|COUNT|SIZE|TIMEOUT|INTERVAL|MS|SECONDS|MINUTES|HOURS|DAYS|ROUNDS?|SALT|WORKERS|ATTEMPTS)$/, () => '10'],
  [/^(ENABLE|IS|USE|DISABLE|SKIP)_|ENABLED$|DISABLED$/, () => 'false'],
  [/JSON|SERVICE_ACCOUNT|CREDENTIALS/, () => '{}'],
  [/LOG_LEVEL/, () => 'info'],
  [/./, () => hex],
];

export function environmentOf(root, redis) {
  const database = databaseOf(root);
  const names = new Set();
  for (const text of programs(root).values()) {
    for (const pattern of READS) for (const [, name] of text.matchAll(pattern)) names.add(name);
  }
  for (const file of EXAMPLES) for (const name of namesIn(join(root, file))) names.add(name);
  // What the project itself says counts.
  for (const name of namesIn(join(root, '.env'))) names.delete(name);
  const values = [...names].filter((it) => !NOT_OURS.test(it)).map((name) => {
    const [, value] = FORMS.find(([form]) => form.test(name.toUpperCase()));
    return [name, value({ redis, database })];
  });
  return { ...Object.fromEntries(values), REDIS_URL: `redis://127.0.0.1:${redis}` };
}

function databaseOf(root) {
  const text = readFileSync(join(root, 'package.json'), 'utf8');
  if (/"(mongoose|mongodb)"/.test(text)) return 'mongodb';
  return /"mysql2?"/.test(text) ? 'mysql' : 'postgres';
}

function namesIn(path) {
  if (!existsSync(path)) return [];
  return [...readFileSync(path, 'utf8').matchAll(/^\s*(\w+)\s*=/gm)].map(([, name]) => name);
}
