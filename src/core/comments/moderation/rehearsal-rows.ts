import type { Db } from '../../platform/db.ts';
import type { CommentRow } from '../comment-rows.ts';

/** Comments from readers since a time, oldest first, those behind a row number. */
export async function commentsSince(
  db: Db,
  since: string,
  after: number,
  most: number,
): Promise<CommentRow[]> {
  return db
    .selectFrom('comment')
    .selectAll()
    .where('id', '>', after)
    .where('created_at', '>=', since)
    .where('author', 'is', null)
    .where('body', '<>', '') // erased
    .orderBy('id')
    .limit(most)
    .execute();
}

/** Whether this name with this address had a comment before that stands on the site now. */
export async function knownBefore(
  db: Db,
  { id, name_key, email_key }: Pick<CommentRow, 'id' | 'name_key' | 'email_key'>,
): Promise<boolean> {
  if (email_key === '') return false;
  const known = await db
    .selectFrom('comment')
    .select('id')
    .where('email_key', '=', email_key)
    .where('state', '=', 'published')
    .where('name_key', '=', name_key)
    .where('id', '<', id)
    .limit(1)
    .executeTakeFirst();
  return known !== undefined;
}

/** The newest comments of readers, whatever came of them. */
export async function newestOfReaders(db: Db, most: number): Promise<CommentRow[]> {
  return db
    .selectFrom('comment')
    .selectAll()
    .where('author', 'is', null)
    .where('body', '<>', '') // erased
    .orderBy('id', 'desc')
    .limit(most)
    .execute();
}
