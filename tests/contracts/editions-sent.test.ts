import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { EditionFault } from '#core/mail/edition-fault.ts';
import { deliveryCounts } from '#core/mail/outbox-rows.ts';
import { settleByLog } from '#core/mail/settle-uncertain.ts';
import { DAY, HOUR, MINUTE } from '#core/platform/clock.ts';
import { testEngines } from '../support/engines.ts';
import {
  addEdition,
  EDITION,
  moveEdition,
  plainLetter,
  plainSender,
  type SenderOptions,
} from '../support/outbox.ts';
import { type Script, startScriptedRelay } from '../support/scripted-relay.ts';
import { type LogLine, memoryLog, TestClock, temporaryFolder } from '../support/test-app.ts';

const engines = testEngines();
const [sqlite] = engines.filter(({ name }) => name === 'SQLite');
const withSeveralConnections = engines.filter(({ name }) => name !== 'PGlite');

/** A letter waits for each recipient, at a relay that goes wrong as told. */
async function withEdition(
  t: TestContext,
  recipients: string[],
  script: Script = () => undefined,
  options: SenderOptions = {},
) {
  assert.ok(sqlite);
  const { db } = await sqlite.openMigrated(t);
  await addEdition(db, recipients);
  const relay = await startScriptedRelay(t, script, { pipelining: true });
  const lines: LogLine[] = [];
  const clock = new TestClock('2026-11-24T09:00:00.000Z');
  const parts = { db, clock, log: memoryLog(lines) };
  const sender = plainSender(parts, relay.url, options);
  t.after(() => sender.close());
  return { ...parts, relay, lines, sender };
}

function readers(count: number, domain = 'example.org'): string[] {
  return Array.from({ length: count }, (_, n) => `reader${n}@${domain}`);
}

/** What each of these does is asked for by the recipient's name. */
const FATES: Record<string, [moment: string, answer: string]> = {
  gone: ['RCPT', '550 5.1.1 no such user'],
  full: ['RCPT', '452 4.2.2 over quota'],
  grey: ['RCPT', '451 4.7.1 greylisted'],
  busy: ['DATA', '421 4.3.2 going down'],
  large: ['dot', '552 5.3.4 too large'],
  later: ['dot', '450 4.2.1 not now'],
  poison: ['RCPT', 'cut'],
  stuck: ['DATA', 'hang'],
  slow: ['RCPT', 'drip'],
  chatty: ['RCPT', 'flood'],
  vanished: ['dot', 'cut'],
  silent: ['dot', 'hang'],
};
const byFate: Script = (moment, recipient) => {
  const [at, answer] = FATES[recipient.split('@')[0] ?? ''] ?? [];
  return moment === at ? answer : undefined;
};

test('whatever goes wrong, every letter ends in one state, and the states add up to all of them', async (t) => {
  const names = [...Object.keys(FATES), 'ann', 'bob', 'cat', 'dan'];
  const recipients = names.map((name, n) => `${name}@d${n}.test`);
  const times = { setUp: 200, command: 200, body: 200, dot: 200 };
  const { db, sender, relay } = await withEdition(t, recipients, byFate, { times });
  await sender.sendDue();
  assert.deepEqual(await deliveryCounts(db, EDITION), { bounced: 2, deferred: 8, sent: 4, uncertain: 2 });
  assert.equal(relay.taken, 4);
});

test('one bad address puts off no other of its domain', async (t) => {
  const { db, sender, clock } = await withEdition(
    t,
    ['poison@a.test', 'gone@a.test', ...readers(30, 'a.test')],
    byFate,
  );
  await sender.sendDue();
  assert.deepEqual(await deliveryCounts(db, EDITION), { bounced: 1, deferred: 1, sent: 30 });
  clock.advance(HOUR);
  await sender.sendDue();
  clock.advance(2 * DAY);
  await sender.sendDue();
  assert.deepEqual(await deliveryCounts(db, EDITION), { bounced: 2, sent: 30 });
});

test('a domain that throttles us rests, its letters wait untried, and the others get theirs', async (t) => {
  let isThrottling = true;
  const { db, sender, clock, relay } = await withEdition(
    t,
    [...readers(40, 'busy.test'), ...readers(20, 'a.test'), ...readers(20, 'z.test')],
    (moment, recipient) =>
      isThrottling && moment === 'RCPT' && recipient.endsWith('@busy.test')
        ? '451 4.3.2 too many'
        : undefined,
  );
  await sender.sendDue();
  const { sent, queued = 0, deferred = 0 } = await deliveryCounts(db, EDITION);
  assert.deepEqual([sent, queued + deferred], [40, 40]);
  assert.ok(queued >= 25, `${queued} were not tried`);
  assert.equal(await sender.sendDue(), 0, 'nothing can be sent now');
  const tried = await db.selectFrom('delivery').select('attempts').where('state', '=', 'queued').execute();
  assert.ok(tried.every(({ attempts }) => attempts === 0));
  isThrottling = false;
  clock.advance(10 * MINUTE);
  await sender.sendDue();
  assert.deepEqual(await deliveryCounts(db, EDITION), { sent: 80 });
  assert.equal(relay.taken, 80);
});

test('a paused edition stops, what was in hand is given back untried, and it goes on when resumed', async (t) => {
  let isPaused = false;
  let isGivenBack = false;
  const look = async () => {
    if (isPaused) isGivenBack ||= (await deliveryCounts(db, EDITION)).queued !== undefined;
    await new Promise(setImmediate);
  };
  const { db, sender, relay } = await withEdition(
    t,
    readers(60),
    (moment) => {
      if (moment === 'dot' && relay.taken === 9) void moveEdition(db, 'paused').then(() => (isPaused = true));
      return undefined;
    },
    {
      async letterFor(delivery) {
        while (relay.taken >= 10 && !isGivenBack) await look();
        return plainLetter(delivery);
      },
    },
  );
  await sender.sendDue();
  const { sent = 0, queued = 0 } = await deliveryCounts(db, EDITION);
  assert.equal(sent + queued, 60);
  assert.equal(sent, relay.taken);
  assert.ok(queued > 0);
  const rest = await db.selectFrom('delivery').select('attempts').where('state', '=', 'queued').execute();
  assert.ok(rest.every(({ attempts }) => attempts === 0));
  assert.equal(await sender.sendDue(), 0);
  await moveEdition(db, 'sending');
  await sender.sendDue();
  assert.deepEqual(await deliveryCounts(db, EDITION), { sent: 60 });
});

test('where a letter cannot be signed its edition stops, and nothing of it goes out', async (t) => {
  const faults: string[] = [];
  const { db, sender, relay } = await withEdition(t, readers(30), undefined, {
    letterFor: async () => {
      throw new EditionFault('Letters cannot be signed.');
    },
    hooks: { onFault: async (edition, reason) => void faults.push(`${edition}: ${reason}`) },
  });
  await sender.sendDue();
  assert.deepEqual(faults, [`${EDITION}: Letters cannot be signed.`]);
  assert.equal(relay.taken, 0);
  assert.deepEqual(await deliveryCounts(db, EDITION), { queued: 30 });
  const tried = await db.selectFrom('delivery').select('attempts').distinct().execute();
  assert.deepEqual(tried, [{ attempts: 0 }]);
});

test('a copy of the site sends no edition', async (t) => {
  const { db, sender } = await withEdition(t, readers(3), undefined, {
    hooks: { maySendEditions: async () => false },
  });
  assert.equal(await sender.sendDue(), 0);
  assert.equal(await sender.hasDue(), false);
  assert.deepEqual(await deliveryCounts(db, EDITION), { queued: 3 });
});

test('a refusal for good is told of with what the relay said; of an edition there is one line, not one a letter', async (t) => {
  const bounces: string[] = [];
  const { sender, lines } = await withEdition(t, [...readers(20), 'gone@example.org'], byFate, {
    hooks: {
      onBounce: async ({ recipient }, reply) => void bounces.push(`${recipient}: ${reply}`),
    },
  });
  await sender.sendDue();
  assert.deepEqual(bounces, ['gone@example.org: 550 5.1.1 no such user']);
  const counts = { sent: 20, bounced: 1, deferred: 0, uncertain: 0, skipped: 0 };
  const told = lines.filter(({ level }) => level !== 'debug');
  assert.deepEqual(told, [{ level: 'info', event: 'edition.progress', edition: EDITION, ...counts }]);
});

test('a signal ends sending in order: what is under way is settled, the rest stays as it was', async (t) => {
  const stopping = new AbortController();
  const { db, sender, relay } = await withEdition(t, readers(50), (moment) => {
    if (moment === 'dot' && relay.taken === 4) stopping.abort();
    return undefined;
  });
  await sender.sendDue(undefined, stopping.signal);
  const { sent = 0, queued = 0 } = await deliveryCounts(db, EDITION);
  assert.equal(sent + queued, 50);
  assert.equal(sent, relay.taken);
  assert.ok(queued > 0);
});

test('the relay’s log settles what is uncertain: what it holds was sent, the rest is sent now', async (t) => {
  const { db, sender, relay, ...parts } = await withEdition(
    t,
    ['vanished@a.test', 'silent@b.test', ...readers(5)],
    (moment, recipient) => (relay.taken < 7 && moment === 'dot' ? byFate(moment, recipient) : undefined),
    { times: { dot: 200 } },
  );
  await sender.sendDue();
  assert.deepEqual(await deliveryCounts(db, EDITION), { sent: 5, uncertain: 2 });
  const log = path.join(temporaryFolder(t), 'mail.log');
  const reopened: string[] = [];
  const settle = () =>
    settleByLog({ db, secret: Buffer.alloc(32, 1), ...parts }, log, {
      reopen: async (_trx, edition) => void reopened.push(edition),
    });
  writeFileSync(log, 'a log of another day: <x@y>\n');
  await assert.rejects(settle(), /none of the letters/);
  assert.deepEqual(await deliveryCounts(db, EDITION), { sent: 5, uncertain: 2 });
  const taken = ['vanished.at.a.test', 'reader0.at.example.org'];
  writeFileSync(log, taken.map((id) => `queued <${EDITION}.${id}@watchpost.test>\n`).join(''));
  assert.deepEqual(await settle(), { sent: 1, again: 1 });
  assert.deepEqual(reopened, [EDITION]);
  assert.deepEqual(await deliveryCounts(db, EDITION), { sent: 6, queued: 1 });
});

for (const engine of withSeveralConnections) {
  test(`two senders at one ${engine.name} database send each letter once`, async (t) => {
    const { db, another } = await engine.openMigrated(t);
    const recipients = Array.from({ length: 300 }, (_, n) => `reader${n}@d${n % 7}.test`);
    await addEdition(db, recipients);
    const relay = await startScriptedRelay(t, () => undefined, { pipelining: true });
    const clock = new TestClock('2026-11-24T09:00:00.000Z');
    const senders = [db, another()].map((one) =>
      plainSender({ db: one, clock, log: memoryLog([]) }, relay.url),
    );
    t.after(() => {
      for (const sender of senders) sender.close();
    });
    const work = async (sender: (typeof senders)[number]) => {
      while ((await sender.sendDue()) > 0 || (await sender.hasDue()));
    };
    await Promise.all(senders.map(work));
    assert.deepEqual(await deliveryCounts(db, EDITION), { sent: 300 });
    const ids = relay.letters.map((letter) => /Message-ID: <(.*)>/.exec(letter)?.[1]);
    assert.equal(ids.length, 300);
    assert.equal(new Set(ids).size, 300);
  });
}
