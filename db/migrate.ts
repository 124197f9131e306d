import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Db, Engine } from '../src/core/platform/db.ts';
import { migrationNames } from './newest.ts';

/** A migration file exports `up`. SQLite does not undo a half-done one, so every statement can run twice. */
export type Up = (db: Kysely<unknown>, engine: Engine) => Promise<void>;

/**
 * Brings the database to the newest form.
 *
 * @returns the names of the migrations that ran now, in order
 * @throws the first error met; what ran before it stays
 */
export async function migrate(db: Db, engine: Engine): Promise<string[]> {
  const provider = { getMigrations: () => readMigrations(engine) };
  for (let attempt = 1; ; attempt++) {
    const { error, results } = await new Migrator({ db, provider }).migrateToLatest();
    if (!error) return (results ?? []).map((result) => result.migrationName);
    // On SQLite Kysely takes no lock, so that two starts at once meet here: the other one's step counts.
    if (attempt === ATTEMPTS || !/UNIQUE constraint failed: kysely_migration/.test(String(error)))
      throw error;
  }
}

const ATTEMPTS = 20;

async function readMigrations(engine: Engine): Promise<Record<string, Migration>> {
  const folder = new URL('./migrations/', import.meta.url);
  const steps = await Promise.all(
    migrationNames().map(async (name): Promise<[string, Migration]> => {
      const { up } = (await import(new URL(`${name}.ts`, folder).href)) as { up: Up };
      return [name, { up: (db) => up(db, engine) }];
    }),
  );
  return Object.fromEntries(steps);
}
