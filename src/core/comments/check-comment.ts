import { setTimeout as sleep } from 'node:timers/promises';
import type { Library } from '../articles/library.ts';
import { DAY, HOUR, isoAfter, isoTime, MINUTE, SECOND } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import { recordPageChange } from '../platform/page-changes.ts';
import type { Parts } from '../platform/parts.ts';
import { localSign } from '../spam/local-signs.ts';
import type { CheckedFields, CheckOutcome, SpamFilter } from '../spam/spam-filter.ts';
import type { CommentReason, CommentState } from './comment.ts';
import {
  type CommentRow,
  changeComment,
  claimUnchecked,
  commentById,
  hurryUnchecked,
  insertCommentEvent,
  isKnownCommenter,
} from './comment-rows.ts';

export type CommentParts = Parts & { library: Library; spam: SpamFilter | undefined };

/** How long after a question without an answer the next one follows; then hourly. Jitter is added. */
const RETRIES = [5 * SECOND, 20 * SECOND, MINUTE, 5 * MINUTE, 20 * MINUTE];
/** Longer than a filter may take, so that no second worker asks meanwhile. */
export const CHECK_LEASE_MS = 15 * SECOND;
/** After so long without an answer, a person is to look. */
const GIVE_UP_MS = DAY;

/** Asks the filter about a saved comment and puts it where the answer and the house's rules say. */
export async function checkComment(parts: CommentParts, id: number): Promise<void> {
  const comment = await commentById(parts.db, id);
  if (comment?.state !== 'unchecked') return;
  const outcome = await outcomeFor(parts, comment); // network: never inside a transaction
  if (outcome.state === 'silent') await waitForFilter(parts, comment, outcome.why);
  else await settle(parts, comment, outcome.verdict);
}

/** Asks about those whose time has come; the number asked. Once one is answered, all that wait are due. */
export async function checkDueComments(parts: CommentParts): Promise<number> {
  const now = parts.clock.now();
  const due = await claimUnchecked(parts.db, isoTime(now), isoAfter(now, CHECK_LEASE_MS), 4);
  await Promise.all(due.map((comment) => checkComment(parts, comment.id)));
  const settled = await Promise.all(due.map((comment) => commentById(parts.db, comment.id)));
  if (settled.some((comment) => comment?.verdict)) await hurryUnchecked(parts.db, isoTime(parts.clock.now()));
  return due.length;
}

async function outcomeFor(
  { spam }: CommentParts,
  comment: CommentRow,
): Promise<CheckOutcome | { state: 'answered'; verdict: undefined }> {
  if (!spam) return { state: 'answered', verdict: undefined };
  return spam.check(JSON.parse(comment.checked_fields ?? '{}') as CheckedFields);
}

async function waitForFilter(
  { db, clock, log }: CommentParts,
  comment: CommentRow,
  why: string,
): Promise<void> {
  const now = clock.now();
  log.warn('comment.filter-silent', { comment: comment.id, why, checks: comment.checks + 1 });
  if (now.getTime() - Date.parse(comment.created_at) > GIVE_UP_MS) {
    await move(db, comment, 'held', 'filter-silent', isoTime(now), { check_at: null });
    return;
  }
  const pause = (RETRIES[comment.checks] ?? HOUR) * (0.8 + 0.4 * Math.random());
  const change = {
    checks: comment.checks + 1,
    check_at: isoAfter(now, pause),
    lease_until: null,
    reason: 'filter-silent',
  };
  await changeComment(db, comment.id, ['unchecked'], change);
}

async function settle(
  parts: CommentParts,
  comment: CommentRow,
  verdict: 'ham' | 'spam' | 'discard' | undefined,
): Promise<void> {
  const { db, clock, log } = parts;
  const now = isoTime(clock.now());
  const [state, reason] = await placeFor(parts, comment, verdict);
  const checked = verdict ? { verdict, checked_at: now, checks: comment.checks + 1 } : {};
  const moved = await db.transaction().execute(async (trx) => {
    const changed = await move(trx, comment, state, reason, now, {
      ...checked,
      check_at: null,
      lease_until: null,
    });
    if (changed && state === 'published') await recordPageChange(trx, clock, [`comments:${comment.article}`]);
    return changed;
  });
  if (moved) log.info(`comment.${state}`, { comment: comment.id, article: comment.article, reason });
}

/** The house's rules: the filter's word first, then what we see ourselves, then whether we know the person. */
async function placeFor(
  { db, library }: CommentParts,
  comment: CommentRow,
  verdict: 'ham' | 'spam' | 'discard' | undefined,
): Promise<[CommentState, CommentReason]> {
  const rules = library.site.comments;
  if (verdict === 'spam' || verdict === 'discard') return ['spam', 'filter-spam'];
  const sign = localSign(JSON.parse(comment.checked_fields ?? '{}') as CheckedFields, rules.maxLinks);
  if (sign) return ['held', sign];
  if (await isKnownCommenter(db, comment)) return ['published', verdict ? 'filter-ham' : 'known'];
  if (!verdict) return ['held', 'no-filter'];
  return rules.holdFirst ? ['held', 'first-comment'] : ['published', 'filter-ham'];
}

async function move(
  db: Db | Trx,
  { id }: CommentRow,
  state: CommentState,
  reason: CommentReason,
  at: string,
  change: Parameters<typeof changeComment>[3],
): Promise<boolean> {
  const changed = await changeComment(db, id, ['unchecked'], { ...change, state, reason });
  if (changed) await insertCommentEvent(db, { comment_id: id, at, actor: 'filter', state, reason });
  return changed;
}

/** Waits for a check, but no longer than a reader should: it goes on by itself. */
export async function withPatience(checking: Promise<void>, ms: number): Promise<void> {
  const waited = new AbortController();
  await Promise.race([checking, sleep(ms, undefined, { signal: waited.signal }).catch(() => {})]);
  waited.abort();
}
