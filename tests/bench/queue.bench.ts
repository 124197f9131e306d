import { sql } from 'kysely';
import type { Db, Engine } from '#core/platform/db.ts';
import { startPostgres } from '../support/postgres.ts';
import { leaveQueue } from './desk/queue-of-comments.ts';
import { type Served, serveFilled } from './desk/serve-filled.ts';

/**
 * The desk's pages of comments with 10,000 held comments, and more that are published or spam, on SQLite and on
 * PostgreSQL: from the request to the last byte, one after another, and how long a page is.
 */
const isQuick = process.argv.includes('--quick');
const ROUNDS = isQuick ? 20 : 200;
const COUNTS = { held: 10_000, published: isQuick ? 10_000 : 100_000, spam: isQuick ? 2000 : 10_000 };
async function fill(db: Db, engine: Engine): Promise<void> {
  await leaveQueue(db, COUNTS);
  await (engine === 'sqlite' ? sql`analyze` : sql`vacuum analyze`).execute(db);
}

async function printPage({ url, cookie }: Served, name: string, at: string): Promise<string> {
  const times: number[] = [];
  let text = '';
  for (let round = -5; round < ROUNDS; round++) {
    const start = performance.now();
    const response = await fetch(url + at, { headers: { cookie }, redirect: 'manual' });
    text = await response.text();
    if (round >= 0) times.push(performance.now() - start); // the first few also compile it
    if (response.status !== 200) throw new Error(`${at} was answered by ${response.status}`);
  }
  times.sort((a, b) => a - b);
  const part = (share: number) => (times[Math.ceil(times.length * share) - 1] ?? 0).toFixed(0).padStart(4);
  const size = `${(Buffer.byteLength(text) / 1000).toFixed(0)} kB`;
  console.log(`  ${name.padEnd(44)} p50 ${part(0.5)} ms   p95 ${part(0.95)} ms   ${size.padStart(7)}`);
  return text;
}

/** The address of the next page, as the page itself gives it. */
function nextOf(html: string): string {
  const link = /href="([^"]+)" rel="next"/.exec(html)?.[1];
  if (!link) throw new Error('there is no next page');
  return link.replaceAll('&amp;', '&');
}

async function printAll(name: string, databaseUrl: string | undefined): Promise<void> {
  const site = await serveFilled(databaseUrl, fill);
  const { held, published, spam } = COUNTS;
  console.log(`${name}: ${held} held, ${published} published, ${spam} spam, ${ROUNDS} rounds`);
  try {
    const first = await printPage(site, 'the queue', '/desk/comments/');
    let deep = nextOf(first);
    for (let page = 2; page < 40; page++) {
      const response = await fetch(site.url + deep, { headers: { cookie: site.cookie } });
      deep = nextOf(await response.text());
    }
    await printPage(site, 'its 40th page', deep);
    await printPage(site, 'the spam', '/desk/comments/?state=spam');
    await printPage(site, 'the published ones', '/desk/comments/?state=published');
    await printPage(site, 'one cluster of 1,000', '/desk/comments/?state=held&cluster=flood-held');
    await printPage(site, 'words that are there', '/desk/comments/?state=held&words=telegram');
    await printPage(site, 'words that are nowhere', '/desk/comments/?state=published&words=nobody+says+this');
    await printPage(site, 'one comment with its history', `/desk/comments/${published + spam + 1}/`);
    await printPage(site, 'the lists', '/desk/comments/rules/');
  } finally {
    await site.stop();
  }
}

await printAll('SQLite', undefined);
const postgres = await startPostgres();
try {
  await printAll('PostgreSQL', postgres.url);
} finally {
  await postgres.stop();
}
