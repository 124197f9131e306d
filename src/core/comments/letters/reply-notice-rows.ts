import type { Insertable, Selectable } from 'kysely';
import type { CommenterTable } from '#db/schema.ts';
import type { Db, Trx } from '../../platform/db.ts';
import type { CommentRow } from '../comment-rows.ts';

export type Commenter = Selectable<CommenterTable>;

/** Writes down that somebody is to hear of a published reply, where they asked for that and it is not their own. */
export async function noteReply(
  trx: Trx,
  { id, parent_id, email_key }: Pick<CommentRow, 'id' | 'parent_id' | 'email_key'>,
  now: string,
): Promise<void> {
  if (parent_id === null) return;
  const above = await trx
    .selectFrom('comment')
    .innerJoin('commenter', 'commenter.email_key', 'comment.email_key')
    .select('commenter.id')
    .where('comment.id', '=', parent_id)
    .where('comment.notify', '=', 1)
    .where('comment.email_key', '<>', email_key)
    .where('commenter.stopped_at', 'is', null)
    .executeTakeFirst();
  if (!above) return;
  await trx
    .insertInto('reply_notice')
    .values({ comment_id: id, commenter_id: above.id, created_at: now })
    .onConflict((conflict) => conflict.columns(['comment_id', 'commenter_id']).doNothing())
    .execute();
}

/** Writes down that an address wants to hear of replies; one that is there already stays as it was. */
export async function insertCommenter(
  trx: Trx,
  values: Pick<Insertable<CommenterTable>, 'id' | 'email' | 'email_key' | 'created_at'>,
): Promise<void> {
  await trx
    .insertInto('commenter')
    .values({ ...values, asked: 0 })
    .onConflict((conflict) => conflict.column('email_key').doNothing())
    .execute();
}

/** An address that was erased is back: what it was asked and said before counts again. */
export async function returnCommenter(
  trx: Trx,
  { email, email_key }: Pick<Commenter, 'email' | 'email_key'>,
  erased: string,
): Promise<void> {
  await trx.updateTable('commenter').set({ email, email_key }).where('email_key', '=', erased).execute();
}

export async function commenterById(db: Db | Trx, id: string): Promise<Commenter | undefined> {
  return db.selectFrom('commenter').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function commenterByKey(db: Db | Trx, emailKey: string): Promise<Commenter | undefined> {
  return db.selectFrom('commenter').selectAll().where('email_key', '=', emailKey).executeTakeFirst();
}

/**
 * Counts one more confirmation letter to an address; false where it has had its share, has confirmed, or has said
 * stop without ever having confirmed: that was not them.
 */
export async function countCommenterAsked(
  trx: Trx,
  id: string,
  { now, before, most }: { now: string; before: string; most: number },
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('commenter')
    .set((e) => ({ asked: e('asked', '+', 1), asked_at: now }))
    .where('id', '=', id)
    .where((w) =>
      w.or([
        w.and([w('confirmed_at', 'is', null), w('stopped_at', 'is', null)]),
        w.and([w('confirmed_at', 'is not', null), w('stopped_at', 'is not', null)]),
      ]),
    )
    .where('asked', '<', most)
    .where((w) => w.or([w('asked_at', 'is', null), w('asked_at', '<=', before)]))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function confirmCommenter(trx: Trx, id: string, now: string): Promise<void> {
  await trx
    .updateTable('commenter')
    .set({ confirmed_at: now, stopped_at: null, asked: 0 })
    .where('id', '=', id)
    .execute();
}

/** Ends all notices to an address; true where there were any. */
export async function stopCommenter(trx: Trx, { id, email_key }: Commenter, now: string): Promise<boolean> {
  await trx.updateTable('comment').set({ notify: 0 }).where('email_key', '=', email_key).execute();
  const { numUpdatedRows } = await trx
    .updateTable('commenter')
    .set({ stopped_at: now })
    .where('id', '=', id)
    .where('stopped_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Ends notices of replies to one comment. */
export async function stopNotices(db: Db | Trx, commentId: number): Promise<void> {
  await db.updateTable('comment').set({ notify: 0 }).where('id', '=', commentId).execute();
}

/** Commenters who may be written to now about replies that they have not heard of. */
export async function commentersToTell(db: Db, toldBefore: string, most: number): Promise<Commenter[]> {
  return db
    .selectFrom('commenter')
    .selectAll()
    .where('confirmed_at', 'is not', null)
    .where('stopped_at', 'is', null)
    .where((w) => w.or([w('told_at', 'is', null), w('told_at', '<=', toldBefore)]))
    .where('id', 'in', worthTelling(db).select('reply_notice.commenter_id'))
    .limit(most)
    .execute();
}

/** Takes the turn to write to a commenter; false where another process has it. */
export async function takeTurnToTell(trx: Trx, { id, told_at }: Commenter, now: string): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('commenter')
    .set({ told_at: now })
    .where('id', '=', id)
    .where('told_at', told_at === null ? 'is' : '=', told_at)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Tells a commenter in a letter of so many replies; the others wait for the next. */
export async function assignNotices(
  trx: Trx,
  commenterId: string,
  delivery: number,
  most: number,
): Promise<void> {
  const told = worthTelling(trx)
    .select('reply_notice.comment_id')
    .where('reply_notice.commenter_id', '=', commenterId)
    .orderBy('reply_notice.comment_id')
    .limit(most);
  await trx
    .updateTable('reply_notice')
    .set({ told_in: delivery })
    .where('commenter_id', '=', commenterId)
    .where('comment_id', 'in', told)
    .execute();
}

/** Replies of which no letter was made: what was taken away meanwhile may come back. */
function worthTelling(db: Db | Trx) {
  return noticesOfPublished(db).where('reply_notice.told_in', 'is', null);
}

/** Published replies to published comments whose writer wants to hear of them. */
function noticesOfPublished(db: Db | Trx) {
  return db
    .selectFrom('reply_notice')
    .innerJoin('comment', 'comment.id', 'reply_notice.comment_id')
    .innerJoin('comment as above', 'above.id', 'comment.parent_id')
    .where('comment.state', '=', 'published')
    .where('above.state', '=', 'published')
    .where('above.notify', '=', 1);
}

/** Forgets notices from before a time, told or not: what was of interest then is stale. */
export async function deleteOldNotices(db: Db, before: string): Promise<void> {
  await db.deleteFrom('reply_notice').where('created_at', '<', before).execute();
}

/** The replies that a letter is to tell of: those still published, to comments whose writer still wants to hear. */
export async function repliesToTell(db: Db, delivery: number) {
  return noticesOfPublished(db)
    .select([
      'comment.article',
      'comment.number',
      'comment.name',
      'comment.body',
      'above.number as above_number',
    ])
    .where('reply_notice.told_in', '=', delivery)
    .orderBy('comment.id')
    .execute();
}
