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

/**
 * Whether somebody has that name, or had it: also before they took another, as acts stand under it.
 *
 * @param but whose own names do not count
 */
export async function isNameTaken(db: Db | Trx, name: string, but?: string): Promise<boolean> {
  const key = nameKey(name);
  const row = await db.selectFrom('person').select('id').where('name_key', '=', key).executeTakeFirst();
  if (row) return row.id !== but;
  const changes = await db
    .selectFrom('audit')
    .select(['before', 'subject'])
    .where('act', '=', 'person.name')
    .execute();
  return changes.some(({ before, subject }) => subject !== but && nameKey(before ?? '') === key);
}

export async function updateName(trx: Trx, id: string, name: string): Promise<void> {
  await trx
    .updateTable('person')
    .set({ name, name_key: nameKey(name) })
    .where('id', '=', id)
    .execute();
}

/** Keeps whoever else is about to take or give a name waiting, until the transaction ends. */
export async function holdNames(trx: Trx): Promise<void> {
  await trx
    .updateTable('person')
    .set((w) => ({ name_key: w.ref('name_key') }))
    .execute();
}

/** Keeps what else is about to change of somebody's ways in waiting, until the transaction ends. */
export async function holdPerson(trx: Trx, id: string): Promise<void> {
  await trx
    .updateTable('person')
    .set((w) => ({ handle: w.ref('handle') }))
    .where('id', '=', id)
    .execute();
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
