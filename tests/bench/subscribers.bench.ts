import { setTimeout as sleep } from 'node:timers/promises';
import type { Db, Engine } from '#core/platform/db.ts';
import { startPostgres } from '../support/postgres.ts';
import { isPinning } from '../support/processes.ts';
import { addManySubscribers, WELL_KNOWN } from './desk/many-subscribers.ts';
import { type Served, serveFilled } from './desk/serve-filled.ts';

/**
 * How long the desk's pages of subscribers take with a million of them, on both databases: from the request to the last
 * byte, one after another, so that a statement which holds up the server shows. Then the export of all to somebody who
 * reads slowly, with the memory that it takes. `--sqlite` or `--postgresql`: only that one.
 */
const isQuick = process.argv.includes('--quick');
const COUNT = isQuick ? 50_000 : 1_000_000;
const ROUNDS = isQuick ? 20 : 40;
const GOAL_MS = 200;

const LIST = '/desk/subscribers/';
const PAGES: Record<string, string> = {
  'the list': LIST,
  'its middle': `${LIST}?after=2022-06-01T00:00:00.000Z+s`,
  'those who wait for a confirmation': `${LIST}?state=pending`,
  'those who left, of one cadence': `${LIST}?state=unsubscribed&cadence=daily`,
  'a topic that one of 10,000 chose': `${LIST}?topic=vulnerabilities`,
  'an address': `${LIST}?q=r0000000000@large.test`,
  'how an address begins': `${LIST}?q=r0`,
  'the same, of a rare topic': `${LIST}?q=r0&topic=vulnerabilities&alerts=yes`,
  'a large domain': `${LIST}?q=%40large.test`,
  'a large domain, those who left': `${LIST}?q=%40large.test&state=unsubscribed`,
  'a small domain': `${LIST}?q=%40domain-77.test`,
  'a part of the address': `${LIST}?q=4711&anywhere=on`,
  'a part that nobody has': `${LIST}?q=nobody&anywhere=on`,
  'the same among those of a state': `${LIST}?q=nobody&anywhere=on&state=confirmed`,
  'letters came back': `${LIST}?bouncing=on`,
  'letters came back, none fits': `${LIST}?bouncing=on&topic=vulnerabilities&cadence=monthly&alerts=yes`,
  'joined since last month': `${LIST}?since=${new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10)}`,
  'somebody with ten years of letters': `${LIST}${WELL_KNOWN}/`,
  'the page that adds somebody': `${LIST}add/`,
};

async function fill(db: Db, engine: Engine): Promise<void> {
  const begun = performance.now();
  await addManySubscribers(db, engine, COUNT);
  console.log(`${COUNT} subscribers written in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
}

async function printPages({ url, cookie }: Served): Promise<void> {
  for (const [name, at] of Object.entries(PAGES)) {
    const times: number[] = [];
    let bytes = 0;
    for (let round = 0; round <= ROUNDS; round++) {
      const begun = performance.now();
      const answer = await fetch(url + at, { headers: { cookie }, redirect: 'manual' });
      bytes = (await answer.arrayBuffer()).byteLength;
      times.push(performance.now() - begun);
      if (answer.status !== 200) throw new Error(`${at} was answered by ${answer.status}`);
    }
    const [first = 0, ...rest] = times;
    const sorted = rest.toSorted((a, b) => a - b);
    const [p50 = 0, p95 = 0] = [0.5, 0.95].map((share) => sorted[Math.floor(share * (sorted.length - 1))]);
    const over = Math.max(first, p95) > GOAL_MS ? ` OVER ${GOAL_MS}` : '';
    console.log(
      `${name.padEnd(36)} first ${first.toFixed(0).padStart(4)}  p50 ${p50.toFixed(0).padStart(4)}  p95 ${p95.toFixed(0).padStart(4)} ms, ${(bytes / 1024).toFixed(0)} kB${over}`,
    );
  }
}

/** Read slowly at first: what is not read yet must not pile up in memory. */
async function printExport({ url, cookie, process: server }: Served): Promise<void> {
  const before = server.memory();
  const begun = performance.now();
  const answer = await fetch(`${url}${LIST}export/`, {
    method: 'POST',
    headers: { cookie, origin: url, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'format=csv',
  });
  let bytes = 0;
  let lines = 0;
  let slow: number | undefined;
  for await (const piece of answer.body ?? []) {
    bytes += piece.length;
    for (const byte of piece) if (byte === 10) lines++;
    if (slow === undefined) {
      await sleep(5000);
      slow = server.memory().now;
    }
  }
  const seconds = (performance.now() - begun) / 1000 - 5;
  console.log(
    `export: ${lines - 1} rows, ${(bytes / 1e6).toFixed(0)} MB in ${seconds.toFixed(1)} s; memory ${before.now.toFixed(0)} MB before, ${slow?.toFixed(0)} MB while nobody read, ${server.memory().most.toFixed(0)} MB at most`,
  );
}

if (isPinning) console.log('server and reader on a processor each');
const asked = ['SQLite', 'PostgreSQL'].filter((name) => process.argv.includes(`--${name.toLowerCase()}`));
for (const engine of asked.length > 0 ? asked : ['SQLite', 'PostgreSQL']) {
  console.log(`\n${engine}`);
  const postgres = engine === 'PostgreSQL' ? await startPostgres() : undefined;
  const site = await serveFilled(postgres?.url, fill);
  try {
    await printPages(site);
    await printExport(site);
  } finally {
    await site.stop();
    await postgres?.stop();
  }
}
