import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Views, viewsNow } from '#core/articles/views.ts';
import { insertDeliveries } from '#core/editions/delivery-rows.ts';
import { insertEdition } from '#core/editions/edition-rows.ts';
import { makeEdition } from '#core/editions/make-edition.ts';
import { digestReaders, insertVariant } from '#core/editions/variant-rows.ts';
import { claimDeferred, claimQueued } from '#core/mail/claim-rows.ts';
import { deliveryCounts } from '#core/mail/outbox-rows.ts';
import { fixedClock } from '#core/platform/clock.ts';
import { PageChanges, recordPageChange } from '#core/platform/page-changes.ts';
import { settingValue, writeSetting } from '#core/platform/settings.ts';
import { insertToken, tokenSubject, useToken } from '#core/platform/token-rows.ts';
import { derivedToken } from '#core/platform/tokens.ts';
import { confirm } from '#core/subscribers/confirm.ts';
import { subscribe } from '#core/subscribers/subscribe.ts';
import { lastDigests } from '#core/subscribers/told-rows.ts';
import { testEngines } from '../support/engines.ts';
import { addDelivery, addSubscribers, comment, NOW } from '../support/rows.ts';
import { memoryLog, type openTestApp } from '../support/test-app.ts';

for (const { name, openMigrated, openApp } of testEngines()) {
  describe(`on ${name}`, () => {
    test('views counted by two processes at once add up', async (t) => {
      const { db, another } = await openMigrated(t);
      const clock = fixedClock(NOW);
      const both = [db, another()].map((each) => new Views({ db: each, clock, log: memoryLog([]) }));
      for (let round = 0; round < 10; round++) {
        for (const views of both) for (const slug of ['one', 'two', 'two']) views.add(`/articles/${slug}/`);
        await Promise.all(both.map((views) => views.flush()));
      }
      const counts = await viewsNow(db, clock);
      assert.deepEqual(counts.get('one'), { today: 20, week: 20, month: 20, all: 20 });
      assert.equal(counts.get('two')?.all, 40);
    });

    test('a state, cadence, kind or verdict that does not exist is refused', async (t) => {
      const { db } = await openMigrated(t);
      await addSubscribers(db, ['ann']);
      const wrong = [
        () => addSubscribers(db, ['bob'], { state: 'asleep' as 'pending' }),
        () => addSubscribers(db, ['bob'], { cadence: 'hourly' as 'daily' }),
        () => addDelivery(db, 'ann', { state: 'lost' as 'queued' }),
        () => addDelivery(db, 'ann', { kind: 'advert' as 'digest' }),
        () =>
          db
            .insertInto('comment')
            .values(comment({ state: 'loved' as 'held' }))
            .execute(),
        () =>
          db
            .insertInto('comment')
            .values(comment({ verdict: 'maybe' as 'ham' }))
            .execute(),
      ];
      for (const write of wrong) await assert.rejects(write(), /check/i, String(write));
    });

    test('a row that refers to nothing, and a second subscriber with one address, are refused', async (t) => {
      const { db } = await openMigrated(t);
      await addSubscribers(db, ['ann']);
      await assert.rejects(addDelivery(db, 'nobody'), /foreign key/i);
      await assert.rejects(
        db
          .insertInto('comment')
          .values(comment({ parent_id: 7 }))
          .execute(),
        /foreign key/i,
      );
      await assert.rejects(addSubscribers(db, ['ann2'], { email_key: 'ann@example.org' }), /unique/i);
    });

    test('an edition has one delivery for each subscriber, and a subscriber may be asked to confirm again', async (t) => {
      const { db } = await openMigrated(t);
      await addSubscribers(db, ['ann', 'bob']);
      await db
        .transaction()
        .execute((trx) => insertEdition(trx, EDITION, { created_at: NOW, started_at: NOW }));
      for (const id of ['ann', 'bob']) await addDelivery(db, id, { kind: 'digest', edition_id: EDITION.id });
      await assert.rejects(
        addDelivery(db, 'ann', { kind: 'digest', edition_id: EDITION.id, message_id: 'new@x' }),
        /unique/i,
      );
      await addDelivery(db, 'ann', { message_id: 'confirm-1@x' });
      await addDelivery(db, 'ann', { message_id: 'confirm-2@x' });
      assert.deepEqual(await deliveryCounts(db), { queued: 4 });
    });

    test('two workers that claim at the same time never get the same letter', async (t) => {
      const { db, another } = await openMigrated(t);
      const ids = Array.from({ length: 60 }, (_, n) => `reader-${n}`);
      await addSubscribers(db, ids);
      for (const id of ids) await addDelivery(db, id);
      const workers = { ann: db, bob: another() };
      const claimAll = async (owner: keyof typeof workers) => {
        const claim = { owner, scope: null, lease: '2026-11-24T09:05:00.000Z', most: 5 };
        const claims = await Promise.all(
          Array.from({ length: 12 }, () => claimQueued(workers[owner], claim)),
        );
        return claims.flat();
      };
      const claimed = (await Promise.all([claimAll('ann'), claimAll('bob')])).flat();
      assert.equal(new Set(claimed.map((row) => row.id)).size, claimed.length);
      assert.deepEqual(new Set(claimed.map((row) => row.attempts)), new Set([1]));
      const rows = await db
        .selectFrom('delivery')
        .select(['id', 'lease_owner'])
        .where('state', '=', 'claimed')
        .execute();
      const ownerOf = new Map(rows.map((row) => [row.id, row.lease_owner]));
      assert.deepEqual(new Map(claimed.map((row) => [row.id, row.lease_owner])), ownerOf);
    });

    test('a letter that is not yet due, or that another worker holds, is not claimed', async (t) => {
      const { db } = await openMigrated(t);
      await addSubscribers(db, ['ann']);
      await addDelivery(db, 'ann', { state: 'deferred', due_at: '2026-11-24T09:00:01.000Z' });
      const claim = { owner: 'worker', scope: null, lease: '2026-11-24T09:05:00.000Z', most: 5 };
      assert.deepEqual(await claimDeferred(db, claim, NOW), []);
      const later = '2026-11-24T09:00:01.000Z';
      assert.equal((await claimDeferred(db, claim, later)).length, 1);
      assert.deepEqual(await claimDeferred(db, claim, later), []);
    });

    test('a transaction that fails leaves nothing behind', async (t) => {
      const { db } = await openMigrated(t);
      const failing = db.transaction().execute(async (trx) => {
        await writeSetting(trx, 'half', 'done');
        throw new Error('in the middle');
      });
      await assert.rejects(failing, /in the middle/);
      assert.equal(await settingValue(db, 'half'), undefined);
    });

    test('a token is good for one of two who use it at the same time', async (t) => {
      const { db, another } = await openMigrated(t);
      await insertToken(db, { purpose: 'confirm', token: 'secret', subject: 'ann', now: NOW });
      const other = another();
      const uses = await Promise.all(
        [db, other, db, other].map((one) => useToken(one, 'confirm', 'secret', NOW)),
      );
      assert.deepEqual(uses.filter(Boolean), [true]);
      assert.equal((await tokenSubject(db, 'confirm', 'secret', NOW))?.used, true);
    });

    test('a token is worthless after its time and for another purpose', async (t) => {
      const { db } = await openMigrated(t);
      await insertToken(db, { purpose: 'confirm', token: 'secret', subject: 'ann', now: NOW, expires: NOW });
      assert.equal(await useToken(db, 'confirm', 'secret', NOW), false);
      assert.equal(await useToken(db, 'desk-link', 'secret', '2026-11-24T08:00:00.000Z'), false);
      assert.equal(await useToken(db, 'confirm', 'secret', '2026-11-24T08:00:00.000Z'), true);
    });

    test('a page change that one process records is heard by another, once', async (t) => {
      const { db, another } = await openMigrated(t);
      const heard: string[][] = [];
      await recordPageChange(db, fixedClock(NOW), ['editions']); // before the other began
      const changes = new PageChanges(another());
      changes.onChange((tags) => heard.push([...tags].sort()));
      await changes.start(60_000, assert.ifError);
      t.after(() => changes.stop());
      await changes.refresh();
      await recordPageChange(db, fixedClock(NOW), ['articles', 'comments:a-story']);
      await changes.refresh();
      await changes.refresh();
      assert.deepEqual(heard, [['articles', 'comments:a-story']]);
    });

    test('a sign-up becomes a confirmed subscriber, and each edition one letter to them', async (t) => {
      const app = await openApp(t);
      await signUp(app, 'ann@example.org', ['cloud']);
      await signUp(app, 'bob@example.org', ['networks']); // nothing of this topic
      const made = await makeEdition(app, 'weekly', app.clock.now());
      assert.deepEqual(made.state === 'made' && [made.edition.id, made.recipients], ['2026-11-24-weekly', 1]);
      assert.deepEqual(await deliveryCounts(app.db, '2026-11-24-weekly'), { queued: 1 });
      while ((await app.sender.sendDue()) > 0);
      assert.deepEqual(await deliveryCounts(app.db, '2026-11-24-weekly'), { sent: 1 });
      const { letters } = await app.kept.page({ words: 'first-story' });
      assert.deepEqual(
        letters.map(({ to }) => to),
        ['ann@example.org'],
      );
    });

    test('an edition that two make at the same time is made once', async (t) => {
      const app = await openApp(t);
      await signUp(app, 'ann@example.org', []);
      const now = app.clock.now();
      const made = await Promise.all([1, 2, 3].map(() => makeEdition(app, 'weekly', now)));
      assert.deepEqual(made.map(({ state }) => state).sort(), ['made', 'nothing-new', 'nothing-new']);
      assert.equal((await makeEdition(app, 'weekly', now)).state, 'nothing-new');
      const digests = await app.db.selectFrom('delivery').select('id').where('kind', '=', 'digest').execute();
      assert.equal(digests.length, 1);
    });

    test('letters of an edition are counted: one for each confirmed reader of these topics', async (t) => {
      const { db } = await openMigrated(t);
      await addSubscribers(db, ['ann', 'bob', 'cid'], { topics: 'cloud' });
      await addSubscribers(db, ['dan'], { topics: 'cloud', state: 'pending' });
      await addSubscribers(db, ['eve'], { topics: 'cloud', cadence: 'daily' });
      await addSubscribers(db, ['fay'], { topics: '' });
      await addSubscribers(db, ['gil'], { topics: 'mobile' });
      const times = { created_at: NOW, started_at: NOW };
      const telling = { cadence: 'weekly', last: await lastDigests(db), besides: [] } as const;
      const variant = { since: 0, alerted: '', stories: ['a-story'], more: 0, readers: 1 };
      const made = await db.transaction().execute(async (trx) => {
        await insertEdition(trx, EDITION, times);
        for (const topics of ['cloud', '']) await insertVariant(trx, EDITION.id, { ...variant, topics });
        const readers = digestReaders(trx, EDITION.id, telling);
        return insertDeliveries(trx, EDITION, readers, { host: 'watchpost.test', now: NOW });
      });
      assert.equal(made, 4);
      const rows = await db
        .selectFrom('delivery')
        .select(['recipient', 'message_id', 'due_at'])
        .orderBy('id')
        .limit(1)
        .execute();
      assert.deepEqual(rows, [
        { recipient: 'ann@example.org', message_id: `${EDITION.id}.ann@watchpost.test`, due_at: NOW },
      ]);
    });
  });
}

const EDITION = {
  id: '2026-11-24-weekly',
  number: 1,
  kind: 'digest' as const,
  cadence: 'weekly' as const,
  state: 'sending' as const,
  reason: '',
  lastStory: 1,
  since: '2026-11-17T09:00:00.000Z',
  until: NOW,
  title: 'An edition',
  contents: {
    stories: [
      { slug: 'a-story', path: '/articles/a-story/', title: 'A story', dek: '', published: NOW, topics: [] },
    ],
    more: 0,
  },
};

async function signUp(
  app: Awaited<ReturnType<typeof openTestApp>>,
  email: string,
  topics: string[],
): Promise<void> {
  await subscribe(app, {
    email,
    choices: { cadence: 'weekly', topics, alerts: 0 },
    network: '192.0.2.1',
    consent: 'Sign up',
  });
  const { message_id } = await app.db
    .selectFrom('delivery')
    .select('message_id')
    .where('recipient', '=', email)
    .executeTakeFirstOrThrow();
  const { state } = await confirm(app, derivedToken(app.secret, 'confirm', message_id), '192.0.2.1');
  assert.equal(state, 'confirmed');
}
