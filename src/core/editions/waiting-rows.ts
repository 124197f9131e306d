import type { Insertable } from 'kysely';
import type { EditionTable } from '#db/schema.ts';
import type { Trx } from '../platform/db.ts';
import type { Cadence } from '../subscribers/subscriber.ts';

/** An edition that asks a person before anything is made; false where there is one of its id or subject already. */
export async function insertWaiting(
  trx: Trx,
  edition: Pick<Insertable<EditionTable>, 'id' | 'kind' | 'title' | 'reason' | 'created_at'> & {
    cadence?: Cadence;
    subject?: string;
    due_at: string;
  },
): Promise<boolean> {
  const { due_at } = edition;
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('edition')
    .values({
      cadence: null,
      subject: null,
      ...edition,
      number: null,
      state: 'waiting',
      since: due_at,
      until: due_at,
      last_story: 0,
      contents: JSON.stringify({ stories: [], more: 0 }),
      started_at: null,
      ended_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** At most one digest of a cadence waits: a newer one takes its place. */
export async function replaceWaiting(trx: Trx, cadence: Cadence, by: string, now: string): Promise<void> {
  await trx
    .updateTable('edition')
    .set({ state: 'cancelled', reason: `${by} took its place`, ended_at: now })
    .where('kind', '=', 'digest')
    .where('cadence', '=', cadence)
    .where('state', '=', 'waiting')
    .where('id', '<>', by)
    .execute();
}
