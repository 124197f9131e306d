import type { Insertable, Selectable, Updateable } from 'kysely';
import type { CommentState, CommentTable, Schema } from '#db/schema.ts';
import type { Db, Trx } from '../platform/db.ts';
import type { PublishedComment } from './comment.ts';

export type CommentRow = Selectable<CommentTable>;

/** The published comments of an article, oldest first. */
export async function publishedComments({ db }: { db: Db }, article: string): Promise<PublishedComment[]> {
  const rows = await db
    .selectFrom('comment')
    .select(['id', 'parent_id as parent', 'name', 'website', 'html', 'created_at as at'])
    .where('article', '=', article)
    .where('state', '=', 'published')
    .orderBy('id')
    .execute();
  return rows.map((row, index) => ({ ...row, number: index + 1 }));
}

/** How many comments stand under each article, or each of some; those with none are left out. */
export async function publishedCounts(
  { db }: { db: Db },
  articles?: readonly string[],
): Promise<Map<string, number>> {
  if (articles?.length === 0) return new Map();
  const rows = await db
    .selectFrom('comment')
    .select(['article', (e) => e.fn.countAll<number>().as('count')])
    .where('state', '=', 'published')
    .$if(articles !== undefined, (query) => query.where('article', 'in', articles ?? []))
    .groupBy('article')
    .execute();
  return new Map(rows.map(({ article, count }) => [article, Number(count)]));
}

export async function insertComment(trx: Trx, values: Insertable<CommentTable>): Promise<number> {
  const { id } = await trx.insertInto('comment').values(values).returning('id').executeTakeFirstOrThrow();
  return id;
}

export async function commentById(db: Db | Trx, id: number): Promise<CommentRow | undefined> {
  return db.selectFrom('comment').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Changes a comment only where it is still in one of the states; false where it is not. */
export async function changeComment(
  trx: Db | Trx,
  id: number,
  from: readonly CommentState[],
  change: Updateable<CommentTable>,
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
  { name_key, email_key, id }: CommentRow,
): Promise<boolean> {
  const known = await db
    .selectFrom('comment')
    .select('id')
    .where('email_key', '=', email_key)
    .where('state', '=', 'published')
    .where('id', '<>', id)
    .where('name_key', '=', name_key)
    .limit(1)
    .executeTakeFirst();
  return known !== undefined;
}

/** Takes comments whose next question to the filter is due, each for one worker until `lease`. */
export async function claimUnchecked(
  db: Db,
  now: string,
  lease: string,
  most: number,
): Promise<CommentRow[]> {
  return db
    .updateTable('comment')
    .set({ lease_until: lease })
    .where('id', 'in', (e) =>
      e
        .selectFrom('comment')
        .select('id')
        .where('state', '=', 'unchecked')
        .where('check_at', '<=', now)
        .where((w) => w.or([w('lease_until', 'is', null), w('lease_until', '<', now)]))
        .orderBy('check_at')
        .limit(most),
    )
    .where((w) => w.or([w('lease_until', 'is', null), w('lease_until', '<', now)]))
    .returningAll()
    .execute();
}

/** Makes every waiting comment due: the filter has just answered again. */
export async function hurryUnchecked(db: Db, now: string): Promise<void> {
  await db
    .updateTable('comment')
    .set({ check_at: now })
    .where('state', '=', 'unchecked')
    .where('check_at', '>', now)
    .execute();
}

/** Comments of one state for the desk, newest first. */
export async function commentsIn(db: Db, state: CommentState, most: number): Promise<CommentRow[]> {
  return db
    .selectFrom('comment')
    .selectAll()
    .where('state', '=', state)
    .orderBy('id', 'desc')
    .limit(most)
    .execute();
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

/** Comments that still carry a plain network address or user agent from before a time. */
export async function commentsWithOldNetwork(db: Db, before: string, most: number) {
  return db
    .selectFrom('comment')
    .select(['id', 'network'])
    .where('created_at', '<', before)
    .where('user_agent', 'is not', null)
    .limit(most)
    .execute();
}

/** Leaves a hash in place of the address; what the filter was told goes too: no correction is sent any more. */
export async function forgetNetwork(db: Db, id: number, hash: string): Promise<void> {
  const forgotten = { network: hash, user_agent: null, referrer: null, checked_fields: null };
  await db.updateTable('comment').set(forgotten).where('id', '=', id).execute();
}
