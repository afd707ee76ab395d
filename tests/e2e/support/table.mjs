// Runs the checks, measures them, and prints what they saw as one table. A check that fails does not stop those that
// don't depend on it.

const STATES = { passed: 'ok', failed: 'FAILED', notRun: 'not run' };

export class Table {
  constructor() {
    this.rows = [];
    this.startedAt = Date.now();
  }

  // `work` resolves with { seen, ...result }, where `seen` is what the table shows. Resolves with that, or with null.
  async check(name, work) {
    const startedAt = Date.now();
    const row = { name, state: STATES.passed, seen: '', seconds: 0 };
    process.stdout.write(`... ${name}\n`);
    try {
      const result = await work();
      row.seen = result.seen;
      return result;
    } catch (error) {
      row.state = error instanceof Dependency ? STATES.notRun : STATES.failed;
      row.seen = error.message.split('\n')[0];
      row.text = error.stack?.includes(error.message) ? error.stack : error.message;
      return null;
    } finally {
      row.seconds = (Date.now() - startedAt) / 1000;
      this.rows.push(row);
    }
  }

  get hasPassed() { return this.rows.every(({ state }) => state === STATES.passed); }

  print() {
    const width = Math.max(...this.rows.map(({ name }) => name.length));
    const lines = this.rows.map(({ name, state, seen, seconds }) => `${state.padEnd(7)}  ${name.padEnd(width)}  ${seconds.toFixed(1).padStart(6)} s  ${seen}`);
    const total = ((Date.now() - this.startedAt) / 1000).toFixed(1);
    const passed = this.rows.filter(({ state }) => state === STATES.passed);
    for (const { name, text } of this.rows.filter(({ state }) => state === STATES.failed)) process.stdout.write(`\n===== ${name}\n${text}\n`);
    process.stdout.write(`\n${lines.join('\n')}\n\n${passed.length} of ${this.rows.length} checks passed in ${total} s\n`);
  }
}

class Dependency extends Error {}

// For a check that can't be made because an earlier one failed.
export function need(value, what) {
  if (value === null || value === undefined) throw new Dependency(`needs: ${what}`);
  return value;
}
