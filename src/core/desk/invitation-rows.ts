import type { Selectable } from 'kysely';
import type { InvitationTable } from '#db/schema.ts';
import type { Db, Trx } from '../platform/db.ts';

export type InvitationRow = Selectable<InvitationTable>;

export async function insertInvitation(trx: Trx, invitation: InvitationRow): Promise<void> {
  await trx.insertInto('invitation').values(invitation).execute();
}

/** One that still lets somebody in. */
export async function openInvitation(
  db: Db | Trx,
  hash: string,
  now: string,
): Promise<Pick<InvitationRow, 'id' | 'name' | 'role'> | undefined> {
  return db
    .selectFrom('invitation')
    .select(['id', 'name', 'role'])
    .where('hash', '=', hash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
}

/** All that still let somebody in, the first to end first. */
export async function openInvitations(
  db: Db | Trx,
  now: string,
): Promise<Pick<InvitationRow, 'id' | 'name' | 'role' | 'expires_at'>[]> {
  return db
    .selectFrom('invitation')
    .select(['id', 'name', 'role', 'expires_at'])
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('expires_at')
    .limit(100)
    .execute();
}

/** False where somebody was first. */
export async function markInvitationUsed(trx: Trx, id: string, now: string): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('invitation')
    .set({ used_at: now })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Ends all that still let somebody in; how many those were. */
export async function endOpenInvitations(trx: Trx, now: string): Promise<number> {
  const { numUpdatedRows } = await trx
    .updateTable('invitation')
    .set({ used_at: now })
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}
