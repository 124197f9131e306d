import { type Kysely, sql } from 'kysely';
import { inTransaction, newTable, rowReference } from '../columns.ts';
import type { Up } from '../migrate.ts';

interface Before {
  comment: { id: number; article: string; state: string; number: number | null };
  discussion: { article: string; published: number; last_number: number; pinned_id: number | null };
}

/** How many comments one transaction changes. */
const AT_ONCE = 1000;

/** One row an article: how many comments stand under it, and the last number given out. */
export const up: Up = async (db, engine) => {
  await newTable(db, engine, 'discussion')
    .addColumn('article', 'text', (column) => column.primaryKey())
    .addColumn('published', 'integer', (column) => column.notNull().check(sql`published >= 0`))
    .addColumn('last_number', 'integer', (column) => column.notNull())
    .addColumn('pinned_id', rowReference(engine))
    .execute();
  while ((await inTransaction(db, (trx) => numberSome(trx as Kysely<Before>))) > 0);
};

/** Comments that stood on a page before numbers were kept get theirs, in the order in which they came. */
async function numberSome(trx: Kysely<Before>): Promise<number> {
  const rows = await trx
    .selectFrom('comment')
    .select(['id', 'article'])
    .where('state', '=', 'published')
    .where('number', 'is', null)
    .orderBy('id')
    .limit(AT_ONCE)
    .execute();
  for (const { id, article } of rows) {
    const { last_number } = await trx
      .insertInto('discussion')
      .values({ article, published: 1, last_number: 1, pinned_id: null })
      .onConflict((conflict) =>
        conflict.column('article').doUpdateSet((e) => ({
          published: e('discussion.published', '+', 1),
          last_number: e('discussion.last_number', '+', 1),
        })),
      )
      .returning('last_number')
      .executeTakeFirstOrThrow();
    await trx.updateTable('comment').set({ number: last_number }).where('id', '=', id).execute();
  }
  return rows.length;
}
