import type { Insertable } from 'kysely';
import type { EditionTable } from '#db/schema.ts';
import type { Db, Trx } from '../platform/db.ts';
import type { Cadence } from '../subscribers/subscriber.ts';

/** An edition that asks a person before anything is made; false where there is one of its id or subject already. */
export async function insertWaiting(
  trx: Db | Trx,
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

/** At most one digest of a cadence waits, for a word or its time: a newer one takes its place. */
export async function replaceWaiting(trx: Trx, cadence: Cadence, by: string, now: string): Promise<void> {
  await trx
    .updateTable('edition')
    .set({ state: 'cancelled', reason: `${by} took its place`, ended_at: now })
    .where('kind', '=', 'digest')
    .where('cadence', '=', cadence)
    .where('state', 'in', ['waiting', 'scheduled'])
    .where('id', '<>', by)
    .execute();
}

/** Editions whose own time has come. */
export async function dueScheduled(db: Db, now: string): Promise<{ id: string; due_at: string }[]> {
  const rows = await db
    .selectFrom('edition')
    .select(['id', 'due_at'])
    .where('state', '=', 'scheduled')
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .execute();
  return rows.map(({ id, due_at }) => ({ id, due_at: due_at ?? now }));
}

/** Takes the time of an edition, which waits from then on; false where somebody else has, or has given it another. */
export async function takeScheduled(db: Db, id: string, dueAt: string, reason: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('edition')
    .set({ state: 'waiting', reason })
    .where('id', '=', id)
    .where('state', '=', 'scheduled')
    .where('due_at', '=', dueAt)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Says why an edition waits. */
export async function noteWhy(db: Db, id: string, reason: string): Promise<void> {
  await db
    .updateTable('edition')
    .set({ reason })
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .execute();
}
