import type { Article } from '../articles/article.ts';
import type { Db } from '../platform/db.ts';
import { PAGE_LENGTH, type PublishedComment, pageOf } from './comment.ts';
import {
  commentsNumbered,
  discussionCounts,
  type PlacedComment,
  publishedComment,
} from './discussion-rows.ts';

/** Replies stand below what they answer down to this depth; deeper ones beside each other there. */
export const DEPTH = 4;

export type Order = 'oldest' | 'newest';

/** A comment with the answers to it that stand on the same page. */
export interface Thread {
  comment: PlacedComment;
  replies: Thread[];
  /** It does not stand below what it answers: that is on another page, or too deep. */
  isApart: boolean;
}

/** One page of what is said under an article. */
export interface Discussion {
  /** How many comments stand under the article. */
  count: number;
  page: number;
  pages: number;
  order: Order;
  threads: Thread[];
  pinned: PublishedComment | undefined;
}

/**
 * A page of comments: those with the numbers from 1 to 100 on the first, and so on, so that a comment never moves to
 * another page; replies below what they answer.
 *
 * @param asked.page undefined for the one that stands first in that order
 * @returns undefined where there is no such page
 */
export async function discussionOf(
  db: Db,
  { slug }: Pick<Article, 'slug'>,
  asked: { page?: number | undefined; order: Order },
): Promise<Discussion | undefined> {
  const { published, lastNumber, pinnedId } = await discussionCounts(db, slug);
  const pages = Math.max(1, pageOf(lastNumber));
  const page = asked.page ?? (asked.order === 'newest' ? pages : 1);
  if (!Number.isInteger(page) || page < 1 || page > pages) return undefined;
  const first = (page - 1) * PAGE_LENGTH + 1;
  const comments = published === 0 ? [] : await commentsNumbered(db, slug, first, first + PAGE_LENGTH - 1);
  const pinned = pinnedId === null ? undefined : await publishedComment(db, pinnedId);
  const threads = threadsOf(comments);
  if (asked.order === 'newest') threads.reverse();
  return { count: published, page, pages, order: asked.order, threads, pinned };
}

/** Comments in the order of their numbers as threads; one that is no longer shown stays only where answers need it. */
export function threadsOf(comments: readonly PlacedComment[]): Thread[] {
  const roots: Thread[] = [];
  const places = new Map<number, { thread: Thread; depth: number; siblings: Thread[] }>();
  for (const comment of comments) {
    const above = comment.parent === null ? undefined : places.get(comment.parent.id);
    const isDeep = above !== undefined && above.depth === DEPTH;
    const siblings = above === undefined ? roots : isDeep ? above.siblings : above.thread.replies;
    const thread = {
      comment,
      replies: [],
      isApart: comment.parent !== null && (above === undefined || isDeep),
    };
    siblings.push(thread);
    places.set(comment.id, { thread, depth: isDeep ? DEPTH : (above?.depth ?? 0) + 1, siblings });
  }
  return shown(roots);
}

function shown(threads: readonly Thread[]): Thread[] {
  return threads
    .map((thread) => ({ ...thread, replies: shown(thread.replies) }))
    .filter(({ comment, replies }) => comment.isShown || replies.length > 0);
}
