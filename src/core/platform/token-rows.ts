import type { Db, Trx } from './db.ts';
import { insertMany } from './prepared.ts';
import { type TokenPurpose, tokenHash } from './tokens.ts';

/** Remembers a token by its hash; one that is there already stays as it was. */
export async function insertToken(
  db: Db | Trx,
  {
    purpose,
    token,
    subject,
    now,
    expires,
  }: { purpose: TokenPurpose; token: string; subject: string; now: string; expires?: string },
): Promise<void> {
  await db
    .insertInto('token')
    .values({
      hash: tokenHash(purpose, token),
      purpose,
      subject,
      created_at: now,
      expires_at: expires ?? null,
      used_at: null,
    })
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .execute();
}

/** Remembers many tokens that have no end. */
export async function insertTokens(
  db: Db | Trx,
  tokens: readonly { purpose: TokenPurpose; token: string; subject: string }[],
  now: string,
): Promise<void> {
  const rows = tokens.map(({ purpose, token, subject }) => ({
    hash: tokenHash(purpose, token),
    purpose,
    subject,
    created_at: now,
    expires_at: null,
    used_at: null,
  }));
  // In the order of the index: among a million, each of its pages is then looked at once, not at random.
  rows.sort((a, b) => (a.hash < b.hash ? -1 : 1));
  await insertMany(db, rows, (some) =>
    db
      .insertInto('token')
      .values(some)
      .onConflict((conflict) => conflict.column('hash').doNothing()),
  );
}

/** Whose token this is, and whether its time is over or it was used; undefined where it is none of ours. */
export async function tokenSubject(
  db: Db | Trx,
  purpose: TokenPurpose,
  token: string,
  now: string,
): Promise<{ subject: string; expired: boolean; used: boolean } | undefined> {
  const row = await db
    .selectFrom('token')
    .select(['subject', 'expires_at', 'used_at'])
    .where('hash', '=', tokenHash(purpose, token))
    .executeTakeFirst();
  return (
    row && {
      subject: row.subject,
      expired: row.expires_at !== null && row.expires_at <= now,
      used: row.used_at !== null,
    }
  );
}

/** Uses a token that may be used once; false where someone was first or its time is over. */
export async function useToken(
  db: Db | Trx,
  purpose: TokenPurpose,
  token: string,
  now: string,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('token')
    .set({ used_at: now })
    .where('hash', '=', tokenHash(purpose, token))
    .where('used_at', 'is', null)
    .where((w) => w.or([w('expires_at', 'is', null), w('expires_at', '>', now)]))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Makes derived tokens worthless, as if they had never been. */
export async function deleteTokens(
  trx: Trx,
  tokens: readonly { purpose: TokenPurpose; token: string }[],
): Promise<void> {
  const hashes = tokens.map(({ purpose, token }) => tokenHash(purpose, token));
  await trx.deleteFrom('token').where('hash', 'in', hashes).execute();
}

/** Makes every token of one purpose worthless. */
export async function deleteAllTokens(trx: Trx, purpose: TokenPurpose): Promise<void> {
  await trx.deleteFrom('token').where('purpose', '=', purpose).execute();
}

/** @param purpose of all where none is given */
export async function deleteExpiredTokens(db: Db, before: string, purpose?: TokenPurpose): Promise<void> {
  await db
    .deleteFrom('token')
    .where('expires_at', '<', before)
    .$if(purpose !== undefined, (query) => query.where('purpose', '=', purpose as TokenPurpose))
    .execute();
}
