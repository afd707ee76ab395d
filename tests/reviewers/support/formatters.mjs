// Formatted files stay formatted: each project is formatted, migrated, and looked at again.

import { execFile } from 'node:child_process';
import { join } from 'node:path';

import prettier from 'prettier';

const biomeBinary = join(import.meta.dirname, '../node_modules/.bin/biome');

// A formatter, its options, and the configuration file that says so in the project.
export const formatters = [
  prettierWith('es5 commas', { singleQuote: true, trailingComma: 'es5' }),
  prettierWith('wide, tabs, no semicolons', {
    printWidth: 100,
    tabWidth: 4,
    useTabs: true,
    semi: false,
    trailingComma: 'all',
  }),
  biomeWith('spaces', {
    formatter: { indentStyle: 'space', indentWidth: 4, lineWidth: 90 },
    javascript: { formatter: { quoteStyle: 'single', trailingCommas: 'none' } },
  }),
];

function prettierWith(name, options) {
  return {
    name: `Prettier, ${name}`,
    configuration: ['.prettierrc', JSON.stringify(options)],
    format: (text, path) => prettier.format(text, { ...options, filepath: path }),
  };
}

function biomeWith(name, options) {
  const configuration = JSON.stringify(options);
  const { formatter, javascript } = options;
  const flags = [
    `--indent-style=${formatter.indentStyle}`,
    `--indent-width=${formatter.indentWidth}`,
    `--line-width=${formatter.lineWidth}`,
    `--javascript-formatter-quote-style=${javascript.formatter.quoteStyle}`,
    `--trailing-commas=${javascript.formatter.trailingCommas}`,
  ];
  return {
    name: `Biome, ${name}`,
    configuration: ['biome.json', configuration],
    format: (text, path) => filtered(text, ['format', ...flags, `--stdin-file-path=${path}`]),
  };
}

function filtered(text, flags) {
  return new Promise((resolve, reject) => {
    const child = execFile(biomeBinary, flags, (error, stdout) => (error ? reject(error) : resolve(stdout)));
    child.stdin.end(text);
  });
}
