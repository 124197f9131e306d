import type { Insertable, Selectable, Updateable } from 'kysely';
import type { Cadence, Schema, SubscriberState, SubscriberTable } from '#db/schema.ts';
import type { Db, Trx } from '../platform/db.ts';

export type Subscriber = Selectable<SubscriberTable>;

export async function subscriberByKey(db: Db | Trx, emailKey: string): Promise<Subscriber | undefined> {
  return db.selectFrom('subscriber').selectAll().where('email_key', '=', emailKey).executeTakeFirst();
}

export async function subscriberById(db: Db | Trx, id: string): Promise<Subscriber | undefined> {
  return db.selectFrom('subscriber').selectAll().where('id', '=', id).executeTakeFirst();
}

/** False where the address is there already. */
export async function insertSubscriber(trx: Trx, values: Insertable<SubscriberTable>): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('subscriber')
    .values(values)
    .onConflict((conflict) => conflict.column('email_key').doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Changes a subscriber only where they are still in one of the states; false where not. */
export async function changeSubscriber(
  trx: Db | Trx,
  id: string,
  from: readonly SubscriberState[],
  change: Updateable<SubscriberTable>,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('subscriber')
    .set(change)
    .where('id', '=', id)
    .where('state', 'in', from)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Counts one more confirmation letter to an address; false where it has had its share, so that of two sign-ups at once one asks. */
export async function countAsked(
  trx: Trx,
  id: string,
  { now, before, most }: { now: string; before: string; most: number },
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('subscriber')
    .set((e) => ({ asked: e('asked', '+', 1), asked_at: now }))
    .where('id', '=', id)
    .where('asked', '<', most)
    .where((w) => w.or([w('asked_at', 'is', null), w('asked_at', '<=', before)]))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Counts one more letter with their link to a subscriber; false where they had one since `before`. */
export async function countLinkAsked(trx: Trx, id: string, now: string, before: string): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('subscriber')
    .set({ asked_at: now })
    .where('id', '=', id)
    .where('state', '=', 'confirmed')
    .where((w) => w.or([w('asked_at', 'is', null), w('asked_at', '<=', before)]))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function insertSubscriberEvent(
  trx: Db | Trx,
  event: Insertable<Schema['subscriber_event']>,
): Promise<void> {
  await trx.insertInto('subscriber_event').values(event).execute();
}

export async function subscriberCounts(
  db: Db,
): Promise<{ state: SubscriberState; cadence: Cadence; count: number }[]> {
  return db
    .selectFrom('subscriber')
    .select(['state', 'cadence', (e) => e.fn.countAll<number>().as('count')])
    .groupBy(['state', 'cadence'])
    .execute();
}

export async function confirmedIds(db: Db, after: string, most: number): Promise<string[]> {
  const rows = await db
    .selectFrom('subscriber')
    .select('id')
    .where('state', '=', 'confirmed')
    .where('id', '>', after)
    .orderBy('id')
    .limit(most)
    .execute();
  return rows.map((row) => row.id);
}
