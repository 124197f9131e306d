import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Site, siteFields } from '#core/articles/site.ts';
import { editionById } from '#core/editions/edition-rows.ts';
import { makeEdition, plannedEdition } from '#core/editions/make-edition.ts';
import { makeDueEditions } from '#core/editions/schedule.ts';
import { instantAt, lastSlot, nextSlot } from '#core/editions/slots.ts';
import { DAY, HOUR, MINUTE } from '#core/platform/clock.ts';
import type { Cadence } from '#core/subscribers/subscriber.ts';
import { addReader } from '../support/readers.ts';
import { openTestApp, type TestApp, writeArticle } from '../support/test-app.ts';

/** Tuesday, 09:00 UTC. */
const NOW = '2026-11-24T09:00:00.000Z';

async function newsroom(t: TestContext): Promise<TestApp> {
  const app = await openTestApp(t, { now: NOW });
  publish(app, 'one', { published: '2026-11-23T08:00:00Z', topics: ['cloud'] });
  return app;
}

function publish(app: TestApp, slug: string, fields: Record<string, unknown>): void {
  writeArticle(app.config.contentDir, slug, fields);
  app.library.reload();
}

async function recipients(app: TestApp, edition: string): Promise<string[]> {
  const rows = await app.db
    .selectFrom('delivery')
    .select('recipient')
    .where('edition_id', '=', edition)
    .orderBy('recipient')
    .execute();
  return rows.map((row) => row.recipient);
}

test('an edition holds what was published since the last one, one row for each reader of its cadence', async (t) => {
  const app = await newsroom(t);
  await addReader(app, 'ann@example.org');
  await addReader(app, 'bob@example.org', { cadence: 'daily' });
  const first = await makeEdition(app, 'weekly', app.clock.now());
  assert.ok(first.state === 'made');
  assert.equal(first.edition.id, '2026-11-24-weekly');
  assert.deepEqual(await recipients(app, first.edition.id), ['ann@example.org']);
  app.clock.advance(7 * DAY);
  publish(app, 'two', { published: '2026-11-30T08:00:00Z' });
  const second = await makeEdition(app, 'weekly', app.clock.now());
  assert.ok(second.state === 'made');
  assert.deepEqual(
    second.edition.contents.stories.map((story) => story.slug),
    ['two'],
  );
});

test('made twice for the same window, nothing is sent twice, whoever is first', async (t) => {
  const app = await newsroom(t);
  await addReader(app, 'ann@example.org');
  const made = await Promise.all([1, 2, 3].map(() => makeEdition(app, 'weekly', app.clock.now())));
  assert.deepEqual(made.map((one) => one.state).sort(), ['made', 'nothing-new', 'nothing-new']);
  assert.equal((await recipients(app, '2026-11-24-weekly')).length, 1);
});

test('nothing new, nobody who wants it: nothing is made', async (t) => {
  const app = await newsroom(t);
  assert.equal((await makeEdition(app, 'weekly', app.clock.now())).state, 'no-subscribers');
  await addReader(app, 'ann@example.org', { topics: ['phishing'] });
  assert.equal((await makeEdition(app, 'weekly', app.clock.now())).state, 'nothing-new');
  assert.equal((await plannedEdition(app, 'weekly', new Date('2026-01-01'))).state, 'nothing-new');
});

test('each reader gets the topics they chose', async (t) => {
  const app = await newsroom(t);
  publish(app, 'two', { published: '2026-11-22T08:00:00Z', topics: ['phishing'] });
  await addReader(app, 'all@example.org');
  await addReader(app, 'cloud@example.org', { topics: ['cloud'] });
  await addReader(app, 'other@example.org', { topics: ['updates'] });
  const made = await makeEdition(app, 'weekly', app.clock.now());
  assert.ok(made.state === 'made');
  assert.deepEqual(await recipients(app, made.edition.id), ['all@example.org', 'cloud@example.org']);
});

test('an article that is filed late, dated before the last edition, still gets into the next', async (t) => {
  const app = await newsroom(t);
  await addReader(app, 'ann@example.org');
  await makeEdition(app, 'weekly', app.clock.now());
  publish(app, 'late', { published: '2026-11-22T08:00:00Z' });
  app.clock.advance(DAY);
  const made = await makeEdition(app, 'weekly', app.clock.now());
  assert.ok(made.state === 'made');
  assert.deepEqual(
    made.edition.contents.stories.map((story) => story.slug),
    ['late'],
  );
});

test('an edition’s contents are frozen when it is made', async (t) => {
  const app = await newsroom(t);
  await addReader(app, 'ann@example.org');
  await makeEdition(app, 'weekly', app.clock.now());
  publish(app, 'one', { title: 'Another title', published: '2026-11-23T08:00:00Z' });
  assert.equal((await editionById(app.db, '2026-11-24-weekly'))?.contents.stories[0]?.title, 'Title of one');
});

test('the schedule sends at its hour once, and not for hours before the site began', async (t) => {
  const app = await newsroom(t);
  await addReader(app, 'ann@example.org');
  await makeDueEditions(app);
  assert.equal(
    await editionById(app.db, '2026-11-24-weekly'),
    undefined,
    'Tuesday 08:00 was before the start',
  );
  app.clock.advance(7 * DAY - HOUR - MINUTE);
  await makeDueEditions(app);
  assert.equal(await editionById(app.db, '2026-12-01-weekly'), undefined, 'a minute early');
  app.clock.advance(2 * MINUTE);
  await Promise.all([makeDueEditions(app), makeDueEditions(app)]);
  assert.ok(await editionById(app.db, '2026-12-01-weekly'));
  assert.equal((await recipients(app, '2026-12-01-weekly')).length, 1);
});

test('an hour missed by less than the stated lateness is made up for, by more it waits for a person', async (t) => {
  const app = await newsroom(t);
  await addReader(app, 'ann@example.org');
  await makeDueEditions(app);
  app.clock.advance(7 * DAY + 13 * HOUR);
  await makeDueEditions(app);
  assert.ok(app.lines.some((line) => line.event === 'edition.late'));
  app.clock.advance(7 * DAY - 3 * HOUR);
  publish(app, 'two', { published: '2026-12-07T08:00:00Z' });
  await makeDueEditions(app);
  assert.ok(await editionById(app.db, '2026-12-08-weekly'));
});

function siteIn(timeZone: string, time: string): Site {
  return siteFields.parse({ timeZone, newsletter: { daily: { time } } });
}

test('in the hour that spring leaves out, the digest goes at the next minute there is', () => {
  const site = siteIn('Europe/Berlin', '02:30');
  assert.equal(
    lastSlot(site, 'daily', new Date('2026-03-29T12:00:00Z')).toISOString(),
    '2026-03-29T01:00:00.000Z',
  );
});

test('in the hour that autumn repeats, it goes once, the first time', () => {
  const site = siteIn('Europe/Berlin', '02:30');
  for (const now of [
    '2026-10-25T00:30:00Z',
    '2026-10-25T01:00:00Z',
    '2026-10-25T01:30:00Z',
    '2026-10-25T12:00:00Z',
  ]) {
    assert.equal(lastSlot(site, 'daily', new Date(now)).toISOString(), '2026-10-25T00:30:00.000Z', now);
  }
});

test('the next digest is the first after now, across months and the hours that the clocks skip or repeat', () => {
  const next = (cadence: Cadence, now: string, site: Site) =>
    nextSlot(site, cadence, new Date(now)).toISOString();
  const utc = siteIn('UTC', '07:00'); // weekly on a Tuesday at 08:00, monthly on the 1st at 08:00
  assert.equal(next('daily', '2026-11-24T06:59:59.999Z', utc), '2026-11-24T07:00:00.000Z');
  assert.equal(next('daily', '2026-11-24T07:00:00.000Z', utc), '2026-11-25T07:00:00.000Z');
  assert.equal(next('weekly', '2026-11-24T08:00:00.000Z', utc), '2026-12-01T08:00:00.000Z');
  assert.equal(next('monthly', '2026-01-31T12:00:00.000Z', utc), '2026-02-01T08:00:00.000Z');
  const berlin = siteIn('Europe/Berlin', '02:30');
  assert.equal(next('daily', '2026-03-28T12:00:00.000Z', berlin), '2026-03-29T01:00:00.000Z');
  assert.equal(next('daily', '2026-10-24T12:00:00.000Z', berlin), '2026-10-25T00:30:00.000Z');
  assert.equal(next('daily', '2026-10-25T00:30:00.000Z', berlin), '2026-10-26T01:30:00.000Z');
});

test('a digest of the day that has but 23 hours is neither passed over before it nor after it', () => {
  const berlin = siteIn('Europe/Berlin', '07:00');
  // 23:30 on Saturday, and 00:30 on Monday: a day apart in hours, with Sunday between them.
  const [saturday, monday] = ['2026-03-28T22:30:00Z', '2026-03-29T22:30:00Z'].map((at) => new Date(at));
  assert.equal(nextSlot(berlin, 'daily', saturday as Date).toISOString(), '2026-03-29T05:00:00.000Z');
  assert.equal(lastSlot(berlin, 'daily', monday as Date).toISOString(), '2026-03-29T05:00:00.000Z');
});

test('a wall time is the right instant on both sides of the date line', () => {
  const wall = Date.UTC(2026, 5, 1, 8);
  assert.equal(instantAt(wall, 'Pacific/Auckland').toISOString(), '2026-05-31T20:00:00.000Z');
  assert.equal(instantAt(wall, 'America/Los_Angeles').toISOString(), '2026-06-01T15:00:00.000Z');
  assert.equal(instantAt(wall, 'Asia/Kathmandu').toISOString(), '2026-06-01T02:15:00.000Z');
});
