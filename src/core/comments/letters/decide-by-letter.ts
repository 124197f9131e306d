import { isoTime } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import type { Parts } from '../../platform/parts.ts';
import { tokenSubject, useToken } from '../../platform/token-rows.ts';
import { tokenHash } from '../../platform/tokens.ts';
import type { CommentParts } from '../comment-parts.ts';
import { type CommentRow, commentById } from '../comment-rows.ts';
import { replyFromDesk } from '../moderation/desk-reply.ts';
import {
  decideIn,
  logDecision,
  type Moderation,
  undoModeration,
  undoUntil,
} from '../moderation/moderate-comment.ts';
import { type Moderation as Made, moderationByToken } from '../moderation/moderation-rows.ts';

export const LETTER_ACTIONS = ['approve', 'reply', 'spam', 'trash'] as const;
export type LetterAction = (typeof LETTER_ACTIONS)[number];

export const LETTER_ACTION_WORDS: Record<LetterAction, string> = {
  approve: 'Approve',
  reply: 'Approve and reply',
  spam: 'Spam',
  trash: 'Trash',
};

const MODERATION: Record<LetterAction, Moderation> = {
  approve: 'approve',
  reply: 'approve',
  spam: 'spam',
  trash: 'delete',
};

/** Who decides by a letter, as events say. */
const MODERATOR = 'owner, by letter';

/** What a link is bound to: one comment as it was read, and one act. */
export function subjectOf(
  { id, revision }: Pick<CommentRow, 'id' | 'revision'>,
  action: LetterAction,
): string {
  return `${id}:${revision}:${action}`;
}

/** What the link of a letter to the moderator is good for. */
export type LetterLink =
  | { state: 'waiting'; action: LetterAction; comment: CommentRow }
  /** Used; `until` when what it did can be taken back. */
  | { state: 'done'; action: LetterAction; comment: CommentRow; made: Made; until: Date | undefined }
  /** Its time is over, or the comment was changed or decided otherwise since the letter was written. */
  | { state: 'over'; comment: CommentRow; why: 'expired' | 'edited' | 'decided' };

/** Looks at a link; changes nothing. Undefined where it is none of ours. */
export async function letterLink(
  { db, clock }: Pick<Parts, 'db' | 'clock'>,
  token: string,
): Promise<LetterLink | undefined> {
  const now = clock.now();
  const found = await tokenSubject(db, 'decide', token, isoTime(now));
  const [id, revision, action] = found?.subject.split(':') ?? [];
  const comment = found && (await commentById(db, Number(id)));
  const known = LETTER_ACTIONS.find((one) => one === action);
  if (!found || !comment || !known) return undefined;
  const made = await moderationByToken(db, tokenHash('decide', token));
  if (made) return { state: 'done', action: known, comment, made, until: undoUntil(made, now) };
  if (found.expired) return { state: 'over', comment, why: 'expired' };
  if (comment.revision !== Number(revision)) return { state: 'over', comment, why: 'edited' };
  if (comment.state !== 'held' || found.used) return { state: 'over', comment, why: 'decided' };
  return { state: 'waiting', action: known, comment };
}

/**
 * The button was pressed: does what the link says, once.
 *
 * @param reply the answer that is published below the comment, for `reply`
 * @throws AppError `conflict` (used, over, or decided otherwise meanwhile), `invalid` (field `reply`)
 */
export async function decideByLetter(parts: CommentParts, token: string, reply: string): Promise<void> {
  const link = await letterLink(parts, token);
  if (link?.state !== 'waiting')
    throw new AppError('conflict', 'Nothing was changed: this link has done its work.');
  const { action, comment } = link;
  const now = isoTime(parts.clock.now());
  const by = { moderator: MODERATOR, tokenHash: tokenHash('decide', token) };
  await parts.db.transaction().execute(async (trx) => {
    if (!(await useToken(trx, 'decide', token, now)))
      throw new AppError('conflict', 'Nothing was changed: this link has done its work.');
    const { moderation } = await decideIn(trx, parts, [comment], MODERATION[action], by);
    if (action === 'reply')
      await replyFromDesk(trx, parts, comment.id, reply, { moderator: MODERATOR, moderation });
  });
  logDecision(parts, { moved: [comment] }, MODERATION[action], MODERATOR);
}

/** Takes back what a link did, within ten minutes. @throws AppError `conflict` */
export async function undoByLetter(parts: CommentParts, token: string): Promise<void> {
  const link = await letterLink(parts, token);
  if (link?.state !== 'done' || !link.until)
    throw new AppError(
      'conflict',
      'Nothing was changed: the time to take it back is over. The desk can still do so.',
    );
  await undoModeration(parts, link.made.id, MODERATOR);
}
