import type { Db } from '../platform/db.ts';

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

/** Leaves a hash in place of the address. */
export async function forgetNetwork(db: Db, id: number, hash: string): Promise<void> {
  const forgotten = { network: hash, user_agent: null, referrer: null, checked_fields: null };
  await db.updateTable('comment').set(forgotten).where('id', '=', id).execute();
}

/** Throws away what the filter was told of comments from before a time: it takes no correction any more. */
export async function forgetCheckedFields(db: Db, before: string): Promise<void> {
  await db
    .updateTable('comment')
    .set({ checked_fields: null })
    .where('created_at', '<', before)
    .where('checked_fields', 'is not', null)
    .where('state', '<>', 'unchecked')
    .execute();
}

/** Deletes comments that the filter called surely spam before a time, and nobody wanted back. */
export async function deleteDiscarded(db: Db, before: string): Promise<void> {
  await db
    .deleteFrom('comment')
    .where('state', '=', 'spam')
    .where('verdict', '=', 'discard')
    .where('created_at', '<', before)
    .where('number', 'is', null)
    .execute();
}
