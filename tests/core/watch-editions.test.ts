import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { editionById } from '#core/editions/edition-rows.ts';
import { makeEdition } from '#core/editions/make-edition.ts';
import { resumeEdition } from '#core/editions/move-edition.ts';
import { watchEditions } from '#core/editions/watch-editions.ts';
import { keepWatch } from '#server/edition-work.ts';
import { openNewsroom, setLetter } from '../support/newsroom.ts';
import { addSubscribers, NOW } from '../support/rows.ts';
import type { TestApp } from '../support/test-app.ts';
import { until } from '../support/test-site.ts';

const EDITION = '2026-11-24-weekly';

/** An edition of which so many letters were sent. */
async function sentTo(t: TestContext, count: number): Promise<TestApp> {
  const app = await openNewsroom(t);
  await addSubscribers(
    app.db,
    Array.from({ length: count }, (_, n) => `reader-${n}`),
  );
  await makeEdition(app, 'weekly', app.clock.now());
  await app.db.updateTable('delivery').set({ state: 'sent' }).execute();
  return app;
}

async function comeBack(app: TestApp, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) await setLetter(app, EDITION, `reader-${n}@example.org`, 'bounced');
}

async function complain(app: TestApp, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++)
    await app.db
      .insertInto('bounce')
      .values({
        ...{ message_hash: `complaint-${n}`, at: NOW, kind: 'complaint', edition_id: EDITION },
        ...{ subscriber_id: `reader-${n}`, delivery_id: null, status: '', reason: '' },
      })
      .execute();
}

async function watched(app: TestApp): Promise<string> {
  await watchEditions(app);
  const edition = await editionById(app.db, EDITION);
  return [edition?.state, edition?.reason].filter(Boolean).join(': ');
}

test('an edition of which five in a hundred come back is paused, and says so', async (t) => {
  const app = await sentTo(t, 100);
  await comeBack(app, 0, 4);
  assert.equal(await watched(app), 'sending');
  await comeBack(app, 4, 5);
  assert.equal(await watched(app), 'paused: 5 of 100 letters came back (5 %; the limit is 5 %)');
});

test('few that come back of few may be chance', async (t) => {
  const app = await sentTo(t, 8);
  await comeBack(app, 0, 4);
  assert.equal(await watched(app), 'sending');
});

test('three complaints of a thousand pause an edition', async (t) => {
  const app = await sentTo(t, 1000);
  await complain(app, 0, 2);
  assert.equal(await watched(app), 'sending');
  await complain(app, 2, 3);
  assert.equal(
    await watched(app),
    'paused: 3 of 1000 letters were complained of (0.3 %; the limit is 0.3 %)',
  );
});

test('resumed by a person, it counts anew from there', async (t) => {
  const app = await sentTo(t, 100);
  await comeBack(app, 0, 10);
  assert.match(await watched(app), /^paused/);
  await resumeEdition(app, EDITION);
  await comeBack(app, 10, 14);
  assert.equal(await watched(app), 'sending');
});

test('whoever sends an edition watches it meanwhile, and leaves off when that ends', async (t) => {
  const app = await sentTo(t, 100);
  await comeBack(app, 0, 5);
  const sending = new AbortController();
  const watch = keepWatch(app, sending.signal);
  await until(async () => (await editionById(app.db, EDITION))?.state === 'paused', 'the pause');
  sending.abort();
  await watch;
});
