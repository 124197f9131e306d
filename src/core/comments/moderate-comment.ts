import { DAY, isoAfter, isoTime, MINUTE } from '../platform/clock.ts';
import type { Trx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import { recordPageChange } from '../platform/page-changes.ts';
import type { CommentParts } from './check-comment.ts';
import type { CommentState } from './comment.ts';
import { type CommentRow, changeComment, commentById, insertCommentEvent } from './comment-rows.ts';
import {
  claimFeedback,
  deleteOldFeedback,
  dueFeedback,
  finishFeedback,
  replaceFeedback,
} from './feedback-rows.ts';

export const MODERATIONS = ['approve', 'spam', 'delete'] as const;
export type Moderation = (typeof MODERATIONS)[number];

const STATE_AFTER: Record<Moderation, CommentState> = { approve: 'published', spam: 'spam', delete: 'trash' };

/** Akismet takes corrections up to 15 days after the check. */
const FEEDBACK_DAYS = 15;

/**
 * A moderator's decision. Where it says that the filter erred, the filter is told, by the worker.
 *
 * @returns the comment, so that the desk can say what happened
 * @throws AppError `not-found`, `conflict` (it is there already, or its writer took it back)
 */
export async function moderateComment(
  parts: CommentParts,
  id: number,
  action: Moderation,
  moderator: string,
): Promise<CommentRow> {
  const { db, clock, log } = parts;
  const state = STATE_AFTER[action];
  const from = (['unchecked', 'held', 'published', 'spam', 'trash'] as const).filter(
    (other) => other !== state,
  );
  const at = isoTime(clock.now());
  const comment = await db.transaction().execute(async (trx) => {
    const change = { state, reason: 'moderator', check_at: null };
    const changed = await changeComment(trx, id, from, change);
    const comment = await commentById(trx, id); // now that no verdict can come in between
    if (!comment) throw new AppError('not-found', 'There is no such comment.');
    if (!changed) throw new AppError('conflict', NOTHING_CHANGED);
    await insertCommentEvent(trx, { comment_id: id, at, actor: moderator, state, reason: 'moderator' });
    await correctFilter(trx, comment, action, at);
    await recordPageChange(trx, clock, [`comments:${comment.article}`]);
    return comment;
  });
  log.info('comment.moderated', { comment: id, action, moderator });
  return comment;
}

const NOTHING_CHANGED = 'Nothing was changed: the comment is there already, or its writer has taken it back.';

/** What the filter has to hear: only where a person and it disagree; an older correction that waits is dropped. */
async function correctFilter(
  trx: Trx,
  { id, verdict, checked_fields }: CommentRow,
  action: Moderation,
  at: string,
): Promise<void> {
  const kind =
    action === 'approve' && (verdict === 'spam' || verdict === 'discard')
      ? 'ham'
      : action === 'spam' && verdict === 'ham'
        ? 'spam'
        : undefined;
  await replaceFeedback(
    trx,
    id,
    kind && checked_fields ? { kind, fields: checked_fields, due_at: at } : undefined,
  );
}

/** Tells the filter what waits to be told; tried again with growing pauses. The number tried. */
export async function sendDueFeedback({ db, clock, log, spam }: CommentParts): Promise<number> {
  if (!spam) return 0;
  const now = clock.now();
  const due = await dueFeedback(db, isoTime(now), 5);
  for (const row of due) {
    const pause = Math.min(MINUTE * 2 ** row.attempts, DAY);
    if (!(await claimFeedback(db, row, isoAfter(now, pause)))) continue;
    const taken = await spam.correct(row.kind, JSON.parse(row.fields) as Record<string, string>);
    if (taken) await finishFeedback(db, row.id, isoTime(clock.now()));
    const facts = { comment: row.comment_id, kind: row.kind };
    if (taken) log.info('filter.corrected', facts);
    else log.warn('filter.not-corrected', facts);
  }
  return due.length;
}

/** Forgets corrections that the filter no longer wants. */
export async function forgetOldFeedback({ db, clock }: Pick<CommentParts, 'db' | 'clock'>): Promise<void> {
  await deleteOldFeedback(db, isoAfter(clock.now(), -FEEDBACK_DAYS * DAY));
}
