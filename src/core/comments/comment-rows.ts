import type { Insertable, Selectable, Updateable } from 'kysely';
import type { CommentState, CommentTable, Schema } from '#db/schema.ts';
import { addToDay } from '../platform/day-count-rows.ts';
import type { Db, Trx } from '../platform/db.ts';

export type CommentRow = Selectable<CommentTable>;
export type CommentChange = Updateable<CommentTable>;
export type CommentEvent = Selectable<Schema['comment_event']>;

/** Counts it, too, where no author of the site wrote it. */
export async function insertComment(trx: Trx, values: Insertable<CommentTable>): Promise<number> {
  const { id } = await trx.insertInto('comment').values(values).returning('id').executeTakeFirstOrThrow();
  if (!values.author) await addToDay(trx, 'comments', values.created_at, 1);
  return id;
}

export async function commentById(db: Db | Trx, id: number): Promise<CommentRow | undefined> {
  return db.selectFrom('comment').selectAll().where('id', '=', id).executeTakeFirst();
}

/**
 * Reads a comment and keeps everybody else from changing it until the transaction ends: what is decided from it is
 * decided about what is there.
 */
export async function lockComment(trx: Trx, id: number): Promise<CommentRow | undefined> {
  return trx
    .updateTable('comment')
    .set((e) => ({ state: e.ref('state') })) // changes nothing, and takes the row on both engines
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
}

/**
 * The same for several, one after another by their ids: of two transactions that want the same rows one waits, where in
 * a single statement PostgreSQL takes them in any order, and both would.
 */
export async function lockComments(trx: Trx, ids: readonly number[]): Promise<CommentRow[]> {
  const comments: CommentRow[] = [];
  for (const id of [...new Set(ids)].sort((one, other) => one - other)) {
    const comment = await lockComment(trx, id);
    if (comment) comments.push(comment);
  }
  return comments;
}

/** Changes a comment only where it is still in one of the states; false where it is not. */
export async function changeComment(
  trx: Db | Trx,
  id: number,
  from: readonly CommentState[],
  change: CommentChange,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('comment')
    .set(change)
    .where('id', '=', id)
    .where('state', 'in', from)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function insertCommentEvent(
  trx: Db | Trx,
  event: Insertable<Schema['comment_event']>,
): Promise<void> {
  await trx.insertInto('comment_event').values(event).execute();
}

/** Whether this name with this address has a published comment. */
export async function isKnownCommenter(
  db: Db | Trx,
  { nameKey, emailKey, except }: { nameKey: string; emailKey: string; except?: number | undefined },
): Promise<boolean> {
  if (emailKey === '') return false;
  const known = await db
    .selectFrom('comment')
    .select('id')
    .where('email_key', '=', emailKey)
    .where('state', '=', 'published')
    .where('name_key', '=', nameKey)
    .$if(except !== undefined, (query) => query.where('id', '<>', except ?? 0))
    .limit(1)
    .executeTakeFirst();
  return known !== undefined;
}

/**
 * The same words of the same person on the same article since a time, unless they were taken back. From the same network
 * address only: whoever guesses whose address stands behind a comment must not be told that it is right.
 */
export async function earlierTwin(
  db: Db | Trx,
  {
    article,
    emailKey,
    nameKey,
    body,
    network,
  }: { article: string; emailKey: string; nameKey: string; body: string; network: string },
  since: string,
): Promise<number | undefined> {
  const twin = await db
    .selectFrom('comment')
    .select('id')
    .where('email_key', '=', emailKey)
    .where('name_key', '=', nameKey)
    .where('article', '=', article)
    .where('body', '=', body)
    .where('network', '=', network)
    .where('state', 'not in', ['withdrawn', 'trash'])
    .where('created_at', '>=', since)
    .limit(1)
    .executeTakeFirst();
  return twin?.id;
}

/** All comments of one address, oldest first. */
export async function commentIdsOf(db: Db, emailKey: string): Promise<number[]> {
  if (emailKey === '') return [];
  const rows = await db
    .selectFrom('comment')
    .select('id')
    .where('email_key', '=', emailKey)
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}

/** What happened to a comment last, at most so much of it, oldest first. */
export async function eventsOf(db: Db, id: number, most: number): Promise<CommentEvent[]> {
  const newest = await db
    .selectFrom('comment_event')
    .selectAll()
    .where('comment_id', '=', id)
    .orderBy('id', 'desc')
    .limit(most)
    .execute();
  return newest.reverse();
}

export async function commentCounts(db: Db): Promise<Record<CommentState, number>> {
  const rows = await db
    .selectFrom('comment')
    .select(['state', (e) => e.fn.countAll<number>().as('count')])
    .groupBy('state')
    .execute();
  const none: Record<CommentState, number> = {
    unchecked: 0,
    held: 0,
    published: 0,
    spam: 0,
    trash: 0,
    withdrawn: 0,
  };
  return { ...none, ...Object.fromEntries(rows.map(({ state, count }) => [state, count])) };
}
