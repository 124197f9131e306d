import { type Insertable, type Selectable, sql } from 'kysely';
import type { DeliveryKind, DeliveryState, DeliveryTable } from '#db/schema.ts';
import type { Db, Trx } from '../platform/db.ts';
import { domainOf } from '../platform/email-address.ts';

export type Delivery = Selectable<DeliveryTable>;

/**
 * States as literals: SQLite uses an index of some states only where it can read which one is asked for, and prepares
 * a statement anew at each run where that is a parameter.
 */
export const QUEUED = sql<DeliveryState>`'queued'`;
export const DEFERRED = sql<DeliveryState>`'deferred'`;
export const CLAIMED = sql<DeliveryState>`'claimed'`;
export const AT_THE_DOT = sql<DeliveryState>`'at-the-dot'`;
export const UNCERTAIN = sql<DeliveryState>`'uncertain'`;

/** A letter becomes a row before it is anything else, in the transaction that gave cause to it; the row's number. */
export async function enqueue(
  trx: Trx,
  row: Pick<
    Insertable<DeliveryTable>,
    'kind' | 'subscriber_id' | 'commenter_id' | 'recipient' | 'message_id' | 'created_at'
  >,
): Promise<number> {
  const { id } = await trx
    .insertInto('delivery')
    .values({ ...row, domain: domainOf(row.recipient), state: 'queued', due_at: row.created_at })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** Who holds rows now. */
export async function leaseOwners(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom('delivery')
    .select('lease_owner as owner')
    .distinct()
    .where('lease_owner', 'is not', null)
    .execute();
  return rows.flatMap(({ owner }) => owner ?? []);
}

const OF_EDITIONS = ['digest', 'alert', 'letter'] as const;

/** Whether a second copy of a letter does no harm: only of an edition it does. */
export function isHarmlessTwice(kind: DeliveryKind): boolean {
  return !(OF_EDITIONS as readonly string[]).includes(kind);
}

/**
 * Takes back what a worker held. Before the dot: it is sent again. At the dot nobody knows: what is harmless twice is
 * sent again, an edition's letter is kept as uncertain.
 *
 * @param which `overdue`: only rows whose lease is over, of a worker that may still be alive
 */
export async function recoverFrom(
  db: Db,
  owner: string,
  now: string,
  which: 'all' | 'overdue',
): Promise<{ again: number; uncertain: number }> {
  const held = db
    .updateTable('delivery')
    .set({ lease_owner: null, lease_until: null })
    .where('lease_owner', '=', owner)
    .$if(which === 'overdue', (query) => query.where('lease_until', '<=', now));
  const again = await held
    .set({ state: 'queued', due_at: now })
    .where((w) =>
      w.or([
        w('state', '=', 'claimed'),
        w.and([w('state', '=', 'at-the-dot'), w('kind', 'not in', OF_EDITIONS)]),
      ]),
    )
    .executeTakeFirst();
  const uncertain = await held
    .set({
      state: 'uncertain',
      reply: 'What the relay answered was not written down; the letter may have been delivered.',
    })
    .where('state', '=', 'at-the-dot')
    .executeTakeFirst();
  return { again: Number(again.numUpdatedRows), uncertain: Number(uncertain.numUpdatedRows) };
}

/** How many rows of an edition (of all letters where none is named) stand in which state. */
export async function deliveryCounts(
  db: Db,
  edition?: string,
): Promise<Partial<Record<DeliveryState, number>>> {
  const rows = await db
    .selectFrom('delivery')
    .select(['state', (e) => e.fn.countAll<number>().as('count')])
    .$if(edition !== undefined, (query) => query.where('edition_id', '=', edition ?? null))
    .groupBy('state')
    .execute();
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}
