import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Insertable } from 'kysely';
import { makeEdition } from '#core/editions/make-edition.ts';
import { deliveryCounts } from '#core/mail/outbox-rows.ts';
import { projectRoot } from '#core/platform/config.ts';
import { type Db, openPostgres } from '#core/platform/db.ts';
import type { Schema } from '#db/schema.ts';
import { closedAfter } from '../support/engines.ts';
import { articleFile, type Newsroom, openNewsroom } from '../support/newsroom-on-disk.ts';
import { startPostgres } from '../support/postgres.ts';
import { COMMAND, NODE } from '../support/program.ts';
import { NOW } from '../support/rows.ts';
import { takenLetters } from '../support/sink/relay-log.ts';
import { type Sink, startSink } from '../support/sink/sink.ts';
import { openTestApp, temporaryFolder } from '../support/test-app.ts';
import { until } from '../support/test-site.ts';

const READERS = 3_000;
const LANES = 5;
/** How long their relays let a letter wait: who stays is so slow that who was killed comes back to work. */
const GAP_MS = { killed: 2, staying: 30 };

/** A machine of the site's, as docs/configuration.md has it under "Several machines", with a relay of its own. */
interface Machine {
  sink: Sink;
  start(): ChildProcess;
  /** Whom its relay has taken letters for, with one that came twice standing twice. */
  reached(): string[];
}

test('two workers at one PostgreSQL, one of them killed in the middle and started again, send each letter once', async (t) => {
  const workers: ChildProcess[] = [];
  t.after(() => Promise.all(workers.map((worker) => stop(worker)))); // before all that they work on
  const { newsroom, db, edition } = await withEdition(t);
  const staying = await machine(t, newsroom, workers, GAP_MS.staying);
  const killed = await machine(t, newsroom, workers, GAP_MS.killed);
  staying.start();
  await staying.sink.counted(1);
  const first = killed.start();
  await killed.sink.counted(READERS / 4);
  await stop(first, 'SIGKILL');
  const { taken: before } = await killed.sink.counted();
  killed.start();
  await until(async () => {
    const { queued = 0, claimed = 0, 'at-the-dot': atTheDot = 0 } = await deliveryCounts(db, edition);
    return queued + claimed + atTheDot === 0;
  }, 'every row being settled');

  const { sent = 0, uncertain = 0, ...others } = await deliveryCounts(db, edition);
  assert.deepEqual(others, {});
  assert.equal(sent + uncertain, READERS);
  assert.ok(uncertain <= LANES, `${uncertain} of one that had ${LANES} connections`);
  const reached = [staying, killed].flatMap((each) => each.reached());
  assert.equal(new Set(reached).size, reached.length, 'nobody got it twice');
  const known = new Set(reached);
  const rows = await db
    .selectFrom('delivery')
    .select(['recipient', 'state'])
    .where('edition_id', '=', edition)
    .execute();
  const lost = rows.filter(({ recipient, state }) => state === 'sent' && !known.has(recipient));
  assert.deepEqual(lost, []);
  assert.ok(staying.reached().length > LANES, 'one sent');
  assert.ok(before >= READERS / 4, 'so did the other');
  assert.ok(killed.reached().length > before, 'and again after its start');
});

/** A digest for all readers that nobody has begun to send. */
async function withEdition(t: TestContext) {
  const server = await startPostgres();
  t.after(() => server.stop());
  const content = Object.fromEntries([articleFile('outage')]);
  const newsroom = await openNewsroom(content, { DATABASE_URL: server.url });
  t.after(() => newsroom.close());
  const db = closedAfter(t, openPostgres(server.url));
  await addReaders(db);
  const { DATA_DIR, CONTENT_DIR } = newsroom.env;
  const app = await openTestApp(t, {
    env: { DATA_DIR, CONTENT_DIR, DATABASE_URL: server.url },
    now: new Date().toISOString(),
  });
  const made = await makeEdition(app, 'weekly', app.clock.now());
  assert.equal(made.state, 'made');
  return { newsroom, db, edition: made.state === 'made' ? made.edition.id : '' };
}

async function addReaders(db: Db): Promise<void> {
  const rows = Array.from({ length: READERS }, (_, n): Insertable<Schema['subscriber']> => {
    const domain = `domain-${n % 20}.test`;
    const email = `r${n}@${domain}`;
    return {
      ...{ id: `r${n}`, email, email_key: email, domain, cadence: 'weekly', topics: '', alerts: 0 },
      ...{ state: 'confirmed', asked: 0, created_at: NOW, confirmed_at: NOW },
    };
  });
  for (let from = 0; from < rows.length; from += 1_000)
    await db
      .insertInto('subscriber')
      .values(rows.slice(from, from + 1_000))
      .execute();
}

async function machine(
  t: TestContext,
  newsroom: Newsroom,
  workers: ChildProcess[],
  gapMs: number,
): Promise<Machine> {
  const dataDir = temporaryFolder(t);
  copyFileSync(path.join(newsroom.dataDir, 'secret'), path.join(dataDir, 'secret'));
  const log = path.join(dataDir, 'relay.log');
  const sink = await startSink({ log, gapMs });
  t.after(() => sink.stop());
  const env = { ...newsroom.env, DATA_DIR: dataDir, SMTP_URL: `${sink.url}?maxConnections=${LANES}` };
  return {
    sink,
    start() {
      const worker = spawn(NODE, [COMMAND, 'worker'], { env, cwd: projectRoot, stdio: 'inherit' });
      workers.push(worker);
      return worker;
    },
    reached: () => takenLetters(readFileSync(log, 'utf8')).map(({ recipient }) => recipient),
  };
}

async function stop(worker: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const ended = once(worker, 'exit');
  worker.kill(signal);
  await ended;
}
