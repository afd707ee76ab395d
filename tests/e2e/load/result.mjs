// What was measured, as a table, and what of it must not be.

const WORKERS = 8;
// Of a heap without garbage, over the whole run: this factor, and so many megabytes.
const GROWTH = 1.1;
const NOISE = 10;

export function printed(load, before, after) {
  const rows = [
    ['', 'before', 'after', 'after / before'],
    ['events sent', before.sent, after.sent],
    ['events received', before.received, after.received],
    ['events a second', ...pair(before, after, (it) => it.rate, 0)],
    ['latency p50, ms', ...pair(before, after, (it) => it.p50, 2), ratio(after.p50, before.p50)],
    ['latency p99, ms', ...pair(before, after, (it) => it.p99, 2), ratio(after.p99, before.p99)],
    ['latency max, ms', ...pair(before, after, (it) => it.max, 2), ratio(after.max, before.max)],
    ['process with the sockets: RSS at the start, MB', ...pair(before, after, (it) => megabytes(it.memory.rss), 0)],
    ['process with the sockets: RSS at the end, MB', ...pair(before, after, (it) => megabytes(it.memoryAfter.rss), 0)],
    ['process with the sockets: heap at the start, MB', ...pair(before, after, (it) => megabytes(it.memory.heap), 1)],
    ['process with the sockets: heap at the end, MB', ...pair(before, after, (it) => megabytes(it.memoryAfter.heap), 1)],
    ['API: CPU a request, ms', ...pair(before, after, (it) => it.apiCpu, 3), ratio(after.apiCpu, before.apiCpu)],
    ['dedicated server: CPU a request, ms', '', after.serverCpu.toFixed(3)],
  ];
  const problems = [...wrongWith('before', before), ...wrongWith('after', after)];
  const text = [
    '', `${load.clients} clients, ${load.rate} events a second for ${load.seconds} s, ${load.requests} requests`, '',
    ...aligned(rows), '', ...extrapolated(before, after), '', ...problems, '',
  ].join('\n');
  return { text, problems };
}

const pair = (before, after, value, digits) => [before, after].map((it) => value(it).toFixed(digits));
const megabytes = (bytes) => bytes / 1024 / 1024;
const ratio = (after, before) => (after / before).toFixed(2);

function aligned(rows) {
  const columns = rows[0].map((_, at) => Math.max(...rows.map((row) => String(row[at] ?? '').length)));
  return rows.map((row) => row.map((cell, at) => (at === 0 ? String(cell).padEnd(columns[0]) : String(cell).padStart(columns[at]))).join('  '));
}

function extrapolated(before, after) {
  const perSecond = (cpu) => Math.round(1000 / cpu);
  return [
    'Extrapolated from CPU a request, not measured; with a free core for each process, and one for the dedicated server:',
    `  before, one process:  ${perSecond(before.apiCpu)} requests a second`,
    `  after, ${WORKERS} processes:   ${WORKERS * perSecond(after.apiCpu)}, of which the dedicated server carries the events of ${perSecond(after.serverCpu)}`,
  ];
}

function wrongWith(name, { sent, received, duplicates, lost, memory, memoryAfter }) {
  const problems = [];
  if (received !== sent) problems.push(`${name}: ${sent - received} of ${sent} events were lost`);
  if (duplicates > 0) problems.push(`${name}: ${duplicates} events came twice`);
  if (lost > 0) problems.push(`${name}: ${lost} connections were lost`);
  const [start, end] = [memory, memoryAfter].map(({ heap }) => megabytes(heap));
  if (end > start * GROWTH + NOISE) problems.push(`${name}: memory is not flat: ${start.toFixed(1)} MB, then ${end.toFixed(1)} MB`);
  return problems;
}
