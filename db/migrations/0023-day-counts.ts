import { type Kysely, sql } from 'kysely';
import { inTransaction, newTable, notNull, primary, rowNumber } from '../columns.ts';
import type { Up } from '../migrate.ts';

const KINDS = sql`('joined', 'left', 'comments', 'spam', 'views')`;

/** What the desk's pictures are drawn from: a page that counted a million rows each time would be slow. */
export const up: Up = async (db, engine) => {
  // Filled in the transaction that makes them: a step that ended half-way leaves neither half of it.
  await inTransaction(db, async (trx) => {
    await newTable(trx, engine, 'day_count')
      .addColumn('id', rowNumber(engine), primary(engine))
      .addColumn('day', 'text', notNull)
      .addColumn('kind', 'text', (column) => column.notNull().check(sql`kind in ${KINDS}`))
      .addColumn('count', 'integer', notNull)
      .execute();
    await index(trx, 'day_count_of', 'day_count', ['kind', 'day']);
    await newTable(trx, engine, 'edition_letters')
      .addColumn('edition_id', 'text', (column) =>
        column.primaryKey().references('edition.id').onDelete('cascade'),
      )
      .addColumn('letters', 'integer', notNull)
      .execute();
    await newTable(trx, engine, 'story_letters')
      .addColumn('edition_id', 'text', (column) =>
        column.notNull().references('edition.id').onDelete('cascade'),
      )
      .addColumn('slug', 'text', notNull)
      .addColumn('letters', 'integer', notNull)
      .addPrimaryKeyConstraint('story_letters_once', ['edition_id', 'slug'])
      .execute();
    await index(trx, 'story_letters_of', 'story_letters', ['slug']);
    await newTable(trx, engine, 'article_view_month')
      .addColumn('month', 'text', notNull)
      .addColumn('slug', 'text', notNull)
      .addColumn('views', 'integer', notNull)
      .addPrimaryKeyConstraint('article_view_month_once', ['month', 'slug'])
      .execute();
    await index(trx, 'article_view_of', 'article_view', ['slug', 'day']);
    await countDays(trx);
    await countMonths(trx);
    await countLetters(trx as Kysely<Letters>);
  });
};

async function index(trx: Kysely<unknown>, name: string, table: string, columns: string[]): Promise<void> {
  await trx.schema.createIndex(name).ifNotExists().on(table).columns(columns).execute();
}

/** From what is there; of who was erased before, and of spam thrown away before, nobody knows any more. */
async function countDays(trx: Kysely<unknown>): Promise<void> {
  const { rows } = await sql`select 1 from day_count limit 1`.execute(trx);
  if (rows.length > 0) return; // counted since: erased people stay in it
  const add = (kind: string, from: ReturnType<typeof sql>) =>
    sql`insert into day_count (day, kind, count) select day, ${kind}, sum(n) from (${from}) as counted
      group by day order by day`.execute(trx);
  // Who came back and has yet to confirm it is no reader; when they had left is not known.
  await add(
    'joined',
    sql`select substr(confirmed_at, 1, 10) as day, 1 as n from subscriber
      where confirmed_at is not null and (state = 'confirmed' or (state = 'unsubscribed' and ended_at is not null))`,
  );
  await add(
    'left',
    sql`select substr(ended_at, 1, 10) as day, 1 as n from subscriber
      where confirmed_at is not null and state = 'unsubscribed' and ended_at is not null`,
  );
  const written = sql`select substr(created_at, 1, 10) as day, 1 as n from comment where author is null`;
  await add('comments', written);
  await add('spam', sql`${written} and state = 'spam'`);
  await add('views', sql`select day, views as n from article_view`);
}

async function countMonths(trx: Kysely<unknown>): Promise<void> {
  const { rows } = await sql`select 1 from article_view_month limit 1`.execute(trx);
  if (rows.length > 0) return;
  await sql`insert into article_view_month (month, slug, views)
    select substr(day, 1, 7) as month, slug, sum(views) from article_view group by substr(day, 1, 7), slug`.execute(
    trx,
  );
}

interface Letters {
  delivery: { edition_id: string | null };
  edition: { id: string };
  edition_variant: { edition_id: string; stories: string; readers: number };
  edition_letters: { edition_id: string; letters: number };
  story_letters: { edition_id: string; slug: string; letters: number };
}

async function countLetters(trx: Kysely<Letters>): Promise<void> {
  const editions = await trx
    .selectFrom('delivery')
    .select((e) => ['edition_id', e.fn.countAll<number>().as('letters')])
    .where('edition_id', 'is not', null)
    .where('edition_id', 'not in', (e) => e.selectFrom('edition_letters').select('edition_id'))
    .groupBy('edition_id')
    .$narrowType<{ edition_id: string }>()
    .execute();
  for (const { edition_id, letters } of editions) {
    await trx.insertInto('edition_letters').values({ edition_id, letters }).execute();
    const variants = await trx
      .selectFrom('edition_variant')
      .select(['stories', 'readers'])
      .where('edition_id', '=', edition_id)
      .execute();
    const carried = new Map<string, number>();
    for (const { stories, readers } of variants)
      for (const slug of JSON.parse(stories) as string[])
        carried.set(slug, (carried.get(slug) ?? 0) + readers);
    const rows = [...carried].map(([slug, count]) => ({ edition_id, slug, letters: count }));
    for (const row of rows) await trx.insertInto('story_letters').values(row).execute();
  }
}
