import type { Db, Trx } from '../platform/db.ts';
import { type Delivery, UNCERTAIN } from './outbox-rows.ts';

export type Uncertain = Pick<Delivery, 'id' | 'message_id' | 'edition_id'>;

/** Letters of which nobody knows whether they were taken, of one edition where it is named. */
export async function uncertainLetters(db: Db, edition?: string): Promise<Uncertain[]> {
  return db
    .selectFrom('delivery')
    .select(['id', 'message_id', 'edition_id'])
    .where('state', '=', UNCERTAIN)
    .$if(edition !== undefined, (query) => query.where('edition_id', '=', edition ?? null))
    .orderBy('id')
    .execute();
}

/** Message-IDs of letters that the relay did take, made beside these: a log that covers their time has them. */
export async function takenBeside(db: Db, letters: readonly Uncertain[]): Promise<string[]> {
  const found = new Set<string>();
  for (const { id, edition_id } of letters.slice(0, MOST_LOOKED_AT)) {
    const rows = await db
      .selectFrom('delivery')
      .select('message_id')
      .where('id', '>', id - NEAR)
      .where('id', '<', id + NEAR)
      .where('edition_id', '=', edition_id)
      .where('state', '=', 'sent')
      .execute();
    for (const { message_id } of rows) found.add(message_id);
  }
  return [...found];
}

const MOST_LOOKED_AT = 20;
const NEAR = 50;

/** An uncertain letter was found to be taken; false where it is not uncertain any more. */
export async function settleAsTaken(trx: Trx, id: number, reply: string, sentAt: string): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('delivery')
    .set({ state: 'sent', reply, sent_at: sentAt })
    .where('id', '=', id)
    .where('state', '=', UNCERTAIN)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** An uncertain letter was found not to be taken: it is to be sent. */
export async function queueAgain(trx: Trx, id: number, dueAt: string): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('delivery')
    .set({ state: 'queued', due_at: dueAt })
    .where('id', '=', id)
    .where('state', '=', UNCERTAIN)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
