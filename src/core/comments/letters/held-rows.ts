import type { Db, Trx } from '../../platform/db.ts';
import type { CommentRow } from '../comment-rows.ts';

/** Comments that are held and of which no moderator was told yet, oldest first. */
export async function heldUntold(trx: Trx, most: number): Promise<CommentRow[]> {
  return trx
    .selectFrom('comment')
    .selectAll()
    .where('state', '=', 'held')
    .where('told_in', 'is', null)
    .orderBy('id')
    .limit(most)
    .execute();
}

export async function countHeldUntold(db: Db): Promise<number> {
  const { count } = await db
    .selectFrom('comment')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('state', '=', 'held')
    .where('told_in', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Writes down in which letter a moderator is told of comments. */
export async function tellIn(trx: Trx, delivery: number, ids: readonly number[]): Promise<void> {
  await trx.updateTable('comment').set({ told_in: delivery }).where('id', 'in', ids).execute();
}

/** The comments of such a letter that are still held. */
export async function heldIn(db: Db, delivery: number): Promise<CommentRow[]> {
  return db
    .selectFrom('comment')
    .selectAll()
    .where('told_in', '=', delivery)
    .where('state', '=', 'held')
    .orderBy('id')
    .execute();
}
