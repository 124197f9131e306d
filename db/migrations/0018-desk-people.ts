import { sql } from 'kysely';
import { hasColumn, inTransaction, newTable, notNull } from '../columns.ts';
import type { Up } from '../migrate.ts';

/** Who may be at the desk, and by what they show who they are. Sessions of before end: they name nobody of these. */
export const up: Up = (db, engine) =>
  inTransaction(db, async (trx) => {
    const role = sql`role in ('owner', 'editor', 'moderator')`;
    await newTable(trx, engine, 'person')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', notNull)
      .addColumn('name_key', 'text', (column) => column.notNull().unique())
      .addColumn('role', 'text', (column) => column.notNull().check(role))
      .addColumn('handle', 'text', (column) => column.notNull().unique())
      .addColumn('created_at', 'text', notNull)
      .addColumn('removed_at', 'text')
      .addColumn('drilled_at', 'text')
      .execute();
    await newTable(trx, engine, 'passkey')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('person_id', 'text', (column) => column.notNull().references('person.id'))
      .addColumn('name', 'text', notNull)
      .addColumn('public_key', 'text', notNull)
      .addColumn('counter', engine === 'sqlite' ? 'integer' : 'bigint', notNull)
      .addColumn('transports', 'text', notNull)
      .addColumn('device_type', 'text', notNull)
      .addColumn('backed_up', 'integer', notNull)
      .addColumn('created_at', 'text', notNull)
      .addColumn('used_at', 'text')
      .execute();
    await newTable(trx, engine, 'recovery_code')
      .addColumn('hash', 'text', (column) => column.primaryKey())
      .addColumn('person_id', 'text', (column) => column.notNull().references('person.id'))
      .addColumn('created_at', 'text', notNull)
      .addColumn('used_at', 'text')
      .execute();
    await newTable(trx, engine, 'invitation')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('hash', 'text', (column) => column.notNull().unique())
      .addColumn('name', 'text', notNull)
      .addColumn('role', 'text', (column) => column.notNull().check(role))
      .addColumn('created_at', 'text', notNull)
      .addColumn('expires_at', 'text', notNull)
      .addColumn('used_at', 'text')
      .execute();
    if (!(await hasColumn(trx, 'session', 'person_id')))
      await trx.schema.dropTable('session').ifExists().execute();
    await newTable(trx, engine, 'session')
      .addColumn('hash', 'text', (column) => column.primaryKey())
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('person_id', 'text', (column) => column.notNull().references('person.id'))
      .addColumn('way', 'text', (column) =>
        column.notNull().check(sql`way in ('console', 'passkey', 'code', 'invitation')`),
      )
      .addColumn('device', 'text', notNull)
      .addColumn('created_at', 'text', notNull)
      .addColumn('seen_at', 'text', notNull)
      .addColumn('expires_at', 'text', notNull)
      .addColumn('stepped_up_at', 'text', notNull)
      .execute();
    for (const table of ['passkey', 'recovery_code', 'session'])
      await trx.schema
        .createIndex(`${table}_of_person`)
        .ifNotExists()
        .on(table)
        .column('person_id')
        .execute();
  });
