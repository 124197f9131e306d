import type { Db, Trx } from '../platform/db.ts';
import type { CommentChange, CommentRow } from './comment-rows.ts';

/** Changes a comment that waits for the filter, unless it was moved, or changed by its writer, since it was read. */
export async function changeUnchecked(
  trx: Trx,
  { id, revision }: Pick<CommentRow, 'id' | 'revision'>,
  change: CommentChange,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('comment')
    .set(change)
    .where('id', '=', id)
    .where('state', '=', 'unchecked')
    .where('revision', '=', revision)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
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
    .where('reason', '<>', 'provisional') // its time was named by the filter itself
    .execute();
}

/** When the oldest comment that waits for the filter was saved; undefined where none waits. */
export async function oldestUnchecked(db: Db): Promise<string | undefined> {
  const oldest = await db
    .selectFrom('comment')
    .select('created_at')
    .where('state', '=', 'unchecked')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return oldest?.created_at;
}

/** Comments that wait for the filter since before a time, oldest first. */
export async function uncheckedBefore(db: Db, before: string, most: number): Promise<CommentRow[]> {
  return db
    .selectFrom('comment')
    .selectAll()
    .where('state', '=', 'unchecked')
    .where((e) => e(e.fn.coalesce('edited_at', 'created_at'), '<', before))
    .orderBy('id')
    .limit(most)
    .execute();
}
