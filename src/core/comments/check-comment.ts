import { setTimeout as sleep } from 'node:timers/promises';
import { DAY, HOUR, isoAfter, isoTime, MINUTE, SECOND } from '../platform/clock.ts';
import type { Trx } from '../platform/db.ts';
import type { Parts } from '../platform/parts.ts';
import type { CheckedFields, CheckOutcome, FilterNotes, Verdict } from '../spam/spam-filter.ts';
import type { CommentReason } from './comment.ts';
import type { CommentParts } from './comment-parts.ts';
import {
  type CommentChange,
  type CommentRow,
  changeComment,
  commentById,
  insertCommentEvent,
  lockComment,
} from './comment-rows.ts';
import { deleteLikeness } from './likeness/likeness-rows.ts';
import { moveComment } from './move-comment.ts';
import { placeComment } from './place-comment.ts';
import { changeUnchecked, claimUnchecked, hurryUnchecked, uncheckedBefore } from './unchecked-rows.ts';

/** How long after a question without an answer the next one follows; then hourly. Jitter is added. */
const RETRIES = [MINUTE, 5 * MINUTE, 20 * MINUTE];
/** The filter was not asked: too many questions are under way. */
const BUSY_MS = 2 * SECOND;
/** So many are asked about at a time by one worker. */
const AT_ONCE = 4;
/** Longer than a filter may take, so that no second worker asks meanwhile. */
export const CHECK_LEASE_MS = 15 * SECOND;
/** After so long without an answer, a person is to look. */
const GIVE_UP_MS = DAY;
/** How often a filter may ask for more time before its word counts as its last. */
const MOST_PROVISIONAL = 5;

/** Asks the filter about a saved comment and puts it where the answer and the house's rules say. */
export async function checkComment(parts: CommentParts, id: number): Promise<void> {
  const comment = await commentById(parts.db, id);
  if (comment?.state !== 'unchecked') return;
  if (!parts.spam || !comment.checked_fields) return settle(parts, comment, undefined);
  if (isOverdue(parts, comment) && parts.spam.isSilent) return giveUp(parts, comment);
  const fields = JSON.parse(comment.checked_fields) as CheckedFields;
  const outcome = await parts.spam.check(fields); // network: never inside a transaction
  if (outcome.state === 'silent') await waitForFilter(parts, comment, outcome);
  else if (outcome.recheckAfter !== undefined && mayBePutOff(parts, comment))
    await waitForLastWord(parts, comment, fields, { ...outcome, seconds: outcome.recheckAfter });
  else await settle(parts, comment, outcome);
}

/** Asks about those whose time has come; how many found an end or an answer. Once one is answered, all that wait are due. */
export async function checkDueComments(parts: CommentParts): Promise<number> {
  const givenUp = await giveUpOverdue(parts);
  const most = askableNow(parts);
  if (most === 0) return givenUp;
  const now = parts.clock.now();
  const due = await claimUnchecked(parts.db, isoTime(now), isoAfter(now, CHECK_LEASE_MS), most);
  await Promise.all(due.map((comment) => checkComment(parts, comment.id)));
  const settled = await Promise.all(due.map((comment) => commentById(parts.db, comment.id)));
  if (settled.some((comment) => comment?.verdict)) await hurryComments(parts);
  return givenUp + (parts.spam?.isSilent ? 0 : due.length); // whoever is silent is not asked again at once
}

/** What has waited for a day needs no question to a filter that is silent: a person is to look. How many there were. */
async function giveUpOverdue(parts: CommentParts): Promise<number> {
  if (!parts.spam?.isSilent) return 0;
  const overdue = await uncheckedBefore(parts.db, isoAfter(parts.clock.now(), -GIVE_UP_MS), 50);
  for (const comment of overdue) await giveUp(parts, comment);
  return overdue.length;
}

/** Each question takes seconds while the filter is silent, and readers come first. */
function askableNow({ spam }: CommentParts): number {
  return spam ? Math.max(0, Math.min(AT_ONCE, spam.room)) : AT_ONCE;
}

/**
 * When a comment that is saved now is to be asked about: at once by this process, as soon as there is room, or, where the
 * filter is silent and being asked already, as if it had been asked.
 */
export function firstQuestion({ spam, clock }: CommentParts): {
  isNow: boolean;
  change: { check_at: string; lease_until?: string; reason?: CommentReason };
} {
  const now = clock.now();
  if (spam === undefined || spam.room > 0)
    return { isNow: true, change: { check_at: isoTime(now), lease_until: isoAfter(now, CHECK_LEASE_MS) } };
  const change = spam.isSilent
    ? { reason: 'filter-silent' as const, check_at: soon(now, RETRIES[0] ?? MINUTE) }
    : { check_at: isoTime(now) };
  return { isNow: false, change };
}

/** Makes all that wait for a silent filter due: it answers again. */
export async function hurryComments({ db, clock }: Pick<Parts, 'db' | 'clock'>): Promise<void> {
  await hurryUnchecked(db, isoTime(clock.now()));
}

function isOverdue({ clock }: CommentParts, { created_at, edited_at }: CommentRow): boolean {
  return clock.now().getTime() - Date.parse(edited_at ?? created_at) > GIVE_UP_MS;
}

async function giveUp(parts: CommentParts, comment: CommentRow): Promise<void> {
  await parts.db.transaction().execute(async (trx) => {
    const asked = await stillAsked(trx, comment);
    if (asked) await moveComment(trx, parts, asked, { to: 'held', reason: 'filter-silent', actor: 'filter' });
  });
}

/** The comment as it is, unless it was moved, or changed by its writer, since the filter was asked about it. */
async function stillAsked(trx: Trx, { id, revision }: CommentRow): Promise<CommentRow | undefined> {
  const comment = await lockComment(trx, id);
  return comment?.state === 'unchecked' && comment.revision === revision ? comment : undefined;
}

async function waitForFilter(
  parts: CommentParts,
  comment: CommentRow,
  { why, notes }: Extract<CheckOutcome, { state: 'silent' }>,
): Promise<void> {
  const { clock, log } = parts;
  const now = clock.now();
  if (why === 'busy') return askLater(parts, comment, { check_at: soon(now, BUSY_MS) });
  log.warn('comment.filter-silent', { comment: comment.id, why, checks: comment.checks + 1 });
  if (isOverdue(parts, comment)) return giveUp(parts, comment);
  const change = {
    ...(why === 'bad-key' ? {} : { asked_at: isoTime(now) }),
    checks: comment.checks + 1,
    reason: 'filter-silent',
    check_at: soon(now, RETRIES[comment.checks] ?? HOUR),
  } as const;
  await askLater(parts, comment, change, { reason: 'filter-silent', detail: { why, ...notes } });
}

/** @param event written down with it; none where the filter was not asked at all */
async function askLater(
  { db, clock }: CommentParts,
  comment: CommentRow,
  change: CommentChange,
  event?: { reason: CommentReason; detail: object },
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    if (!(await changeUnchecked(trx, comment, { ...change, lease_until: null })) || !event) return;
    await insertCommentEvent(trx, {
      comment_id: comment.id,
      at: isoTime(clock.now()),
      actor: 'filter',
      state: 'unchecked',
      reason: event.reason,
      detail: JSON.stringify(event.detail),
    });
  });
}

/** With jitter, so that many that wait do not ask at the same moment. */
function soon(now: Date, ms: number): string {
  return isoAfter(now, ms * (0.8 + 0.4 * Math.random()));
}

function mayBePutOff(parts: CommentParts, comment: CommentRow): boolean {
  return provisionalSoFar(comment) < MOST_PROVISIONAL && !isOverdue(parts, comment);
}

/** How often the filter has put its last word off; questions without an answer are not among them. */
function provisionalSoFar({ reason, checks }: CommentRow): number {
  return reason === 'provisional' ? checks : 0;
}

/** The verdict is provisional: until the filter's last word nobody sees the comment. */
async function waitForLastWord(
  parts: CommentParts,
  comment: CommentRow,
  fields: CheckedFields,
  { seconds, verdict, notes }: { seconds: number; verdict: Verdict; notes: FilterNotes },
): Promise<void> {
  const now = parts.clock.now();
  parts.log.info('comment.provisional', { comment: comment.id, seconds });
  const change = {
    reason: 'provisional',
    checks: provisionalSoFar(comment) + 1,
    asked_at: isoTime(now),
    check_at: isoAfter(now, seconds * SECOND),
    checked_fields: JSON.stringify({ ...fields, recheck_reason: 'recheck_after' }),
  } as const;
  await askLater(parts, comment, change, { reason: 'provisional', detail: { verdict, ...notes } });
}

async function settle(
  parts: CommentParts,
  comment: CommentRow,
  answer: { verdict: Verdict; notes: FilterNotes } | undefined,
): Promise<void> {
  const { db, clock } = parts;
  const now = isoTime(clock.now());
  const checked = answer && {
    verdict: answer.verdict,
    checked_at: now,
    asked_at: now,
    checks: comment.checks + 1,
  };
  await db.transaction().execute(async (trx) => {
    const asked = await stillAsked(trx, comment);
    if (!asked) return;
    const moved = await placeComment(trx, parts, asked, {
      ...answer,
      ...(checked ? { change: checked } : {}),
    });
    // So surely spam that hardly anybody looks: only what a correction would need is kept, for 15 days.
    if (moved && answer?.verdict === 'discard') {
      await deleteLikeness(trx, comment.id);
      await changeComment(trx, comment.id, ['spam'], {
        user_agent: '', // null would say that its network address is forgotten already
        referrer: null,
        notify: 0,
        cluster: null,
      });
    }
  });
}

/** Waits for a check, but no longer than a reader should: it goes on by itself. */
export async function withPatience(checking: Promise<void>, ms: number): Promise<void> {
  const waited = new AbortController();
  await Promise.race([checking, sleep(ms, undefined, { signal: waited.signal }).catch(() => {})]);
  waited.abort();
}
