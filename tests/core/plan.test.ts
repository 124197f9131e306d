import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { makeEdition } from '#core/editions/make-edition.ts';
import { nextDigests, storiesToPlan } from '#core/editions/next-digests.ts';
import { arranged, INTRODUCTION_MAX, NO_PLAN, type Plan, savePlan } from '#core/editions/plan.ts';
import { planOf } from '#core/editions/plan-rows.ts';
import { makeDueEditions } from '#core/editions/schedule.ts';
import { DAY, HOUR, isoTime } from '#core/platform/clock.ts';
import { openNewsroom, publish, told } from '../support/newsroom.ts';
import { addReader } from '../support/readers.ts';
import type { TestApp } from '../support/test-app.ts';

/** Four stories, the newest first: four, three, two (of phishing), one (of the cloud). */
async function fourStories(t: TestContext): Promise<TestApp> {
  const app = await openNewsroom(t);
  await addReader(app, 'ann@example.org');
  await addReader(app, 'bob@example.org', { topics: ['phishing'] });
  publish(app, 'two', { published: '2026-11-23T09:00:00Z', topics: ['phishing'] });
  publish(app, 'three', { published: '2026-11-23T10:00:00Z', topics: ['phishing'] });
  publish(app, 'four', { published: '2026-11-23T11:00:00Z' });
  return app;
}

async function digest(app: TestApp, plan: Partial<Plan>) {
  await savePlan(app, 'weekly', { ...NO_PLAN, ...plan });
  const made = await makeEdition(app, 'weekly', app.clock.now());
  assert.ok(made.state === 'made');
  return made.edition;
}

test('the lead comes first, then the order, then the rest with the newest first', () => {
  const stories = ['d', 'c', 'b', 'a'].map((slug) => ({ slug }));
  const order = (plan: Partial<Plan>) =>
    arranged(stories, { ...NO_PLAN, ...plan })
      .map(({ slug }) => slug)
      .join('');
  assert.equal(order({}), 'dcba');
  assert.equal(order({ lead: 'a' }), 'adcb');
  assert.equal(order({ lead: 'b', order: ['a', 'b', 'nowhere'] }), 'badc');
  assert.equal(order({ order: ['c', 'a'], omitted: ['c'] }), 'adb');
});

test('each reader gets the stories as the plan has them, in so far as they read them', async (t) => {
  const app = await fourStories(t);
  const edition = await digest(app, { introduction: ' A *word*. ', lead: 'one', order: ['two'] });
  assert.deepEqual(await told(app, edition.id), [
    'ann@example.org: one, two, four, three',
    'bob@example.org: two, three',
  ]);
  assert.equal(edition.contents.introduction, 'A *word*.');
  assert.match(edition.title, /Title of one$/);
});

test('a story that is left out counts as told, and the plan is used up', async (t) => {
  const app = await fourStories(t);
  const edition = await digest(app, { introduction: 'Words', omitted: ['two', 'four'] });
  assert.deepEqual(await told(app, edition.id), ['ann@example.org: three, one', 'bob@example.org: three']);
  assert.equal(await planOf(app.db, 'weekly'), undefined);
  app.clock.advance(DAY);
  publish(app, 'five');
  const next = await makeEdition(app, 'weekly', app.clock.now());
  assert.ok(next.state === 'made');
  assert.deepEqual(await told(app, next.edition.id), ['ann@example.org: five']);
  assert.equal(next.edition.contents.introduction, undefined);
});

test('a digest with a time of its own goes out then, once', async (t) => {
  const app = await fourStories(t);
  await makeDueEditions(app); // from now on hours count
  await savePlan(app, 'weekly', { ...NO_PLAN, dueAt: '2026-11-24T12:00:00Z' });
  app.clock.advance(2 * HOUR);
  await makeDueEditions(app);
  assert.deepEqual(await told(app, '2026-11-24-weekly'), [], 'not yet');
  app.clock.advance(HOUR);
  await Promise.all([makeDueEditions(app), makeDueEditions(app)]);
  assert.equal((await told(app, '2026-11-24-weekly')).length, 2);
  await makeDueEditions(app);
  assert.deepEqual(await told(app, '2026-11-24-weekly-2'), []);
});

test('a plan with a mistake is not kept, and each field says its own', async (t) => {
  const app = await fourStories(t);
  const wrong: Record<string, Partial<Plan>> = {
    introduction: { introduction: 'x'.repeat(INTRODUCTION_MAX + 1) },
    lead: { lead: 'nowhere' },
    order: { order: ['one', 'nowhere'] },
    omitted: { omitted: ['nowhere'] },
    dueAt: { dueAt: '2026-11-24T09:00:00Z' },
  };
  for (const [field, plan] of Object.entries({ ...wrong }))
    await assert.rejects(savePlan(app, 'weekly', { ...NO_PLAN, ...plan }), (error: Error) => {
      assert.deepEqual(Object.keys((error as Error & { fields: object }).fields), [field]);
      return true;
    });
  await assert.rejects(savePlan(app, 'weekly', { ...NO_PLAN, lead: 'one', omitted: ['one'] }), {
    code: 'invalid',
  });
  assert.equal(await planOf(app.db, 'weekly'), undefined);
});

test('an editor chooses among what is new, also among what a plan leaves out; its own time is the next one', async (t) => {
  const app = await fourStories(t);
  const slugs = async () => (await storiesToPlan(app, 'weekly')).map(({ slug }) => slug);
  const time = async () => (await nextDigests(app)).find(({ cadence }) => cadence === 'weekly')?.at;
  assert.deepEqual(await slugs(), ['four', 'three', 'two', 'one']);
  const bySchedule = await time();
  const dueAt = isoTime(new Date(app.clock.now().getTime() + 2 * HOUR));
  await savePlan(app, 'weekly', { ...NO_PLAN, omitted: ['four', 'three', 'two', 'one'], dueAt });
  assert.deepEqual(await slugs(), ['four', 'three', 'two', 'one']);
  assert.equal(await time(), dueAt);
  await digest(app, { omitted: ['four'] }); // and now nothing is new to anybody
  assert.deepEqual(await slugs(), []);
  assert.equal(await time(), bySchedule);
});
