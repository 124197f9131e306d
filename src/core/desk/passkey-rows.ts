import type { Selectable } from 'kysely';
import type { PasskeyTable } from '#db/schema.ts';
import type { Db, Trx } from '../platform/db.ts';

export type PasskeyRow = Selectable<PasskeyTable>;

const COLUMNS = [
  'id',
  'person_id',
  'name',
  'public_key',
  'counter',
  'transports',
  'device_type',
  'backed_up',
  'created_at',
  'used_at',
] as const;

/** False where that passkey is known already. */
export async function insertPasskey(db: Db | Trx, passkey: PasskeyRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('passkey')
    .values(passkey)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

export async function passkeyById(db: Db | Trx, id: string): Promise<PasskeyRow | undefined> {
  return db.selectFrom('passkey').select(COLUMNS).where('id', '=', id).executeTakeFirst();
}

/** Oldest first. */
export async function passkeysOf(db: Db | Trx, person: string): Promise<PasskeyRow[]> {
  return db
    .selectFrom('passkey')
    .select(COLUMNS)
    .where('person_id', '=', person)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

/**
 * Writes down a use.
 *
 * @returns false where its counter has not gone on: the use is a copy of another (WebAuthn section 6.1.1)
 */
export async function markPasskeyUsed(
  trx: Trx,
  id: string,
  { counter, isBackedUp, now }: { counter: number; isBackedUp: boolean; now: string },
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('passkey')
    .set({ counter, backed_up: Number(isBackedUp), used_at: now })
    .where('id', '=', id)
    .where((w) => (counter === 0 ? w('counter', '=', 0) : w('counter', '<', counter)))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** False where it is none of that person's. */
export async function updatePasskeyName(
  trx: Trx,
  { id, person, name }: { id: string; person: string; name: string },
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('passkey')
    .set({ name })
    .where('id', '=', id)
    .where('person_id', '=', person)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function deletePasskey(trx: Trx, id: string): Promise<void> {
  await trx.deleteFrom('passkey').where('id', '=', id).execute();
}

export async function deletePasskeysOf(trx: Trx, person: string): Promise<void> {
  await trx.deleteFrom('passkey').where('person_id', '=', person).execute();
}

/** What a browser is told of a passkey, to know it by. */
export function passkeyDescriptor({ id, transports }: PasskeyRow): { id: string; transports: string[] } {
  return { id, transports: JSON.parse(transports) as string[] };
}
