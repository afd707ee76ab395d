// Two traces are the same if their JSON is the same, byte for byte. If not, says where, for each client and for HTTP.
// By hand: node compare.mjs before.json after.json

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CONTEXT = 2;
const LINES_SHOWN = 30;
const WIDTH = 220;

// The step an event came in is a help for the reader. Which event follows which is what counts.
function comparable({ http, clients, printed }) {
  const names = Object.keys(clients).sort();
  return {
    http: http.map(({ step, ...answer }) => JSON.stringify([step, answer])),
    ...Object.fromEntries(names.map((name) => [name, clients[name].map(({ event, args }) => JSON.stringify([event, ...args]))])),
    '(printed)': printed.map((line) => JSON.stringify(line)),
  };
}

// Returns '' if they are equal, else the differences as text.
export function difference(before, after) {
  const [left, right] = [comparable(before), comparable(after)];
  if (JSON.stringify(left) === JSON.stringify(right)) return '';
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  return names.map((name) => section(name, left[name] ?? [], right[name] ?? [], stepsOf(before, name))).filter(Boolean).join('\n');
}

// As much of a trace as `part` may be the beginning of: what had come after the same number of steps.
export function beginning(whole, part) {
  if (part.steps === whole.steps) return whole;
  const { http, clients, printed } = whole;
  const known = Object.entries(clients).map(([name, events]) => [name, events.filter(({ at }) => at <= part.steps)]);
  const come = Object.fromEntries(known.filter(([, events]) => events.length > 0));
  return { http: http.slice(0, part.http.length), clients: come, printed: printed.slice(0, part.printed.length) };
}

// What was received in all: the numbers of HTTP answers, of clients, of events and of kinds of events.
export function volume({ http, clients }) {
  const events = Object.values(clients).flat();
  return { answers: http.length, clients: Object.keys(clients).length, events: events.length, kinds: new Set(events.map(({ event }) => event)).size };
}

const stepsOf = ({ clients }, name) => (clients[name] ?? []).map(({ step }) => step);

function section(name, left, right, steps) {
  if (JSON.stringify(left) === JSON.stringify(right)) return '';
  const rows = withContext(align(left, right, steps));
  const more = rows.length > LINES_SHOWN ? [`    ... and ${rows.length - LINES_SHOWN} lines more`] : [];
  return [`${name}: before ${left.length}, after ${right.length}`, ...rows.slice(0, LINES_SHOWN), ...more].join('\n');
}

// The longest common subsequence, as rows of { sign, text, step }.
function align(left, right, steps) {
  const common = lengths(left, right);
  const rows = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      rows.push({ sign: ' ', text: left[i], step: steps[i] });
      i += 1;
      j += 1;
    } else if (j >= right.length || (i < left.length && common[i + 1][j] >= common[i][j + 1])) {
      rows.push({ sign: '-', text: left[i], step: steps[i] });
      i += 1;
    } else {
      rows.push({ sign: '+', text: right[j], step: steps[i] });
      j += 1;
    }
  }
  return rows;
}

// lengths[i][j]: how much left from i on and right from j on have in common.
function lengths(left, right) {
  const table = Array.from({ length: left.length + 1 }, () => new Array(right.length + 1).fill(0));
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      table[i][j] = left[i] === right[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  return table;
}

function withContext(rows) {
  const isNear = (at) => rows.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(({ sign }) => sign !== ' ');
  return rows.filter((_, at) => isNear(at)).map(({ sign, text, step }) => {
    const where = step ? `  (${step})` : '';
    return `  ${sign} ${text.length > WIDTH ? `${text.slice(0, WIDTH)}…` : text}${where}`;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [before, after] = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, 'utf8')));
  const text = difference(before, after);
  process.stdout.write(text ? `${text}\n` : 'the traces are equal\n');
  process.exitCode = text ? 1 : 0;
}
