import type { Selectable } from 'kysely';
import type { SpamFeedbackTable } from '#db/schema.ts';
import { DAY, isoAfter, isoTime, MINUTE } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import { recordPageChange } from '../platform/page-changes.ts';
import type { CommentParts } from './check-comment.ts';
import type { CommentState } from './comment.ts';
import { type CommentRow, changeComment, commentById, insertCommentEvent } from './comment-rows.ts';

export const MODERATIONS = ['approve', 'spam', 'delete'] as const;
export type Moderation = (typeof MODERATIONS)[number];

const STATE_AFTER: Record<Moderation, CommentState> = { approve: 'published', spam: 'spam', delete: 'trash' };

/** Feedback is taken up to 15 days after the check; after that it is pointless. */
const FEEDBACK_DAYS = 15;

/**
 * A moderator's decision. Where it says that the filter erred, the filter is told, by the worker.
 *
 * @returns the comment as it was, so that the desk can say what happened and offer the way back
 * @throws AppError `not-found`, `conflict` (it is there already, or its writer took it back)
 */
export async function moderateComment(
  parts: CommentParts,
  id: number,
  action: Moderation,
  moderator: string,
): Promise<CommentRow> {
  const { db, clock, log } = parts;
  const comment = await commentById(db, id);
  if (!comment) throw new AppError('not-found', 'There is no such comment.');
  const state = STATE_AFTER[action];
  const from = (['unchecked', 'held', 'published', 'spam', 'trash'] as const).filter(
    (other) => other !== state,
  );
  const at = isoTime(clock.now());
  const changed = await db.transaction().execute(async (trx) => {
    const change = { state, reason: 'moderator', check_at: null };
    if (!(await changeComment(trx, id, from, change))) return false;
    await insertCommentEvent(trx, { comment_id: id, at, actor: moderator, state, reason: 'moderator' });
    await correctFilter(trx, comment, action, at);
    await recordPageChange(trx, clock, [`comments:${comment.article}`]);
    return true;
  });
  if (!changed)
    throw new AppError(
      'conflict',
      'Nothing was changed: the comment is there already, or its writer has taken it back.',
    );
  log.info('comment.moderated', { comment: id, action, moderator });
  return comment;
}

/** What the filter has to hear: only where a person and it disagree; an older correction that waits is dropped. */
async function correctFilter(
  trx: Trx,
  { id, verdict, checked_fields }: CommentRow,
  action: Moderation,
  at: string,
): Promise<void> {
  await trx.deleteFrom('spam_feedback').where('comment_id', '=', id).where('done_at', 'is', null).execute();
  const kind =
    action === 'approve' && (verdict === 'spam' || verdict === 'discard')
      ? 'ham'
      : action === 'spam' && verdict === 'ham'
        ? 'spam'
        : undefined;
  if (!kind || !checked_fields) return;
  await trx
    .insertInto('spam_feedback')
    .values({ comment_id: id, kind, fields: checked_fields, due_at: at, done_at: null })
    .execute();
}

/** Tells the filter what waits to be told; tried again with growing pauses. The number tried. */
export async function sendDueFeedback({ db, clock, log, spam }: CommentParts): Promise<number> {
  if (!spam) return 0;
  const now = clock.now();
  const due = await dueFeedback(db, isoTime(now));
  for (const row of due) {
    const taken = await spam.correct(row.kind, JSON.parse(row.fields) as Record<string, string>);
    log[taken ? 'info' : 'warn'](taken ? 'filter.corrected' : 'filter.not-corrected', {
      comment: row.comment_id,
      kind: row.kind,
    });
    const pause = Math.min(MINUTE * 2 ** row.attempts, DAY);
    await db
      .updateTable('spam_feedback')
      .set({
        attempts: row.attempts + 1,
        due_at: isoAfter(now, pause),
        ...(taken ? { done_at: isoTime(clock.now()) } : {}),
      })
      .where('id', '=', row.id)
      .execute();
  }
  await db
    .deleteFrom('spam_feedback')
    .where('due_at', '<', isoAfter(now, -FEEDBACK_DAYS * DAY))
    .execute();
  return due.length;
}

async function dueFeedback(db: Db, now: string): Promise<Selectable<SpamFeedbackTable>[]> {
  return db
    .selectFrom('spam_feedback')
    .selectAll()
    .where('done_at', 'is', null)
    .where('due_at', '<=', now)
    .orderBy('id')
    .limit(5)
    .execute();
}
