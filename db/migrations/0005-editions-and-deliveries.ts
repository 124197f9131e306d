import { sql } from 'kysely';
import { newTable, notNull, primary, rowNumber } from '../columns.ts';
import type { Up } from '../migrate.ts';

const STATES = sql`('queued', 'claimed', 'at-the-dot', 'sent', 'deferred', 'bounced', 'uncertain', 'skipped')`;

export const up: Up = async (db, engine) => {
  await newTable(db, engine, 'edition')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('cadence', 'text', (column) =>
      column.notNull().check(sql`cadence in ('daily', 'weekly', 'monthly')`),
    )
    .addColumn('since', 'text', notNull)
    .addColumn('until', 'text', notNull)
    .addColumn('title', 'text', notNull)
    .addColumn('contents', 'text', notNull)
    .addColumn('created_at', 'text', notNull)
    .addUniqueConstraint('edition_window', ['cadence', 'since'])
    .execute();
  await newTable(db, engine, 'edition_article')
    .addColumn('edition_id', 'text', (column) =>
      column.notNull().references('edition.id').onDelete('cascade'),
    )
    .addColumn('cadence', 'text', notNull)
    .addColumn('article', 'text', notNull)
    .addPrimaryKeyConstraint('edition_article_once', ['cadence', 'article'])
    .execute();
  await newTable(db, engine, 'delivery')
    .addColumn('id', rowNumber(engine), primary(engine))
    .addColumn('kind', 'text', (column) => column.notNull().check(sql`kind in ('confirm', 'digest')`))
    .addColumn('edition_id', 'text', (column) => column.references('edition.id'))
    .addColumn('subscriber_id', 'text', (column) =>
      column.notNull().references('subscriber.id').onDelete('cascade'),
    )
    .addColumn('recipient', 'text', notNull)
    .addColumn('message_id', 'text', (column) => column.notNull().unique())
    .addColumn('state', 'text', (column) => column.notNull().check(sql`state in ${STATES}`))
    .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('due_at', 'text', notNull)
    .addColumn('lease_owner', 'text')
    .addColumn('lease_until', 'text')
    .addColumn('reply', 'text')
    .addColumn('created_at', 'text', notNull)
    .addColumn('sent_at', 'text')
    .addUniqueConstraint('delivery_once', ['edition_id', 'subscriber_id'])
    .execute();
  await db.schema
    .createIndex('delivery_due')
    .ifNotExists()
    .on('delivery')
    .columns(['state', 'due_at'])
    .execute();
};
