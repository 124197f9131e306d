import { recordAct } from '../../platform/audit.ts';
import { isoTime } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import type { CommentParts } from '../comment-parts.ts';
import { changeComment, insertCommentEvent, lockComment } from '../comment-rows.ts';
import { countReviewed, isUnseenDiscard } from '../discard-figures.ts';
import { decideComments } from './moderate-comment.ts';

export { type DiscardFigures, discardFigures } from '../discard-figures.ts';

/**
 * A moderator has looked at a comment that the filter is sure of; where it is no spam, it is published and the filter
 * hears of it.
 *
 * @throws AppError `conflict` where it is no such comment any more, or was looked at before
 */
export async function reviewDiscard(
  parts: CommentParts,
  id: number,
  isSpam: boolean,
  moderator: string,
): Promise<void> {
  if (!isSpam) {
    await decideComments(parts, [{ id }], 'approve', { moderator }); // which counts it
    return;
  }
  await parts.db.transaction().execute(async (trx) => {
    const comment = await lockComment(trx, id);
    if (!comment || !isUnseenDiscard(comment))
      throw new AppError('conflict', 'Nothing was changed: it has been looked at already.');
    const event = {
      comment_id: id,
      at: isoTime(parts.clock.now()),
      actor: moderator,
      before: 'spam',
    } as const;
    await changeComment(trx, id, ['spam'], { reason: 'moderator' });
    await insertCommentEvent(trx, { ...event, state: 'spam', reason: 'moderator' });
    await countReviewed(trx, true);
    await recordAct(trx, parts, {
      who: moderator,
      act: 'comment.review',
      subject: `comment:${id}`,
      after: 'spam',
    });
  });
}
