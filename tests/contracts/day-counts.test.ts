import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sql } from 'kysely';
import { mostRead, viewsByDay } from '#core/articles/view-day-rows.ts';
import { deleteDiscarded } from '#core/comments/forget-rows.ts';
import { answerComment } from '#core/comments/moderation/desk-reply.ts';
import { decideComments, undoModeration } from '#core/comments/moderation/moderate-comment.ts';
import { postComment } from '#core/comments/post-comment.ts';
import { lettersByStory } from '#core/editions/letter-count-rows.ts';
import { makeEdition } from '#core/editions/make-edition.ts';
import { cancelEdition } from '#core/editions/move-edition.ts';
import { alertSubject, sendAlert } from '#core/editions/send-alert.ts';
import { commentFigures } from '#core/figures/comment-figures.ts';
import { editionFigures } from '#core/figures/edition-figures.ts';
import { readerFigures } from '#core/figures/reader-figures.ts';
import { viewFigures, viewsOfArticle } from '#core/figures/view-figures.ts';
import { DAY } from '#core/platform/clock.ts';
import { addToDay, dayCounts, putDaysTogether } from '#core/platform/day-count-rows.ts';
import type { Db } from '#core/platform/db.ts';
import { eraseSubscriber } from '#core/subscribers/erase-subscriber.ts';
import { subscriberByKey, subscriberCounts } from '#core/subscribers/subscriber-rows.ts';
import { suppress } from '#core/subscribers/suppression.ts';
import { unsubscribe } from '#core/subscribers/unsubscribe.ts';
import { importSubscribers } from '#core/transfer/import-subscribers.ts';
import { up } from '#db/migrations/0023-day-counts.ts';
import { testEngines } from '../support/engines.ts';
import { publish, setLetter, told } from '../support/newsroom.ts';
import { addReader, signUp } from '../support/readers.ts';
import { draft } from '../support/rows.ts';
import type { TestApp } from '../support/test-app.ts';

for (const { name, engine, openApp, openMigrated } of testEngines()) {
  describe(`on ${name}`, () => {
    test('the books of readers add up, however somebody comes and goes', async (t) => {
      const app = await openApp(t);
      assert.equal((await readerFigures(app, 'all')).isEmpty, true);
      const all = ['ann', 'bob', 'cy', 'dee'].map((one) => `${one}@example.org`) as [string, ...string[]];
      for (const email of all) await addReader(app, email);
      await signUp(app, 'pending@example.org');
      await assertBooks(app, { joined: 4, left: 0 });
      app.clock.advance(DAY);
      await bring(
        app,
        'email,status\nliz@example.org,active\nmax@example.org,active\nann@example.org,active\n',
      );
      await assertBooks(app, { joined: 6, left: 0 });
      for (const email of all.slice(0, 2)) await unsubscribe(app, await known(app, email), null, 'page');
      await unsubscribe(app, await known(app, all[0]), null, 'page');
      await assertBooks(app, { joined: 6, left: 2 });
      await app.db.transaction().execute((trx) => suppress(app, trx, 'cy@example.org', 'bounced'));
      await app.db.transaction().execute((trx) => suppress(app, trx, 'pending@example.org', 'not-me'));
      await assertBooks(app, { joined: 6, left: 3 });
      await bring(app, 'email,status\nliz@example.org,unsubscribed\n');
      await assertBooks(app, { joined: 6, left: 4 });
      for (const email of ['dee@example.org', 'bob@example.org'])
        await eraseSubscriber(app, await known(app, email)); // a reader, and one who had left
      await assertBooks(app, { joined: 6, left: 5 });
      app.clock.advance(DAY);
      await addReader(app, 'ann@example.org'); // back again
      const figures = await assertBooks(app, { joined: 7, left: 5 });
      assert.deepEqual(figures.readers, [4, 1, 2]);
      assert.deepEqual(
        [figures.joined, figures.left],
        [
          [4, 2, 1],
          [0, 5, 0],
        ],
      );
      await putDaysTogether(app.db);
      assert.deepEqual(await assertBooks(app, { joined: 7, left: 5 }), figures);
      app.clock.advance(30 * DAY);
      const later = await readerFigures(app, '4-weeks');
      assert.deepEqual([later.before, later.now, later.spans.length], [2, 2, 28]);
    });

    test('two who leave at once by two buttons are counted once each', async (t) => {
      const app = await openApp(t);
      for (const who of ['ann', 'bob']) await addReader(app, `${who}@example.org`);
      const both = [await known(app, 'ann@example.org'), await known(app, 'bob@example.org')];
      await Promise.all([...both, ...both].map((one) => unsubscribe(app, one, null, 'page')));
      await assertBooks(app, { joined: 2, left: 2 });
    });

    test('what many count at once is all there, also while days are put together', async (t) => {
      const { db, another } = await openMigrated(t);
      const beside = another();
      const count = (on: Db) => on.transaction().execute((trx) => addToDay(trx, 'views', AT, 3));
      await Promise.all(
        Array.from({ length: 40 }, (_, n) =>
          n % 8 === 0 ? putDaysTogether(n % 16 ? db : beside) : count(n % 2 ? db : beside),
        ),
      );
      const expected = [{ day: '2026-11-24', kind: 'views', count: 35 * 3 }];
      assert.deepEqual(await dayCounts(db, ['views'], ''), expected);
      await putDaysTogether(db);
      assert.deepEqual(await dayCounts(db, ['views'], ''), expected);
      assert.equal((await db.selectFrom('day_count').select('id').execute()).length, 1);
    });

    test('a comment counts on the day it was written, as spam as long as it is taken for that', async (t) => {
      const app = await openApp(t);
      const ids: number[] = [];
      for (const body of ['One thought', 'Another thought', 'A third thought']) {
        await postComment(app, draft(body));
        const { id } = await app.db
          .selectFrom('comment')
          .select('id')
          .orderBy('id', 'desc')
          .limit(1)
          .executeTakeFirstOrThrow();
        ids.push(id);
      }
      app.clock.advance(8 * DAY);
      await postComment(app, draft('Late words'));
      const [first, second, third] = ids.map((id) => [{ id }]) as [One, One, One];
      const by = { moderator: 'owner' };
      await decideComments(app, [...first, ...second], 'spam', by);
      await decideComments(app, third, 'approve', by);
      await answerComment(app, { id: ids[2] as number }, 'Thank you.', 'owner');
      assert.deepEqual(await byWeek(app), { written: [3, 1], spam: [2, 0] });
      const { moderation } = await decideComments(app, third, 'spam', by);
      assert.deepEqual(await byWeek(app), { written: [3, 1], spam: [3, 0] });
      await undoModeration(app, moderation, 'owner');
      assert.deepEqual(await byWeek(app), { written: [3, 1], spam: [2, 0] });
      const spam = await app.db.selectFrom('comment').select('id').where('state', '=', 'spam').execute();
      assert.equal(spam.length, 2, 'as many as there are');
      await app.db
        .updateTable('comment')
        .set({ verdict: 'discard' })
        .where('id', '=', ids[0] as number)
        .execute();
      await deleteDiscarded(app.db, '2026-11-30');
      assert.deepEqual(
        await byWeek(app),
        { written: [3, 1], spam: [2, 0] },
        'what was thrown away stays counted',
      );
      await putDaysTogether(app.db);
      assert.deepEqual(await byWeek(app), { written: [3, 1], spam: [2, 0] });
    });

    test('views add up by day and by article', async (t) => {
      const app = await openApp(t);
      const read = async (slug: string, times: number) => {
        for (let n = 0; n < times; n++) app.views.add(`/articles/${slug}/`);
        await app.views.flush();
      };
      await read('first-story', 2);
      await read('second-story', 5);
      app.clock.advance(2 * DAY);
      await read('first-story', 4);
      await read('gone', 1);
      const { spans, views, articles } = await viewFigures(app, '4-weeks');
      assert.deepEqual([spans.length, views], [3, [7, 0, 5]]);
      assert.deepEqual(
        articles.map(({ slug, bySpan }) => [slug, ...bySpan]),
        [
          ['first-story', 2, 0, 4],
          ['second-story', 5, 0, 0],
          ['gone', 0, 0, 1],
        ],
      );
      assert.deepEqual((await viewFigures(app, 'all')).articles, articles);
      assert.deepEqual((await viewsOfArticle(app, 'first-story', 'year')).views, [6]);
      assert.equal((await viewsOfArticle(app, 'never', 'year')).isEmpty, true);
    });

    test('what was read most is the same by months as by days, over the turn of a year', async (t) => {
      const app = await openApp(t);
      for (let n = 0; n < 24; n++) {
        for (const slug of ['one', 'two', 'three'].slice(n % 3))
          for (let times = 0; times <= n % 5; times++) app.views.add(`/articles/${slug}/`);
        await app.views.flush();
        app.clock.advance(5 * DAY);
      }
      const days = await viewsByDay(app.db, ['one', 'two', 'three'], '');
      for (const since of [
        '2026-11-24',
        '2026-11-30',
        '2026-12-01',
        '2026-12-31',
        '2027-01-02',
        '2027-03-01',
      ]) {
        const sums = new Map<string, number>();
        for (const { day, slug, views } of days)
          if (day >= since) sums.set(slug, (sums.get(slug) ?? 0) + views);
        const found = await mostRead(app.db, since, 9);
        assert.deepEqual(new Map(found.map(({ slug, views }) => [slug, views])), sums, since);
        assert.ok(found.every(({ views }, place) => place === 0 || views <= (found[place - 1]?.views ?? 0)));
      }
    });

    test('the letters of editions add up to N, and an article knows how many carried it', async (t) => {
      const app = await openApp(t);
      for (const who of ['ann', 'bob', 'cy']) await addReader(app, `${who}@example.org`, { alerts: 2 });
      await addReader(app, 'mo@example.org', { topics: ['mobile'] });
      app.clock.advance(7 * DAY);
      publish(app, 'third-story', { topics: ['cloud'] });
      const made = await makeEdition(app, 'weekly', app.clock.now());
      assert.equal(made.state, 'made');
      const weekly = made.state === 'made' ? made.edition.id : '';
      assert.deepEqual(
        (await editionFigures(app, 'all')).running.map(({ letters }) => letters),
        [4],
      );
      await app.db.updateTable('delivery').set({ state: 'sent' }).where('edition_id', '=', weekly).execute();
      await setLetter(app, weekly, 'ann@example.org', 'bounced');
      await setLetter(app, weekly, 'cy@example.org', 'uncertain');
      await app.db.updateTable('edition').set({ state: 'sent' }).where('id', '=', weekly).execute();
      publish(app, 'leak', { severity: 'critical', published: app.clock.now().toISOString() });
      const alert = await sendAlert(app, alertSubject(app, 'leak', false));
      assert.equal(alert.state, 'made');
      if (alert.state === 'made') await cancelEdition(app, alert.edition.id);
      const { ended, running } = await editionFigures(app, 'all');
      assert.deepEqual(running, []);
      const rows = ended.map(({ letters, sent, bounced, skipped, uncertain }) => {
        assert.equal(letters, sent + bounced + skipped + uncertain);
        return { letters, sent, bounced, skipped, uncertain };
      });
      assert.deepEqual(rows, [
        { letters: 4, sent: 2, bounced: 1, skipped: 0, uncertain: 1 },
        { letters: 3, sent: 0, bounced: 0, skipped: 3, uncertain: 0 },
      ]);
      const carried = await lettersByStory(app.db);
      const letters = await told(app, weekly);
      for (const slug of ['first-story', 'second-story', 'third-story', 'leak'])
        assert.equal(carried.get(slug) ?? 0, letters.filter((one) => one.includes(slug)).length, slug);
      assert.equal(carried.get('third-story'), 3);
    });

    test('what was there before anything was counted is counted by the migration, and once', async (t) => {
      const app = await openApp(t);
      for (const who of ['ann', 'bob', 'cy']) await addReader(app, `${who}@example.org`);
      await signUp(app, 'pending@example.org');
      app.clock.advance(8 * DAY);
      await unsubscribe(app, await known(app, 'cy@example.org'), null, 'page');
      await postComment(app, draft('Words'));
      app.views.add('/articles/first-story/');
      await app.views.flush();
      publish(app, 'third-story', { topics: ['cloud'] });
      await makeEdition(app, 'weekly', app.clock.now());
      const all = async () => [
        await readerFigures(app, 'all'),
        await commentFigures(app, 'all'),
        await viewFigures(app, 'all'),
        await editionFigures(app, 'all'),
        [...(await lettersByStory(app.db))],
      ];
      const before = await all();
      for (const table of ['day_count', 'article_view_month', 'story_letters', 'edition_letters'])
        await sql`drop table ${sql.table(table)}`.execute(app.db);
      await app.db.connection().execute((db) => up(db as never, engine));
      assert.deepEqual(await all(), before);
      await app.db.connection().execute((db) => up(db as never, engine));
      assert.deepEqual(await all(), before);
    });
  });
}

const AT = '2026-11-24T09:00:00.000Z';
type One = [{ id: number }];

async function assertBooks(app: TestApp, expected: { joined: number; left: number }) {
  const figures = await readerFigures(app, 'all');
  const sum = (counts: number[]) => counts.reduce((all, count) => all + count, 0);
  assert.deepEqual({ joined: sum(figures.joined), left: sum(figures.left) }, expected);
  const confirmed = (await subscriberCounts(app.db)).filter(({ state }) => state === 'confirmed');
  assert.equal(figures.now, sum(confirmed.map(({ count }) => count)));
  return figures;
}

async function byWeek(app: TestApp) {
  const { written, spam } = await commentFigures(app, 'all');
  return { written, spam };
}

async function known(app: TestApp, email: string) {
  const subscriber = await subscriberByKey(app.db, email);
  assert.ok(subscriber);
  return subscriber;
}

async function bring(app: TestApp, list: string): Promise<void> {
  const chunks = (async function* () {
    yield list;
  })();
  const options = { name: 'list.csv', cadence: 'weekly', evidence: '', isDryRun: false } as const;
  await importSubscribers(app, chunks, options, { refused: () => {}, progress: () => {} });
}
