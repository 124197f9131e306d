import type { SubscriberState } from '#db/schema.ts';
import type { Db } from '../platform/db.ts';
import type { Cadence } from './subscriber.ts';

/** How many are in a state and chose a cadence; asks the index alone. */
export async function subscribersOf(db: Db, state: SubscriberState, cadence: Cadence): Promise<number> {
  const { count } = await db
    .selectFrom('subscriber')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('state', '=', state)
    .where('cadence', '=', cadence)
    .executeTakeFirstOrThrow();
  return count;
}
