// What ESLint, Node.js and TypeScript say about a migrated project that they did not say before.

import { spawnSync } from 'node:child_process';

import { Linter } from 'eslint';
import globals from 'globals';
import typescript from 'typescript';
import typescriptEslint from 'typescript-eslint';

import { isGenerated, isTypeScript } from './projects.mjs';

const linter = new Linter({ configType: 'flat' });

export function complaints({ before, after, refusal }) {
  const found = refusal ? [`refused: ${refusal}`] : [];
  const changed = [...after].filter(([path, text]) => before.get(path) !== text);
  const old = new Map(changed.map(([path]) => [path, before.has(path) ? judge(path, before.get(path)) : []]));
  for (const [path, text] of changed) {
    // Code in a new file was moved from one that is changed.
    const known = before.has(path) ? [...old.get(path)] : [...old.values()].flat();
    for (const it of judge(path, text)) {
      const at = known.indexOf(it);
      if (at < 0) found.push(`${path}: ${it}`);
      else known.splice(at, 1);
    }
  }
  return found;
}

function judge(path, text) {
  return [...lint(path, text), ...syntax(path, text)];
}

function lint(path, text) {
  const isModule = isTypeScript(path) || /^(import|export)\b/m.test(text);
  // ESLint's own rule takes the names in types for variables.
  const unusedVars = isTypeScript(path) ? 'typescript/no-unused-vars' : 'no-unused-vars';
  const config = {
    files: ['**/*.{js,cjs,mjs,ts,cts,mts}'],
    languageOptions: {
      sourceType: isModule ? 'module' : 'commonjs',
      globals: { ...globals.node, ...globals.browser },
      ...(isTypeScript(path) ? { parser: typescriptEslint.parser } : {}),
    },
    plugins: { typescript: typescriptEslint.plugin },
    linterOptions: { reportUnusedDisableDirectives: 'off' },
    rules: {
      'no-undef': 'error',
      // `{ secret, ...rest }` leaves `secret` out.
      [unusedVars]: ['error', { ignoreRestSiblings: true }],
      'no-redeclare': 'error',
      'no-shadow': isGenerated(text) ? 'off' : 'error',
    },
  };
  // Comments that switch rules off are the authors' matter.
  const messages = linter.verify(text, [config], { filename: path, allowInlineConfig: false });
  // Where the other name is declared moves with the lines above it.
  return messages.map((it) => `ESLint: ${it.message.replace(/ on line \d+ column \d+/, '')}`);
}

function syntax(path, text) {
  // Declarations are no programs: TypeScript makes nothing of them.
  if (path.endsWith('.d.ts')) return [];
  if (isTypeScript(path)) {
    const options = { reportDiagnostics: true, fileName: path };
    const { diagnostics } = typescript.transpileModule(text, options);
    return diagnostics.map((it) => `TypeScript: ${typescript.flattenDiagnosticMessageText(it.messageText, ' ')}`);
  }
  const isModule = /^(import|export)\b/m.test(text);
  const flags = [`--input-type=${isModule ? 'module' : 'commonjs'}`, '--check', '-'];
  const done = spawnSync(process.execPath, flags, { input: text, encoding: 'utf8' });
  return done.status === 0 ? [] : [`Node.js: ${done.stderr.split('\n').slice(0, 5).join(' ')}`];
}
