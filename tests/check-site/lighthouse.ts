import { availableParallelism, loadavg } from 'node:os';
import lighthouse, { type Result } from 'lighthouse';
import { type Outcome, outcomeOf } from './outcome.ts';
import { MAIN_PAGES, type Setting } from './setting.ts';

/** How often a page is measured where the first figures are not full: other work on the machine disturbs them. */
const RUNS = 3;

const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'];

/** Lighthouse as it judges by default: a phone on a slow network, simulated, in all four categories. */
export async function* lighthouseScores({ site, debuggingPort }: Setting): AsyncGenerator<Outcome> {
  for (const [name, address] of Object.entries(MAIN_PAGES)) {
    const runs: Result[] = [];
    do runs.push(await judged(site.url + address, debuggingPort));
    while (runs.length < RUNS && median(runs.map((run) => pointsOf(run, 'performance'))) < 100);
    const findings = findingsOf(runs);
    yield outcomeOf(name, figuresOf(runs), findings.length > 0 ? [...findings, ...otherWork()] : []);
  }
}

async function judged(url: string, port: number): Promise<Result> {
  const outcome = await lighthouse(url, { port, logLevel: 'error', onlyCategories: CATEGORIES });
  if (!outcome) throw new Error('Lighthouse gave no result');
  if (outcome.lhr.runtimeError) throw new Error(outcome.lhr.runtimeError.message);
  return outcome.lhr;
}

function pointsOf(run: Result, category: string): number {
  return Math.round((run.categories[category]?.score ?? 0) * 100);
}

/** What a category has in points: performance is a measurement, the others judge what is there. */
function points(runs: readonly Result[], category: string): number {
  const each = runs.map((run) => pointsOf(run, category));
  return category === 'performance' ? median(each) : Math.min(...each);
}

function categoriesOf([run]: readonly Result[]) {
  return Object.values(run?.categories ?? {});
}

function figuresOf(runs: readonly Result[]): string {
  const scores = categoriesOf(runs).map(({ id, title }) => `${title} ${points(runs, id)}`);
  return scores.join(', ') + (runs.length > 1 ? ` (${runs.length} runs)` : '');
}

/** What was missed in each category that is not full, with the weight that it has there. */
function findingsOf(runs: readonly Result[]): string[] {
  const last = runs.at(-1);
  const short = categoriesOf(runs).filter(({ id }) => points(runs, id) < 100);
  return short.flatMap(({ title, auditRefs }) => {
    const missed = auditRefs
      .filter(({ weight }) => weight > 0)
      .map(({ id }) => last?.audits[id])
      .filter((audit) => audit?.score !== null && (audit?.score ?? 1) < 1)
      .map((audit) => `${title}: ${audit?.title}${audit?.displayValue ? ` (${audit.displayValue})` : ''}`);
    return missed.length > 0 ? missed : [`${title}: below 100 in the median, but not in the last run`];
  });
}

/** A busy machine is a reason to measure again, not one to pass. */
function otherWork(): string[] {
  const load = loadavg()[0] ?? 0;
  const cores = availableParallelism();
  return load > cores
    ? [`the machine is busy (load ${load.toFixed(1)} on ${cores} cores): measure again`]
    : [];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
