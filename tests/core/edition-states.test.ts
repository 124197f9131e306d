import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { approveEdition } from '#core/editions/approve-edition.ts';
import { editionById } from '#core/editions/edition-rows.ts';
import { makeEdition } from '#core/editions/make-edition.ts';
import { cancelEdition, finishEditions, pauseEdition, resumeEdition } from '#core/editions/move-edition.ts';
import { makeDueEditions } from '#core/editions/schedule.ts';
import { deliveryCounts } from '#core/mail/outbox-rows.ts';
import { DAY, HOUR } from '#core/platform/clock.ts';
import { changeChoices } from '#core/subscribers/preferences.ts';
import { openNewsroom, publish, setLetter, told } from '../support/newsroom.ts';
import { addReader } from '../support/readers.ts';
import type { TestApp } from '../support/test-app.ts';

const FIRST = '2026-11-24-weekly';

/** A weekly edition with `one` to three readers, none of whom has it yet. */
async function underWay(t: TestContext): Promise<TestApp> {
  const app = await openNewsroom(t);
  for (const name of ['ann', 'bob', 'cy']) await addReader(app, `${name}@example.org`);
  await makeEdition(app, 'weekly', app.clock.now());
  return app;
}

async function nextDigest(app: TestApp, cadence: 'daily' | 'weekly' = 'weekly'): Promise<string[]> {
  app.clock.advance(DAY);
  const made = await makeEdition(app, cadence, app.clock.now());
  return made.state === 'made' ? told(app, made.edition.id) : [];
}

async function stateOf(app: TestApp, id: string): Promise<string> {
  const edition = await editionById(app.db, id);
  return edition ? [edition.state, edition.reason].filter(Boolean).join(': ') : 'none';
}

test('nothing of a paused edition is taken in hand; resumed, it goes on and ends as sent', async (t) => {
  const app = await underWay(t);
  await pauseEdition(app, FIRST, 'a wrong link');
  assert.equal(await stateOf(app, FIRST), 'paused: a wrong link');
  await app.sender.sendDue('editions');
  await finishEditions(app);
  assert.deepEqual(await deliveryCounts(app.db, FIRST), { queued: 3 });
  assert.equal(await stateOf(app, FIRST), 'paused: a wrong link');
  await resumeEdition(app, FIRST);
  await finishEditions(app);
  assert.equal(await stateOf(app, FIRST), 'sending');
  await app.sender.sendDue('editions');
  assert.deepEqual(await deliveryCounts(app.db, FIRST), { sent: 3 });
  await finishEditions(app);
  assert.equal(await stateOf(app, FIRST), 'sent');
  assert.ok((await editionById(app.db, FIRST))?.endedAt);
});

test('what is uncertain does not keep an edition open, what is put off does', async (t) => {
  const app = await underWay(t);
  await setLetter(app, FIRST, 'ann@example.org', 'sent');
  await setLetter(app, FIRST, 'bob@example.org', 'uncertain');
  await setLetter(app, FIRST, 'cy@example.org', 'deferred');
  await finishEditions(app);
  assert.equal(await stateOf(app, FIRST), 'sending');
  await setLetter(app, FIRST, 'cy@example.org', 'bounced');
  await finishEditions(app);
  assert.equal(await stateOf(app, FIRST), 'sent');
});

test('cancelled, whoever had no letter yet gets its stories with the next digest, and nobody else', async (t) => {
  const app = await underWay(t);
  await setLetter(app, FIRST, 'ann@example.org', 'sent');
  assert.equal(await cancelEdition(app, FIRST, 'a mistake'), 2);
  assert.equal(await stateOf(app, FIRST), 'cancelled: a mistake');
  assert.deepEqual(await deliveryCounts(app.db, FIRST), { sent: 1, skipped: 2 });
  publish(app, 'two');
  assert.deepEqual(await nextDigest(app), [
    'ann@example.org: two',
    'bob@example.org: two, one',
    'cy@example.org: two, one',
  ]);
  assert.deepEqual(await nextDigest(app), [], 'and then it is told');
});

test('a letter that a sender had in hand at the cancelling is kept where it left, taken back where it was put off', async (t) => {
  const app = await underWay(t);
  await setLetter(app, FIRST, 'ann@example.org', 'claimed');
  await setLetter(app, FIRST, 'bob@example.org', 'at-the-dot');
  assert.equal(await cancelEdition(app, FIRST), 1);
  await setLetter(app, FIRST, 'ann@example.org', 'deferred');
  await setLetter(app, FIRST, 'bob@example.org', 'sent');
  await finishEditions(app);
  await finishEditions(app);
  assert.deepEqual(await deliveryCounts(app.db, FIRST), { sent: 1, skipped: 2 });
  assert.deepEqual(await nextDigest(app), ['ann@example.org: one', 'cy@example.org: one']);
});

test('who changed their cadence before the cancelling gets the stories with the digest of the new one', async (t) => {
  const app = await underWay(t);
  const dan = await addReader(app, 'dan@example.org');
  publish(app, 'two');
  app.clock.advance(DAY);
  await makeEdition(app, 'weekly', app.clock.now());
  await changeChoices(app, { id: dan }, { cadence: 'daily', topics: [], alerts: 0 }, '192.0.2.1');
  await cancelEdition(app, '2026-11-25-weekly');
  assert.deepEqual(await nextDigest(app, 'daily'), ['dan@example.org: two']);
});

test('what was cancelled before a later digest left comes once, without what that one told', async (t) => {
  const app = await underWay(t);
  publish(app, 'two');
  assert.equal((await nextDigest(app)).length, 3);
  await cancelEdition(app, FIRST);
  publish(app, 'three');
  assert.deepEqual(await nextDigest(app), [
    'ann@example.org: three, one',
    'bob@example.org: three, one',
    'cy@example.org: three, one',
  ]);
});

test('a move that does not fit is refused with the state, one of an edition that is none is not found', async (t) => {
  const app = await underWay(t);
  await assert.rejects(resumeEdition(app, FIRST), { code: 'conflict', message: /is being sent.*resumed/ });
  await assert.rejects(approveEdition(app, FIRST), { code: 'conflict' });
  await cancelEdition(app, FIRST);
  await assert.rejects(pauseEdition(app, FIRST, ''), { code: 'conflict', message: /was cancelled/ });
  await assert.rejects(cancelEdition(app, FIRST), { code: 'conflict' });
  for (const move of [pauseEdition, resumeEdition, cancelEdition, approveEdition])
    await assert.rejects(move(app, 'none', '' as never), { code: 'not-found' });
});

/** The schedule's hour of 1 December passed while nothing ran, by more than it makes up for. */
async function late(t: TestContext): Promise<TestApp> {
  const app = await openNewsroom(t);
  await addReader(app, 'ann@example.org');
  await makeDueEditions(app);
  app.clock.advance(7 * DAY + 13 * HOUR);
  await makeDueEditions(app);
  assert.match(await stateOf(app, LATE), /^waiting: It was due 14 hours ago/);
  return app;
}

const LATE = '2026-12-01-weekly';

test('a late edition is sent once a person says so, with what is new then', async (t) => {
  const app = await late(t);
  publish(app, 'two');
  const said = await Promise.all([approveEdition(app, LATE), approveEdition(app, LATE)]);
  assert.deepEqual(said.map(({ state }) => state).sort(), ['made', 'nothing-new']);
  assert.deepEqual(await told(app, LATE), ['ann@example.org: two, one']);
  assert.equal(await stateOf(app, LATE), 'sending');
  await assert.rejects(approveEdition(app, LATE), { code: 'conflict', message: /is being sent/ });
});

test('a late edition that is not wanted tells nobody of anything', async (t) => {
  const app = await late(t);
  await cancelEdition(app, LATE);
  await makeDueEditions(app);
  assert.deepEqual(await told(app, LATE), []);
  await assert.rejects(approveEdition(app, LATE), { code: 'conflict' });
  assert.deepEqual(await nextDigest(app), ['ann@example.org: one']);
});

test('the next digest takes the place of one that waits', async (t) => {
  const app = await late(t);
  const dropped = await makeEdition(app, 'weekly', app.clock.now());
  assert.equal(dropped.state === 'made' && dropped.edition.id, '2026-12-01-weekly-2');
  assert.equal(await stateOf(app, LATE), 'cancelled: 2026-12-01-weekly-2 took its place');
});

test('a late edition of which nothing is new any more ends when a person wants it sent', async (t) => {
  const app = await late(t);
  await addReader(app, 'bob@example.org', { topics: ['phishing'] });
  await app.db.updateTable('subscriber').set({ state: 'unsubscribed' }).where('topics', '=', '').execute();
  assert.equal((await approveEdition(app, LATE)).state, 'nothing-new');
  assert.equal(await stateOf(app, LATE), 'cancelled: nothing was new any more');
});
