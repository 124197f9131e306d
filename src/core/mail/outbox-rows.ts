import type { Insertable, Selectable } from 'kysely';
import type { DeliveryKind, DeliveryState, DeliveryTable } from '#db/schema.ts';
import type { Db, Trx } from '../platform/db.ts';

export type Delivery = Selectable<DeliveryTable>;

/** States in which a row still wants to be sent. */
const WAITING: readonly DeliveryState[] = ['queued', 'deferred'];

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

function domainOf(recipient: string): string {
  return recipient.slice(recipient.lastIndexOf('@') + 1);
}

/** Takes rows whose time has come, each for one worker until `lease`. */
export async function claimDeliveries(
  db: Db,
  claim: {
    owner: string;
    now: string;
    lease: string;
    most: number;
    edition?: string | undefined;
    /** Whether letters of editions may be taken. */
    editions: boolean;
  },
): Promise<Delivery[]> {
  const waiting = db
    .selectFrom('delivery')
    .select('id')
    .where('state', 'in', WAITING)
    .where('due_at', '<=', claim.now)
    .$if(claim.edition !== undefined, (query) => query.where('edition_id', '=', claim.edition ?? null))
    .where((w) =>
      w.or([
        w('edition_id', 'is', null),
        ...(claim.editions
          ? [
              w('edition_id', 'in', (e) =>
                e.selectFrom('edition').select('edition.id').where('edition.state', '=', 'sending'),
              ),
            ]
          : []),
      ]),
    )
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

/** What is known of a letter after an attempt. */
export interface Settled {
  state: DeliveryState;
  reply: string;
  sentAt?: string;
  dueAt?: string;
  attempts?: number;
}

/** Writes down how an attempt ended, and lets the row go; false where its owner no longer has it. */
export async function settleDelivery(db: Db, id: number, owner: string, settled: Settled): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('delivery')
    .set({
      state: settled.state,
      reply: settled.reply,
      lease_owner: null,
      lease_until: null,
      ...(settled.sentAt === undefined ? {} : { sent_at: settled.sentAt }),
      ...(settled.dueAt === undefined ? {} : { due_at: settled.dueAt }),
      ...(settled.attempts === undefined ? {} : { attempts: settled.attempts }),
    })
    .where('id', '=', id)
    .where('lease_owner', '=', owner)
    .where('state', 'in', ['claimed', 'at-the-dot']) // a settled row stays settled, whoever comes late
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Who holds rows now. */
export async function leaseOwners(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom('delivery')
    .select('lease_owner as owner')
    .distinct()
    .where('state', 'in', ['claimed', 'at-the-dot'])
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
