import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { projectRoot } from '#core/platform/config.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

/** The tests that go through every kind of page, by what they look for. */
const SPECS = [
  ['accessibility.spec.ts', 'axe in light and dark, and no sideways scrolling at 320 px'],
  ['plain-pages.spec.ts', 'no script, no other site, no breach of the policy'],
] as const;

interface Report {
  stats: { expected: number; unexpected: number; duration: number };
  suites: Suite[];
}
interface Suite {
  suites?: Suite[];
  specs: { title: string; tests: { results: { errors: { message?: string }[] }[] }[] }[];
}

/** Runs the browser tests of every page as `npm test` does: they hold the list of pages, and the rules. */
export async function* inTheBrowser(): AsyncGenerator<Outcome> {
  for (const [spec, what] of SPECS) {
    const report = await ran(spec);
    const findings = report.suites.flatMap(faultsIn);
    const { expected, unexpected, duration } = report.stats;
    const figures = `${expected} of ${expected + unexpected} groups of pages in ${Math.round(duration / 1000)} s`;
    yield outcomeOf(what, figures, findings.length > 0 || unexpected === 0 ? findings : ['see the test']);
  }
}

async function ran(spec: string): Promise<Report> {
  const config = path.join(projectRoot, 'tests/browser/playwright.config.ts');
  const command = path.join(projectRoot, 'node_modules/@playwright/test/cli.js');
  const args = [
    command,
    'test',
    '--config',
    config,
    '--project',
    'with JavaScript',
    '--reporter',
    'json',
    spec,
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 << 20 }).catch(
    (failed: { stdout: string }) => failed, // a test that fails says so in the report
  );
  return JSON.parse(stdout) as Report;
}

function faultsIn({ suites = [], specs }: Suite): string[] {
  const own = specs.flatMap(({ title, tests }) =>
    tests.flatMap(({ results }) =>
      results.flatMap(({ errors }) => errors.map(({ message }) => `${title}: ${inShort(message)}`)),
    ),
  );
  return [...own, ...suites.flatMap(faultsIn)];
}

function inShort(message = 'failed'): string {
  return stripVTControlCharacters(message).replace(/\s+/g, ' ').slice(0, 400);
}
