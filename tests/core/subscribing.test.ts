import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY } from '#core/platform/clock.ts';
import { AppError } from '#core/platform/errors.ts';
import { derivedToken } from '#core/platform/tokens.ts';
import { confirm, confirmation } from '#core/subscribers/confirm.ts';
import { changeChoices } from '#core/subscribers/preferences.ts';
import { subscriberByKey } from '#core/subscribers/subscriber-rows.ts';
import { subscriberOfLink, unsubscribe } from '#core/subscribers/unsubscribe.ts';
import { addReader, confirmToken, signUp } from '../support/readers.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

async function letters(app: TestApp): Promise<number> {
  const rows = await app.db.selectFrom('delivery').select('id').where('kind', '=', 'confirm').execute();
  return rows.length;
}

test('a sign-up is pending until its button is pressed, and looking changes nothing', async (t) => {
  const app = await openTestApp(t);
  await signUp(app, 'Ann@Example.org', { cadence: 'daily', topics: ['cloud'] });
  const token = await confirmToken(app, 'Ann@example.org');
  assert.equal((await confirmation(app, token)).state, 'waiting');
  assert.equal((await subscriberByKey(app.db, 'ann@example.org'))?.state, 'pending');
  assert.equal((await confirm(app, token, '192.0.2.1')).state, 'confirmed');
  assert.equal((await confirm(app, token, '192.0.2.1')).state, 'already-confirmed');
  const subscriber = await subscriberByKey(app.db, 'ann@example.org');
  assert.deepEqual(
    [subscriber?.state, subscriber?.cadence, subscriber?.topics],
    ['confirmed', 'daily', 'cloud'],
  );
});

test('an address that never answers gets one letter a day, and three in all', async (t) => {
  const app = await openTestApp(t);
  await signUp(app, 'ann@example.org');
  await signUp(app, 'ANN@example.org');
  assert.equal(await letters(app), 1);
  for (let day = 0; day < 5; day++) {
    app.clock.advance(DAY);
    await signUp(app, 'ann@example.org');
  }
  assert.equal(await letters(app), 3);
});

test('what an address was sent is remembered over a restart, and by every process at the same database', async (t) => {
  const app = await openTestApp(t);
  const restarted = () => openTestApp(t, { env: { DATA_DIR: app.config.dataDir } });
  await signUp(app, 'ann@example.org');
  await signUp(await restarted(), 'ann@example.org');
  assert.equal(await letters(app), 1);
  for (let day = 1; day < 5; day++) {
    const later = await restarted();
    later.clock.advance(day * DAY);
    await signUp(later, 'ann@example.org');
  }
  assert.equal(await letters(app), 3);
});

test('signing up again changes what a pending address will get, never what a confirmed one gets', async (t) => {
  const app = await openTestApp(t);
  await signUp(app, 'ann@example.org', { cadence: 'daily' });
  await signUp(app, 'ann@example.org', { cadence: 'monthly' });
  assert.equal((await subscriberByKey(app.db, 'ann@example.org'))?.cadence, 'monthly');
  await confirm(app, await confirmToken(app, 'ann@example.org'), '');
  app.clock.advance(2 * DAY);
  await signUp(app, 'ann@example.org', { cadence: 'daily' });
  assert.equal((await subscriberByKey(app.db, 'ann@example.org'))?.cadence, 'monthly');
  assert.equal(await letters(app), 1);
});

test('a confirmation link works for seven days, and one of another letter or purpose never', async (t) => {
  const app = await openTestApp(t);
  await signUp(app, 'ann@example.org');
  const token = await confirmToken(app, 'ann@example.org');
  assert.equal((await confirm(app, 'x'.repeat(43), '')).state, 'unknown');
  assert.equal(await subscriberOfLink(app, 'unsubscribe', token), undefined);
  app.clock.advance(8 * DAY);
  assert.equal((await confirm(app, token, '')).state, 'expired');
});

test('leaving is at once and for good, twice is the same, and an old confirmation does not bring them back', async (t) => {
  const app = await openTestApp(t);
  const id = await addReader(app, 'ann@example.org');
  const old = await confirmToken(app, 'ann@example.org');
  const subscriber = await subscriberOfLink(app, 'unsubscribe', derivedToken(app.secret, 'unsubscribe', id));
  assert.ok(subscriber);
  await unsubscribe(app, subscriber, '192.0.2.1', 'one-click');
  await unsubscribe(app, subscriber, '192.0.2.1', 'one-click');
  assert.equal((await confirm(app, old, '')).state, 'expired');
  assert.equal((await subscriberByKey(app.db, 'ann@example.org'))?.state, 'unsubscribed');
  const events = await app.db
    .selectFrom('subscriber_event')
    .select(['kind', 'detail'])
    .where('subscriber_id', '=', id)
    .orderBy('id')
    .execute();
  assert.deepEqual(
    events.map((event) => event.kind),
    ['signed-up', 'confirmed', 'unsubscribed'],
  );
});

test('who left can come back by signing up and confirming again', async (t) => {
  const app = await openTestApp(t);
  const id = await addReader(app, 'ann@example.org');
  const subscriber = await subscriberOfLink(app, 'preferences', derivedToken(app.secret, 'preferences', id));
  assert.ok(subscriber);
  await unsubscribe(app, subscriber, '', 'preferences');
  assert.equal(await changeChoices(app, subscriber, { cadence: 'daily', topics: [], alerts: 1 }, ''), false);
  app.clock.advance(DAY);
  assert.equal(await addReader(app, 'ann@example.org'), id);
});

test('what is no address is refused with the field named', async (t) => {
  const app = await openTestApp(t);
  for (const email of [
    '',
    'nobody',
    'a@b.example, c@d.example',
    'a@b.example\r\nBcc: c@d.example',
    '"a b"@c.example',
  ]) {
    await assert.rejects(
      signUp(app, email),
      (error: unknown) => error instanceof AppError && 'email' in error.fields,
      email,
    );
  }
  assert.equal(await letters(app), 0);
});
