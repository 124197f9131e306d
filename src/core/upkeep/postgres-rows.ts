import { sql } from 'kysely';
import type { Db } from '../platform/db.ts';

/** How many tables a database of PostgreSQL holds already. */
export async function tableCount(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')`.execute(db);
  return Number(rows[0]?.count);
}

/** How far the clock of PostgreSQL's machine is ahead of a time, in seconds. */
export async function secondsAhead(db: Db, time: string): Promise<number> {
  const { rows } = await sql<{ seconds: number }>`select
    cast(extract(epoch from clock_timestamp() - cast(${time} as timestamptz)) as double precision) as seconds`.execute(
    db,
  );
  return Number(rows[0]?.seconds);
}
