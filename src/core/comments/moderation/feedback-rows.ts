import type { Insertable, Selectable } from 'kysely';
import type { SpamFeedbackTable } from '#db/schema.ts';
import type { Db, Trx } from '../../platform/db.ts';

export type Feedback = Selectable<SpamFeedbackTable>;

/** Puts a correction in place of one that the filter has not heard yet; without one, takes that back. */
export async function replaceFeedback(
  trx: Trx,
  commentId: number,
  correction: Pick<Insertable<SpamFeedbackTable>, 'kind' | 'fields' | 'due_at'> | undefined,
): Promise<void> {
  await trx
    .deleteFrom('spam_feedback')
    .where('comment_id', '=', commentId)
    .where('done_at', 'is', null)
    .execute();
  if (!correction) return;
  await trx
    .insertInto('spam_feedback')
    .values({ ...correction, comment_id: commentId, done_at: null })
    .execute();
}

/** What the filter was told last of a comment, and took, since it judged it. */
export async function lastFeedback(
  trx: Trx,
  commentId: number,
  since: string,
): Promise<'spam' | 'ham' | undefined> {
  const told = await trx
    .selectFrom('spam_feedback')
    .select('kind')
    .where('comment_id', '=', commentId)
    .where('done_at', '>', since)
    .orderBy('done_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return told?.kind;
}

export async function dueFeedback(db: Db, now: string, most: number): Promise<Feedback[]> {
  return db
    .selectFrom('spam_feedback')
    .selectAll()
    .where('done_at', 'is', null)
    .where('due_at', '<=', now)
    .orderBy('id')
    .limit(most)
    .execute();
}

/** Takes a correction for one worker, to be tried again at `next` unless it is done; false where another was first. */
export async function claimFeedback(
  db: Db,
  { id, due_at, attempts }: Feedback,
  next: string,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('spam_feedback')
    .set({ attempts: attempts + 1, due_at: next })
    .where('id', '=', id)
    .where('due_at', '=', due_at)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** False where it was taken back while the filter was being told. */
export async function finishFeedback(trx: Trx, id: number, now: string): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('spam_feedback')
    .set({ done_at: now })
    .where('id', '=', id)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Writes down what the filter was told although it had been taken back. */
export async function insertTold(
  trx: Trx,
  { comment_id, kind, fields, attempts, due_at }: Feedback,
  now: string,
): Promise<void> {
  await trx
    .insertInto('spam_feedback')
    .values({ comment_id, kind, fields, attempts, due_at, done_at: now })
    .execute();
}

/** Forgets corrections whose comment was posted before a time: the filter no longer wants them. */
export async function deleteOldFeedback(db: Db, before: string): Promise<void> {
  await db
    .deleteFrom('spam_feedback')
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('comment')
          .select('comment.id')
          .whereRef('comment.id', '=', 'spam_feedback.comment_id')
          .where('comment.created_at', '<', before),
      ),
    )
    .execute();
}
