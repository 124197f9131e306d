import type { Insertable, Selectable } from 'kysely';
import type { CommentRuleTable } from '#db/schema.ts';
import type { Db, Trx } from '../../platform/db.ts';

export type CommentRule = Selectable<CommentRuleTable>;

/** The number of the new entry; undefined where the list has it already. */
export async function insertRule(
  trx: Trx,
  values: Insertable<CommentRuleTable>,
): Promise<number | undefined> {
  const row = await trx
    .insertInto('comment_rule')
    .values(values)
    .onConflict((conflict) =>
      conflict.columns(['list', 'kind', 'entry']).where('removed_at', 'is', null).doNothing(),
    )
    .returning('id')
    .executeTakeFirst();
  return row?.id;
}

export async function ruleById(db: Db | Trx, id: number): Promise<CommentRule | undefined> {
  return db.selectFrom('comment_rule').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Every entry that holds now, by list and kind, in the order of the entries. */
export async function activeRules(db: Db | Trx): Promise<CommentRule[]> {
  return db
    .selectFrom('comment_rule')
    .selectAll()
    .where('removed_at', 'is', null)
    .orderBy('list')
    .orderBy('kind')
    .orderBy('entry')
    .execute();
}

export async function countActiveRules(db: Db | Trx): Promise<number> {
  const { count } = await db
    .selectFrom('comment_rule')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('removed_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Those that were removed last, newest first. */
export async function removedRules(db: Db, most: number): Promise<CommentRule[]> {
  return db
    .selectFrom('comment_rule')
    .selectAll()
    .where('removed_at', 'is not', null)
    .orderBy('removed_at', 'desc')
    .orderBy('id', 'desc')
    .limit(most)
    .execute();
}

/** False where it was removed before. */
export async function markRemoved(trx: Trx, id: number, at: string, by: string): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('comment_rule')
    .set({ removed_at: at, removed_by: by })
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
