import type { Db, Trx } from '../platform/db.ts';
import type { PublishedComment } from './comment.ts';

/** A comment's place on a page, also where it is no longer shown and only answers to it are. */
export interface PlacedComment extends PublishedComment {
  isShown: boolean;
}

export interface DiscussionCounts {
  published: number;
  lastNumber: number;
  pinnedId: number | null;
}

const NOTHING: DiscussionCounts = { published: 0, lastNumber: 0, pinnedId: null };

export async function discussionCounts(db: Db | Trx, article: string): Promise<DiscussionCounts> {
  const row = await db
    .selectFrom('discussion')
    .select(['published', 'last_number as lastNumber', 'pinned_id as pinnedId'])
    .where('article', '=', article)
    .executeTakeFirst();
  return row ?? NOTHING;
}

/** How many comments stand under each article, or each of some; those with none are left out. */
export async function publishedCounts(
  { db }: { db: Db },
  articles?: readonly string[],
): Promise<Map<string, number>> {
  if (articles?.length === 0) return new Map();
  const rows = await db
    .selectFrom('discussion')
    .select(['article', 'published'])
    .where('published', '>', 0)
    .$if(articles !== undefined, (query) => query.where('article', 'in', articles ?? []))
    .execute();
  return new Map(rows.map(({ article, published }) => [article, published]));
}

/** Keeps others from commenting on an article until the transaction ends. */
export async function lockDiscussion(trx: Trx, article: string): Promise<void> {
  await trx
    .insertInto('discussion')
    .values({ article, published: 0, last_number: 0 })
    .onConflict((conflict) =>
      conflict.column('article').doUpdateSet((e) => ({ published: e.ref('discussion.published') })),
    )
    .execute();
}

/** Counts one more published comment, and gives out the next number where it has none yet; the last number. */
export async function countPublished(trx: Trx, article: string, isNew: boolean): Promise<number> {
  const step = isNew ? 1 : 0;
  const { last_number } = await trx
    .insertInto('discussion')
    .values({ article, published: 1, last_number: step })
    .onConflict((conflict) =>
      conflict.column('article').doUpdateSet((e) => ({
        published: e('discussion.published', '+', 1),
        last_number: e('discussion.last_number', '+', step),
      })),
    )
    .returning('last_number')
    .executeTakeFirstOrThrow();
  return last_number;
}

/** Counts one less, and takes a pin off with it. */
export async function countUnpublished(trx: Trx, article: string, id: number): Promise<void> {
  await trx
    .updateTable('discussion')
    .set((e) => ({
      published: e('published', '-', 1),
      pinned_id: e.fn<number | null>('nullif', ['pinned_id', e.val(id)]),
    }))
    .where('article', '=', article)
    .execute();
}

/** Pins a comment in place of any other, or none. */
export async function pinComment(db: Db | Trx, article: string, id: number | null): Promise<void> {
  await db.updateTable('discussion').set({ pinned_id: id }).where('article', '=', article).execute();
}

/** The comments whose numbers lie between two, in their order; those no longer shown hold nothing of their writer. */
export async function commentsNumbered(
  db: Db,
  article: string,
  from: number,
  to: number,
): Promise<PlacedComment[]> {
  const rows = await placed(db)
    .where('comment.article', '=', article)
    .where('comment.number', '>=', from)
    .where('comment.number', '<=', to)
    .orderBy('comment.number')
    .execute();
  return rows.map(placedComment);
}

/** The newest published comments of an article, newest first. */
export async function newestComments(
  { db }: { db: Db },
  article: string,
  most: number,
): Promise<PublishedComment[]> {
  const rows = await placed(db)
    .where('comment.article', '=', article)
    .where('comment.number', 'is not', null)
    .where('comment.state', '=', 'published')
    .orderBy('comment.number', 'desc')
    .limit(most)
    .execute();
  return rows.map(placedComment);
}

export async function publishedComment(db: Db, id: number): Promise<PublishedComment | undefined> {
  const row = await placed(db)
    .where('comment.id', '=', id)
    .where('comment.state', '=', 'published')
    .executeTakeFirst();
  return row && placedComment(row);
}

export async function publishedCommentNumbered(
  db: Db,
  article: string,
  number: number,
): Promise<PublishedComment | undefined> {
  const [comment] = await commentsNumbered(db, article, number, number);
  return comment?.isShown ? comment : undefined;
}

function placed(db: Db) {
  return db
    .selectFrom('comment')
    .leftJoin('comment as above', 'above.id', 'comment.parent_id')
    .select([
      'comment.id',
      'comment.number',
      'comment.state',
      'comment.name',
      'comment.website',
      'comment.html',
      'comment.created_at',
      'comment.edited_at',
      'comment.author',
      'comment.verified',
      'comment.picture',
      'comment.parent_id',
      'above.number as parent_number',
      'above.state as parent_state',
      'above.name as parent_name',
    ]);
}

type PlacedRow = Awaited<ReturnType<ReturnType<typeof placed>['execute']>>[number];

function placedComment(row: PlacedRow): PlacedComment {
  const isShown = row.state === 'published';
  const parent = row.parent_id === null ? null : parentOf(row, row.parent_id);
  const place = { id: row.id, number: row.number ?? 0, at: row.created_at, parent, isShown };
  if (!isShown) {
    const empty = { name: '', website: null, html: '' as PublishedComment['html'], edited: null };
    return { ...place, ...empty, author: null, isVerified: false, picture: null };
  }
  return {
    ...place,
    name: row.name,
    website: row.website,
    html: row.html,
    edited: row.edited_at,
    author: row.author,
    isVerified: row.verified === 1,
    picture: row.picture,
  };
}

function parentOf(row: PlacedRow, id: number): PublishedComment['parent'] {
  return {
    id,
    number: row.parent_number,
    name: row.parent_state === 'published' ? (row.parent_name ?? '') : '',
  };
}
