import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { editionById } from '#core/editions/edition-rows.ts';
import { lookAtPlan, lookOf } from '#core/editions/look-at-plan.ts';
import { makeEdition } from '#core/editions/make-edition.ts';
import { holdBackEdition, scheduleEdition } from '#core/editions/move-edition.ts';
import { dropPlan, NO_PLAN, planState, savePlan } from '#core/editions/plan.ts';
import { startScheduled } from '#core/editions/scheduled.ts';
import { insertWaiting } from '#core/editions/waiting-rows.ts';
import { DAY, HOUR, isoAfter } from '#core/platform/clock.ts';
import { testEngines } from '../support/engines.ts';
import { addReader } from '../support/readers.ts';
import type { TestApp } from '../support/test-app.ts';

const words = (introduction: string) => ({ ...NO_PLAN, introduction });
const kept = async (app: TestApp) => (await planState(app.db, 'weekly')).plan?.introduction;

/** A digest that waits for a word. */
async function waitingDigest(app: TestApp): Promise<string> {
  const id = 'a-weekly-that-waits';
  const at = app.clock.now().toISOString();
  const digest = { id, kind: 'digest', cadence: 'weekly', title: 'Weekly', reason: 'It was late.' } as const;
  await insertWaiting(app.db, { ...digest, due_at: at, created_at: at });
  return id;
}

for (const { name, openApp } of testEngines()) {
  describe(`composing on ${name}`, () => {
    test('of two who begin with the same plan and save at once, one is kept and the other hears of it', async (t) => {
      const app = await openApp(t);
      const { version } = await planState(app.db, 'weekly');
      const saved = await Promise.allSettled(
        ['mine', 'yours'].map((introduction) => savePlan(app, 'weekly', words(introduction), version)),
      );
      const [won, ...more] = saved.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      assert.equal(more.length, 0);
      assert.equal(await kept(app), won?.introduction);
      const lost = saved.find((one) => one.status === 'rejected');
      assert.equal(lost?.reason.code, 'conflict');
      // Whoever has seen what is saved now may save over it, and in the same moment too.
      await savePlan(app, 'weekly', words('both'), (await planState(app.db, 'weekly')).version);
      assert.equal(await kept(app), 'both');
      assert.notEqual((await planState(app.db, 'weekly')).version, `0 ${won?.savedAt}`);
    });

    test('what was begun before the digest went out is not kept for the one after it', async (t) => {
      const app = await openApp(t);
      await addReader(app, 'ann@example.org');
      const before = await planState(app.db, 'weekly');
      const made = await makeEdition(app, 'weekly', app.clock.now());
      assert.equal(made.state, 'made');
      await assert.rejects(savePlan(app, 'weekly', words('too late'), before.version), {
        code: 'conflict',
        message: /went out meanwhile/,
      });
      assert.equal(await kept(app), undefined);
    });

    test('a digest is sent and a plan thrown away only as whoever does so has seen it', async (t) => {
      const app = await openApp(t);
      await addReader(app, 'ann@example.org');
      const { version } = await planState(app.db, 'weekly');
      await savePlan(app, 'weekly', words('of another window'));
      await assert.rejects(makeEdition(app, 'weekly', app.clock.now(), { version }), { code: 'conflict' });
      await assert.rejects(dropPlan(app, 'weekly', version), { code: 'conflict' });
      assert.equal(await kept(app), 'of another window');
      await dropPlan(app, 'weekly', (await planState(app.db, 'weekly')).version);
      assert.equal(await kept(app), undefined);
    });

    test('a plan that is looked at is kept aside for a day, and changes nothing', async (t) => {
      const app = await openApp(t);
      const look = { plan: words('a look'), version: '0' };
      const key = await lookAtPlan(app, 'weekly', look);
      assert.deepEqual(await lookOf(app.db, 'weekly', key), look);
      assert.equal(await lookOf(app.db, 'daily', key), undefined);
      assert.equal(await kept(app), undefined);
      const tooLong = { plan: words('x'.repeat(5001)), version: '0' };
      await assert.rejects(lookAtPlan(app, 'weekly', tooLong), { code: 'invalid' });
      app.clock.advance(DAY + HOUR);
      await lookAtPlan(app, 'weekly', look);
      assert.equal(await lookOf(app.db, 'weekly', key), undefined);
    });

    test('an edition that waits goes out at the time that it is given, once', async (t) => {
      const app = await openApp(t);
      await addReader(app, 'ann@example.org');
      const id = await waitingDigest(app);
      const state = async () => (await editionById(app.db, id))?.state;
      await assert.rejects(scheduleEdition(app, id, app.clock.now().toISOString()), { code: 'invalid' });
      await scheduleEdition(app, id, isoAfter(app.clock.now(), HOUR));
      await scheduleEdition(app, id, isoAfter(app.clock.now(), 3 * HOUR)); // another time
      app.clock.advance(2 * HOUR);
      await startScheduled(app);
      assert.equal(await state(), 'scheduled');
      await holdBackEdition(app, id, 'Its time was taken back.');
      app.clock.advance(2 * HOUR);
      await startScheduled(app);
      assert.equal(await state(), 'waiting');
      await scheduleEdition(app, id, isoAfter(app.clock.now(), HOUR));
      app.clock.advance(HOUR);
      await Promise.all([startScheduled(app), startScheduled(app)]);
      assert.equal(await state(), 'sending');
      const letters = await app.db
        .selectFrom('delivery')
        .select('recipient')
        .where('edition_id', '=', id)
        .execute();
      assert.deepEqual(letters, [{ recipient: 'ann@example.org' }]);
    });

    test('an edition whose time passed while nothing ran waits for a word', async (t) => {
      const app = await openApp(t);
      await addReader(app, 'ann@example.org');
      const id = await waitingDigest(app);
      await scheduleEdition(app, id, isoAfter(app.clock.now(), HOUR));
      app.clock.advance(2 * DAY);
      await startScheduled(app);
      const edition = await editionById(app.db, id);
      assert.equal(edition?.state, 'waiting');
      assert.match(edition?.reason ?? '', /It was due 47 hours ago/);
    });
  });
}
