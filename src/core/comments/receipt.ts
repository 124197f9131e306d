import type { CommentRules } from '../articles/comment-rules.ts';
import { isoAfter, isoTime, MINUTE } from '../platform/clock.ts';
import { AppError } from '../platform/errors.ts';
import type { Parts } from '../platform/parts.ts';
import { tokenSubject } from '../platform/token-rows.ts';
import { CHECK_LEASE_MS, checkComment, withPatience } from './check-comment.ts';
import { EDIT_MINUTES } from './comment.ts';
import { bodyOf } from './comment-draft.ts';
import type { CommentParts } from './comment-parts.ts';
import { type CommentRow, commentById, lockComment } from './comment-rows.ts';
import { signsFrom, signsOf } from './comment-signs.ts';
import { editedFields } from './filter-fields.ts';
import { stopNotices } from './letters/reply-notice-rows.ts';
import { likenessKeys } from './likeness/likeness.ts';
import { alikeTo, deleteLikeness, insertLikeness, newCluster } from './likeness/likeness-rows.ts';
import { commentHtml } from './markup/comment-markup.ts';
import { moveComment } from './move-comment.ts';
import { placeWithoutFilter } from './place-comment.ts';
import { placeBeforeFilter } from './placement.ts';
import { inBackground, thoughtsAbout } from './post-comment.ts';
import { rulesNow } from './rules/rules-now.ts';
import type { SecondThought } from './second-thoughts/second-thoughts.ts';

/** How long who has changed a comment waits for the filter before the receipt says "waiting". */
const PATIENCE_MS = 200;
const EDITABLE = ['unchecked', 'held', 'published'] as const;

/** The comment of a receipt, or undefined where the token is none of ours. */
export async function commentOfReceipt(
  { db, clock }: Pick<Parts, 'db' | 'clock'>,
  receipt: string,
): Promise<CommentRow | undefined> {
  const token = await tokenSubject(db, 'receipt', receipt, isoTime(clock.now()));
  return token && commentById(db, Number(token.subject));
}

/** Until when its writer may change a comment; undefined once that time is over, or it is where nothing can be changed. */
export function editableUntil({ state, created_at }: CommentRow, now: Date): Date | undefined {
  const until = new Date(Date.parse(created_at) + EDIT_MINUTES * MINUTE);
  return until > now && EDITABLE.some((one) => one === state) ? until : undefined;
}

export type Edited = { state: 'saved' | 'same' } | { state: 'think-again'; thoughts: SecondThought[] };

/**
 * Changes a comment for its writer; it is checked again, and until then nobody sees it.
 *
 * @throws AppError `invalid` (field `body`), `conflict` (its time is over, it has been moved meanwhile, or changed very
 *   often), `limited` (too much from one network)
 */
export async function editComment(
  parts: CommentParts,
  { id }: Pick<CommentRow, 'id'>,
  { body: typed, anyway, network }: { body: string; anyway: boolean; network: string },
): Promise<Edited> {
  const wrong: Record<string, string> = {};
  const body = bodyOf(typed, wrong);
  if (wrong.body)
    throw new AppError('invalid', 'The comment needs a change. What you wrote is still there.', wrong);
  const thoughts = anyway ? [] : thoughtsAbout(parts, { body });
  if (thoughts.length > 0) return { state: 'think-again', thoughts };
  parts.limits.take('comment', network, parts.library.site.comments.flood.network);
  const rules = await rulesNow(parts);
  const saved = await parts.db.transaction().execute((trx) => saveEdit(trx, { ...parts, rules }, id, body));
  const patience = parts.spam?.isSilent ? 0 : PATIENCE_MS;
  if (saved === 'asks') await withPatience(inBackground(parts, checkComment(parts, id)), patience);
  return { state: saved === 'same' ? 'same' : 'saved' };
}

async function saveEdit(
  trx: Parameters<typeof moveComment>[0],
  parts: CommentParts & { rules: CommentRules },
  id: number,
  body: string,
): Promise<'asks' | 'placed' | 'same'> {
  const { clock, rules, siteUrl, spam } = parts;
  const now = isoTime(clock.now());
  const comment = await lockComment(trx, id);
  if (!comment || !editableUntil(comment, clock.now())) throw new AppError('conflict', TOO_LATE);
  if (comment.body === body) return 'same';
  if (comment.revision >= MOST_EDITS) throw new AppError('conflict', TOO_OFTEN);
  const keys = likenessKeys({ ...comment, body, ownHosts: [siteUrl.hostname] });
  await deleteLikeness(trx, id);
  const { alike, clusters } = await alikeTo(trx, keys, clock.now());
  const facts = { ...comment, body, honeypot: '', secondsToWrite: undefined, alike };
  const kept = signsFrom(comment.signs).filter(({ name }) => name === 'trap' || name === 'too-fast');
  const signs = [...kept, ...signsOf(facts, rules)];
  const asks =
    spam !== undefined &&
    comment.checked_fields !== null &&
    placeBeforeFilter({ signs, forPerson: comment.for_person === 1 }) === undefined;
  const change = {
    body,
    html: commentHtml(body),
    revision: comment.revision + 1,
    edited_at: now,
    signs: JSON.stringify(signs),
    verdict: null,
    checked_at: null,
    checks: 0,
    told_in: null,
    cluster: clusters[0] ?? newCluster(), // what it is alike to now
    check_at: now,
    lease_until: isoAfter(clock.now(), CHECK_LEASE_MS), // this process asks first
    ...(asks ? { asked_at: null } : {}), // nothing of these words was sent yet
    checked_fields: asks
      ? JSON.stringify(editedFields(JSON.parse(comment.checked_fields ?? '{}'), body))
      : comment.checked_fields,
  };
  const detail = { body: comment.body, toldIn: comment.told_in ?? undefined };
  const move = { to: 'unchecked', reason: 'edited', actor: 'commenter', change, detail } as const;
  if (!(await moveComment(trx, parts, comment, move))) throw new AppError('conflict', TOO_LATE);
  await insertLikeness(trx, id, keys, now);
  if (asks) return 'asks';
  await placeWithoutFilter(trx, parts, id);
  return 'placed';
}

/** Each keeps what was there before. */
const MOST_EDITS = 20;
const TOO_OFTEN = `Nothing was changed: it has been changed ${MOST_EDITS} times already.`;
const TOO_LATE = `Nothing was changed: a comment can be changed for ${EDIT_MINUTES} minutes, and while nobody has decided otherwise about it.`;

/** Takes a comment back for its writer, wherever it is; false where that was done before. */
export async function withdrawComment(
  parts: Pick<Parts, 'db' | 'clock' | 'log' | 'secret' | 'siteUrl'>,
  { id }: Pick<CommentRow, 'id'>,
): Promise<boolean> {
  const withdrawn = await parts.db.transaction().execute(async (trx) => {
    const comment = await lockComment(trx, id);
    if (!comment || comment.state === 'withdrawn') return false;
    return moveComment(trx, parts, comment, { to: 'withdrawn', reason: 'commenter', actor: 'commenter' });
  });
  if (withdrawn) parts.log.info('comment.withdrawn', { comment: id });
  return withdrawn;
}

/** Ends notices of replies to one comment. */
export async function stopRepliesTo(
  { db, log }: Pick<Parts, 'db' | 'log'>,
  { id }: Pick<CommentRow, 'id'>,
): Promise<void> {
  await stopNotices(db, id);
  log.info('notices.stopped', { comment: id });
}
