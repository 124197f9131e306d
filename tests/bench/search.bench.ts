import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { Library } from '#core/articles/library.ts';
import { LibraryIndex } from '#core/articles/search/library-index.ts';
import { search } from '#core/articles/search/search.ts';
import { systemClock as clock } from '#core/platform/clock.ts';
import { createLog } from '#core/platform/log.ts';
import { writeArticle } from '../support/test-app.ts';

const ARTICLES = 10_000;
const WORDS = 800;
const ROUNDS = 41;
const COMMON = 'the of and to a in is that for it'.split(' ');

/** Always the same numbers from 0 to 1 (a linear congruential generator), so that every run searches the same texts. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Texts in a made-up language of 50,000 words, of which the nth is used 1/n as often as the first (Zipf's law). */
function texts(next: () => number): (length: number) => string {
  const one = (letters: string) => letters[Math.floor(next() * letters.length)] ?? '';
  const syllables = Array.from({ length: 90 }, () => one('bcdfghklmnprstvz') + one('aeiou'));
  const made = new Set(COMMON);
  while (made.size < 50_000)
    made.add(Array.from({ length: 1 + next() * 4 }, () => syllables[(next() * 90) | 0]).join(''));
  const vocabulary = [...made];
  const word = () => vocabulary[Math.floor(vocabulary.length ** next()) - 1] ?? 'the';
  return (length) => Array.from({ length }, word).join(' ');
}

function writeArticles(contentDir: string): void {
  const next = numbers(7);
  const text = texts(next);
  for (let n = 0; n < ARTICLES; n++) {
    const published = new Date(Date.UTC(2012, 0, 1) + n * 12 * 3_600_000).toISOString();
    const paragraphs = Array.from(
      { length: WORDS / 80 },
      () => `${text(30)} *${text(4)}* [${text(4)}](/about/) ${text(42)}.`,
    );
    const body = `## ${text(4)}\n\n${paragraphs.join('\n\n')}`;
    writeArticle(contentDir, `story-${n}`, {
      title: text(8),
      dek: text(14),
      published,
      topics: ['cloud'],
      body,
    });
  }
}

function figures(times: number[]): { median: number; p99: number } {
  const sorted = times.sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1] ?? 0, p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0 };
}

function timed(task: () => unknown, rounds = ROUNDS): { median: number; p99: number } {
  task();
  const once = () => {
    const start = performance.now();
    task();
    return performance.now() - start;
  };
  return figures(Array.from({ length: rounds }, once));
}

/** Follows the library until every article is in the index; prints how long that took, and how long other work waited. */
async function printBuilding(name: string, index: LibraryIndex, library: Library): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const start = performance.now();
  delay.enable();
  index.follow();
  const { length } = library.articles();
  while (index.ask(({ size }) => size) !== length) await sleep(20);
  const seconds = (performance.now() - start) / 1000;
  await sleep(1000); // putting in order goes on for a moment
  delay.disable();
  const waits = [50, 99].map((share) => `p${share} ${(delay.percentile(share) / 1e6).toFixed(1)}`).join(', ');
  const mb = Math.round(process.memoryUsage().rss / 1e6);
  console.log(`${name}: ${seconds.toFixed(1)} s; other work waited ${waits} ms; ${mb} MB in memory`);
}

const dir = mkdtempSync(path.join(tmpdir(), 'watchpost-bench-'));
try {
  writeArticles(dir);
  const log = createLog('warn');
  const library = new Library({ contentDir: dir, clock, log });
  console.log(
    `${ARTICLES} articles of ${WORDS} words; ${Math.round(process.memoryUsage().rss / 1e6)} MB in memory`,
  );
  const first = new LibraryIndex({ dataDir: dir, library, log });
  await printBuilding('first index', first, library);
  await first.close();
  const index = new LibraryIndex({ dataDir: dir, library, log });
  await printBuilding('after a restart, nothing changed', index, library);

  const rows = new Database(path.join(dir, 'search.db'), { readonly: true });
  const like = rows.prepare(
    "select slug from article where shown like '%' || ? || '%' order by id desc limit 10",
  );
  const yardstick = timed(() => like.all('nowhere in any text'), 5).median;
  console.log(`yardstick: LIKE over the same rows, finding nothing, ${yardstick.toFixed(1)} ms`);
  console.log('\n  median      p99   of LIKE  results  query');
  const rare = library.article('story-5000')?.title.split(' ').at(-1) ?? '';
  for (const typed of [
    ...['the', 'of and', 'the of and to a in is that', '"of the"', '"the of and to a in is that for it"'],
    ...[
      'a',
      'a*',
      'b*',
      'b* d* s*',
      'ba',
      'the -of',
      rare,
      `${rare} the`,
      `"${rare}"`,
      'cloud',
      'nothng',
      '漏洞',
      '("',
      'a '.repeat(5000),
    ],
  ]) {
    const { median, p99 } = timed(() => search({ library, index, clock }, typed));
    const results = search({ library, index, clock }, typed);
    const count = `${results?.count}${results?.isMore ? '+' : ''}`;
    const ratio = `x${(median / yardstick).toFixed(2)}`;
    const columns = [median.toFixed(2), p99.toFixed(2), ratio, count].map((column) => column.padStart(8));
    console.log(`${columns.join(' ')}  ${typed.slice(0, 40)}`);
  }
  rows.close();
  await index.close();
  library.close();
} finally {
  rmSync(dir, { recursive: true, force: true });
}
