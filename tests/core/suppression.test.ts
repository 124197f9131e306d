import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { allowLinksOfNewSecret } from '#core/subscribers/letter-links.ts';
import { subscriberByKey } from '#core/subscribers/subscriber-rows.ts';
import {
  isSuppressed,
  liftSuppression,
  type SuppressionReason,
  suppress,
  suppressionOf,
} from '#core/subscribers/suppression.ts';
import { suppressionCounts } from '#core/subscribers/suppression-rows.ts';
import { addReader, signUp } from '../support/readers.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

function suppressNow(app: TestApp, emailKey: string, reason: SuppressionReason): Promise<void> {
  return app.db.transaction().execute((trx) => suppress(app, trx, emailKey, reason));
}

async function eventsOf(app: TestApp, id: string): Promise<string[]> {
  const rows = await app.db
    .selectFrom('subscriber_event')
    .select(['kind', 'detail'])
    .where('subscriber_id', '=', id)
    .orderBy('id')
    .execute();
  return rows.map(({ kind, detail }) => `${kind} ${detail}`);
}

test('a suppressed subscriber is unsubscribed, their waiting letters are skipped, and why is kept', async (t) => {
  const app = await openTestApp(t);
  const id = await addReader(app, 'ann@example.org');
  await app.db
    .insertInto('delivery')
    .values({
      kind: 'link',
      subscriber_id: id,
      recipient: 'ann@example.org',
      message_id: 'link.1@watchpost.test',
      state: 'deferred',
      due_at: '2026-11-24T09:00:00.000Z',
      created_at: '2026-11-24T09:00:00.000Z',
    })
    .execute();
  await suppressNow(app, 'ann@example.org', 'bounced');
  await suppressNow(app, 'ann@example.org', 'complaint');
  assert.equal((await subscriberByKey(app.db, 'ann@example.org'))?.state, 'unsubscribed');
  assert.equal((await suppressionOf(app, app.db, 'ann@example.org'))?.reason, 'bounced');
  assert.deepEqual((await eventsOf(app, id)).slice(2), ['suppressed bounced']);
  const waiting = await app.db
    .selectFrom('delivery')
    .select(['state', 'reply'])
    .where('message_id', '=', 'link.1@watchpost.test')
    .executeTakeFirstOrThrow();
  assert.deepEqual(waiting, { state: 'skipped', reply: 'suppressed: bounced' });
});

test('an address nobody knows can be suppressed, and only its keyed hash is kept', async (t) => {
  const app = await openTestApp(t);
  await suppressNow(app, 'nobody@example.org', 'by-hand');
  assert.equal(await isSuppressed(app, app.db, 'nobody@example.org'), true);
  assert.equal(await isSuppressed(app, app.db, 'somebody@example.org'), false);
  const rows = await app.db.selectFrom('suppression').selectAll().execute();
  assert.doesNotMatch(JSON.stringify(rows), /nobody/);
});

test('whoever erased themselves may sign up again, until another reason comes', async (t) => {
  const app = await openTestApp(t);
  await suppressNow(app, 'ann@example.org', 'left');
  assert.equal(await isSuppressed(app, app.db, 'ann@example.org'), false);
  await suppressNow(app, 'ann@example.org', 'not-me');
  await suppressNow(app, 'ann@example.org', 'left');
  assert.equal((await suppressionOf(app, app.db, 'ann@example.org'))?.reason, 'not-me');
});

test('the owner lifts a suppression with the evidence, which subscribes nobody', async (t) => {
  const app = await openTestApp(t);
  const id = await addReader(app, 'ann@example.org');
  await suppressNow(app, 'ann@example.org', 'complaint');
  assert.equal(await liftSuppression(app, 'ann@example.org', 'asked for it by telephone'), true);
  assert.equal(await liftSuppression(app, 'ann@example.org', 'again'), false);
  assert.equal(await isSuppressed(app, app.db, 'ann@example.org'), false);
  assert.equal((await subscriberByKey(app.db, 'ann@example.org'))?.state, 'unsubscribed');
  assert.equal((await eventsOf(app, id)).at(-1), 'lifted asked for it by telephone');
});

test('with a new secret, suppressed people who are still there stay so, and the log counts the others', async (t) => {
  const app = await openTestApp(t);
  await signUp(app, 'ann@example.org');
  await addReader(app, 'lifted@example.org');
  for (const key of ['ann@example.org', 'lifted@example.org', 'erased@example.org'])
    await suppressNow(app, key, 'not-me');
  await liftSuppression(app, 'lifted@example.org', 'asked');
  const renewed = { ...app, secret: randomBytes(32) };
  await allowLinksOfNewSecret(renewed);
  assert.equal((await suppressionOf(renewed, app.db, 'ann@example.org'))?.reason, 'not-me');
  assert.equal(await isSuppressed(renewed, app.db, 'lifted@example.org'), false);
  assert.equal(await isSuppressed(renewed, app.db, 'erased@example.org'), false);
  const told = app.lines.find(({ event }) => event === 'suppression.old-secret');
  assert.deepEqual([told?.renewed, told?.unreadable], [1, 1]);
  assert.deepEqual(await suppressionCounts(app.db), [{ reason: 'not-me', count: 3 }]);
});
