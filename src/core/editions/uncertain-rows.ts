import type { Db, Trx } from '../platform/db.ts';

/** A letter of which nobody knows whether it arrived. */
export interface UncertainLetter {
  id: number;
  recipient: string;
  subscriber_id: string | null;
  /** What is known of how it came to that. */
  reply: string | null;
}

/** Those of an edition, at most so many, in the order of their rows. */
export async function uncertainLetters(
  db: Db | Trx,
  edition: string,
  most: number,
): Promise<UncertainLetter[]> {
  return db
    .selectFrom('delivery')
    .select(['id', 'recipient', 'subscriber_id', 'reply'])
    .where('edition_id', '=', edition)
    .where('state', '=', 'uncertain')
    .orderBy('id')
    .limit(most)
    .execute();
}

/** What the owner has said of letters, and what then stands with them. */
export const BY_OWNER = {
  sent: 'counted as sent by the owner',
  again: 'sent again by the owner',
  undone: 'put back by the owner: nobody knows whether it arrived',
} as const;

export type Word = 'sent' | 'again';

/** The owner's word on letters of which nobody knows whether they arrived; how many there were. */
export async function settleUncertain(
  trx: Trx,
  edition: string,
  letters: readonly number[] | 'all',
  { word, now }: { word: Word; now: string },
): Promise<number> {
  const { numUpdatedRows } = await trx
    .updateTable('delivery')
    .set({ reply: BY_OWNER[word], lease_owner: null, lease_until: null })
    .set(word === 'sent' ? { state: 'sent', sent_at: now } : { state: 'queued', due_at: now })
    .where('edition_id', '=', edition)
    .where('state', '=', 'uncertain')
    .$if(letters !== 'all', (update) => update.where('id', 'in', letters as readonly number[]))
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** Takes that word back, where nothing has happened to the letter since; how many there were. */
export async function unsettle(
  trx: Trx,
  edition: string,
  letters: readonly number[],
  word: Word,
): Promise<number> {
  const { numUpdatedRows } = await trx
    .updateTable('delivery')
    .set({ state: 'uncertain', reply: BY_OWNER.undone, sent_at: null })
    .where('edition_id', '=', edition)
    .where('state', '=', word === 'sent' ? 'sent' : 'queued')
    .where('reply', '=', BY_OWNER[word])
    .where('id', 'in', letters)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** What was counted of an edition is so no more. */
export async function forgetTally(trx: Trx, edition: string): Promise<void> {
  await trx.deleteFrom('edition_tally').where('edition_id', '=', edition).execute();
}
