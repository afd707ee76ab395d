// A comparison that can't fail proves nothing. Each mutation puts one mistake of a migration by hand into the migrated copy;
// the comparison has to notice every one.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beginning, difference } from '../compare.mjs';
import { play } from '../support/desk.mjs';
import { copyProject } from '../support/project.mjs';
import { withMigrated } from '../support/stacks.mjs';

export const MUTATIONS = [
  {
    name: 'a union taken apart',
    file: 'src/routes/tickets.js',
    find: /(\w+\.broadcastToRoom)\(\[([^,\]]+), ([^\]]+)\], ('ticket_created'), (\w+)\);/,
    put: '$1($2, $4, $5); $1($3, $4, $5);',
  },
  {
    name: 'a lost except',
    file: 'src/routes/tickets.js',
    find: /\s*\.except\((`[^`]*`|[^()]*)\)/,
    put: '',
  },
  {
    name: 'a lost io.use',
    file: 'src/socketio-server.js',
    find: /\bio\.use\(/,
    put: 'void (',
  },
  {
    name: 'a lost condition',
    file: 'src/routes/registrations.js',
    find: /if \(\(adminSize \|\| 0\) === 0 && /,
    put: 'if (true || ',
  },
  {
    name: 'a lost second argument',
    file: 'src/routes/customers.js',
    find: /('plan_changed', customer\.id), \{[^}]*\}/,
    put: '$1',
  },
];

// `app` is the folder in the project that is started.
export async function checkMutation({ base, folder, app = '.', scenario, reference }, { name, file, find, put, says }) {
  // Those of several back ends are made side by side, and some have the same name.
  const mutant = await copyProject(folder, join(base, `${basename(folder)}-mutant-${name.replaceAll(' ', '-')}`));
  const path = join(mutant, app, file);
  const text = readFileSync(path, 'utf8');
  assert.match(text, find, `${file} has nothing that could be mutated into ${name}`);
  writeFileSync(path, text.replace(find, put));

  const differenceOf = (trace) => difference(beginning(reference, trace), trace);
  const goOn = (trace) => differenceOf(trace) === '';
  try {
    const { result: trace } = await withMigrated(base, join(mutant, app), 2, (stack) => play(scenario, stack, reference, goOn));
    const text = differenceOf(trace);
    assert.notEqual(text, '', `${name} made no difference`);
    return { seen: `noticed by the comparison: ${firstDifference(text)}` };
  } catch (error) {
    // The scenario itself could not go on, or the system not start as it has to: that is a difference, too.
    if (error.trace || says?.test(error.message)) return { seen: `noticed: ${error.message.split('\n')[0]}` };
    throw error;
  }
}

const firstDifference = (text) => text.split('\n').find((line) => /^  [-+]/.test(line)).trim();
