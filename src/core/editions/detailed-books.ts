import type { Db } from '../platform/db.ts';
import { type EditionBooks, editionBooks } from './deliveries.ts';
import { refusedReplies } from './letters-of-rows.ts';
import { byReason, type Refusal } from './refusal-reason.ts';
import { lastDeferral } from './running-rows.ts';

/** A domain that has put letters of an edition off. */
export interface PutOff {
  domain: string;
  count: number;
  /** What it said to the last of them, and when that is tried again (UTC text). */
  reply: string;
  dueAt: string;
}

export interface DetailedBooks extends EditionBooks {
  /** Why letters are `bounced`: each of them in one reason, the most frequent first. */
  reasons: Refusal[];
  /** Domains with most letters put off first. */
  putOff: PutOff[];
}

const MOST_PUT_OFF = 20;

/**
 * One edition's books, and which domains put letters off.
 *
 * @throws AppError `not-found`
 */
export async function detailedBooks(db: Db, id: string): Promise<DetailedBooks> {
  const books = await editionBooks(db, id);
  const most = books.domains
    .map(({ domain, counts: { deferred = 0 } }) => ({ domain, count: deferred }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_PUT_OFF);
  const putOff: PutOff[] = [];
  for (const { domain, count } of most) {
    const last = await lastDeferral(db, id, domain);
    if (last) putOff.push({ domain, count, reply: last.reply ?? '', dueAt: last.due_at });
  }
  return { ...books, putOff, reasons: byReason(await refusedReplies(db, id)) };
}
