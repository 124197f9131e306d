import type { Db, Trx } from '../platform/db.ts';

/** Events after one in the order in which they were written, with how it stands with their subscriber. */
export async function eventsAfter(db: Db, after: number, most: number) {
  return db
    .selectFrom('subscriber_event as e')
    .innerJoin('subscriber as s', 's.id', 'e.subscriber_id')
    .select(['e.id', 'e.subscriber_id', 'e.at', 'e.kind', 's.state'])
    .where('e.id', '>', after)
    .orderBy('e.id')
    .limit(most)
    .execute();
}

export async function forgetNetworksOfEvents(trx: Trx, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await trx.updateTable('subscriber_event').set({ network: null }).where('id', 'in', ids).execute();
}

export async function forgetNetworksOfSubscribers(trx: Trx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await trx
    .updateTable('subscriber_event')
    .set({ network: null })
    .where('subscriber_id', 'in', ids)
    .where('network', 'is not', null)
    .execute();
}
