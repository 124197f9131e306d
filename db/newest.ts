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
  return isDeepStrictEqual(await ranMigrations(db), migrationNames());
}

/** The newest migration that has run. */
export async function newestRun(db: Db): Promise<string | undefined> {
  return (await ranMigrations(db)).at(-1);
}

async function ranMigrations(db: Db): Promise<string[]> {
  const ran = await (db as unknown as Kysely<MigrationTable>)
    .selectFrom('kysely_migration')
    .select('name')
    .execute();
  return ran.map(({ name }) => name).sort();
}

interface MigrationTable {
  kysely_migration: { name: string };
}
