import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';

/** `npm test`: everything that must hold, cheapest first; the runner's summary of the tests comes last. */
const NODE = process.execPath;
const STEPS: { name: string; args: string[] }[] = [
  { name: 'lint and format', args: ['node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings'] },
  {
    name: 'types of the product',
    args: [
      'node_modules/astro/bin/astro.mjs',
      'check',
      '--minimumFailingSeverity',
      'hint',
      '--minimumSeverity',
      'hint',
    ],
  },
  {
    name: 'types of the tests',
    args: ['node_modules/typescript/bin/tsc', '--project', 'tests/tsconfig.json'],
  },
  {
    name: 'browser',
    args: ['node_modules/@playwright/test/cli.js', 'test', '--config', 'tests/browser/playwright.config.ts'],
  },
  {
    name: 'core, contracts, faults',
    // Node's own choice is one file fewer at a time than there are processors: on two that is one after another.
    args: [
      ...['--test', '--test-reporter=spec', `--test-concurrency=${availableParallelism()}`],
      ...testFiles(['core', 'contracts', 'faults']),
    ],
  },
];

const failed = STEPS.filter(({ name, args }) => {
  console.log(`\n== ${name}`);
  const { status } = spawnSync(NODE, args, {
    stdio: 'inherit',
    env: { ...process.env, ASTRO_TELEMETRY_DISABLED: '1' },
  });
  return status !== 0;
});
if (failed.length > 0) {
  console.error(`\nFailed: ${failed.map(({ name }) => name).join('; ')}.`);
  process.exitCode = 1;
}

function testFiles(folders: string[]): string[] {
  return folders.flatMap((folder) => {
    const dir = path.join('tests', folder);
    return readdirSync(dir)
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => path.join(dir, name));
  });
}
