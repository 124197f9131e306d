import type { Role } from '#db/schema.ts';
import type { Db, Trx } from '../platform/db.ts';

const COLUMNS = ['id', 'name', 'role', 'handle', 'created_at', 'drilled_at'] as const;

/** Somebody who may be at the desk, as kept. */
export interface PersonRow {
  id: string;
  name: string;
  role: Role;
  handle: string;
  created_at: string;
  drilled_at: string | null;
}

/** False where somebody has, or had, that name. */
export async function insertPerson(
  db: Db | Trx,
  { name, ...person }: Omit<PersonRow, 'drilled_at'>,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('person')
    .values({ ...person, name, name_key: nameKey(name), removed_at: null, drilled_at: null })
    .onConflict((conflict) => conflict.column('name_key').doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

/** Somebody who has not been removed. */
export async function personById(db: Db | Trx, id: string): Promise<PersonRow | undefined> {
  return db
    .selectFrom('person')
    .select(COLUMNS)
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
}

export async function personByName(db: Db | Trx, name: string): Promise<PersonRow | undefined> {
  return db
    .selectFrom('person')
    .select(COLUMNS)
    .where('name_key', '=', nameKey(name))
    .where('removed_at', 'is', null)
    .executeTakeFirst();
}

/** Whether somebody has that name, or had it. */
export async function isNameTaken(db: Db | Trx, name: string): Promise<boolean> {
  const row = await db
    .selectFrom('person')
    .select('id')
    .where('name_key', '=', nameKey(name))
    .executeTakeFirst();
  return row !== undefined;
}

/** The owner who was there first. */
export async function firstOwner(db: Db | Trx): Promise<PersonRow | undefined> {
  return db
    .selectFrom('person')
    .select(COLUMNS)
    .where('role', '=', 'owner')
    .where('removed_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
}

/** Everybody who may be at the desk, by name. */
export async function everybody(db: Db | Trx): Promise<PersonRow[]> {
  return db
    .selectFrom('person')
    .select(COLUMNS)
    .where('removed_at', 'is', null)
    .orderBy('name_key')
    .limit(500)
    .execute();
}

/**
 * How many owners there are. Until the transaction ends no other can change that: two who take each other's role away
 * at once would leave none.
 */
export async function heldOwners(trx: Trx): Promise<number> {
  await trx
    .updateTable('person')
    .set((w) => ({ role: w.ref('role') }))
    .where('role', '=', 'owner')
    .where('removed_at', 'is', null)
    .execute();
  const { count } = await trx
    .selectFrom('person')
    .select((w) => w.fn.countAll().as('count'))
    .where('role', '=', 'owner')
    .where('removed_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export async function updateRole(trx: Trx, id: string, role: Role): Promise<void> {
  await trx.updateTable('person').set({ role }).where('id', '=', id).execute();
}

export async function markRemoved(trx: Trx, id: string, now: string): Promise<void> {
  await trx.updateTable('person').set({ removed_at: now }).where('id', '=', id).execute();
}

export async function markDrilled(trx: Trx, id: string, now: string): Promise<void> {
  await trx.updateTable('person').set({ drilled_at: now }).where('id', '=', id).execute();
}

function nameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
