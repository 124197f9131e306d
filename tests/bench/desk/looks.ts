import { setTimeout as sleep } from 'node:timers/promises';
import type { Desk } from './open-desk.ts';

/** How often each page is looked at: at once one after another, and then each time after a pause. */
export interface Looks {
  inARow: number;
  apart: number;
}

/** Longer than what is remembered between two looks lasts, most of the time. */
const APART_MS = 2500;
/** What a look may take at the 95th percentile. */
const GOAL_MS = 200;

/** How long the server takes for a page of the desk, over HTTP on this machine. */
export async function measureLooks(
  say: (line: string) => void,
  desk: Desk,
  pages: Record<string, string>,
  { inARow, apart }: Looks,
): Promise<void> {
  say('| Page | kB | first look | in a row: p50, p95 | each after a pause: p50, p95 | within the goal |');
  say('|---|---|---|---|---|---|');
  for (const [name, at] of Object.entries(pages)) {
    const first = await desk.look(at);
    const row: number[] = [];
    for (let n = 0; n < inARow; n++) row.push((await desk.look(at)).ms);
    const paused: number[] = [];
    for (let n = 0; n < apart; n++) {
      await sleep(APART_MS);
      paused.push((await desk.look(at)).ms);
    }
    const isGood = Math.max(share(row, 0.95), share(paused, 0.95)) < GOAL_MS;
    const figures = [row, paused].map((one) => `${ms(share(one, 0.5))}, ${ms(share(one, 0.95))}`);
    const size = (first.bytes / 1024).toFixed(0);
    say(`| ${[name, size, ms(first.ms), ...figures, isGood ? 'yes' : '**no**'].join(' | ')} |`);
  }
}

function share(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}
