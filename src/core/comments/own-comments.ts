import { removeKeptLetter } from '../mail/kept-mail.ts';
import { noteAct } from '../platform/audit.ts';
import type { Db, Trx } from '../platform/db.ts';
import type { Parts } from '../platform/parts.ts';
import { type CommentRow, commentById, commentIdsOf, eventsOf, lockComment } from './comment-rows.ts';
import { signsFrom } from './comment-signs.ts';
import { erasedKey } from './letters/reply-notices.ts';
import { deleteLikeness } from './likeness/likeness-rows.ts';
import { commentHtml } from './markup/comment-markup.ts';
import { moveComment } from './move-comment.ts';
import { clearEventDetails, deleteFeedbackOf, forgetCommenter, lettersAbout } from './own-comment-rows.ts';

/** Everything that is kept about one comment, for its writer: plain JSON. */
export interface KeptComment {
  article: string;
  number: number | null;
  state: string;
  reason: string;
  name: string;
  email: string;
  website: string | null;
  body: string;
  inReplyTo: number | null;
  wantsReplies: boolean;
  network: string | null;
  userAgent: string | null;
  referrer: string | null;
  saved: string;
  edited: string | null;
  sentToFilter: Record<string, unknown> | null;
  sentAt: string | null;
  verdict: string | null;
  signs: string[];
  history: { at: string; by: string; state: string; reason: string }[];
}

/** More than anybody makes. */
const MOST_EVENTS = 200;

/** What is kept about a comment, all of it. */
export async function keptComment(db: Db, comment: CommentRow): Promise<KeptComment> {
  const events = await eventsOf(db, comment.id, MOST_EVENTS);
  return {
    article: comment.article,
    number: comment.number,
    state: comment.state,
    reason: comment.reason,
    name: comment.name,
    email: comment.email,
    website: comment.website,
    body: comment.body,
    inReplyTo: comment.parent_id,
    wantsReplies: comment.notify === 1,
    network: comment.network,
    userAgent: comment.user_agent,
    referrer: comment.referrer,
    saved: comment.created_at,
    edited: comment.edited_at,
    sentToFilter: comment.asked_at === null ? null : JSON.parse(comment.checked_fields ?? 'null'),
    sentAt: comment.asked_at,
    verdict: comment.verdict,
    // Not which entry of a list: that would tell whoever tries how to get around it.
    signs: signsFrom(comment.signs).map(({ name, words }) => (name.endsWith('-list') ? name : words)),
    history: events.map(({ at, actor, state, reason }) => ({
      at,
      by: actor === 'filter' || actor === 'commenter' ? actor : 'editor',
      state,
      reason,
    })),
  };
}

export async function ownCommentCount(db: Db, emailKey: string): Promise<number> {
  return (await commentIdsOf(db, emailKey)).length;
}

/** What is kept about all the comments of one address. */
export async function keptCommentsOf(db: Db, emailKey: string): Promise<KeptComment[]> {
  const kept: KeptComment[] = [];
  for (const id of await commentIdsOf(db, emailKey)) {
    const comment = await commentById(db, id);
    if (comment) kept.push(ofAddress(await keptComment(db, comment), comment));
  }
  return kept;
}

/** Anybody can type an address: from where a comment came is told to its writer alone. */
function ofAddress(kept: KeptComment, { verified }: CommentRow): KeptComment {
  const unknown = { network: null, userAgent: null, referrer: null, sentToFilter: null };
  return verified === 1 ? kept : { ...kept, ...unknown };
}

type EraseParts = Pick<Parts, 'config' | 'db' | 'clock' | 'log' | 'secret' | 'siteUrl' | 'who'>;

/** Erases a comment with everything about its writer; only its number stays, so that others keep theirs. */
export async function eraseComment(parts: EraseParts, id: number): Promise<void> {
  const letters = await parts.db.transaction().execute((trx) => eraseIn(trx, parts, id));
  for (const messageId of letters) removeKeptLetter(parts.config.dataDir, messageId);
  parts.log.info('comment.erased', { comment: id });
}

/** Erases all comments of one address; the number erased. */
export async function eraseCommentsOf(parts: EraseParts, emailKey: string): Promise<number> {
  const ids = await commentIdsOf(parts.db, emailKey);
  for (const id of ids) await eraseComment(parts, id);
  return ids.length;
}

/** @returns the letters that told of it, by their Message-ID */
async function eraseIn(trx: Trx, parts: EraseParts, id: number): Promise<string[]> {
  const comment = await lockComment(trx, id);
  if (!comment) return [];
  const letters = await lettersAbout(trx, comment);
  const empty = {
    name: '',
    name_key: '',
    email: '',
    email_key: '',
    website: null,
    picture: null,
    body: '',
    html: commentHtml(''),
    network: null,
    user_agent: null,
    referrer: null,
    checked_fields: null,
    signs: null,
    notify: 0,
  };
  await moveComment(trx, parts, comment, {
    to: 'withdrawn',
    reason: 'erased',
    actor: 'commenter',
    change: empty,
  });
  await clearEventDetails(trx, id);
  await deleteLikeness(trx, id);
  await deleteFeedbackOf(trx, id);
  await forgetCommenter(trx, comment.email_key, erasedKey(parts.secret, comment.email_key));
  await noteAct(trx, parts, { act: 'comment.erase', subject: `comment:${id}` });
  return letters;
}
