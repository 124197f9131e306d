import type { Db, Trx } from '../../platform/db.ts';
import type { Delivery } from '../outbox-rows.ts';

export async function deliveryById(db: Db | Trx, id: number): Promise<Delivery | undefined> {
  return db.selectFrom('delivery').selectAll().where('id', '=', id).executeTakeFirst();
}

/** A letter of no edition; those of editions are found by what their Message-ID is made of. */
export async function singleDelivery(db: Db | Trx, messageId: string): Promise<Delivery | undefined> {
  return db
    .selectFrom('delivery')
    .selectAll()
    .where('message_id', '=', messageId)
    .where('edition_id', 'is', null)
    .executeTakeFirst();
}

export async function editionDelivery(
  db: Db | Trx,
  edition: string,
  subscriber: string,
): Promise<Delivery | undefined> {
  return db
    .selectFrom('delivery')
    .selectAll()
    .where('edition_id', '=', edition)
    .where('subscriber_id', '=', subscriber)
    .executeTakeFirst();
}

/** A letter that the relay had taken came back after all, which settles an uncertain one too; false where it had not been taken. */
export async function markReturned(trx: Trx, id: number, reply: string): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('delivery')
    .set({ state: 'bounced', reply })
    .where('id', '=', id)
    .where('state', 'in', ['sent', 'uncertain'])
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  // What was counted when its edition had ended is not so any more.
  await trx
    .deleteFrom('edition_tally')
    .where('edition_id', 'in', (e) =>
      e
        .selectFrom('delivery')
        .select('edition_id')
        .where('id', '=', id)
        .$narrowType<{ edition_id: string }>(),
    )
    .execute();
  return true;
}

/** How an edition fares: letters that were sent (came back or not), those that came back, and complaints about them. */
export interface EditionTroubles {
  sent: number;
  bounced: number;
  complaints: number;
}

export async function editionTroubles(db: Db | Trx, edition: string): Promise<EditionTroubles> {
  const letters = await db
    .selectFrom('delivery')
    .select(['state', (e) => e.fn.countAll<number>().as('count')])
    .where('edition_id', '=', edition)
    .where('state', 'in', ['sent', 'bounced'])
    .groupBy('state')
    .execute();
  const complained = await db
    .selectFrom('bounce')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('edition_id', '=', edition)
    .where('kind', '=', 'complaint')
    .executeTakeFirstOrThrow();
  const bounced = letters.find(({ state }) => state === 'bounced')?.count ?? 0;
  const arrived = letters.find(({ state }) => state === 'sent')?.count ?? 0;
  return { sent: arrived + bounced, bounced, complaints: complained.count };
}
