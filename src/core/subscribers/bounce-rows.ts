import type { Insertable } from 'kysely';
import type { BounceTable } from '#db/schema.ts';
import type { Trx } from '../platform/db.ts';

/** False where the same message has told of the same subscriber before. */
export async function insertBounce(trx: Trx, row: Insertable<BounceTable>): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('bounce')
    .values(row)
    .onConflict((conflict) => conflict.columns(['message_hash', 'subscriber_id']).doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function softBouncesSince(trx: Trx, subscriber: string, since: string): Promise<number> {
  const { count } = await trx
    .selectFrom('bounce')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('subscriber_id', '=', subscriber)
    .where('kind', '=', 'soft')
    .where('at', '>', since)
    .executeTakeFirstOrThrow();
  return count;
}
