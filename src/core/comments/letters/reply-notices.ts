import { createHmac, randomUUID } from 'node:crypto';
import { enqueue } from '../../mail/outbox-rows.ts';
import { DAY, HOUR, isoAfter, isoTime } from '../../platform/clock.ts';
import type { Trx } from '../../platform/db.ts';
import type { Parts } from '../../platform/parts.ts';
import { insertToken, tokenSubject, useToken } from '../../platform/token-rows.ts';
import { derivedToken, randomToken } from '../../platform/tokens.ts';
import { subscriberByKey } from '../../subscribers/subscriber-rows.ts';
import { isSuppressed } from '../../subscribers/suppression.ts';
import type { CommentRow } from '../comment-rows.ts';
import {
  assignNotices,
  type Commenter,
  commenterById,
  commenterByKey,
  commentersToTell,
  confirmCommenter,
  countCommenterAsked,
  deleteOldNotices,
  insertCommenter,
  noteReply,
  returnCommenter,
  stopCommenter,
  takeTurnToTell,
} from './reply-notice-rows.ts';

type Basics = Pick<Parts, 'clock' | 'secret' | 'siteUrl'>;

/** An address that never answers gets one such letter a day, and three in all. */
const LETTERS_IN_ALL = 3;
export const NOTICE_DAYS = 7;
/** So long after a letter the next one at the earliest; it holds all replies that came meanwhile. */
const BETWEEN_LETTERS_MS = HOUR;
const IN_ONE_LETTER = 50;
/** So long a reply is worth a letter; also to who confirms their address late. */
const NOTICES_KEPT_MS = 30 * DAY;

/**
 * A comment was published: whoever it answers is to hear of it, and its own writer, where they want to hear of answers,
 * is asked once whether the address is theirs. Not before it is published: spam must not make letters.
 */
export async function announcePublished(trx: Trx, parts: Basics, comment: CommentRow): Promise<void> {
  const now = isoTime(parts.clock.now());
  await noteReply(trx, comment, now);
  if (comment.notify === 1 && comment.email_key !== '') await offerNotices(trx, parts, comment);
}

/** What stays of an address that was erased after it had been written to; it never looks like an address. */
export function erasedKey(secret: Buffer, emailKey: string): string {
  return `erased:${createHmac('sha256', secret).update(`commenter\0${emailKey}`).digest('hex').slice(0, 32)}`;
}

async function offerNotices(trx: Trx, parts: Basics, comment: CommentRow): Promise<void> {
  const now = parts.clock.now();
  const { email, email_key } = comment;
  if (await isSuppressed(parts, trx, email_key)) return; // whoever types it
  await returnCommenter(trx, { email, email_key }, erasedKey(parts.secret, email_key));
  await insertCommenter(trx, { id: randomUUID(), email, email_key, created_at: isoTime(now) });
  const commenter = await commenterByKey(trx, email_key);
  if (!commenter || (commenter.confirmed_at !== null && commenter.stopped_at === null)) return;
  const subscriber = await subscriberByKey(trx, email_key);
  // By the link of their own letters: anybody can type a subscriber's address.
  if (comment.verified === 1 && subscriber?.state === 'confirmed' && commenter.stopped_at === null) {
    await confirmCommenter(trx, commenter.id, isoTime(now));
    return;
  }
  const before = isoAfter(now, -DAY);
  const mayBeAsked = { now: isoTime(now), before, most: LETTERS_IN_ALL };
  if (await countCommenterAsked(trx, commenter.id, mayBeAsked)) await askToConfirm(trx, parts, commenter);
}

async function askToConfirm(trx: Trx, parts: Basics, { id, email }: Commenter): Promise<void> {
  const now = parts.clock.now();
  const messageId = `replies.${randomToken().slice(0, 22)}@${parts.siteUrl.hostname}`;
  await enqueue(trx, {
    kind: 'reply-confirm',
    commenter_id: id,
    recipient: email,
    message_id: messageId,
    created_at: isoTime(now),
  });
  await allowStop(trx, parts, id);
  await insertToken(trx, {
    purpose: 'notices-confirm',
    token: derivedToken(parts.secret, 'notices-confirm', messageId),
    subject: id,
    now: isoTime(now),
    expires: isoAfter(now, NOTICE_DAYS * DAY),
  });
}

/** The link that ends all notices to an address: the same in each letter. */
export function stopLink(
  { secret, siteUrl }: Pick<Parts, 'secret' | 'siteUrl'>,
  commenterId: string,
): string {
  return new URL(`/comments/notices/stop/${derivedToken(secret, 'notices-stop', commenterId)}/`, siteUrl)
    .href;
}

/** The page on which whoever has confirmed their address sees, takes along and erases their comments: the same authority. */
export function ownCommentsLink(
  { secret, siteUrl }: Pick<Parts, 'secret' | 'siteUrl'>,
  commenterId: string,
): string {
  return new URL(`/comments/mine/${derivedToken(secret, 'notices-stop', commenterId)}/`, siteUrl).href;
}

async function allowStop(trx: Trx, { secret, clock }: Basics, commenterId: string): Promise<void> {
  const token = derivedToken(secret, 'notices-stop', commenterId);
  await insertToken(trx, {
    purpose: 'notices-stop',
    token,
    subject: commenterId,
    now: isoTime(clock.now()),
  });
}

/** What a link about notices is good for; changes nothing. */
export async function noticesOfLink(
  { db, clock }: Pick<Parts, 'db' | 'clock'>,
  purpose: 'notices-confirm' | 'notices-stop',
  token: string,
): Promise<{ commenter: Commenter; isOver: boolean } | undefined> {
  const found = await tokenSubject(db, purpose, token, isoTime(clock.now()));
  const commenter = found && (await commenterById(db, found.subject));
  return commenter && { commenter, isOver: found.expired || found.used };
}

/** The button was pressed: from now on this address hears of replies. False where the link's time is over. */
export async function confirmNotices(
  { db, clock, log }: Pick<Parts, 'db' | 'clock' | 'log'>,
  token: string,
): Promise<boolean> {
  const now = isoTime(clock.now());
  const confirmed = await db.transaction().execute(async (trx) => {
    const found = await tokenSubject(trx, 'notices-confirm', token, now);
    if (!found || !(await useToken(trx, 'notices-confirm', token, now))) return false;
    await confirmCommenter(trx, found.subject, now);
    return true;
  });
  if (confirmed) log.info('notices.confirmed', {});
  return confirmed;
}

/** Ends all notices to an address, at once; once more is the same. */
export async function endNotices(
  { db, clock, log }: Pick<Parts, 'db' | 'clock' | 'log'>,
  commenter: Commenter,
): Promise<void> {
  const now = isoTime(clock.now());
  const ended = await db.transaction().execute((trx) => stopCommenter(trx, commenter, now));
  if (ended) log.info('notices.stopped', {});
}

/** Makes a letter for each who has replies to hear of and has had none for an hour; the number made. */
export async function gatherReplyLetters(parts: Basics & Pick<Parts, 'db'>): Promise<number> {
  const { db, clock, siteUrl } = parts;
  const now = clock.now();
  const waiting = await commentersToTell(db, isoAfter(now, -BETWEEN_LETTERS_MS), 50);
  for (const commenter of waiting) {
    await db.transaction().execute(async (trx) => {
      if (await isSuppressed(parts, trx, commenter.email_key)) {
        await stopCommenter(trx, commenter, isoTime(now));
        return;
      }
      if (!(await takeTurnToTell(trx, commenter, isoTime(now)))) return;
      const delivery = await enqueue(trx, {
        kind: 'replies',
        commenter_id: commenter.id,
        recipient: commenter.email,
        message_id: `replies.${randomToken().slice(0, 22)}@${siteUrl.hostname}`,
        created_at: isoTime(now),
      });
      await assignNotices(trx, commenter.id, delivery, IN_ONE_LETTER);
      await allowStop(trx, parts, commenter.id); // each time: the secret may be another than in the last letter
    });
  }
  return waiting.length;
}

export async function forgetOldNotices({ db, clock }: Pick<Parts, 'db' | 'clock'>): Promise<void> {
  await deleteOldNotices(db, isoAfter(clock.now(), -NOTICES_KEPT_MS));
}
