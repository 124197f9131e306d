import type { Db } from '../../platform/db.ts';
import type { CommentRow } from '../comment-rows.ts';
import type { Feedback } from './feedback-rows.ts';
import type { Moderation } from './moderation-rows.ts';

/** The decisions of some numbers. */
export async function moderationsByIds(db: Db, ids: readonly number[]): Promise<Map<number, Moderation>> {
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom('moderation').selectAll().where('id', 'in', ids).execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/** What the filter was told of a comment, or is to be told; oldest first. */
export async function feedbackOf(db: Db, commentId: number): Promise<Feedback[]> {
  return db
    .selectFrom('spam_feedback')
    .selectAll()
    .where('comment_id', '=', commentId)
    .orderBy('id')
    .execute();
}

/** The comments that answer one, oldest first. */
export async function answersTo(db: Db, id: number, most: number): Promise<CommentRow[]> {
  return db.selectFrom('comment').selectAll().where('parent_id', '=', id).orderBy('id').limit(most).execute();
}
