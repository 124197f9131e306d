import { newTable, notNull, primary, rowNumber, rowReference } from '../columns.ts';
import type { Up } from '../migrate.ts';

export const up: Up = async (db, engine) => {
  await newTable(db, engine, 'commenter')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('email', 'text', notNull)
    .addColumn('email_key', 'text', (column) => column.notNull().unique())
    .addColumn('asked', 'integer', notNull)
    .addColumn('asked_at', 'text')
    .addColumn('confirmed_at', 'text')
    .addColumn('stopped_at', 'text')
    .addColumn('told_at', 'text')
    .addColumn('created_at', 'text', notNull)
    .execute();
  await newTable(db, engine, 'reply_notice')
    .addColumn('comment_id', rowReference(engine), (column) =>
      column.notNull().references('comment.id').onDelete('cascade'),
    )
    .addColumn('commenter_id', 'text', (column) =>
      column.notNull().references('commenter.id').onDelete('cascade'),
    )
    .addColumn('created_at', 'text', notNull)
    .addColumn('told_in', rowReference(engine))
    .addPrimaryKeyConstraint('reply_notice_once', ['comment_id', 'commenter_id'])
    .execute();
  await db.schema
    .createIndex('reply_notice_waiting')
    .ifNotExists()
    .on('reply_notice')
    .columns(['told_in', 'commenter_id'])
    .execute();
  await newTable(db, engine, 'moderation')
    .addColumn('id', rowNumber(engine), primary(engine))
    .addColumn('at', 'text', notNull)
    .addColumn('actor', 'text', notNull)
    .addColumn('action', 'text', notNull)
    .addColumn('count', 'integer', notNull)
    .addColumn('token_hash', 'text')
    .addColumn('undone_at', 'text')
    .execute();
  await db.schema.createIndex('moderation_by').ifNotExists().on('moderation').column('token_hash').execute();
  await db.schema
    .createIndex('comment_event_batch')
    .ifNotExists()
    .on('comment_event')
    .column('batch')
    .execute();
};
