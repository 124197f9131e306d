import type { Db, Trx } from '../platform/db.ts';
import type { FilterNotes, Verdict } from '../spam/spam-filter.ts';
import type { CommentParts } from './comment-parts.ts';
import { type CommentRow, commentById, isKnownCommenter } from './comment-rows.ts';
import { signsFrom } from './comment-signs.ts';
import { moveComment } from './move-comment.ts';
import { type PlaceFacts, placeOf } from './placement.ts';

/** Puts a comment that nobody need be asked about where the rules say, in the transaction that saves it. */
export async function placeWithoutFilter(trx: Trx, parts: CommentParts, id: number): Promise<void> {
  const comment = await commentById(trx, id);
  if (comment) await placeComment(trx, parts, comment, {});
}

/** Puts a comment where the rules say, with what the filter answered. */
export async function placeComment(
  trx: Trx,
  parts: CommentParts,
  comment: CommentRow,
  { verdict, notes, change = {} }: { verdict?: Verdict; notes?: FilterNotes; change?: object },
): Promise<boolean> {
  const isUnasked = parts.spam !== undefined && verdict === undefined;
  const facts = { ...(await factsOf(trx, comment, verdict)), isUnasked };
  const [to, reason] = placeOf(facts, parts.library.site.comments);
  const detail = { ...(verdict ? { verdict, ...notes } : {}) };
  const moved = await moveComment(trx, parts, comment, { to, reason, actor: 'filter', change, detail });
  if (moved) parts.log.info(`comment.${to}`, { comment: comment.id, article: comment.article, reason });
  return moved;
}

async function factsOf(db: Db | Trx, comment: CommentRow, verdict: Verdict | undefined): Promise<PlaceFacts> {
  const { name_key, email_key, id } = comment;
  return {
    verdict,
    signs: signsFrom(comment.signs),
    forPerson: comment.for_person === 1,
    isKnown: await isKnownCommenter(db, { nameKey: name_key, emailKey: email_key, except: id }),
    isVerified: comment.verified === 1,
  };
}
