import { noteAct, recordAct } from '../../platform/audit.ts';
import { isoTime } from '../../platform/clock.ts';
import type { Trx } from '../../platform/db.ts';
import { AppError } from '../../platform/errors.ts';
import { recordPageChange } from '../../platform/page-changes.ts';
import { nameKey } from '../comment.ts';
import { bodyOf } from '../comment-draft.ts';
import type { CommentParts } from '../comment-parts.ts';
import { type CommentRow, commentById, insertComment, lockComment } from '../comment-rows.ts';
import { discussionCounts, pinComment } from '../discussion-rows.ts';
import { commentHtml } from '../markup/comment-markup.ts';
import { moveComment } from '../move-comment.ts';
import { CHANGED, decideIn, logDecision, type ReadComment } from './moderate-comment.ts';

/**
 * Publishes an answer from the desk under a comment, in the name of the site's author. Nobody outside is asked.
 *
 * @param by.moderation the decision that it belongs to: taken back with it
 * @throws AppError `invalid` (field `reply`), `conflict` (what it answers is not published)
 */
export async function replyFromDesk(
  trx: Trx,
  parts: CommentParts,
  parentId: number,
  typed: string,
  { moderator, moderation }: { moderator: string; moderation?: number },
): Promise<CommentRow> {
  const wrong: Record<string, string> = {};
  const body = bodyOf(typed, wrong);
  if (wrong.body) throw new AppError('invalid', 'The answer needs a change.', { reply: wrong.body });
  const above = await lockComment(trx, parentId);
  if (above?.state !== 'published')
    throw new AppError('conflict', 'Nothing was written: what it answers is not published.');
  const { library, clock } = parts;
  const author = library.author(library.site.author);
  const id = await insertComment(trx, {
    article: above.article,
    parent_id: parentId,
    author: author.id,
    name: author.name,
    name_key: nameKey(author.name),
    email: '',
    email_key: '',
    body,
    html: commentHtml(body),
    state: 'trash', // where it goes if it is taken back
    reason: 'desk',
    notify: 0,
    created_at: isoTime(clock.now()),
  });
  const comment = (await commentById(trx, id)) as CommentRow;
  await moveComment(trx, parts, comment, {
    to: 'published',
    reason: 'desk',
    actor: moderator,
    batch: moderation,
  });
  const act = { act: 'comment.answer', subject: `comment:${parentId}`, after: `comment:${id}` };
  await recordAct(trx, parts, { who: moderator, ...act });
  return comment;
}

/** Answers a comment from the desk; a held one is approved with it. The comment's writer, and the decision if any. */
export async function answerComment(
  parts: CommentParts,
  { id, revision }: ReadComment,
  typed: string,
  moderator: string,
): Promise<{ name: string; moderation?: number }> {
  const answered = await parts.db.transaction().execute(async (trx) => {
    const comment = await lockComment(trx, id);
    if (!comment) throw new AppError('not-found', 'There is no such comment.');
    if (revision !== undefined && comment.revision !== revision) throw new AppError('conflict', CHANGED);
    if (comment.state === 'published') {
      await replyFromDesk(trx, parts, id, typed, { moderator });
      return { name: comment.name };
    }
    const { moderation, moved } = await decideIn(trx, parts, [comment], 'approve', { moderator });
    await replyFromDesk(trx, parts, id, typed, { moderator, moderation });
    return { name: comment.name, moderation, moved };
  });
  const { name, moderation, moved } = answered;
  if (moderation === undefined) return { name };
  logDecision(parts, { moved }, 'approve', moderator);
  return { name, moderation };
}

/** Pins a published comment above the others of its article, in place of any other; or takes the pin off. */
export async function pinFromDesk(parts: CommentParts, id: number, isPinned: boolean): Promise<void> {
  const { db, clock } = parts;
  await db.transaction().execute(async (trx) => {
    const comment = await lockComment(trx, id);
    if (comment?.state !== 'published')
      throw new AppError('conflict', 'Only a published comment can be pinned.');
    const { pinnedId } = await discussionCounts(trx, comment.article);
    if (!isPinned && pinnedId !== id)
      throw new AppError('conflict', 'Nothing was changed: it is not pinned.');
    await pinComment(trx, comment.article, isPinned ? id : null);
    await recordPageChange(trx, clock, [`comments:${comment.article}`]);
    const before = pinnedId === null ? {} : { before: `comment:${pinnedId}` };
    await noteAct(trx, parts, {
      act: isPinned ? 'comment.pin' : 'comment.unpin',
      subject: `comment:${id}`,
      ...before,
    });
  });
}
