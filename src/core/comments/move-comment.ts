import { isoTime } from '../platform/clock.ts';
import { addToDay } from '../platform/day-count-rows.ts';
import type { Trx } from '../platform/db.ts';
import { recordPageChange } from '../platform/page-changes.ts';
import type { Parts } from '../platform/parts.ts';
import type { CommentReason, CommentState } from './comment.ts';
import { type CommentChange, type CommentRow, changeComment, insertCommentEvent } from './comment-rows.ts';
import { countPublished, countUnpublished } from './discussion-rows.ts';
import { announcePublished } from './letters/reply-notices.ts';

/** One change of where a comment is: who made it, why, and what else changes with it. */
export interface Move {
  to: CommentState;
  reason: CommentReason;
  /** `filter`, `commenter`, or a moderator's name. */
  actor: string;
  change?: CommentChange;
  /** Kept with the event. */
  detail?: object | undefined;
  /** The decision that it belongs to. */
  batch?: number | undefined;
}

/**
 * Moves a comment, counts it, gives it its number when it is first published, and writes the event down; the pages
 * hear of it. Everything that moves a comment does so through here.
 *
 * @param comment as it was locked or inserted in this transaction
 * @returns false where somebody else has moved it meanwhile
 */
export async function moveComment(
  trx: Trx,
  parts: Pick<Parts, 'clock' | 'secret' | 'siteUrl'>,
  comment: CommentRow,
  { to, reason, actor, change = {}, detail, batch }: Move,
): Promise<boolean> {
  const { clock } = parts;
  const { id, article, state: before } = comment;
  const moved = await changeComment(trx, id, [before], {
    check_at: null,
    lease_until: null,
    ...change,
    state: to,
    reason,
  });
  if (!moved) return false;
  await insertCommentEvent(trx, {
    comment_id: id,
    at: isoTime(clock.now()),
    actor,
    state: to,
    reason,
    before,
    batch: batch ?? null,
    detail: detail && Object.keys(detail).length > 0 ? JSON.stringify(detail) : null,
  });
  await countMove(trx, comment, to);
  if (to === 'published' && before !== 'published') await announcePublished(trx, parts, comment);
  if (to === 'published' || before === 'published')
    await recordPageChange(trx, clock, [`comments:${article}`]);
  return true;
}

async function countMove(
  trx: Trx,
  { id, article, author, created_at, state, number }: CommentRow,
  to: CommentState,
): Promise<void> {
  const spam = Number(to === 'spam') - Number(state === 'spam');
  if (author === null) await addToDay(trx, 'spam', created_at, spam);
  if (state === 'published' && to !== 'published') await countUnpublished(trx, article, id);
  if (to !== 'published' || state === 'published') return;
  const last = await countPublished(trx, article, number === null);
  if (number === null) await changeComment(trx, id, ['published'], { number: last });
}
