import type { Insertable, Selectable } from 'kysely';
import type { ModerationTable } from '#db/schema.ts';
import type { Db, Trx } from '../../platform/db.ts';

export type Moderation = Selectable<ModerationTable>;

export async function insertModeration(trx: Trx, values: Insertable<ModerationTable>): Promise<number> {
  const { id } = await trx.insertInto('moderation').values(values).returning('id').executeTakeFirstOrThrow();
  return id;
}

export async function moderationById(db: Db | Trx, id: number): Promise<Moderation | undefined> {
  return db.selectFrom('moderation').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The decision that the link of a letter made. */
export async function moderationByToken(db: Db, tokenHash: string): Promise<Moderation | undefined> {
  return db.selectFrom('moderation').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst();
}

/** False where it was taken back before. */
export async function markUndone(trx: Trx, id: number, at: string): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('moderation')
    .set({ undone_at: at })
    .where('id', '=', id)
    .where('undone_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** What a decision moved, as far as nothing has happened to it since; in the order of the comments. */
export async function movesOf(trx: Trx, moderation: number) {
  return trx
    .selectFrom('comment_event as move')
    .select(['move.comment_id', 'move.before', 'move.state', 'move.detail'])
    .where('move.batch', '=', moderation)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('comment_event as later')
            .select('later.id')
            .whereRef('later.comment_id', '=', 'move.comment_id')
            .whereRef('later.id', '>', 'move.id'),
        ),
      ),
    )
    .orderBy('move.comment_id')
    .execute();
}

/** The newest decisions since a time that can still be taken back. */
export async function recentModerations(db: Db, since: string, most: number): Promise<Moderation[]> {
  return db
    .selectFrom('moderation')
    .selectAll()
    .where('at', '>=', since)
    .where('undone_at', 'is', null)
    .orderBy('id', 'desc')
    .limit(most)
    .execute();
}
