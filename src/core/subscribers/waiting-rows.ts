import type { DeliveryKind, DeliveryState } from '#db/schema.ts';
import type { Trx } from '../platform/db.ts';

const WAITING: readonly DeliveryState[] = ['queued', 'deferred'];
const OF_EDITIONS: readonly DeliveryKind[] = ['digest', 'alert', 'letter'];

/**
 * Takes a subscriber's letters that still wait out of the outbox, with the reason; a worker that has claimed one asks
 * once more before it sends.
 *
 * @param which `editions`: what a list sends; `all`: also what they asked for
 */
export async function skipWaiting(
  trx: Trx,
  subscriberId: string,
  reason: string,
  which: 'editions' | 'all',
): Promise<number> {
  const { numUpdatedRows } = await trx
    .updateTable('delivery')
    .set({ state: 'skipped', reply: reason })
    .where('subscriber_id', '=', subscriberId)
    .where('state', 'in', WAITING)
    .$if(which === 'editions', (query) => query.where('kind', 'in', OF_EDITIONS))
    .executeTakeFirst();
  return Number(numUpdatedRows);
}
