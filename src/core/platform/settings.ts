import { sql } from 'kysely';
import type { z } from 'zod';
import type { Db, Trx } from './db.ts';
import { jsonAs } from './json.ts';

/** A small fact of this installation, or undefined where it was never written. */
export async function settingValue(db: Db | Trx, name: string): Promise<string | undefined> {
  const row = await db.selectFrom('setting').select('value').where('name', '=', name).executeTakeFirst();
  return row?.value;
}

/** A setting that is kept as JSON; undefined where it was never written, or is not of this form any more. */
export async function settingAs<Schema extends z.ZodType>(
  db: Db | Trx,
  name: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  const value = await settingValue(db, name);
  return value === undefined ? undefined : jsonAs(schema, value);
}

export async function writeSetting(db: Db | Trx, name: string, value: string): Promise<void> {
  await db
    .insertInto('setting')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}

/** Adds to a setting that counts; one that is not there yet counts from 0. */
export async function addToSetting(trx: Trx, name: string, step: number): Promise<void> {
  const sum = sql<string>`cast(cast(setting.value as integer) + cast(${step} as integer) as text)`;
  await trx
    .insertInto('setting')
    .values({ name, value: String(step) })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: sum }))
    .execute();
}

/** Changes a setting that was read (undefined: not there); false where somebody else changed it since. */
export async function replaceSetting(
  trx: Trx,
  name: string,
  read: string | undefined,
  value: string,
): Promise<boolean> {
  if (read === undefined) return insertSetting(trx, name, value);
  const { numUpdatedRows } = await trx
    .updateTable('setting')
    .set({ value })
    .where('name', '=', name)
    .where('value', '=', read)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
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
  if (await insertSetting(trx, name, value)) return 'first';
  const moved = await trx
    .updateTable('setting')
    .set({ value })
    .where('name', '=', name)
    .where('value', '<', value)
    .executeTakeFirst();
  return moved.numUpdatedRows > 0n ? 'moved' : 'same';
}

/** False where it is there already. */
async function insertSetting(trx: Trx, name: string, value: string): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('setting')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}
