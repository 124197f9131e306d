import type { Db } from '../platform/db.ts';

/** Settings whose names lie between two, the first not among them, by name. */
export async function countsBetween(
  db: Db,
  after: string,
  upTo: string,
): Promise<{ name: string; value: string }[]> {
  return db
    .selectFrom('setting')
    .select(['name', 'value'])
    .where('name', '>', after)
    .where('name', '<=', upTo)
    .orderBy('name')
    .execute();
}

export async function deleteCountsBetween(db: Db, after: string, upTo: string): Promise<void> {
  await db.deleteFrom('setting').where('name', '>', after).where('name', '<=', upTo).execute();
}
