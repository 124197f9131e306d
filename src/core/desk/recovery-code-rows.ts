import type { Db, Trx } from '../platform/db.ts';

export async function insertCodes(
  trx: Trx,
  hashes: readonly string[],
  { person, now }: { person: string; now: string },
): Promise<void> {
  const rows = hashes.map((hash) => ({ hash, person_id: person, created_at: now, used_at: null }));
  await trx.insertInto('recovery_code').values(rows).execute();
}

/** Whose code that is, where it could still be used. */
export async function unusedCode(db: Db | Trx, hash: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('recovery_code')
    .select('person_id')
    .where('hash', '=', hash)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return row?.person_id;
}

/** False where somebody was first. */
export async function markCodeUsed(trx: Trx, hash: string, now: string): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('recovery_code')
    .set({ used_at: now })
    .where('hash', '=', hash)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** How many a person has left. */
export async function codesLeft(db: Db | Trx, person: string): Promise<number> {
  const { count } = await db
    .selectFrom('recovery_code')
    .select((w) => w.fn.countAll().as('count'))
    .where('person_id', '=', person)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export async function deleteCodesOf(trx: Trx, person: string): Promise<void> {
  await trx.deleteFrom('recovery_code').where('person_id', '=', person).execute();
}
