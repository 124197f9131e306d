import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { deliveryCounts } from '#core/mail/outbox-rows.ts';
import type { Db, Engine } from '#core/platform/db.ts';
import { settingValue, writeSetting } from '#core/platform/settings.ts';
import { migrate, type Up } from '#db/migrate.ts';
import { isNewest } from '#db/newest.ts';
import { testEngines } from '../support/engines.ts';
import { addDelivery, addSubscribers, comment, NOW } from '../support/rows.ts';

const MIGRATIONS = readdirSync(new URL('../../db/migrations/', import.meta.url))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -'.ts'.length))
  .sort();

for (const { name, engine, open, openMigrated } of testEngines()) {
  describe(`on ${name}`, () => {
    test('every migration runs once, and a second start finds nothing to do', async (t) => {
      const { db } = await open(t);
      assert.deepEqual(await migrate(db, engine), MIGRATIONS);
      assert.deepEqual(await migrate(db, engine), []);
    });

    test('a database is known to be in its newest form without a migration being read', async (t) => {
      const { db } = await open(t);
      await assert.rejects(isNewest(db), /kysely_migration/);
      await migrateTo(db, engine, '0014');
      assert.equal(await isNewest(db), false);
      await migrate(db, engine);
      assert.equal(await isNewest(db), true);
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

    test('sessions from before people are over: they name nobody of them', async (t) => {
      const { db } = await open(t);
      await migrateTo(db, engine, '0017');
      const times = sql`${NOW}, ${NOW}, ${NOW}`;
      await sql`insert into session (hash, moderator, created_at, seen_at, expires_at)
        values ('h', 'owner', ${times})`.execute(db);
      await migrate(db, engine);
      assert.deepEqual(await db.selectFrom('session').select(['hash', 'person_id']).execute(), []);
      const nobody = { hash: 'h', id: 'i', person_id: 'nobody', way: 'console', device: '' } as const;
      const rest = { created_at: NOW, seen_at: NOW, expires_at: NOW, stepped_up_at: NOW };
      await assert.rejects(
        db
          .insertInto('session')
          .values({ ...nobody, ...rest })
          .execute(),
        /foreign key/i,
      );
    });

    test('two processes that start at the same time both find the newest form', async (t) => {
      const { db, another } = await open(t);
      const runs = await Promise.all([migrate(db, engine), migrate(another(), engine)]);
      assert.deepEqual([...new Set(runs.flat())].sort(), MIGRATIONS);
      assert.deepEqual(await migrate(db, engine), []);
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
      for (const name of ['delivery_state', 'delivery_commenter'])
        assert.ok(
          indexes.rows.some((row) => row.name === name),
          name,
        );
    });

    test('editions from before alerts and letters keep their readers, and tell nobody twice', async (t) => {
      const { db } = await open(t);
      await migrateTo(db, engine, '0011');
      await addOldRows(db);
      await addOldEdition(db);
      await migrate(db, engine);
      const editions = await db
        .selectFrom('edition')
        .select(['id', 'number', 'kind', 'state', 'last_story'])
        .execute();
      const kept = { id: 'old-weekly', number: 1, kind: 'digest', state: 'sending', last_story: 2 };
      assert.deepEqual(editions, [kept]);
      const stories = await db.selectFrom('story').select(['slug', 'number']).orderBy('number').execute();
      assert.deepEqual(stories, [
        { slug: 'older', number: 1 },
        { slug: 'newer', number: 2 },
      ]);
      const letters = await db
        .selectFrom('delivery')
        .innerJoin('edition_variant', 'edition_variant.id', 'delivery.variant_id')
        .select(['subscriber_id', 'domain', 'topics', 'stories'])
        .orderBy('subscriber_id')
        .execute();
      assert.deepEqual(
        letters.map(({ subscriber_id, ...rest }) => [subscriber_id, ...Object.values(rest)]),
        [
          ['ann', 'example.org', '', '["newer","older"]'],
          ['cid', 'example.org', '', '["newer","older"]'],
        ],
      );
      const events = await db.selectFrom('subscriber_event').select('subscriber_id').execute();
      assert.deepEqual(events, [{ subscriber_id: 'ann' }], 'what refers to a table that was rebuilt is kept');
      await addDelivery(db, 'bob');
      const [last] = await db.selectFrom('delivery').select('id').orderBy('id', 'desc').limit(1).execute();
      assert.ok((last?.id ?? 0) > 5, 'numbers go on from the highest');
      await assert.rejects(db.deleteFrom('edition').execute(), /foreign key/i);
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
      for (const step of ['0008', '0009', '0010', '0011', '0012', '0013', '0014']) {
        await from(step);
        await migrate(db, engine);
        await assertOldRowsKept(db);
      }
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

/** An edition and its letters, as they were written before editions had kinds. */
async function addOldEdition(db: Db): Promise<void> {
  const story = (slug: string) => ({
    slug,
    path: '',
    title: slug,
    dek: '',
    published: NOW,
    topics: ['cloud'],
  });
  const contents = JSON.stringify({ stories: [story('newer'), story('older')], more: 0 });
  await sql`insert into edition (id, cadence, since, until, title, contents, created_at)
    values ('old-weekly', 'weekly', ${NOW}, ${NOW}, 'Old', ${contents}, ${NOW})`.execute(db);
  for (const article of ['newer', 'older'])
    await sql`insert into edition_article values ('old-weekly', 'weekly', ${article})`.execute(db);
  for (const subscriber of ['ann', 'cid'])
    await sql`insert into delivery
      (kind, edition_id, subscriber_id, recipient, message_id, state, due_at, created_at)
      values ('digest', 'old-weekly', ${subscriber}, ${`${subscriber}@example.org`}, ${`old.${subscriber}`},
        'queued', ${NOW}, ${NOW})`.execute(db);
  const event = { subscriber_id: 'ann', at: NOW, kind: 'signed-up', network: null, detail: '' };
  await db.insertInto('subscriber_event').values(event).execute();
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
