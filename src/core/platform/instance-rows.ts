import { sql } from 'kysely';
import type { Db } from './db.ts';

/** What PostgreSQL calls the database that is open: a dump that is put back elsewhere gets another. */
export async function databaseNumber(db: Db): Promise<string> {
  const { rows } = await sql<{
    oid: string;
  }>`select cast(oid as text) as oid from pg_database where datname = current_database()`.execute(db);
  return rows[0]?.oid ?? '';
}
