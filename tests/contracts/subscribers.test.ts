import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DAY } from '#core/platform/clock.ts';
import { tokenSubject } from '#core/platform/token-rows.ts';
import { derivedToken } from '#core/platform/tokens.ts';
import { eraseSubscriber } from '#core/subscribers/erase-subscriber.ts';
import { forgetReaderNetworks } from '#core/subscribers/forget-networks.ts';
import { keptSubscriber } from '#core/subscribers/kept.ts';
import { sayNotMe } from '#core/subscribers/not-me.ts';
import { changeChoices } from '#core/subscribers/preferences.ts';
import { sendLink } from '#core/subscribers/send-link.ts';
import { type Subscriber, subscriberByKey } from '#core/subscribers/subscriber-rows.ts';
import { isSuppressed, liftSuppression, suppress, suppressionOf } from '#core/subscribers/suppression.ts';
import { unsubscribe } from '#core/subscribers/unsubscribe.ts';
import { exportedSubscribers } from '#core/transfer/export-subscribers.ts';
import { importSubscribers } from '#core/transfer/import-subscribers.ts';
import { testEngines } from '../support/engines.ts';
import { addReader, confirmMessage, signUp } from '../support/readers.ts';
import type { TestApp } from '../support/test-app.ts';

const ANN = 'ann@example.org';

for (const { name, openApp } of testEngines()) {
  describe(`on ${name}`, () => {
    test('a reader chooses, leaves, comes back, and is erased', async (t) => {
      const app = await openApp(t);
      await addReader(app, ANN);
      await changeChoices(
        app,
        await ann(app),
        { cadence: 'daily', topics: [], alerts: 2, phrase: 'blue moon' },
        '',
      );
      await Promise.all([1, 2].map(() => sendLink(app, { email: ANN, network: '192.0.2.1' })));
      await unsubscribe(app, await ann(app), '192.0.2.1', 'page');
      app.clock.advance(DAY);
      await addReader(app, ANN, { cadence: 'monthly' });
      const { phrase, events, letters } = await keptSubscriber(app.db, await ann(app));
      assert.deepEqual(
        [phrase, events.length, letters.map(({ kind }) => kind).sort()],
        ['blue moon', 7, ['confirm', 'confirm', 'link', 'welcome', 'welcome']],
      );
      await eraseSubscriber(app, await ann(app));
      assert.equal((await suppressionOf(app, app.db, ANN))?.reason, 'left');
    });

    test('a suppression holds against sign-ups until it is lifted', async (t) => {
      const app = await openApp(t);
      await signUp(app, ANN);
      const token = derivedToken(app.secret, 'not-me', await confirmMessage(app, ANN));
      assert.deepEqual(await Promise.all([1, 2].map(() => sayNotMe(app, token))), ['done', 'done']);
      await app.db.transaction().execute((trx) => suppress(app, trx, ANN, 'bounced'));
      assert.equal((await suppressionOf(app, app.db, ANN))?.reason, 'not-me');
      await signUp(app, ANN);
      assert.equal(await subscriberByKey(app.db, ANN), undefined);
      await liftSuppression(app, ANN, 'asked');
      assert.equal(await isSuppressed(app, app.db, ANN), false);
    });

    test('a list brought in by two commands at once makes each of them a reader once', async (t) => {
      const app = await openApp(t);
      const list = `email,status\n${Array.from({ length: 1200 }, (_, n) => `reader${n}@example.org,${n % 10 ? 'active' : 'unsubscribed'}`).join('\n')}`;
      const counts = await Promise.all([bring(app, list), bring(app, list)]);
      const of = (outcome: 'added' | 'kept-out') =>
        counts.map((count) => count[outcome] ?? 0).reduce((a, b) => a + b);
      assert.deepEqual([of('added'), of('kept-out')], [1080, 120]);
      let text = '';
      for await (const piece of exportedSubscribers(app.db, 'csv')) text += piece;
      assert.equal(text.split('\r\n').length, 1 + 1080 + 1);
    });

    test('a long list is written whole: each reader with what the list says of them, and links that work', async (t) => {
      const app = await openApp(t);
      const people = Array.from({ length: 250 }, (_, n) => {
        return { email: `reader${n}@example.org`, from: n % 2 === 1 ? `192.0.2.${n}` : '' };
      });
      const list = (column: string) =>
        [
          `Email Address,OPTIN_TIME,OPTIN_IP,${column}`,
          ...people.map(({ email, from }) => `${email},2026-01-01 10:00:00,${from},2026-02-01 10:00:00`),
        ].join('\n');
      assert.deepEqual(await bring(app, list('CONFIRM_TIME')), { added: 250 });
      const rows = await app.db
        .selectFrom('subscriber')
        .innerJoin('subscriber_event as e', 'e.subscriber_id', 'subscriber.id')
        .select(['subscriber.id', 'email', 'e.network'])
        .execute();
      assert.deepEqual(
        new Map(rows.map(({ email, network }) => [email, network])),
        new Map(people.map(({ email, from }) => [email, from || null])),
      );
      for (const { id } of rows)
        assert.equal(
          (await tokenSubject(app.db, 'unsubscribe', derivedToken(app.secret, 'unsubscribe', id), ''))
            ?.subject,
          id,
        );
      assert.deepEqual(await bring(app, list('CONFIRM_TIME')), { 'already-here': 250 });
      assert.deepEqual(await bring(app, list('UNSUB_TIME')), { ended: 250 });
      assert.deepEqual(await bring(app, list('CONFIRM_TIME')), { guarded: 250 });
    });

    test('from where things were done is forgotten after 30 days; of a consent only when they have left', async (t) => {
      const app = await openApp(t);
      const choices = { cadence: 'daily', topics: [], alerts: 0 } as const;
      await addReader(app, ANN);
      await addReader(app, 'gone@example.org');
      const gone = await subscriberByKey(app.db, 'gone@example.org');
      assert.ok(gone);
      await changeChoices(app, await ann(app), choices, '192.0.2.1');
      await forgetAll(app);
      assert.deepEqual(await from(app, await ann(app)), ['192.0.2.1', '192.0.2.1', '192.0.2.1']);
      app.clock.advance(31 * DAY);
      await forgetAll(app);
      assert.deepEqual(await from(app, await ann(app)), [null, '192.0.2.1', '192.0.2.1']);
      await unsubscribe(app, gone, '192.0.2.1', 'page');
      app.clock.advance(29 * DAY);
      await forgetAll(app);
      assert.deepEqual(await from(app, gone), ['192.0.2.1', '192.0.2.1', '192.0.2.1']);
      app.clock.advance(2 * DAY);
      await forgetAll(app);
      assert.deepEqual(await from(app, gone), [null, null, null]);
    });
  });
}

async function ann(app: TestApp): Promise<Subscriber> {
  const subscriber = await subscriberByKey(app.db, ANN);
  assert.ok(subscriber);
  return subscriber;
}

/** From where a subscriber did things, newest first. */
async function from(app: TestApp, subscriber: Subscriber): Promise<(string | null)[]> {
  return (await keptSubscriber(app.db, subscriber)).events.map((event) => event.from);
}

async function forgetAll(app: TestApp): Promise<void> {
  while ((await forgetReaderNetworks(app)) > 0) {}
}

async function bring(app: TestApp, list: string) {
  const chunks = (async function* () {
    yield list;
  })();
  const options = { name: 'list.csv', cadence: 'weekly', evidence: '', isDryRun: false } as const;
  const watcher = { refused: () => {}, progress: () => {} };
  return (await importSubscribers(app, chunks, options, watcher)).counts;
}
