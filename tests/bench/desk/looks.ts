import { setTimeout as sleep } from 'node:timers/promises';
import type { Desk } from './open-desk.ts';

/** How often each page is looked at: at once one after another; and in rounds through all of them, with a pause between. */
export interface Looks {
  inARow: number;
  rounds: number;
}

/** Longer than what is remembered between two looks lasts, most of the time. */
const APART_MS = 2500;
/** What a look may take at the 95th percentile. */
const GOAL_MS = 200;
/** What a page may weigh before it is compressed, whatever the database holds. */
const MOST_BYTES = 300_000;

interface Seen {
  bytes: number;
  first: number;
  inARow: number[];
  apart: number[];
}

/**
 * How long the server takes for the pages of the desk, over HTTP on this machine, and what they weigh.
 *
 * @returns the names of those that are heavier than a page may be
 */
export async function measureLooks(
  say: (line: string) => void,
  desk: Desk,
  pages: Record<string, string>,
  { inARow, rounds }: Looks,
): Promise<string[]> {
  const seen = new Map<string, Seen>();
  for (const [name, at] of Object.entries(pages)) {
    const { ms: first, bytes } = await desk.look(at);
    const row: number[] = [];
    for (let n = 0; n < inARow; n++) row.push((await desk.look(at)).ms);
    seen.set(name, { bytes, first, inARow: row, apart: [] });
    console.error(`${name}: first ${ms(first)}, p95 ${ms(share(row, 0.95))}`); // the table comes last, after minutes
  }
  for (let round = 0; round < rounds; round++) {
    await sleep(APART_MS);
    for (const [name, at] of Object.entries(pages)) seen.get(name)?.apart.push((await desk.look(at)).ms);
  }
  return told(say, seen);
}

function told(say: (line: string) => void, pages: ReadonlyMap<string, Seen>): string[] {
  say('| Page | kB | first look | in a row: p50, p95 | each after a pause: p50, p95 | within the goal |');
  say('|---|---|---|---|---|---|');
  for (const [name, { bytes, first, inARow, apart }] of pages) {
    const isGood = bytes <= MOST_BYTES && Math.max(share(inARow, 0.95), share(apart, 0.95)) < GOAL_MS;
    const figures = [inARow, apart].map((one) => `${ms(share(one, 0.5))}, ${ms(share(one, 0.95))}`);
    const size = (bytes / 1000).toFixed(0);
    say(`| ${[name, size, ms(first), ...figures, isGood ? 'yes' : '**no**'].join(' | ')} |`);
  }
  return [...pages].filter(([, { bytes }]) => bytes > MOST_BYTES).map(([name]) => name);
}

function share(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}
