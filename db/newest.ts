import { readdirSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Kysely } from 'kysely';
import type { Db } from '../src/core/platform/db.ts';

/** The migrations, in their order. */
export function migrationNames(): string[] {
  return readdirSync(new URL('./migrations/', import.meta.url))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.slice(0, -'.ts'.length))
    .sort();
}

/**
 * Whether every migration, and none that is not known here, has run; asks without reading one.
 *
 * @throws where there is no database, or none of ours
 */
export async function isNewest(db: Db): Promise<boolean> {
  const ran = await (db as unknown as Kysely<MigrationTable>)
    .selectFrom('kysely_migration')
    .select('name')
    .execute();
  return isDeepStrictEqual(ran.map(({ name }) => name).sort(), migrationNames());
}

interface MigrationTable {
  kysely_migration: { name: string };
}
