import type { Db } from '../../platform/db.ts';
import type { CommentRow } from '../comment-rows.ts';
import { type PersonRecord, recordsOf } from './person-rows.ts';
import { commentsByIds, pinnedAmong } from './queue-rows.ts';

/** A comment as a moderator sees it. */
export interface QueuedComment extends CommentRow {
  /** What it answers. */
  above: CommentRow | undefined;
  isPinned: boolean;
  /** What its address has done here, this comment with it; undefined where it gave none. */
  record: PersonRecord | undefined;
}

/** Adds to comments what a moderator has to know beside them: three questions, however many they are. */
export async function withContext(db: Db, comments: readonly CommentRow[]): Promise<QueuedComment[]> {
  const published = comments.filter(({ state }) => state === 'published');
  const [aboves, pinned, records] = await Promise.all([
    commentsByIds(db, [...new Set(comments.flatMap(({ parent_id }) => parent_id ?? []))]),
    pinnedAmong(db, [...new Set(published.map(({ article }) => article))]),
    recordsOf(
      db,
      comments.map(({ email_key }) => email_key),
    ),
  ]);
  return comments.map((comment) => ({
    ...comment,
    above: comment.parent_id === null ? undefined : aboves.get(comment.parent_id),
    isPinned: comment.state === 'published' && pinned.has(comment.id),
    record: records.get(comment.email_key),
  }));
}

/** What stands around a comment on a page of the desk: its head, its signs, its buttons. */
const FRAME_BYTES = 3000;

/** About how many bytes a comment is on a page of the desk. */
export function weightOnPage({ html, above }: Pick<QueuedComment, 'html' | 'above'>): number {
  return FRAME_BYTES + Buffer.byteLength(html) + Buffer.byteLength(above?.html ?? '');
}

/** So much is shown on one page; what does not fit stands on the next one. */
export const PAGE_BYTES = 230_000;
