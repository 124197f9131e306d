import { type Kysely, sql } from 'kysely';
import { newTable, notNull } from '../columns.ts';
import type { Up } from '../migrate.ts';

/** What people did at the desk and the console: written once, never changed, each act chained to the one before. */
export const up: Up = async (db, engine) => {
  // Numbered by the log itself, so that a number left out shows.
  await newTable(db, engine, 'audit')
    .addColumn('id', engine === 'sqlite' ? sql`integer` : sql`bigint`, (column) => column.primaryKey())
    .addColumn('at', 'text', notNull)
    .addColumn('who', 'text', notNull)
    .addColumn('act', 'text', notNull)
    .addColumn('subject', 'text', notNull)
    .addColumn('before', 'text')
    .addColumn('after', 'text')
    .addColumn('hash', 'text', notNull)
    .execute();
  for (const column of ['who', 'act', 'subject', 'at'])
    await db.schema
      .createIndex(`audit_${column}`)
      .ifNotExists()
      .on('audit')
      .columns(column === 'at' ? ['at'] : [column, 'id'])
      .execute();
  await newTable(db, engine, 'audit_head')
    .addColumn('one', 'integer', (column) => column.primaryKey().check(sql`one = 1`))
    .addColumn('id', engine === 'sqlite' ? sql`integer` : sql`bigint`, notNull)
    .addColumn('hash', 'text', notNull)
    .addColumn('seal', 'text', notNull)
    .execute();
  await sql`insert into audit_head (one, id, hash, seal) values (1, 0, '', '') on conflict do nothing`.execute(
    db,
  );
  await (engine === 'sqlite' ? refuseOnSqlite(db) : refuseOnPostgres(db));
};

async function refuseOnSqlite(db: Kysely<unknown>): Promise<void> {
  await sql`create trigger if not exists audit_not_changed before update on audit
    begin select raise(abort, 'the audit log is never changed'); end`.execute(db);
  await sql`create trigger if not exists audit_not_deleted before delete on audit
    begin select raise(abort, 'the audit log is never changed'); end`.execute(db);
  // "insert or replace" deletes without asking the trigger above.
  await sql`create trigger if not exists audit_not_replaced before insert on audit
    when exists (select 1 from audit where id = new.id)
    begin select raise(abort, 'the audit log is never changed'); end`.execute(db);
}

async function refuseOnPostgres(db: Kysely<unknown>): Promise<void> {
  await sql`create or replace function refuse_to_change_audit() returns trigger language plpgsql as $$
    begin
      raise exception 'the audit log is never changed';
    end $$`.execute(db);
  await sql`create or replace trigger audit_not_changed before update or delete on audit
    for each row execute function refuse_to_change_audit()`.execute(db);
  await sql`create or replace trigger audit_not_emptied before truncate on audit
    for each statement execute function refuse_to_change_audit()`.execute(db);
}
