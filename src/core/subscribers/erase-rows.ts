import type { Trx } from '../platform/db.ts';

/** The Message-IDs of a subscriber's letters: a copy of some may be kept as a file. */
export async function messageIdsOf(trx: Trx, subscriberId: string): Promise<string[]> {
  const rows = await trx
    .selectFrom('delivery')
    .select('message_id')
    .where('subscriber_id', '=', subscriberId)
    .execute();
  return rows.map((row) => row.message_id);
}

/** Leaves the rows of editions without the person: an edition's books must still add up. */
export async function anonymizeEditionLetters(trx: Trx, subscriberId: string, reply: string): Promise<void> {
  await trx
    .updateTable('delivery')
    .set({ subscriber_id: null, recipient: '', reply })
    .where('subscriber_id', '=', subscriberId)
    .where('edition_id', 'is not', null)
    .execute();
}

/** What a server said of a letter may name the address. */
export async function clearBounceReasons(trx: Trx, subscriberId: string): Promise<void> {
  await trx.updateTable('bounce').set({ reason: '' }).where('subscriber_id', '=', subscriberId).execute();
}

/** With it go its events and single letters; whether it was a reader till now. */
export async function deleteSubscriber(trx: Trx, subscriberId: string): Promise<boolean> {
  const row = await trx
    .deleteFrom('subscriber')
    .where('id', '=', subscriberId)
    .returning('state')
    .executeTakeFirst();
  return row?.state === 'confirmed';
}
