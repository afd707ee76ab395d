// What ESLint, Node.js and TypeScript say about a migrated project that they did not say before.

import { spawnSync } from 'node:child_process';

import { Linter } from 'eslint';
import globals from 'globals';
import typescript from 'typescript';
import typescriptParser from 'typescript-eslint';

import { isGenerated, isTypeScript } from './projects.mjs';

const linter = new Linter({ configType: 'flat' });

export function complaints({ before, after }) {
  const found = [];
  const everything = [...before].flatMap(([path, text]) => lint(path, text));
  for (const [path, text] of after) {
    if (before.get(path) === text) continue;
    // Code in a new file was moved from some file of the project.
    const known = before.has(path) ? lint(path, before.get(path)) : everything;
    const isNew = (it) => !known.includes(it);
    found.push(...lint(path, text).filter(isNew).map((it) => `${path}: ESLint: ${it}`));
    found.push(...syntax(path, text).map((it) => `${path}: ${it}`));
  }
  return found;
}

function lint(path, text) {
  const isModule = isTypeScript(path) || /^(import|export)\b/m.test(text);
  const config = {
    files: ['**/*'],
    languageOptions: {
      sourceType: isModule ? 'module' : 'commonjs',
      globals: { ...globals.node, ...globals.browser },
      ...(isTypeScript(path) ? { parser: typescriptParser.parser } : {}),
    },
    linterOptions: { reportUnusedDisableDirectives: 'off' },
    rules: {
      'no-undef': 'error',
      // `{ secret, ...rest }` leaves `secret` out.
      'no-unused-vars': ['error', { ignoreRestSiblings: true }],
      'no-redeclare': 'error',
      'no-shadow': isGenerated(text) ? 'off' : 'error',
    },
  };
  // Comments that switch rules off are the authors' matter.
  const messages = linter.verify(text, [config], { filename: path, allowInlineConfig: false });
  return messages.map((it) => it.message);
}

function syntax(path, text) {
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
