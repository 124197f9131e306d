import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import type { EditionTable } from '#db/schema.ts';
import type { Db, Trx } from '../platform/db.ts';
import type { Cadence } from '../subscribers/subscriber.ts';
import type { Edition, EditionContents } from './edition.ts';

export async function editionById(db: Db | Trx, id: string): Promise<Edition | undefined> {
  const row = await db.selectFrom('edition').selectAll().where('id', '=', id).executeTakeFirst();
  return row && editionOf(row);
}

/** Newest first. */
export async function editions(db: Db, most: number): Promise<Edition[]> {
  const rows = await db
    .selectFrom('edition')
    .selectAll()
    .orderBy('until', 'desc')
    .orderBy('id')
    .limit(most)
    .execute();
  return rows.map(editionOf);
}

export async function lastEdition(db: Db | Trx, cadence: Cadence): Promise<Edition | undefined> {
  const row = await db
    .selectFrom('edition')
    .selectAll()
    .where('cadence', '=', cadence)
    .orderBy('until', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && editionOf(row);
}

/** Which articles editions of this cadence have held already. */
export async function sentArticles(db: Db | Trx, cadence: Cadence): Promise<Set<string>> {
  const rows = await db
    .selectFrom('edition_article')
    .select('article')
    .where('cadence', '=', cadence)
    .execute();
  return new Set(rows.map((row) => row.article));
}

/** False where an edition of the same window is there already. */
export async function insertEdition(trx: Trx, edition: Edition, createdAt: string): Promise<boolean> {
  const { contents, ...columns } = edition;
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('edition')
    .values({ ...columns, contents: JSON.stringify(contents), created_at: createdAt })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if ((numInsertedOrUpdatedRows ?? 0n) === 0n) return false;
  const rows = contents.stories.map((story) => ({
    edition_id: edition.id,
    cadence: edition.cadence,
    article: story.slug,
  }));
  await trx.insertInto('edition_article').values(rows).execute();
  return true;
}

/** One row for each confirmed subscriber of the cadence who chose exactly these topics, in one statement. */
export async function insertDeliveries(
  trx: Trx,
  edition: Edition,
  topics: string,
  host: string,
  now: string,
): Promise<number> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('delivery')
    .columns([
      'kind',
      'edition_id',
      'subscriber_id',
      'recipient',
      'message_id',
      'state',
      'due_at',
      'created_at',
    ])
    .expression((e) =>
      e
        .selectFrom('subscriber')
        .select((s) => [
          s.val('digest').as('kind'),
          s.val(edition.id).as('edition_id'),
          'id as subscriber_id',
          'email as recipient',
          sql<string>`${edition.id} || '.' || id || '@' || ${host}`.as('message_id'),
          s.val('queued').as('state'),
          s.val(now).as('due_at'),
          s.val(now).as('created_at'),
        ])
        .where('state', '=', 'confirmed')
        .where('cadence', '=', edition.cadence)
        .where('topics', '=', topics),
    )
    .executeTakeFirst();
  return Number(numInsertedOrUpdatedRows ?? 0n);
}

function editionOf({ id, cadence, since, until, title, contents }: Selectable<EditionTable>): Edition {
  return { id, cadence, since, until, title, contents: JSON.parse(contents) as EditionContents };
}
