import { sql } from 'kysely';
import { newTable, notNull, primary, rowNumber } from '../columns.ts';
import type { Up } from '../migrate.ts';

export const up: Up = async (db, engine) => {
  await newTable(db, engine, 'subscriber')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('email', 'text', notNull)
    .addColumn('email_key', 'text', (column) => column.notNull().unique())
    .addColumn('cadence', 'text', (column) =>
      column.notNull().check(sql`cadence in ('daily', 'weekly', 'monthly')`),
    )
    .addColumn('topics', 'text', notNull)
    .addColumn('alerts', 'integer', notNull)
    .addColumn('state', 'text', (column) =>
      column.notNull().check(sql`state in ('pending', 'confirmed', 'unsubscribed')`),
    )
    .addColumn('asked', 'integer', notNull)
    .addColumn('asked_at', 'text')
    .addColumn('created_at', 'text', notNull)
    .addColumn('confirmed_at', 'text')
    .addColumn('ended_at', 'text')
    .execute();
  await db.schema
    .createIndex('subscriber_audience')
    .ifNotExists()
    .on('subscriber')
    .columns(['state', 'cadence', 'topics'])
    .execute();
  await newTable(db, engine, 'subscriber_event')
    .addColumn('id', rowNumber(engine), primary(engine))
    .addColumn('subscriber_id', 'text', (column) =>
      column.notNull().references('subscriber.id').onDelete('cascade'),
    )
    .addColumn('at', 'text', notNull)
    .addColumn('kind', 'text', notNull)
    .addColumn('network', 'text')
    .addColumn('detail', 'text', notNull)
    .execute();
  await db.schema
    .createIndex('subscriber_event_of')
    .ifNotExists()
    .on('subscriber_event')
    .column('subscriber_id')
    .execute();
};
