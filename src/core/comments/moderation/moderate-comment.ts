import { type Act, recordActs } from '../../platform/audit.ts';
import { DAY, isoAfter, isoTime, MINUTE } from '../../platform/clock.ts';
import type { Trx } from '../../platform/db.ts';
import { AppError } from '../../platform/errors.ts';
import type { CommentState } from '../comment.ts';
import type { CommentParts } from '../comment-parts.ts';
import { type CommentRow, lockComments } from '../comment-rows.ts';
import { countReviewed, isUnseenDiscard } from '../discard-figures.ts';
import { moveComment } from '../move-comment.ts';
import { correctFilter } from './filter-feedback.ts';
import {
  insertModeration,
  type Moderation as ModerationRow,
  markUndone,
  moderationById,
  movesOf,
  recentModerations,
} from './moderation-rows.ts';

export const MODERATIONS = ['approve', 'spam', 'delete', 'hold'] as const;
export type Moderation = (typeof MODERATIONS)[number];

export const STATE_AFTER: Record<Moderation, CommentState> = {
  approve: 'published',
  spam: 'spam',
  delete: 'trash',
  hold: 'held',
};

/** As buttons say it. */
export const MODERATION_WORDS: Record<Moderation, string> = {
  approve: 'Approve',
  spam: 'Spam',
  delete: 'Trash',
  hold: 'Back to held',
};

/** What can be decided about comments that are in a state. */
export function moderationsIn(state: CommentState): Moderation[] {
  return MODERATIONS.filter(
    (action) => STATE_AFTER[action] !== state && !(action === 'hold' && state === 'unchecked'),
  );
}

/** How long the filter waits to hear of a decision, and how long the link in a letter takes it back. */
export const UNDO_MINUTES = 10;
/** So many comments can be decided at once. */
const MOST = 1000;

export interface Decision {
  moderation: number;
  moved: CommentRow[];
  /** Those that were there already, or were changed or taken back by their writers meanwhile. */
  skipped: number;
}

/**
 * A moderator's decision about one comment or many, as one act that can be taken back. Where it says that the filter
 * erred, the filter is told, by the worker, once the time to take it back is over.
 *
 * @throws AppError `invalid` (none, or too many), `not-found`, `conflict` (nothing was there to decide any more)
 */
export async function decideComments(
  parts: CommentParts,
  comments: readonly ReadComment[],
  action: Moderation,
  by: { moderator: string },
): Promise<Decision> {
  if (comments.length === 0 || comments.length > MOST)
    throw new AppError('invalid', `Nothing was changed: choose from 1 to ${MOST} comments.`);
  const decision = await parts.db.transaction().execute((trx) => decideIn(trx, parts, comments, action, by));
  logDecision(parts, decision, action, by.moderator);
  return decision;
}

/** Once it is on disk. */
export function logDecision(
  { log }: Pick<CommentParts, 'log'>,
  { moved }: Pick<Decision, 'moved'>,
  action: Moderation,
  moderator: string,
): void {
  log.info('comment.moderated', { comments: moved.map(({ id }) => id).slice(0, 20), action, moderator });
}

/** A comment as it was read: decided about only while it still says the same. */
export interface ReadComment {
  id: number;
  revision?: number;
}

/**
 * The comments that a form names: `id` with `revision`, or several as `ids`, such as `12:0,13:2`. Undefined where it
 * names something else.
 */
export function readComments({ text }: { text(name: string): string }): ReadComment[] | undefined {
  const one = [text('id'), text('revision')].filter(Boolean).join(':');
  const named = [one, ...text('ids').split(',')].filter(Boolean).map((each) => NAMED.exec(each));
  if (named.length === 0 || named.includes(null)) return undefined;
  return named.map((found) => ({
    id: Number(found?.[1]),
    ...(found?.[2] === undefined ? {} : { revision: Number(found[2]) }),
  }));
}

const NAMED = /^(\d{1,15})(?::(\d{1,9}))?$/;

/** The same inside a transaction that does more. */
export async function decideIn(
  trx: Trx,
  parts: CommentParts,
  read: readonly ReadComment[],
  action: Moderation,
  { moderator, tokenHash }: { moderator: string; tokenHash?: string },
): Promise<Decision> {
  const { clock } = parts;
  const wanted = new Map(read.map(({ id, revision }) => [id, revision]));
  const moderation = await insertModeration(trx, {
    at: isoTime(clock.now()),
    actor: moderator,
    action,
    count: wanted.size,
    token_hash: tokenHash ?? null,
  });
  const moved: CommentRow[] = [];
  let changed = 0;
  // In the order in which they came, so that those published together are numbered in it; article by article, so that
  // two decisions at once wait for each other's counts in one order.
  const locked = await lockComments(trx, [...wanted.keys()]);
  const comments = locked.sort((a, b) =>
    a.article === b.article ? a.id - b.id : a.article < b.article ? -1 : 1,
  );
  if (comments.length === 0 && wanted.size === 1)
    throw new AppError('not-found', 'There is no such comment.');
  for (const comment of comments) {
    const revision = wanted.get(comment.id) ?? comment.revision;
    if (comment.revision !== revision) changed++;
    else if (tokenHash !== undefined && comment.state !== 'held')
      continue; // decided otherwise at the last moment
    else if (await decideOne(trx, parts, comment, action, { moderator, moderation })) moved.push(comment);
  }
  if (moved.length === 0) throw new AppError('conflict', changed > 0 ? CHANGED : NOTHING_CHANGED);
  const after = STATE_AFTER[action];
  const act = `comment.${action === 'delete' ? 'trash' : action}`;
  await recordActs(
    trx,
    parts,
    moved.map(({ id, state }) => ({ who: moderator, act, subject: `comment:${id}`, before: state, after })),
  );
  return { moderation, moved, skipped: wanted.size - moved.length };
}

export const CHANGED =
  'Nothing was changed: its writer has changed the comment since you read it. Read it again.';
const NOTHING_CHANGED = 'Nothing was changed: the comment is there already, or its writer has taken it back.';

async function decideOne(
  trx: Trx,
  parts: CommentParts,
  comment: CommentRow,
  action: Moderation,
  { moderator, moderation }: { moderator: string; moderation: number },
): Promise<boolean> {
  const to = STATE_AFTER[action];
  if (comment.state === to || comment.state === 'withdrawn') return false;
  if (to === 'held' && comment.author !== null) return false; // nobody is asked to approve the desk's own words
  const detail = { reason: comment.reason };
  const move = { to, reason: 'moderator', actor: moderator, batch: moderation, detail } as const;
  if (!(await moveComment(trx, parts, comment, move))) return false;
  await correctFilter(trx, comment, to, isoAfter(parts.clock.now(), UNDO_MINUTES * MINUTE));
  if (to === 'published' && isUnseenDiscard(comment)) await countReviewed(trx, false);
  return true;
}

/** One comment's decision; the comment as it was. */
export async function moderateComment(
  parts: CommentParts,
  id: number,
  action: Moderation,
  moderator: string,
): Promise<CommentRow> {
  const { moved } = await decideComments(parts, [{ id }], action, { moderator });
  return moved[0] as CommentRow;
}

/**
 * Takes a whole decision back: every comment that has not been moved since goes where it was, and what the filter was
 * told of it is corrected.
 *
 * @returns how many went back
 * @throws AppError `not-found`, `conflict` (taken back before, or every comment has moved on)
 */
export async function undoModeration(parts: CommentParts, id: number, moderator: string): Promise<number> {
  const { db, clock, log } = parts;
  const at = isoTime(clock.now());
  const count = await db.transaction().execute(async (trx) => {
    if (!(await moderationById(trx, id))) throw new AppError('not-found', 'There is no such decision.');
    if (!(await markUndone(trx, id, at))) throw new AppError('conflict', 'This was taken back before.');
    const undone: Act[] = [];
    const moves = await movesOf(trx, id);
    // All before the first is moved: after that the discussion is taken too, for which others wait with a comment.
    const comments = await lockComments(
      trx,
      moves.map(({ comment_id }) => comment_id),
    );
    for (const { comment_id, before, state, detail } of moves) {
      const comment = comments.find((one) => one.id === comment_id);
      if (!comment || comment.state !== state || before === null) continue;
      const { reason = 'undone' } = JSON.parse(detail ?? '{}') as { reason?: CommentRow['reason'] };
      // What waited for the filter waits again.
      const change = before === 'unchecked' ? { check_at: at } : {};
      const move = { to: before, reason: reason as 'undone', actor: moderator, change };
      if (!(await moveComment(trx, parts, comment, move))) continue;
      await correctFilter(trx, comment, before, at);
      if (state === 'published' && isUnseenDiscard({ ...comment, state: before, reason }))
        await countReviewed(trx, false, -1);
      undone.push({
        who: moderator,
        act: 'comment.undo',
        subject: `comment:${comment_id}`,
        before: state,
        after: before,
      });
    }
    if (undone.length === 0)
      throw new AppError('conflict', 'Nothing was changed: what this decided has been decided anew since.');
    await recordActs(trx, parts, undone);
    return undone.length;
  });
  log.info('comment.decision-undone', { moderation: id, count, moderator });
  return count;
}

/** Until when the link of a letter takes a decision back; undefined once that time is over, or it was taken back. */
export function undoUntil({ at, undone_at }: ModerationRow, now: Date): Date | undefined {
  const until = new Date(Date.parse(at) + UNDO_MINUTES * MINUTE);
  return undone_at === null && until > now ? until : undefined;
}

/** What was decided lately and can be taken back at the desk, newest first. */
export async function moderationsToUndo({
  db,
  clock,
}: Pick<CommentParts, 'db' | 'clock'>): Promise<ModerationRow[]> {
  return recentModerations(db, isoAfter(clock.now(), -REVERSIBLE_MS), 10);
}

const REVERSIBLE_MS = 30 * DAY;
