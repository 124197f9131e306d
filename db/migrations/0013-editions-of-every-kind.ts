import { type Kysely, sql } from 'kysely';
import type { Engine } from '../../src/core/platform/db.ts';
import { hasColumn, inTransaction, newTable, notNull, primary, rowNumber, rowReference } from '../columns.ts';
import type { Up } from '../migrate.ts';

const EDITION_KINDS = sql`('digest', 'alert', 'letter')`;
const EDITION_STATES = sql`('waiting', 'scheduled', 'sending', 'paused', 'cancelled', 'sent')`;
const DELIVERY_KINDS = sql`('confirm', 'link', 'welcome', 'digest', 'alert', 'letter', 'moderation', 'reply-confirm', 'replies')`;
const DELIVERY_STATES = sql`('queued', 'claimed', 'at-the-dot', 'sent', 'deferred', 'bounced', 'uncertain', 'skipped')`;

/** Alerts and letters beside digests, each in a state; stories numbered, so that each reader gets each of them once. */
export const up: Up = async (db, engine) => {
  // SQLite changes no constraint in place: tables that others refer to are built anew, which its guard would undo.
  if (engine === 'sqlite') await sql`pragma foreign_keys = off`.execute(db);
  try {
    await inTransaction(db, async (trx) => {
      await buildStories(trx, engine);
      if (!(await hasColumn(trx, 'edition', 'number'))) await rebuildEditions(trx, engine);
      await buildVariants(trx, engine);
      if (!(await hasColumn(trx, 'delivery', 'variant_id'))) await rebuildDeliveries(trx, engine);
      await trx.schema.dropTable('edition_article').ifExists().execute();
    });
  } finally {
    if (engine === 'sqlite') await sql`pragma foreign_keys = on`.execute(db);
  }
};

async function buildStories(trx: Kysely<unknown>, engine: Engine): Promise<void> {
  await newTable(trx, engine, 'story')
    .addColumn('slug', 'text', (column) => column.primaryKey())
    .addColumn('number', 'integer', (column) => column.unique())
    .addColumn('first_seen_at', 'text', notNull)
    .execute();
}

async function buildVariants(trx: Kysely<unknown>, engine: Engine): Promise<void> {
  await newTable(trx, engine, 'edition_variant')
    .addColumn('id', rowNumber(engine), primary(engine))
    .addColumn('edition_id', 'text', (column) =>
      column.notNull().references('edition.id').onDelete('cascade'),
    )
    .addColumn('topics', 'text', notNull)
    .addColumn('since', 'integer', notNull)
    .addColumn('alerted', 'text', notNull)
    .addColumn('stories', 'text', notNull)
    .addColumn('more', 'integer', notNull)
    .addColumn('readers', 'integer', notNull)
    .addUniqueConstraint('edition_variant_once', ['edition_id', 'topics', 'since', 'alerted'])
    .execute();
}

interface OldEdition {
  id: string;
  cadence: string;
  since: string;
  until: string;
  title: string;
  contents: string;
  created_at: string;
}

interface Tables {
  edition: OldEdition;
  edition_old: OldEdition;
  edition_new: Record<string, string | number | null>;
  story: { slug: string; number: number; first_seen_at: string };
}

async function rebuildEditions(trx: Kysely<unknown>, engine: Engine): Promise<void> {
  const old = trx as Kysely<Tables>;
  const editions = await old.selectFrom('edition').selectAll().orderBy('until').orderBy('id').execute();
  await newTable(trx, engine, 'edition_new')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('number', 'integer', (column) => column.unique())
    .addColumn('kind', 'text', (column) => column.notNull().check(sql`kind in ${EDITION_KINDS}`))
    .addColumn('cadence', 'text', (column) => column.check(sql`cadence in ('daily', 'weekly', 'monthly')`))
    .addColumn('subject', 'text')
    .addColumn('state', 'text', (column) => column.notNull().check(sql`state in ${EDITION_STATES}`))
    .addColumn('reason', 'text', notNull)
    .addColumn('since', 'text', notNull)
    .addColumn('until', 'text', notNull)
    .addColumn('last_story', 'integer', notNull)
    .addColumn('title', 'text', notNull)
    .addColumn('contents', 'text', notNull)
    .addColumn('created_at', 'text', notNull)
    .addColumn('due_at', 'text')
    .addColumn('started_at', 'text')
    .addColumn('ended_at', 'text')
    .addUniqueConstraint('edition_subject_once', ['kind', 'subject'])
    .addCheckConstraint('edition_digest_has_cadence', sql`(kind = 'digest') = (cadence is not null)`)
    .execute();
  const numbers = new Map<string, number>();
  for (const [place, { id, cadence, since, until, title, contents, created_at }] of editions.entries()) {
    for (const { slug } of storiesOf(contents).toReversed()) {
      if (numbers.has(slug)) continue;
      numbers.set(slug, numbers.size + 1);
      const story = { slug, number: numbers.size, first_seen_at: created_at };
      await old
        .insertInto('story')
        .values(story)
        .onConflict((c) => c.doNothing())
        .execute();
    }
    const kept = { id, cadence, since, until, title, contents, created_at };
    const more = { number: place + 1, kind: 'digest', state: 'sending', reason: '', started_at: created_at };
    await old
      .insertInto('edition_new')
      .values({ ...kept, ...more, last_story: numbers.size })
      .execute();
  }
  if (engine === 'postgres')
    await sql`alter table delivery drop constraint if exists delivery_edition_id_fkey`.execute(trx);
  await trx.schema.dropTable('edition_article').ifExists().execute();
  await trx.schema.dropTable('edition').execute();
  await trx.schema.alterTable('edition_new').renameTo('edition').execute();
}

function storiesOf(contents: string): { slug: string; topics: string[] }[] {
  return (JSON.parse(contents) as { stories: { slug: string; topics: string[] }[] }).stories;
}

const KEPT = [
  ...([
    'id',
    'kind',
    'edition_id',
    'subscriber_id',
    'commenter_id',
    'recipient',
    'message_id',
    'state',
  ] as const),
  ...(['attempts', 'due_at', 'lease_owner', 'lease_until', 'reply', 'created_at', 'sent_at'] as const),
];

type Deliveries = {
  delivery: Record<(typeof KEPT)[number], never> & { variant_id: number };
  delivery_new: Record<(typeof KEPT)[number] | 'domain', never>;
  subscriber: { id: string; topics: string };
  edition: { id: string; contents: string };
  edition_variant: Record<'edition_id' | 'topics' | 'alerted' | 'stories', string> &
    Record<'since' | 'more' | 'readers', number>;
};

async function rebuildDeliveries(trx: Kysely<unknown>, engine: Engine): Promise<void> {
  await newTable(trx, engine, 'delivery_new')
    .addColumn(
      'id',
      engine === 'sqlite' ? sql`integer` : sql`bigint generated by default as identity`,
      primary(engine),
    )
    .addColumn('kind', 'text', (column) => column.notNull().check(sql`kind in ${DELIVERY_KINDS}`))
    .addColumn('edition_id', 'text', (column) => column.references('edition.id'))
    .addColumn('variant_id', rowReference(engine), (column) => column.references('edition_variant.id'))
    .addColumn('subscriber_id', 'text', (column) => column.references('subscriber.id').onDelete('cascade'))
    .addColumn('commenter_id', 'text', (column) => column.references('commenter.id').onDelete('cascade'))
    .addColumn('recipient', 'text', notNull)
    // Lanes are told apart and put in order by this column: the same order everywhere, that of the bytes.
    .addColumn('domain', engine === 'sqlite' ? 'text' : sql`text collate "C"`, (column) =>
      column.notNull().defaultTo(''),
    )
    .addColumn('message_id', 'text', notNull)
    .addColumn('state', 'text', (column) => column.notNull().check(sql`state in ${DELIVERY_STATES}`))
    .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('due_at', 'text', notNull)
    .addColumn('lease_owner', 'text')
    .addColumn('lease_until', 'text')
    .addColumn('reply', 'text')
    .addColumn('created_at', 'text', notNull)
    .addColumn('sent_at', 'text')
    .execute();
  const db = trx as unknown as Kysely<Deliveries>;
  const at = engine === 'sqlite' ? sql`instr(recipient, '@')` : sql`strpos(recipient, '@')`;
  await db
    .insertInto('delivery_new')
    .columns([...KEPT, 'domain'])
    .expression(
      db.selectFrom('delivery').select([...KEPT, sql<never>`substr(recipient, ${at} + 1)`.as('domain')]),
    )
    .execute();
  await trx.schema.dropTable('delivery').execute();
  await trx.schema.alterTable('delivery_new').renameTo('delivery').execute();
  if (engine === 'postgres')
    await sql`select setval(pg_get_serial_sequence('delivery', 'id'), coalesce(max(id), 0) + 1, false) from delivery`.execute(
      trx,
    );
  await addVariantsOfOldEditions(db);
  const index = (name: string) => trx.schema.createIndex(name).on('delivery');
  // By subscriber first: it serves "all that this reader got", too.
  await index('delivery_once').unique().columns(['subscriber_id', 'edition_id']).execute();
  await index('delivery_message')
    .unique()
    .column('message_id')
    .where(sql.ref('edition_id'), 'is', null)
    .execute();
  // What is queued, by lane; and how many are in which state, without a look at the rows.
  await index('delivery_state').columns(['edition_id', 'state', 'domain', 'id']).execute();
  await index('delivery_deferred')
    .columns(['edition_id', 'due_at', 'id'])
    .where(sql.ref('state'), '=', sql`'deferred'`)
    .execute();
  await index('delivery_held').column('lease_owner').where(sql.ref('lease_owner'), 'is not', null).execute();
  await index('delivery_commenter')
    .column('commenter_id')
    .where(sql.ref('commenter_id'), 'is not', null)
    .execute();
}

async function addVariantsOfOldEditions(db: Kysely<Deliveries>): Promise<void> {
  const groups = await db
    .selectFrom('delivery')
    .innerJoin('subscriber', 'subscriber.id', 'delivery.subscriber_id')
    .innerJoin('edition', 'edition.id', 'delivery.edition_id')
    .select([
      'edition.id',
      'edition.contents',
      'subscriber.topics',
      (e) => e.fn.countAll<number>().as('readers'),
    ])
    .groupBy(['edition.id', 'edition.contents', 'subscriber.topics'])
    .execute();
  for (const { id, contents, topics, readers } of groups) {
    const wanted = topics === '' ? [] : topics.split(',');
    const stories = storiesOf(contents)
      .filter((story) => wanted.length === 0 || story.topics.some((topic) => wanted.includes(topic)))
      .map(({ slug }) => slug);
    const row = { edition_id: id, topics, since: 0, alerted: '', more: 0, readers };
    await db
      .insertInto('edition_variant')
      .values({ ...row, stories: JSON.stringify(stories) })
      .execute();
  }
  const variant = sql<number>`(select v.id from edition_variant v, subscriber s
    where v.edition_id = delivery.edition_id and s.id = delivery.subscriber_id and v.topics = s.topics)`;
  await db
    .updateTable('delivery')
    .set({ variant_id: variant as never })
    .where('edition_id', 'is not', null)
    .execute();
}
