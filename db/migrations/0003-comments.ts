import { sql } from 'kysely';
import { newTable, notNull, primary, rowNumber, rowReference } from '../columns.ts';
import type { Up } from '../migrate.ts';

const STATES = sql`('unchecked', 'held', 'published', 'spam', 'trash', 'withdrawn')`;

export const up: Up = async (db, engine) => {
  await newTable(db, engine, 'comment')
    .addColumn('id', rowNumber(engine), primary(engine))
    .addColumn('article', 'text', notNull)
    .addColumn('parent_id', rowReference(engine), (column) => column.references('comment.id'))
    .addColumn('name', 'text', notNull)
    .addColumn('email', 'text', notNull)
    .addColumn('email_key', 'text', notNull)
    .addColumn('website', 'text')
    .addColumn('body', 'text', notNull)
    .addColumn('html', 'text', notNull)
    .addColumn('state', 'text', (column) => column.notNull().check(sql`state in ${STATES}`))
    .addColumn('reason', 'text', notNull)
    .addColumn('notify', 'integer', notNull)
    .addColumn('network', 'text')
    .addColumn('user_agent', 'text')
    .addColumn('referrer', 'text')
    .addColumn('checks', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('check_at', 'text')
    .addColumn('lease_until', 'text')
    .addColumn('verdict', 'text', (column) => column.check(sql`verdict in ('ham', 'spam', 'discard')`))
    .addColumn('checked_fields', 'text')
    .addColumn('checked_at', 'text')
    .addColumn('created_at', 'text', notNull)
    .execute();
  await index(db, 'comment_page', ['article', 'state', 'id']);
  await index(db, 'comment_queue', ['state', 'id']);
  await index(db, 'comment_check', ['state', 'check_at']);
  await index(db, 'comment_author', ['email_key', 'state']);
  await newTable(db, engine, 'comment_event')
    .addColumn('id', rowNumber(engine), primary(engine))
    .addColumn('comment_id', rowReference(engine), (column) =>
      column.notNull().references('comment.id').onDelete('cascade'),
    )
    .addColumn('at', 'text', notNull)
    .addColumn('actor', 'text', notNull)
    .addColumn('state', 'text', (column) => column.notNull().check(sql`state in ${STATES}`))
    .addColumn('reason', 'text', notNull)
    .execute();
  await db.schema
    .createIndex('comment_event_of')
    .ifNotExists()
    .on('comment_event')
    .column('comment_id')
    .execute();
  await newTable(db, engine, 'spam_feedback')
    .addColumn('id', rowNumber(engine), primary(engine))
    .addColumn('comment_id', rowReference(engine), (column) =>
      column.notNull().references('comment.id').onDelete('cascade'),
    )
    .addColumn('kind', 'text', (column) => column.notNull().check(sql`kind in ('spam', 'ham')`))
    .addColumn('fields', 'text', notNull)
    .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('due_at', 'text', notNull)
    .addColumn('done_at', 'text')
    .execute();
  await db.schema
    .createIndex('spam_feedback_due')
    .ifNotExists()
    .on('spam_feedback')
    .columns(['done_at', 'due_at'])
    .execute();

  async function index(on: typeof db, name: string, columns: string[]) {
    await on.schema.createIndex(name).ifNotExists().on('comment').columns(columns).execute();
  }
};
