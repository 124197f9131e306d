import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { PGlite } from '@electric-sql/pglite';
import Database from 'better-sqlite3';
import { type Insertable, Kysely, PGliteDialect, type PGliteDialectConfig, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { Views, viewsNow } from '#core/articles/views.ts';
import { discussionOf } from '#core/comments/discussion.ts';
import { newestComments } from '#core/comments/discussion-rows.ts';
import { forgetOldNetworks } from '#core/comments/forget-networks.ts';
import { decideByLetter, undoByLetter } from '#core/comments/letters/decide-by-letter.ts';
import { gatherModeratorLetter } from '#core/comments/letters/moderator-letter.ts';
import { repliesToTell } from '#core/comments/letters/reply-notice-rows.ts';
import {
  confirmNotices,
  forgetOldNotices,
  gatherReplyLetters,
} from '#core/comments/letters/reply-notices.ts';
import { commentHtml } from '#core/comments/markup/comment-markup.ts';
import { pinFromDesk } from '#core/comments/moderation/desk-reply.ts';
import { forgetOldFeedback } from '#core/comments/moderation/filter-feedback.ts';
import {
  decideComments,
  moderateComment,
  moderationsToUndo,
  undoModeration,
} from '#core/comments/moderation/moderate-comment.ts';
import { oneCluster, queue } from '#core/comments/moderation/queue.ts';
import { eraseComment, eraseCommentsOf, keptCommentsOf } from '#core/comments/own-comments.ts';
import { type CommentDraft, postComment } from '#core/comments/post-comment.ts';
import { editComment, withdrawComment } from '#core/comments/receipt.ts';
import { insertDeliveries, insertEdition } from '#core/editions/edition-rows.ts';
import { makeEdition } from '#core/editions/make-edition.ts';
import { keptLetters } from '#core/mail/kept-mail.ts';
import { claimDeliveries, deliveryCounts } from '#core/mail/outbox-rows.ts';
import { DAY, fixedClock } from '#core/platform/clock.ts';
import { type Db, type Engine, openDatabase, openPostgres, openSqlite } from '#core/platform/db.ts';
import { AppError } from '#core/platform/errors.ts';
import { PageChanges, recordPageChange } from '#core/platform/page-changes.ts';
import { settingValue, writeSetting } from '#core/platform/settings.ts';
import { insertToken, tokenSubject, useToken } from '#core/platform/token-rows.ts';
import { derivedToken } from '#core/platform/tokens.ts';
import { confirm } from '#core/subscribers/confirm.ts';
import { subscribe } from '#core/subscribers/subscribe.ts';
import { migrate, type Up } from '#db/migrate.ts';
import type { Schema } from '#db/schema.ts';
import { assertSound, byId, everyRow } from '../support/comment-room.ts';
import { startPostgres } from '../support/postgres.ts';
import { memoryLog, openTestApp, type TestApp, temporaryFolder, writeArticle } from '../support/test-app.ts';

const NOW = '2026-11-24T09:00:00.000Z';
const MIGRATIONS = readdirSync(new URL('../../db/migrations/', import.meta.url))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -'.ts'.length))
  .sort();

/** An empty database, and a further connection to it (PGlite has but one). */
interface Opened {
  db: Db;
  another(): Db;
}

let server: Awaited<ReturnType<typeof startPostgres>>;
let pglite: PGlite;
let databases = 0;
before(async () => {
  server = await startPostgres();
  pglite = await PGlite.create({ parsers: { 20: Number } });
});
after(() => Promise.all([server.stop(), pglite.close()]));

const ENGINES: { name: string; engine: Engine; open(t: TestContext): Promise<Opened> }[] = [
  {
    name: 'SQLite',
    engine: 'sqlite',
    async open(t) {
      const file = path.join(temporaryFolder(t), 'watchpost.sqlite');
      return { db: closedAfter(t, openSqlite(file)), another: () => closedAfter(t, openSqlite(file)) };
    },
  },
  {
    name: 'PGlite',
    engine: 'postgres',
    async open(t) {
      await pglite.exec('drop schema public cascade; create schema public');
      const db = closedAfter(t, new Kysely<Schema>({ dialect: new PGliteDialect({ pglite: lent(pglite) }) }));
      return { db, another: () => db };
    },
  },
  {
    name: 'PostgreSQL',
    engine: 'postgres',
    async open(t) {
      const url = new URL(server.url);
      const name = `test_${++databases}`;
      const outside = openPostgres(server.url);
      await sql`create database ${sql.id(name)}`.execute(outside);
      await outside.destroy();
      url.pathname = name;
      const connect = () => closedAfter(t, openPostgres(url.href));
      return { db: connect(), another: connect };
    },
  },
];

/** Starting one takes over a second, so all tests share it: closing the database leaves it open. */
function lent(shared: PGlite): PGliteDialectConfig['pglite'] {
  const { query, transaction, waitReady } = shared;
  const open = { closed: false, ready: true, waitReady, close: async () => {} };
  return { ...open, query: query.bind(shared), transaction: transaction.bind(shared) };
}

function closedAfter(t: TestContext, db: Db): Db {
  t.after(() => db.destroy());
  return db;
}

for (const { name, engine, open } of ENGINES) {
  const openMigrated = async (t: TestContext) => {
    const opened = await open(t);
    await migrate(opened.db, engine);
    return opened;
  };
  const openApp = async (t: TestContext) => {
    const { db } = await open(t);
    const contentDir = temporaryFolder(t);
    writeArticle(contentDir, 'first-story', { topics: ['cloud'] });
    writeArticle(contentDir, 'second-story', { topics: ['mobile'] });
    return openTestApp(t, { now: NOW, env: { CONTENT_DIR: contentDir }, database: { db, engine } });
  };

  describe(`on ${name}`, () => {
    test('every migration runs once, and a second start finds nothing to do', async (t) => {
      const { db } = await open(t);
      assert.deepEqual(await migrate(db, engine), MIGRATIONS);
      assert.deepEqual(await migrate(db, engine), []);
    });

    test('a migration that ended half-way runs again, and what was written before stays', async (t) => {
      const { db } = await openMigrated(t);
      await writeSetting(db, 'before', 'kept');
      await db.schema.dropTable('delivery').execute();
      await sql`delete from kysely_migration`.execute(db);
      assert.deepEqual(await migrate(db, engine), MIGRATIONS);
      assert.deepEqual(await deliveryCounts(db), {});
      assert.equal(await settingValue(db, 'before'), 'kept');
    });

    test('comments from before the column of folded names get theirs', async (t) => {
      const { db } = await openMigrated(t);
      await db
        .insertInto('comment')
        .values(['Émile', 'ANN'].map((name) => comment({ name })))
        .execute();
      await db.schema.alterTable('comment').dropColumn('name_key').execute();
      await sql`delete from kysely_migration where name >= ${MIGRATIONS[5]}`.execute(db);
      assert.deepEqual(await migrate(db, engine), MIGRATIONS.slice(5));
      const rows = await db.selectFrom('comment').select('name_key').orderBy('id').execute();
      assert.deepEqual(
        rows.map((row) => row.name_key),
        ['émile', 'ann'],
      );
    });

    test('two processes that start at the same time both find the newest form', async (t) => {
      const { db, another } = await open(t);
      const runs = await Promise.all([migrate(db, engine), migrate(another(), engine)]);
      assert.deepEqual([...new Set(runs.flat())].sort(), MIGRATIONS);
      assert.deepEqual(await migrate(db, engine), []);
    });

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
      await addEdition(db);
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
        const claim = { owner, now: NOW, lease: '2026-11-24T09:05:00.000Z', most: 5 };
        const claims = await Promise.all(
          Array.from({ length: 12 }, () => claimDeliveries(workers[owner], claim)),
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
      await addDelivery(db, 'ann', { due_at: '2026-11-24T09:00:01.000Z' });
      const claim = { owner: 'worker', now: NOW, lease: '2026-11-24T09:05:00.000Z', most: 5 };
      assert.deepEqual(await claimDeliveries(db, claim), []);
      const later = { ...claim, now: '2026-11-24T09:00:01.000Z' };
      assert.equal((await claimDeliveries(db, later)).length, 1);
      assert.deepEqual(await claimDeliveries(db, later), []);
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

    test('a comment is held, published by a moderator, and then its writer is known', async (t) => {
      const app = await openApp(t);
      await postComment(app, draft('First words'));
      assert.deepEqual(await newestComments(app, 'first-story', 9), []);
      const [held] = await app.db.selectFrom('comment').selectAll().execute();
      assert.deepEqual([held?.state, held?.reason], ['held', 'no-filter']);
      await moderateComment(app, held?.id ?? 0, 'approve', 'owner');
      await postComment(app, draft('Second words', { parent: String(held?.id) }));
      const shown = (await newestComments(app, 'first-story', 9)).reverse();
      assert.deepEqual(
        shown.map(({ number, parent, html }) => [number, parent?.id ?? null, html.trim()]),
        [
          [1, null, '<p>First words</p>'],
          [2, held?.id, '<p>Second words</p>'],
        ],
      );
      const tags = await app.db.selectFrom('page_change').select('tag').execute();
      assert.deepEqual(
        tags.map((row) => row.tag),
        ['comments:first-story', 'comments:first-story'],
      );
    });

    test('what is said under an article is counted, pinned, grouped, told of by letter, decided and taken back', async (t) => {
      const app = await openApp(t);
      const { db } = app;
      const say = async (body: string, given: Partial<CommentDraft> = {}) => {
        const posted = await postComment(app, { ...draft(body), ...given });
        assert.equal(posted.state, 'posted');
        return posted.id;
      };
      const lure = (n: number) => say(`Number ${n} is at https://shop.example/x?n=${n}`, person(`s${n}`));
      const first = await say('First words', { notify: true });
      const lures = [await lure(1), await lure(2), await lure(3)];
      const { clusters } = await queue(db, 'held', 1);
      assert.deepEqual(
        clusters.map(({ count, read }) => [count, read.map(({ id }) => id)]),
        [
          [3, lures.toReversed()],
          [1, []],
        ],
      );
      assert.equal(await gatherModeratorLetter(app), 4);
      const { moderation } = await decideComments(app, byId(lures), 'spam', { moderator: 'owner' });
      assert.equal((await oneCluster(db, 'spam', clusters[0]?.cluster ?? ''))?.count, 3);
      assert.equal(await undoModeration(app, moderation, 'owner'), 3);
      assert.deepEqual((await moderationsToUndo(app)).length, 0);
      await sendAll(app);
      const letter = await db
        .selectFrom('delivery')
        .selectAll()
        .where('kind', '=', 'moderation')
        .executeTakeFirstOrThrow();
      assert.equal(letter.state, 'sent');
      const token = derivedToken(app.secret, 'decide', `${letter.message_id} ${first} reply`);
      await decideByLetter(app, token, 'Thank you.');
      assert.equal((await discussionOf(db, { slug: 'first-story' }, { order: 'oldest' }))?.count, 2);
      await undoByLetter(app, token);
      assert.equal((await discussionOf(db, { slug: 'first-story' }, { order: 'oldest' }))?.count, 0);
      await moderateComment(app, first, 'approve', 'owner');
      await pinFromDesk(app, first, true);
      const page = await discussionOf(db, { slug: 'first-story' }, { page: 1, order: 'newest' });
      assert.deepEqual([page?.count, page?.pages, page?.pinned?.number], [1, 1, 1]);
      await assertSound(app);
    });

    test('who confirmed is told of answers in one letter, can stop, and is erased with all that they wrote', async (t) => {
      const app = await openApp(t);
      const { db } = app;
      const say = async (body: string, given: Partial<CommentDraft> = {}) => {
        const posted = await postComment(app, { ...draft(body), ...given });
        assert.equal(posted.state, 'posted');
        await moderateComment(app, posted.id, 'approve', 'owner').catch(() => {}); // whoever is known is published
        return posted.id;
      };
      const first = await say('First words', { notify: true });
      const { message_id } = await db.selectFrom('delivery').selectAll().executeTakeFirstOrThrow();
      assert.equal(await confirmNotices(app, derivedToken(app.secret, 'notices-confirm', message_id)), true);
      const answers = [];
      for (const body of ['Yes.', 'No.', 'Perhaps.'])
        answers.push(await say(body, { ...person('bob'), parent: String(first) }));
      await withdrawComment(app, { id: answers[1] ?? 0 });
      assert.equal(await gatherReplyLetters(app), 1);
      assert.equal(await gatherReplyLetters(app), 0);
      const letter = await db
        .selectFrom('delivery')
        .select('id')
        .where('kind', '=', 'replies')
        .executeTakeFirstOrThrow();
      assert.deepEqual(
        (await repliesToTell(db, letter.id)).map(({ body }) => body),
        ['Yes.', 'Perhaps.'],
      );
      assert.equal((await keptCommentsOf(db, 'ann@example.org')).length, 1);
      assert.equal(await eraseCommentsOf(app, 'ann@example.org'), 1);
      for (const [table, rows] of await everyRow(app)) assert.doesNotMatch(rows, /ann@|First words/, table);
      const shown = await discussionOf(db, { slug: 'first-story' }, { order: 'oldest' });
      assert.deepEqual([shown?.count, shown?.threads[0]?.comment.isShown], [2, false]);
      app.clock.advance(31 * DAY);
      await forgetOldNotices(app);
      await forgetOldFeedback(app);
      assert.equal(await forgetOldNetworks(app), 3);
      await assertSound(app);
    });

    test('what several do to the same comments at the same time is done once and counted right', async (t) => {
      const { db, another } = await open(t);
      const contentDir = temporaryFolder(t);
      writeArticle(contentDir, 'first-story');
      const options = { now: NOW, env: { CONTENT_DIR: contentDir } };
      const one = await openTestApp(t, { ...options, database: { db, engine } });
      const other = await openTestApp(t, { ...options, database: { db: another(), engine } });
      const apps = [one, other, one, other];
      const twins = await Promise.all(apps.map((app) => postComment(app, draft('The same words'))));
      assert.deepEqual(twins.filter(({ state }) => state === 'posted').length, 1);
      const ids: number[] = [];
      for (let n = 0; n < 30; n++) {
        const posted = await postComment(one, {
          ...draft(`Words ${n}`),
          ...person(`p${n}`),
          network: `192.0.2.${n}`,
        });
        ids.push(posted.state === 'posted' ? posted.id : 0);
      }
      other.clock.advance(7); // no two machines have the very same time
      const letters = await Promise.all(apps.map((app) => gatherModeratorLetter(app)));
      assert.deepEqual(
        letters.sort((a, b) => a - b),
        [0, 0, 0, 25],
      );
      const decide = async (app: TestApp, some: number[], action: 'approve' | 'spam' | 'delete') => {
        await decideComments(app, byId(some), action, { moderator: 'owner' }).catch(isRefused);
      };
      for (let round = 0; round < 5; round++) {
        await Promise.all([
          decide(one, ids, 'approve'),
          decide(other, ids.toReversed(), round % 2 ? 'spam' : 'delete'),
          decide(other, ids.slice(10, 20), 'approve'),
          withdrawComment(one, { id: ids[round] ?? 0 }),
          withdrawComment(other, { id: ids[round] ?? 0 }),
          eraseComment(other, ids[29 - round] ?? 0),
          editComment(
            one,
            { id: ids[8] ?? 0 },
            { body: `Round ${round}`, anyway: true, network: '192.0.2.7' },
          ).catch(isRefused),
          pinFromDesk(other, ids[7] ?? 0, true).catch(isRefused),
          undoModeration(other, round + 1, 'owner').catch(isRefused),
        ]);
        await assertSound(one);
      }
      const states = await db
        .selectFrom('comment')
        .select(['id', 'state'])
        .where('id', 'in', ids)
        .orderBy('id')
        .execute();
      assert.deepEqual(
        states.filter(({ state }) => state === 'withdrawn').map(({ id }) => ids.indexOf(id)),
        [0, 1, 2, 3, 4, 25, 26, 27, 28, 29],
      );
    });

    test('comments and letters from before discussions and their letters are all there, numbered and counted', async (t) => {
      const { db } = await open(t);
      await migrateTo(db, engine, '0007');
      await addOldRows(db);
      assert.deepEqual(await migrate(db, engine), MIGRATIONS.slice(7));
      await assertOldRowsKept(db);
      await assert.rejects(addDelivery(db, 'ann', { kind: 'advert' as 'digest', message_id: 'x' }), /check/i);
      const rest = { recipient: 'a@x', state: 'queued', due_at: NOW, created_at: NOW } as const;
      for (const kind of ['moderation', 'replies', 'reply-confirm'] as const)
        await db
          .insertInto('delivery')
          .values({ ...rest, kind, message_id: kind })
          .execute();
      await assert.rejects(
        db
          .insertInto('delivery')
          .values({ ...rest, kind: 'replies', message_id: 'y', commenter_id: 'nobody' })
          .execute(),
        /foreign key/i,
      );
      const indexes =
        engine === 'sqlite'
          ? await sql<{
              name: string;
            }>`select name from sqlite_master where type = 'index' and tbl_name = 'delivery'`.execute(db)
          : await sql<{
              name: string;
            }>`select indexname as name from pg_indexes where tablename = 'delivery'`.execute(db);
      for (const name of ['delivery_due', 'delivery_commenter'])
        assert.ok(
          indexes.rows.some((row) => row.name === name),
          name,
        );
    });

    test('a step to discussions that ended half-way is taken again from there, and one that ended is not undone', async (t) => {
      const { db } = await open(t);
      await migrateTo(db, engine, '0009');
      await addOldRows(db);
      // As if the step had ended after some comments.
      await db
        .insertInto('discussion')
        .values({ article: 'a-story', published: 1, last_number: 1 })
        .execute();
      await db.updateTable('comment').set({ number: 1 }).where('id', '=', 1).execute();
      const from = async (name: string) =>
        sql`delete from kysely_migration where name >= ${name}`.execute(db);
      await from('0008');
      assert.deepEqual(await migrate(db, engine), MIGRATIONS.slice(7));
      await assertOldRowsKept(db);
      for (const step of ['0008', '0009', '0010', '0011']) {
        await from(step);
        await migrate(db, engine);
        await assertOldRowsKept(db);
      }
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
      const letters = keptLetters(app.config.dataDir, 9).filter(({ subject }) =>
        subject.includes('first-story'),
      );
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
      await addEdition(db);
      const insert = (topics: string) =>
        db.transaction().execute((trx) => insertDeliveries(trx, EDITION, topics, 'watchpost.test', NOW));
      assert.deepEqual([await insert('cloud'), await insert(''), await insert('mobile')], [3, 1, 0]);
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

/** The form that the database had after a migration. */
async function migrateTo(db: Db, engine: Engine, last: string): Promise<void> {
  const steps = MIGRATIONS.filter((name) => name.slice(0, 4) <= last);
  const loaded = steps.map(async (name): Promise<[string, Migration]> => {
    const { up } = (await import(`../../db/migrations/${name}.ts`)) as { up: Up };
    return [name, { up: (trx) => up(trx, engine) }];
  });
  const provider = { getMigrations: async () => Object.fromEntries(await Promise.all(loaded)) };
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  assert.ifError(error);
}

async function addOldRows(db: Db): Promise<void> {
  const rows = [
    comment({ state: 'published', body: 'one' }),
    comment({ state: 'held', body: 'two' }),
    comment({ state: 'published', body: 'three', article: 'b-story' }),
    comment({ state: 'published', body: 'four', parent_id: 1 }),
    comment({ state: 'spam', body: 'five' }),
  ];
  for (const row of rows) await db.insertInto('comment').values(row).execute();
  await addSubscribers(db, ['ann', 'bob', 'cid']);
  for (const id of ['ann', 'bob', 'cid']) await addDelivery(db, id);
  await db.deleteFrom('delivery').where('subscriber_id', '=', 'bob').execute();
  const facts = { state: 'uncertain', reply: '250 ok', sent_at: NOW, due_at: NOW } as const;
  await db.updateTable('delivery').set(facts).where('subscriber_id', '=', 'cid').execute();
}

async function assertOldRowsKept(db: Db): Promise<void> {
  const comments = await db
    .selectFrom('comment')
    .select(['body', 'number', 'cluster', 'revision'])
    .orderBy('id')
    .execute();
  assert.deepEqual(
    comments.map(({ body, number, cluster, revision }) => [body, number, cluster, revision]),
    [
      ['one', 1, '1', 0],
      ['two', null, '2', 0],
      ['three', 1, '3', 0],
      ['four', 2, '4', 0],
      ['five', null, '5', 0],
    ],
  );
  const discussions = await db.selectFrom('discussion').selectAll().orderBy('article').execute();
  assert.deepEqual(discussions, [
    { article: 'a-story', published: 2, last_number: 2, pinned_id: null },
    { article: 'b-story', published: 1, last_number: 1, pinned_id: null },
  ]);
  const deliveries = await db
    .selectFrom('delivery')
    .select(['id', 'subscriber_id', 'commenter_id', 'message_id', 'state', 'reply', 'sent_at'])
    .orderBy('id')
    .execute();
  const ann = {
    id: 1,
    subscriber_id: 'ann',
    message_id: 'ann@x',
    state: 'queued',
    reply: null,
    sent_at: null,
  };
  const cid = {
    id: 3,
    subscriber_id: 'cid',
    message_id: 'cid@x',
    state: 'uncertain',
    reply: '250 ok',
    sent_at: NOW,
  };
  assert.deepEqual(
    deliveries,
    [ann, cid].map((row) => ({ ...row, commenter_id: null })),
  );
}

function isRefused(error: unknown): void {
  if (!(error instanceof AppError && ['conflict', 'not-found'].includes(error.code))) throw error;
}

async function sendAll(app: TestApp): Promise<void> {
  while ((await app.sender.sendDue()) > 0);
}

function person(name: string): Pick<CommentDraft, 'name' | 'email'> {
  return { name, email: `${name}@example.org` };
}

describe('the SQLite file', () => {
  test('survives a power cut, at the first start and later: every commit is flushed, in a write-ahead log', async (t) => {
    const dataDir = temporaryFolder(t);
    for (const start of ['the first', 'a later']) {
      const { db } = openDatabase({ dataDir });
      const app = await openTestApp(t, { database: { db, engine: 'sqlite' } });
      const pragma = async (name: string) =>
        Object.values((await sql`pragma ${sql.raw(name)}`.execute(app.db)).rows[0] as object)[0];
      const names = ['journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout'];
      assert.deepEqual(await Promise.all(names.map(pragma)), ['wal', 2, 1, 0], start);
      await writeSetting(app.db, 'start', start);
    }
  });

  test('what wants to write waits for another process that writes; what reads does not', async (t) => {
    const { db, other } = await besideWriter(t);
    const writes = [
      writeSetting(db, 'alone', 'after'),
      db.transaction().execute((trx) => writeSetting(trx, 'together', 'after')),
    ];
    assert.equal(await settingValue(db, 'alone'), 'before');
    assert.equal(await Promise.race([...writes, settingValue(db, 'together')]), 'before');
    other.exec('commit');
    await Promise.all(writes);
    assert.deepEqual(
      [await settingValue(db, 'alone'), await settingValue(db, 'together')],
      ['after', 'after'],
    );
  });

  test('a write that has waited too long is refused with nothing changed, and the next one succeeds', async (t) => {
    const { db, other } = await besideWriter(t, 50);
    const isUnavailable = (error: unknown) => error instanceof AppError && error.code === 'unavailable';
    await assert.rejects(writeSetting(db, 'alone', 'after'), isUnavailable);
    await assert.rejects(countUp(db), isUnavailable);
    assert.equal(await settingValue(db, 'alone'), 'before');
    other.exec('rollback');
    await countUp(db);
    await writeSetting(db, 'alone', 'after');
    assert.equal(await settingValue(db, 'alone'), 'after');
  });

  test('a transaction in which the disk is full fails with just that, and the next one succeeds', async (t) => {
    const db = closedAfter(t, openSqlite(path.join(temporaryFolder(t), 'a.sqlite')));
    await migrate(db, 'sqlite');
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(db);
    const limit = (pages: number) => sql`pragma max_page_count = ${sql.lit(pages)}`.execute(db);
    await limit(rows[0]?.page_count ?? 0);
    const big = db.transaction().execute((trx) => writeSetting(trx, 'big', 'x'.repeat(100_000)));
    await assert.rejects(big, /disk is full/);
    await limit(100_000);
    await countUp(db);
    assert.equal(await settingValue(db, 'counter'), '1');
  });

  test('a transaction that reads and then writes survives a process that writes meanwhile', async (t) => {
    const file = path.join(temporaryFolder(t), 'a.sqlite');
    const db = closedAfter(t, openSqlite(file));
    await migrate(db, 'sqlite');
    await writeSetting(db, 'counter', '0');
    const writer = spawn(process.execPath, ['--input-type=module-typescript', '--eval', COUNTER, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(writer, 'exit');
    await once(writer.stdout, 'data');
    for (let n = 0; n < 200; n++) await countUp(db);
    assert.deepEqual(await ended, [0, null]);
    assert.equal(await settingValue(db, 'counter'), '400');
  });
});

/** A database, and a connection as another process has it, which is in the middle of writing. */
async function besideWriter(
  t: TestContext,
  patienceMs?: number,
): Promise<{ db: Db; other: Database.Database }> {
  const file = path.join(temporaryFolder(t), 'a.sqlite');
  const db = closedAfter(t, openSqlite(file, patienceMs));
  await migrate(db, 'sqlite');
  for (const name of ['alone', 'together']) await writeSetting(db, name, 'before');
  const other = new Database(file);
  t.after(() => other.close());
  other.exec('begin immediate');
  return { db, other };
}

async function countUp(db: Db): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const count = Number((await settingValue(trx, 'counter')) ?? 0);
    await writeSetting(trx, 'counter', String(count + 1));
  });
}

/** The same in a process of its own, which says when it has begun. */
const COUNTER = `
  import { openSqlite } from ${JSON.stringify(import.meta.resolve('#core/platform/db.ts'))};
  import { settingValue, writeSetting } from ${JSON.stringify(import.meta.resolve('#core/platform/settings.ts'))};
  const db = openSqlite(process.argv[1]);
  ${countUp}
  for (let n = 0; n < 200; n++) {
    await countUp(db);
    if (n === 0) console.log('begun');
  }
  await db.destroy();`;

const EDITION = {
  id: '2026-11-24-weekly',
  cadence: 'weekly' as const,
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

async function addEdition(db: Db): Promise<void> {
  await db.transaction().execute((trx) => insertEdition(trx, EDITION, NOW));
}

async function addSubscribers(
  db: Db,
  ids: string[],
  given: Partial<Schema['subscriber']> = {},
): Promise<void> {
  const rows = ids.map((id) => ({ id, email: `${id}@example.org`, email_key: `${id}@example.org` }));
  const choices = { cadence: 'weekly', topics: '', alerts: 0, state: 'confirmed' } as const;
  const times = { asked: 0, asked_at: null, created_at: NOW, confirmed_at: NOW, ended_at: null };
  await db
    .insertInto('subscriber')
    .values(rows.map((row) => ({ ...row, ...choices, ...times, ...given })))
    .execute();
}

async function addDelivery(
  db: Db,
  subscriber: string,
  given: Partial<Omit<Schema['delivery'], 'id' | 'attempts'>> = {},
): Promise<void> {
  const row = {
    kind: 'confirm',
    subscriber_id: subscriber,
    recipient: `${subscriber}@example.org`,
    message_id: `${subscriber}@x`,
  } as const;
  await db
    .insertInto('delivery')
    .values({ ...row, state: 'queued', due_at: NOW, created_at: NOW, ...given })
    .execute();
}

function comment(given: Partial<Insertable<Schema['comment']>>) {
  const words = {
    article: 'a-story',
    name: 'Ann',
    email: 'ann@example.org',
    email_key: 'ann@example.org',
    body: 'Words',
    html: commentHtml('Words'),
  };
  return { ...words, state: 'held' as const, reason: 'no-filter', notify: 0, created_at: NOW, ...given };
}

function draft(body: string, given: { parent?: string } = {}) {
  const person = { name: 'Ann', email: 'ann@example.org', website: '', notify: false, honeypot: '' };
  return {
    article: 'first-story',
    body,
    parent: '',
    network: '192.0.2.1',
    userAgent: 'a browser',
    referrer: '',
    ...person,
    ...given,
  };
}

async function signUp(
  app: Awaited<ReturnType<typeof openTestApp>>,
  email: string,
  topics: string[],
): Promise<void> {
  await subscribe(app, {
    email,
    choices: { cadence: 'weekly', topics, alerts: false },
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
