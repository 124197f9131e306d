import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { Kysely, PostgresDialect, type SqliteDialectConfig, type Transaction } from 'kysely';
import pg from 'pg';
import type { Schema } from '#db/schema.ts';
import { SECOND } from './clock.ts';
import type { Log } from './log.ts';
import { openWithReserve } from './reserve.ts';
import { PatientSqliteDialect } from './sqlite-dialect.ts';

export type Engine = 'sqlite' | 'postgres';
export type Db = Kysely<Schema>;
/** Inside a transaction use only this, and no network. */
export type Trx = Transaction<Schema>;

/** In DATA_DIR. */
export const sqliteFile = 'watchpost.sqlite';

/**
 * Opens the database that the settings name; the caller closes it with `db.destroy()`.
 *
 * @throws NoRoom where the disk is so full that SQLite cannot open its file
 */
export function openDatabase(
  { dataDir, databaseUrl }: { dataDir: string; databaseUrl?: string },
  log?: Log,
): { db: Db; engine: Engine } {
  if (databaseUrl !== undefined) return { db: openPostgres(databaseUrl), engine: 'postgres' };
  const open = () => openSqlite(path.join(dataDir, sqliteFile));
  return { db: openWithReserve(dataDir, log, open), engine: 'sqlite' };
}

/** @param patienceMs how long a statement waits for another process that writes */
export function openSqlite(file: string, patienceMs = PATIENCE_MS): Db {
  const database = openSqliteFile(file, patienceMs);
  return sqliteStore(database, rememberStatements(database), patienceMs);
}

const PATIENCE_MS = 10 * SECOND;

/** The file itself, with the settings that everything of ours relies on. */
export function openSqliteFile(file: string, patienceMs = PATIENCE_MS): Database.Database {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const database = new Database(file, { timeout: patienceMs });
  try {
    chmodSync(file, 0o600);
    database.pragma('journal_mode = WAL');
  } catch (error) {
    database.close();
    throw error;
  }
  // The package is compiled with NORMAL, which loses acknowledged commits when power fails.
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma('secure_delete = ON'); // who asks to be erased must not be found in the file
  database.pragma('busy_timeout = 0'); // from here on the dialect waits, and the process does not
  return database;
}

/** @param statements what prepares them, and closes the file */
export function sqliteStore(
  file: Database.Database,
  statements: Extract<SqliteDialectConfig['database'], object>,
  patienceMs = PATIENCE_MS,
): Db {
  return new Kysely<Schema>({
    dialect: new PatientSqliteDialect({ file, database: statements, patienceMs }),
  });
}

export function openPostgres(url: string): Db {
  pg.types.setTypeParser(pg.types.builtins.INT8, Number); // counts and keys stay far below 2^53
  const pool = new pg.Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 10_000 });
  pool.on('error', () => {}); // an idle connection that breaks is replaced by the pool at the next query
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
}

/** Kysely prepares a statement at each query; keeping them makes a query about a third cheaper. */
function rememberStatements(database: Database.Database) {
  const statements = new Map<string, Database.Statement>();
  return {
    close: () => void database.close(),
    prepare(text: string) {
      const known = statements.get(text);
      if (known) return known;
      const statement = database.prepare(text);
      if (statements.size < 500 && !/^\s*(?:create|alter|drop|pragma)/i.test(text))
        statements.set(text, statement);
      return statement;
    },
  };
}
