import { isoTime } from '../platform/clock.ts';
import { recordPageChange } from '../platform/page-changes.ts';
import type { Parts } from '../platform/parts.ts';
import { tokenSubject } from '../platform/token-rows.ts';
import { type CommentRow, changeComment, commentById, insertCommentEvent } from './comment-rows.ts';

/** The comment of a receipt, or undefined where the token is none of ours. */
export async function commentOfReceipt(
  { db, clock }: Pick<Parts, 'db' | 'clock'>,
  receipt: string,
): Promise<CommentRow | undefined> {
  const token = await tokenSubject(db, 'receipt', receipt, isoTime(clock.now()));
  return token && commentById(db, Number(token.subject));
}

/** Takes a comment back for its writer, wherever it is; false where that was done before. */
export async function withdrawComment(
  { db, clock, log }: Pick<Parts, 'db' | 'clock' | 'log'>,
  comment: CommentRow,
): Promise<boolean> {
  const at = isoTime(clock.now());
  const withdrawn = await db.transaction().execute(async (trx) => {
    const change = { state: 'withdrawn', reason: 'commenter', check_at: null } as const;
    const changed = await changeComment(trx, comment.id, ['unchecked', 'held', 'published', 'spam'], change);
    if (!changed) return false;
    await insertCommentEvent(trx, {
      comment_id: comment.id,
      at,
      actor: 'commenter',
      state: 'withdrawn',
      reason: 'commenter',
    });
    await recordPageChange(trx, clock, [`comments:${comment.article}`]);
    return true;
  });
  if (withdrawn) log.info('comment.withdrawn', { comment: comment.id });
  return withdrawn;
}
