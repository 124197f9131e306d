import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { projectRoot } from '#core/platform/config.ts';
import { openSqlite } from '#core/platform/db.ts';
import { type AkismetFake, startAkismetFake } from '../support/akismet-fake.ts';
import { publishFiftyComments } from '../support/fifty-comments.ts';
import { isPinning, type Pinned, spawnPinned, untilAnswering } from '../support/processes.ts';
import { COMMAND, NODE } from '../support/program.ts';
import { freePort } from '../support/test-site.ts';
import { addComments } from './comments/many-comments.ts';
import { startBareInserts, startBarePosts } from './comments/yardsticks.ts';
import type { LoadResult } from './pages/load.ts';
import { type Load, rate, startLoad } from './pages/load-process.ts';
import { OUTAGE } from './pages/measured-pages.ts';
import { median } from './timing.ts';

/**
 * Durable comment posts a second through HTTP, as a share of bare inserts of the same bytes with synchronous=FULL and of
 * a bare Node server that answers 303, in turns; how long a post takes while Akismet is silent; and what the page of an
 * article costs with 50 and with 1,000,000 comments in the database.
 */
const isQuick = process.argv.includes('--quick');
const ROUNDS = isQuick ? 1 : 5;
const ROUND_MS = isQuick ? 500 : 2000;
const CONNECTIONS = 32;
const MANY = isQuick ? 20_000 : 1_000_000;
const ARTICLE = `/articles/${OUTAGE}/`;

interface Served {
  port: number;
  dir: string;
  process: Pinned;
  stop(): Promise<void>;
}

/** A site of its own whose limits let one machine write like many. */
async function serve(env: Record<string, string> = {}) {
  const dir = mkdtempSync(path.join(tmpdir(), 'watchpost-bench-'));
  const content = path.join(dir, 'content');
  cpSync(path.join(projectRoot, 'content'), content, { recursive: true });
  const rate = '{ burst: 100000000, everySeconds: 0.001 }';
  const flood = `{ network: ${rate}, article: ${rate}, overall: ${rate} }`;
  const site = path.join(content, 'site.yaml');
  rmSync(site);
  appendFileSync(site, `title: Bench\ncomments: { flood: ${flood} }\n`);
  const port = await freePort();
  const settings = {
    ...{ PATH: process.env.PATH, PORT: String(port), LOG_LEVEL: 'error' },
    ...{ DATA_DIR: path.join(dir, 'data'), CONTENT_DIR: content, ...env },
  };
  const started = spawnPinned('server', NODE, [COMMAND, 'serve'], { env: settings });
  await untilAnswering(port, '/readyz');
  const served: Served = {
    ...{ port, dir, process: started },
    async stop() {
      await started.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return served;
}

/** A comment as a browser sends it; numbers make each its own. */
function postRequest(port: number): string {
  const body = new URLSearchParams({
    name: 'Reader 00000000',
    email: 'reader-00000000@example.org',
    website: '',
    body: `Remark 00000000: we saw the *same*, and it took us most of a day to find out why.\n\n> The second never answered.\n\nThat is it exactly.`,
    notify: 'on',
  }).toString();
  return `POST ${ARTICLE}comments/ HTTP/1.1\r\nHost: localhost:${port}\r\nOrigin: http://localhost:${port}\r\nUser-Agent: Mozilla/5.0 (bench)\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** The posts of one site in turns with both yardsticks. */
async function printPosts(load: Load): Promise<void> {
  const site = await serve();
  const inserts = await startBareInserts();
  const posts = await startBarePosts();
  const job = { connections: CONNECTIONS, ms: ROUND_MS, good: 303 };
  const own: LoadResult[] = [];
  const bareInserts: number[] = [];
  const barePosts: number[] = [];
  await load.run({ ...job, port: site.port, requests: [postRequest(site.port)], countFrom: 0 }); // warm
  for (let round = 1; round <= ROUNDS; round++) {
    const requests = [postRequest(site.port)];
    own.push(await load.run({ ...job, port: site.port, requests, countFrom: round * 1_000_000 }));
    bareInserts.push(await inserts.run(ROUND_MS));
    barePosts.push(
      rate(await load.run({ ...job, port: posts.port, requests: [postRequest(posts.port)], countFrom: 0 })),
    );
  }
  const wrong = own.reduce((sum, result) => sum + result.wrong, 0);
  const saved = count(path.join(site.dir, 'data'));
  const share = median(
    own.map((result, round) => rate(result) / Math.min((bareInserts[round] ?? 0) / 2, barePosts[round] ?? 0)),
  );
  console.log(
    `posts ${median(own.map(rate)).toFixed(0)}/s, p99 ${median(own.map(({ p99 }) => p99)).toFixed(0)} ms at ${CONNECTIONS} connections${wrong > 0 ? `, ${wrong} WRONG` : ''}; ${saved} comments are in the database`,
  );
  console.log(
    `  of bare inserts (${median(bareInserts).toFixed(0)}/s):     ${median(own.map((result, round) => rate(result) / (bareInserts[round] ?? 1))).toFixed(3)}`,
  );
  console.log(
    `  of a bare server's 303 (${median(barePosts).toFixed(0)}/s): ${median(own.map((result, round) => rate(result) / (barePosts[round] ?? 1))).toFixed(3)}`,
  );
  console.log(
    `  of the goal (half the inserts, or the bare server, whichever is lower): ${share.toFixed(3)}`,
  );
  await Promise.all([inserts.stop(), posts.stop(), site.stop()]);
}

function count(dataDir: string): number {
  const database = new Database(path.join(dataDir, 'watchpost.sqlite'), { readonly: true });
  const { n } = database.prepare('select count(*) as n from comment').get() as { n: number };
  database.close();
  return n;
}

/** Posts while Akismet takes the questions and never answers. */
async function printSilence(load: Load): Promise<void> {
  const akismet: AkismetFake = await startAkismetFake();
  akismet.mode = 'silent';
  const site = await serve({ AKISMET_KEY: akismet.key, AKISMET_URL: akismet.url });
  for (const connections of [1, 8, CONNECTIONS]) {
    const job = { connections, ms: ROUND_MS * 2, good: 303, countFrom: connections * 1_000_000 };
    const { p50, p99, answers, wrong } = await load.run({
      ...job,
      port: site.port,
      requests: [postRequest(site.port)],
    });
    const faults = wrong > 0 ? `, ${wrong} WRONG` : '';
    console.log(
      `Akismet silent, ${connections} at once: p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms of ${answers} posts${faults}`,
    );
  }
  await site.stop();
  await akismet.stop();
}

/** The article's page, rendered anew for each request, with 50 comments under it and few or many elsewhere. */
async function printPage(load: Load): Promise<void> {
  const figures: number[] = [];
  for (const others of [0, MANY - 50]) {
    const site = await serve({ WORKER: 'off' }); // it would wait for the rows
    const file = path.join(site.dir, 'data/watchpost.sqlite');
    const db = openSqlite(file);
    await publishFiftyComments(db, OUTAGE);
    await db.destroy();
    addComments(file, others);
    const request = `GET ${ARTICLE} HTTP/1.1\r\nHost: localhost:${site.port}\r\nCookie: watchpost-receipts=x\r\n\r\n`;
    const rounds: number[] = [];
    for (let round = 0; round <= ROUNDS; round++)
      rounds.push(
        (await load.run({ port: site.port, requests: [request], connections: 1, ms: ROUND_MS })).p50,
      );
    const cost = median(rounds.slice(1));
    figures.push(cost);
    console.log(
      `article with 50 comments, ${others + 50} in the database: ${cost.toFixed(2)} ms rendered anew`,
    );
    await site.stop();
  }
  console.log(`  with many against few: ${((figures[1] ?? 0) / (figures[0] ?? 1)).toFixed(3)}`);
}

console.log(
  `${ROUNDS} rounds of ${ROUND_MS} ms in turns, medians${isPinning ? '; server and load on a processor each' : ''}`,
);
const load = startLoad();
try {
  await printPosts(load);
  await printSilence(load);
  await printPage(load);
} finally {
  await load.stop();
}
