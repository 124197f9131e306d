import type { Insertable, Selectable } from 'kysely';
import type { SuppressionTable } from '#db/schema.ts';
import type { Db, Trx } from '../platform/db.ts';

export type Suppression = Selectable<SuppressionTable>;
export type SuppressionReason = SuppressionTable['reason'];

export async function suppressionByHash(db: Db | Trx, hash: string): Promise<Suppression | undefined> {
  return db.selectFrom('suppression').selectAll().where('hash', '=', hash).executeTakeFirst();
}

export async function suppressionsByHash(db: Db, hashes: readonly string[]): Promise<Suppression[]> {
  if (hashes.length === 0) return [];
  return db.selectFrom('suppression').selectAll().where('hash', 'in', hashes).execute();
}

/** False where it is there already: the first reason stays, unless it was only that they left. */
export async function insertSuppression(trx: Trx, row: Insertable<SuppressionTable>): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('suppression')
    .values(row)
    .onConflict((conflict) => {
      const there = conflict.column('hash');
      if (row.reason === 'left') return there.doNothing();
      return there.doUpdateSet({ reason: row.reason, at: row.at }).where('suppression.reason', '=', 'left');
    })
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** False where there is none, or where it is for another reason than those. */
export async function deleteSuppression(
  trx: Trx,
  hash: string,
  reasons: readonly SuppressionReason[],
): Promise<boolean> {
  const { numDeletedRows } = await trx
    .deleteFrom('suppression')
    .where('hash', '=', hash)
    .where('reason', 'in', reasons)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function suppressionCounts(db: Db): Promise<{ reason: SuppressionReason; count: number }[]> {
  return db
    .selectFrom('suppression')
    .select(['reason', (e) => e.fn.countAll<number>().as('count')])
    .groupBy('reason')
    .orderBy('reason')
    .execute();
}

/** Subscribers still there who are suppressed, and why: their newest word on it; in the order of their ids. */
export async function suppressedSubscribers(
  db: Db,
  after: string,
  most: number,
): Promise<{ id: string; email_key: string; at: string; reason: string }[]> {
  return db
    .selectFrom('subscriber as s')
    .innerJoin('subscriber_event as e', 'e.subscriber_id', 's.id')
    .select(['s.id', 's.email_key', 'e.at', 'e.detail as reason'])
    .where('s.id', '>', after)
    .where('s.state', '=', 'unsubscribed')
    .where('e.kind', '=', 'suppressed')
    .where('e.id', '=', (q) =>
      q
        .selectFrom('subscriber_event as newest')
        .select((n) => n.fn.max('newest.id').as('id'))
        .whereRef('newest.subscriber_id', '=', 's.id')
        .where('newest.kind', 'in', ['suppressed', 'lifted']),
    )
    .orderBy('s.id')
    .limit(most)
    .execute();
}
