import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newPerson, ownerOf } from '#core/desk/people.ts';
import { DELIVERY_STATES, editionBooks, editionLedgers } from '#core/editions/deliveries.ts';
import { detailedBooks } from '#core/editions/detailed-books.ts';
import { keepTally } from '#core/editions/keep-tally.ts';
import { finishEditions, pauseEdition } from '#core/editions/move-edition.ts';
import { ProgressWatch } from '#core/editions/progress.ts';
import { markReturned } from '#core/mail/bounces/returned-rows.ts';
import { writeSetting } from '#core/platform/settings.ts';
import { today } from '#core/today/today.ts';
import { commentsIn, standingSessions } from '#core/today/today-rows.ts';
import { type TestEngine, testEngines } from '../support/engines.ts';
import { setLetter } from '../support/newsroom.ts';
import { addEdition, EDITION } from '../support/outbox.ts';
import { addDelivery, addSubscribers, comment, NOW } from '../support/rows.ts';
import type { TestApp } from '../support/test-app.ts';

const READERS = DELIVERY_STATES.map((_, n) => `reader${n}@${n % 3 === 0 ? 'one' : 'two'}.example`);

/** An edition with one letter in each state, whose worker was seen just now. */
async function openBusy(
  t: Parameters<TestEngine['openApp']>[0],
  open: TestEngine['openApp'],
): Promise<TestApp> {
  const app = await open(t);
  await addEdition(app.db, READERS);
  for (const [n, state] of DELIVERY_STATES.entries()) await setLetter(app, EDITION, READERS[n] ?? '', state);
  await writeSetting(app.db, 'instance-seen', NOW);
  return app;
}

for (const { name, openApp } of testEngines()) {
  describe(`on ${name}`, () => {
    test('where nothing waits, the desk says what goes out next, and when', async (t) => {
      const app = await openApp(t);
      await writeSetting(app.db, 'instance-seen', NOW);
      const { waits, runs, singles, wrong, next } = await today(app);
      assert.deepEqual([waits, runs, singles, wrong], [[], [], 0, []]);
      assert.equal(next[0]?.title, 'Daily digest');
      assert.ok((next[0]?.at ?? '') > NOW);
      assert.deepEqual(
        next,
        next.toSorted((a, b) => a.at.localeCompare(b.at)),
      );
    });

    test('held and unchecked comments wait, with the age of the oldest', async (t) => {
      const app = await openApp(t);
      const early = '2026-11-20T09:00:00.000Z';
      const rows = [
        comment({ created_at: early }),
        comment({}),
        comment({ state: 'unchecked', created_at: early }),
        comment({ state: 'published', number: 1 }),
      ];
      await app.db.insertInto('comment').values(rows).execute();
      const { waits } = await today(app);
      assert.deepEqual(
        waits.map(({ kind, title, oldest }) => [kind, title, oldest]),
        [
          ['held', '2 comments to read', early],
          ['unchecked', '1 comment waits for the spam filter', early],
        ],
      );
      assert.deepEqual(await commentsIn(app.db, 'held', 1), { count: 2, oldest: early });
      assert.deepEqual(await commentsIn(app.db, 'spam', 1), { count: 0, oldest: undefined });
    });

    test('an edition that runs is told with counts that sum to its readers; uncertain letters wait', async (t) => {
      const app = await openBusy(t, openApp);
      const { runs, waits } = await today(app);
      const [edition] = runs;
      assert.deepEqual(edition?.counts, Object.fromEntries(DELIVERY_STATES.map((state) => [state, 1])));
      assert.equal(edition?.total, READERS.length);
      assert.equal(edition?.settled, 4, 'sent, bounced, uncertain, skipped');
      assert.deepEqual(
        waits.map(({ kind, title }) => [kind, title]),
        [['uncertain', 'Nobody knows whether 1 letter arrived']],
      );
      await pauseEdition(app, EDITION, 'it was too early');
      const paused = await today(app);
      assert.equal(paused.runs[0]?.state, 'paused');
      assert.deepEqual(
        paused.waits.map(({ kind, text }) => [kind, text]),
        [
          ['edition', 'it was too early'],
          ['uncertain', 'An edition.'],
        ],
      );
    });

    test('letters of no edition that wait are counted', async (t) => {
      const app = await openApp(t);
      await addSubscribers(app.db, ['ann', 'bob']);
      await addDelivery(app.db, 'ann');
      await addDelivery(app.db, 'bob', { state: 'sent' });
      assert.equal((await today(app)).singles, 1);
    });

    test('an edition that has ended is counted once, and again when a letter comes back', async (t) => {
      const app = await openApp(t);
      await addEdition(app.db, READERS);
      assert.equal(await keepTally(app), 0, 'it is being sent');
      for (const reader of READERS) await setLetter(app, EDITION, reader, 'sent');
      await finishEditions(app);
      assert.equal(await keepTally(app), 1);
      assert.equal(await keepTally(app), 0, 'once');
      const kept = await app.db.selectFrom('edition_tally').selectAll().execute();
      assert.deepEqual(kept, [{ edition_id: EDITION, counts: JSON.stringify({ sent: READERS.length }) }]);
      assert.deepEqual((await editionLedgers(app.db))[0]?.counts, { sent: READERS.length });

      const { id } = await app.db.selectFrom('delivery').select('id').limit(1).executeTakeFirstOrThrow();
      await app.db.transaction().execute((trx) => markReturned(trx, id, '550 5.1.1 gone'));
      const counts = { sent: READERS.length - 1, bounced: 1 };
      assert.deepEqual((await editionLedgers(app.db))[0]?.counts, counts);
      assert.equal(await keepTally(app), 1);
      assert.deepEqual((await editionLedgers(app.db))[0]?.counts, counts);
    });

    test('an edition with a letter that nobody knows about is not counted for good', async (t) => {
      const app = await openApp(t);
      await addEdition(app.db, READERS);
      for (const reader of READERS) await setLetter(app, EDITION, reader, 'uncertain');
      await finishEditions(app);
      assert.equal(await keepTally(app), 0);
    });

    test('the rate is that of the last looks, and what is left follows from it', async (t) => {
      const app = await openApp(t);
      const watch = new ProgressWatch(app, { leastMs: 0 });
      await addEdition(app.db, READERS);
      const [first] = await watch.running();
      assert.deepEqual([first?.perSecond, first?.secondsLeft], [undefined, undefined]);
      for (const reader of READERS.slice(0, 4)) await setLetter(app, EDITION, reader, 'sent');
      let last = first;
      while (last?.perSecond === undefined) [last] = await watch.running();
      assert.ok(last.perSecond > 0 && last.perSecond <= 8, `${last.perSecond} a second`);
      assert.equal(last.secondsLeft, Math.ceil(4 / last.perSecond));
      await pauseEdition(app, EDITION, '');
      assert.equal((await watch.running())[0]?.perSecond, undefined);
    });

    test('who puts letters off is told with what they said last', async (t) => {
      const app = await openBusy(t, openApp);
      const change = { reply: '451 4.7.0 later', due_at: NOW };
      await app.db.updateTable('delivery').set(change).where('state', '=', 'deferred').execute();
      const { putOff, domains, total } = await detailedBooks(app.db, EDITION);
      assert.deepEqual(putOff, [{ domain: 'two.example', count: 1, reply: '451 4.7.0 later', dueAt: NOW }]);
      assert.equal(
        domains.reduce((sum, { total: own }) => sum + own, 0),
        total,
      );
      assert.equal((await editionBooks(app.db, EDITION)).total, READERS.length);
    });

    test('sessions that are over, were not used for long, or are of somebody who may not look, do not stand', async (t) => {
      const app = await openApp(t);
      const { db } = app;
      const times = {
        created_at: NOW,
        seen_at: NOW,
        stepped_up_at: NOW,
        expires_at: '2026-12-01T09:00:00.000Z',
      };
      const [owner, moderator] = await db.transaction().execute(async (trx) => {
        const id = await newPerson(trx, app, { name: 'Mira', role: 'moderator' });
        return [(await ownerOf(trx, app)).id, id ?? ''];
      });
      const rows = [
        { hash: 'good', ...times },
        { hash: 'over', ...times, expires_at: NOW },
        { hash: 'idle', ...times, seen_at: '2026-11-23T09:00:00.000Z' },
        { hash: 'moderator', ...times, person_id: moderator },
      ].map((row) => ({ id: row.hash, person_id: owner, way: 'console' as const, device: 'a test', ...row }));
      await db.insertInto('session').values(rows).execute();
      const hashes = ['good', 'over', 'idle', 'moderator', 'gone'];
      const standing = await standingSessions(db, hashes, {
        now: NOW,
        usedSince: '2026-11-24T01:00:00.000Z',
      });
      assert.deepEqual([...standing], ['good']);
    });
  });
}
