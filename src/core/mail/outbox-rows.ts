import type { Insertable, Selectable } from 'kysely';
import type { DeliveryState, DeliveryTable } from '#db/schema.ts';
import type { Db, Trx } from '../platform/db.ts';

export type Delivery = Selectable<DeliveryTable>;

/** States in which a row still wants to be sent. */
const WAITING: readonly DeliveryState[] = ['queued', 'deferred'];

/** A letter becomes a row before it is anything else, in the transaction that gave cause to it. */
export async function enqueue(
  trx: Trx,
  row: Pick<Insertable<DeliveryTable>, 'kind' | 'subscriber_id' | 'recipient' | 'message_id' | 'created_at'>,
): Promise<void> {
  await trx
    .insertInto('delivery')
    .values({
      ...row,
      state: 'queued',
      due_at: row.created_at,
      edition_id: null,
      lease_owner: null,
      lease_until: null,
      reply: null,
      sent_at: null,
    })
    .execute();
}

/** Takes rows whose time has come, each for one worker until `lease`. */
export async function claimDeliveries(
  db: Db,
  claim: { owner: string; now: string; lease: string; most: number; edition?: string | undefined },
): Promise<Delivery[]> {
  const waiting = db
    .selectFrom('delivery')
    .select('id')
    .where('state', 'in', WAITING)
    .where('due_at', '<=', claim.now)
    .$if(claim.edition !== undefined, (query) => query.where('edition_id', '=', claim.edition ?? null))
    .orderBy('due_at')
    .orderBy('id')
    .limit(claim.most);
  return db
    .updateTable('delivery')
    .set((e) => ({
      state: 'claimed',
      lease_owner: claim.owner,
      lease_until: claim.lease,
      attempts: e('attempts', '+', 1),
    }))
    .where('id', 'in', waiting)
    .where('state', 'in', WAITING) // on PostgreSQL another worker may have been first
    .returningAll()
    .execute();
}

/** Written before the final dot is sent: after a crash it tells who may have got the letter from who cannot have. */
export async function markAtTheDot(db: Db, id: number, owner: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('delivery')
    .set({ state: 'at-the-dot' })
    .where('id', '=', id)
    .where('state', '=', 'claimed')
    .where('lease_owner', '=', owner)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function settleDelivery(
  db: Db,
  id: number,
  outcome: { state: DeliveryState; reply: string; sentAt?: string; dueAt?: string; attempts?: number },
): Promise<void> {
  await db
    .updateTable('delivery')
    .set({
      state: outcome.state,
      reply: outcome.reply,
      lease_owner: null,
      lease_until: null,
      ...(outcome.sentAt === undefined ? {} : { sent_at: outcome.sentAt }),
      ...(outcome.dueAt === undefined ? {} : { due_at: outcome.dueAt }),
      ...(outcome.attempts === undefined ? {} : { attempts: outcome.attempts }),
    })
    .where('id', '=', id)
    .where('state', 'in', ['claimed', 'at-the-dot']) // a settled row stays settled, whoever comes late
    .execute();
}

/** Who holds rows now, and until when at most. */
export async function leaseOwners(db: Db): Promise<{ owner: string; until: string }[]> {
  const rows = await db
    .selectFrom('delivery')
    .select((e) => ['lease_owner as owner', e.fn.max('lease_until').as('until')])
    .where('state', 'in', ['claimed', 'at-the-dot'])
    .groupBy('lease_owner')
    .execute();
  return rows.flatMap(({ owner, until }) => (owner && until ? [{ owner, until }] : []));
}

/**
 * Takes back what a dead worker held. Before the dot: it is sent again. At the dot nobody knows: a confirmation
 * is sent again (two are harmless), an edition's letter is kept as uncertain (two are not).
 */
export async function recoverFrom(
  db: Db,
  owner: string,
  now: string,
): Promise<{ again: number; uncertain: number }> {
  const free = { lease_owner: null, lease_until: null };
  const again = await db
    .updateTable('delivery')
    .set({ ...free, state: 'queued', due_at: now })
    .where('lease_owner', '=', owner)
    .where((w) =>
      w.or([w('state', '=', 'claimed'), w.and([w('state', '=', 'at-the-dot'), w('kind', '=', 'confirm')])]),
    )
    .executeTakeFirst();
  const uncertain = await db
    .updateTable('delivery')
    .set({
      ...free,
      state: 'uncertain',
      reply: 'The sender ended just as this letter was handed over; it may have been delivered.',
    })
    .where('lease_owner', '=', owner)
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
