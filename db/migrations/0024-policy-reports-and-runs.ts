import { sql } from 'kysely';
import { newTable, notNull } from '../columns.ts';
import type { Up } from '../migrate.ts';

/** What browsers report against the content security policy, by kind; and when which process ran, and how it ended. */
export const up: Up = async (db, engine) => {
  await newTable(db, engine, 'policy_report')
    .addColumn('source', 'text', (column) => column.notNull().check(sql`source in ('site', 'extension')`))
    .addColumn('directive', 'text', notNull)
    .addColumn('blocked', 'text', notNull)
    .addColumn('page', 'text', notNull)
    .addColumn('count', engine === 'sqlite' ? sql`integer` : sql`bigint`, notNull)
    .addColumn('first_at', 'text', notNull)
    .addColumn('last_at', 'text', notNull)
    .addPrimaryKeyConstraint('policy_report_kind', ['source', 'directive', 'blocked', 'page'])
    .execute();
  await newTable(db, engine, 'process_run')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('job', 'text', (column) => column.notNull().check(sql`job in ('serve', 'worker')`))
    .addColumn('machine', 'text', notNull)
    .addColumn('pid', 'integer', notNull)
    .addColumn('started_at', 'text', notNull)
    .addColumn('seen_at', 'text', notNull)
    .addColumn('ended_at', 'text')
    .addColumn('ending', 'text', (column) => column.check(sql`ending in ('orderly', 'error', 'unseen')`))
    .addColumn('error', 'text')
    .addColumn('acknowledged_at', 'text')
    .execute();
  await db.schema
    .createIndex('process_run_ending')
    .ifNotExists()
    .on('process_run')
    .columns(['ending', 'started_at'])
    .execute();
};
