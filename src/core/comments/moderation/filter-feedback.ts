import { DAY, isoAfter, isoTime, MINUTE } from '../../platform/clock.ts';
import type { Trx } from '../../platform/db.ts';
import type { CheckedFields } from '../../spam/spam-filter.ts';
import type { CommentState } from '../comment.ts';
import type { CommentParts } from '../comment-parts.ts';
import { type CommentRow, lockComment } from '../comment-rows.ts';
import { deleteDiscarded, forgetCheckedFields } from '../forget-rows.ts';
import {
  claimFeedback,
  deleteOldFeedback,
  dueFeedback,
  type Feedback,
  finishFeedback,
  insertTold,
  lastFeedback,
  replaceFeedback,
} from './feedback-rows.ts';

/** Akismet takes corrections up to 15 days after the check. */
export const FEEDBACK_DAYS = 15;

/**
 * What the filter has to hear once a person has put a comment somewhere: only where it believes otherwise, by its own
 * verdict or by what it was told since. What still waits to be told is dropped.
 */
export async function correctFilter(
  trx: Trx,
  { id, verdict, checked_fields, checked_at }: CommentRow,
  to: CommentState,
  due: string,
): Promise<void> {
  const judged = verdict === null ? undefined : verdict === 'ham' ? 'ham' : 'spam';
  const wanted = to === 'published' ? 'ham' : to === 'spam' ? 'spam' : judged;
  const believed = (await lastFeedback(trx, id, checked_at ?? '')) ?? judged;
  const isOwed =
    judged !== undefined && wanted !== undefined && wanted !== believed && checked_fields !== null;
  await replaceFeedback(trx, id, isOwed ? { kind: wanted, fields: checked_fields, due_at: due } : undefined);
}

/** Tells the filter what waits to be told; tried again with growing pauses. The number tried. */
export async function sendDueFeedback(parts: CommentParts): Promise<number> {
  const { db, clock, log, spam } = parts;
  if (!spam || spam.isSilent) return 0;
  const now = clock.now();
  const due = await dueFeedback(db, isoTime(now), 5);
  for (const row of due) {
    const pause = Math.min(MINUTE * 2 ** row.attempts, DAY);
    if (!(await claimFeedback(db, row, isoAfter(now, pause)))) continue;
    const taken = await spam.correct(row.kind, JSON.parse(row.fields) as CheckedFields);
    if (taken) await noteTaken(parts, row);
    const facts = { comment: row.comment_id, kind: row.kind };
    if (taken) log.info('filter.corrected', facts);
    else log.warn('filter.not-corrected', facts);
  }
  return due.length;
}

/** Where it was taken back while it was on its way, the filter has to hear the contrary. */
async function noteTaken({ db, clock }: CommentParts, row: Feedback): Promise<void> {
  const now = isoTime(clock.now());
  await db.transaction().execute(async (trx) => {
    const comment = await lockComment(trx, row.comment_id);
    if ((await finishFeedback(trx, row.id, now)) || !comment?.checked_fields) return;
    await insertTold(trx, row, now);
    await correctFilter(trx, comment, comment.state, now);
  });
}

/** Forgets what only a correction would need, once the filter takes none any more; and what it called surely spam. */
export async function forgetOldFeedback({ db, clock }: Pick<CommentParts, 'db' | 'clock'>): Promise<void> {
  const before = isoAfter(clock.now(), -FEEDBACK_DAYS * DAY);
  await deleteOldFeedback(db, before);
  await forgetCheckedFields(db, before);
  await deleteDiscarded(db, before);
}
