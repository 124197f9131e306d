import type { Db, Trx } from './db.ts';

/** A small fact of this installation, or undefined where it was never written. */
export async function settingValue(db: Db | Trx, name: string): Promise<string | undefined> {
  const row = await db.selectFrom('setting').select('value').where('name', '=', name).executeTakeFirst();
  return row?.value;
}

export async function writeSetting(db: Db | Trx, name: string, value: string): Promise<void> {
  await db
    .insertInto('setting')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}

/**
 * Moves a setting that only grows, such as the last hour of a schedule.
 *
 * @returns `first` where it was not there yet, `moved` for the one caller that moved it, else `same`
 */
export async function advanceSetting(
  trx: Trx,
  name: string,
  value: string,
): Promise<'first' | 'moved' | 'same'> {
  const made = await trx
    .insertInto('setting')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  if ((made.numInsertedOrUpdatedRows ?? 0n) > 0n) return 'first';
  const moved = await trx
    .updateTable('setting')
    .set({ value })
    .where('name', '=', name)
    .where('value', '<', value)
    .executeTakeFirst();
  return moved.numUpdatedRows > 0n ? 'moved' : 'same';
}
