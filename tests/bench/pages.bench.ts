import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { projectRoot } from '#core/platform/config.ts';
import { openSqlite } from '#core/platform/db.ts';
import { publishFiftyComments } from '../support/fifty-comments.ts';
import { isPinning, type Pinned, spawnPinned, untilAnswering } from '../support/processes.ts';
import { COMMAND, NODE } from '../support/program.ts';
import { freePort, until } from '../support/test-site.ts';
import { publishComments, writeArticles } from './pages/big-site.ts';
import type { LoadResult } from './pages/load.ts';
import { rate, startLoad } from './pages/load-process.ts';
import { OUTAGE, PAGES, settled } from './pages/measured-pages.ts';
import { startYardstick } from './pages/yardstick.ts';
import { median } from './timing.ts';

/**
 * How fast pages are served, as a share of what nginx does with the same bytes in the same run; then all of it with
 * 10,000 articles and 100,000 comments. `--write` keeps the table in docs/performance.md.
 */
const isQuick = process.argv.includes('--quick');
const ROUNDS = isQuick ? 1 : 5;
const ROUND_MS = isQuick ? 300 : 1000;
const CONNECTIONS = 32;

interface Served {
  port: number;
  process: Pinned;
  /** From the start of its process to its first answer. */
  startMs: number;
}

const lines: string[] = [];
const say = (line: string) => {
  console.log(line);
  lines.push(line);
};

async function serve(dir: string): Promise<Served> {
  const port = await freePort();
  const env = {
    ...{ PATH: process.env.PATH, PORT: String(port), LOG_LEVEL: 'error', WORKER: 'off' },
    ...{ DATA_DIR: path.join(dir, 'data'), CONTENT_DIR: path.join(dir, 'content') },
  };
  const began = performance.now();
  const started = spawnPinned('server', NODE, [COMMAND, 'serve'], { env });
  await untilAnswering(port, '/healthz');
  return { port, process: started, startMs: performance.now() - began };
}

const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;

/** Each page in turns with the yardstick: what else the machine does meanwhile hits both. */
async function table(served: Served): Promise<Map<string, number>> {
  const all = await Promise.all(PAGES.map((page) => settled(served.port, page)));
  await new Promise((resolve) => setTimeout(resolve, 3000)); // pages are compressed well once they are asked for again
  const asked = await Promise.all(PAGES.map((page) => settled(served.port, page)));
  const yardstick = await startYardstick(asked.map(({ answer }) => answer));
  const load = startLoad();
  const ratios = new Map<string, number>();
  say(`| GET | bytes | against ${yardstick.name} | p50 | p99 | p99 of ${yardstick.name} |`);
  say('|---|---|---|---|---|---|');
  for (const [place, page] of PAGES.entries()) {
    const { request, answer } = asked[place] as (typeof all)[number];
    const theirs = await atYardstick(request, yardstick.port, place);
    const job = { connections: CONNECTIONS, ms: ROUND_MS };
    const rounds: { own: LoadResult; other: LoadResult }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const own = await load.run({ ...job, port: served.port, requests: [request] });
      const other = await load.run({ ...job, port: yardstick.port, requests: [theirs] });
      rounds.push({ own, other });
    }
    const wrong = rounds.reduce((sum, { own, other }) => sum + own.wrong + other.wrong, 0);
    const ratio = median(rounds.map(({ own, other }) => rate(own) / rate(other)));
    ratios.set(page.name, ratio);
    const of = (pick: (round: (typeof rounds)[number]) => number) => ms(median(rounds.map(pick)));
    const figures = [of(({ own }) => own.p50), of(({ own }) => own.p99), of(({ other }) => other.p99)];
    say(
      `| ${[page.name, answer.body.length, ratio.toFixed(3), ...figures].join(' | ')} |${wrong > 0 ? ` ${wrong} WRONG` : ''}`,
    );
  }
  const { now, most } = served.process.memory();
  say(`\nThe server holds ${now.toFixed(0)} MB, at most ${most.toFixed(0)} MB.`);
  await load.stop();
  await yardstick.stop();
  return ratios;
}

/** The same request of the yardstick, with the tag that it gave. */
async function atYardstick(request: string, port: number, place: number): Promise<string> {
  const tag = (await fetch(`http://localhost:${port}/${place}`)).headers.get('etag');
  return request.replace(/^GET \S+/, `GET /${place}`).replace(/(If-None-Match: ).*/, `$1${tag}`);
}

/** How soon a saved file is what a reader gets. */
async function saveMs(served: Served, contentDir: string): Promise<number> {
  const times: number[] = [];
  for (let version = 0; version < 15; version++) {
    const began = performance.now();
    writeFileSync(
      path.join(contentDir, 'articles', 'saved.md'),
      `---\ntitle: Saved\npublished: 2020-01-01\n---\nVersion ${version}.\n`,
    );
    await until(async () => {
      const answer = await fetch(`http://localhost:${served.port}/articles/saved/`);
      return (await answer.text()).includes(`Version ${version}.`);
    });
    times.push(performance.now() - began);
  }
  return median(times);
}

function newSite(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'watchpost-'));
  cpSync(path.join(projectRoot, 'content'), path.join(dir, 'content'), { recursive: true });
  mkdirSync(path.join(dir, 'data'));
  return dir;
}

async function withComments(dir: string, publish: (dataDir: string) => Promise<void>): Promise<Served> {
  const first = await serve(dir); // makes the database
  await first.process.stop();
  await publish(path.join(dir, 'data'));
  return serve(dir);
}

async function fifty(dataDir: string): Promise<void> {
  const db = openSqlite(path.join(dataDir, 'watchpost.sqlite'));
  await publishFiftyComments(db, OUTAGE);
  await db.destroy();
}

async function measure(): Promise<void> {
  const small = newSite();
  const big = newSite();
  try {
    say(
      `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim()}, ${new Date().toISOString().slice(0, 10)}.`,
    );
    say(
      `${ROUNDS} rounds of ${ROUND_MS / 1000} s in turns, ${CONNECTIONS} connections kept, medians${isPinning ? '; server and load on a processor each' : ''}.\n`,
    );
    say('## The shipped content; the article with 50 comments\n');
    const served = await withComments(small, fifty);
    const ratios = await table(served);
    say(`A saved file is shown after ${ms(await saveMs(served, path.join(small, 'content')))}.`);
    await served.process.stop();
    say('\n## With 10,000 articles (48 MB) and 100,000 comments\n');
    writeArticles(path.join(big, 'content'));
    const filled = await withComments(big, async (dataDir) => {
      await fifty(dataDir);
      await publishComments(dataDir);
    });
    await until(
      async () =>
        !(await (await fetch(`http://localhost:${filled.port}/search/?q=step`)).text()).includes(
          'being built',
        ),
      'the search index',
      300_000,
    );
    const bigRatios = await table(filled);
    say(`A saved file is shown after ${ms(await saveMs(filled, path.join(big, 'content')))}.`);
    await filled.process.stop();
    const starts: Served[] = [];
    for (let round = 0; round < 5; round++) {
      const again = await serve(big);
      starts.push({ ...again });
      if (round === 4)
        say(
          `Right after the start the server holds ${again.process.memory().now.toFixed(0)} MB, at most ${again.process.memory().most.toFixed(0)} MB.`,
        );
      await again.process.stop();
    }
    say(
      `From the start of the process to the first answer: ${ms(median(starts.map(({ startMs }) => startMs)))}.`,
    );
    const change = (name: string) => (bigRatios.get(name) ?? Number.NaN) / (ratios.get(name) ?? Number.NaN);
    say(
      `The cached article against the small site: ${change('cached article').toFixed(2)}, with brotli ${change('cached article, brotli').toFixed(2)}.`,
    );
  } finally {
    for (const dir of [small, big]) if (existsSync(dir)) rmSync(dir, { recursive: true, force: true });
  }
  if (process.argv.includes('--write')) keep();
}

/** What stands in the file behind this part stays. */
const NEXT_PART = '\n## Comments\n';

function keep(): void {
  const file = path.join(projectRoot, 'docs/performance.md');
  const head =
    '# Performance\n`npm run bench -- pages --write` wrote this. Ratios count, not requests: a yardstick serves the same bytes, on\nthe same processor, in the same run.\n\n';
  const before = readFileSync(file, 'utf8');
  const rest = before.slice(before.indexOf(NEXT_PART) === -1 ? before.length : before.indexOf(NEXT_PART));
  writeFileSync(file, `${head}${lines.join('\n')}\n${rest}`);
}

await measure();
