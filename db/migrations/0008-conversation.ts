import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely';
import type { Engine } from '../../src/core/platform/db.ts';
import { addColumn, inTransaction, newTable, notNull, rowReference } from '../columns.ts';
import type { Up } from '../migrate.ts';

const zero = (column: ColumnDefinitionBuilder) => column.notNull().defaultTo(0);

/** What a comment needs to stand in a conversation, and a decision to be taken back. */
export const up: Up = (db, engine) => inTransaction(db, (trx) => build(trx, engine));

async function build(db: Kysely<unknown>, engine: Engine): Promise<void> {
  await addColumn(db, 'comment', 'number', 'integer');
  await addColumn(db, 'comment', 'author', 'text');
  await addColumn(db, 'comment', 'verified', 'integer', zero);
  await addColumn(db, 'comment', 'for_person', 'integer', zero);
  await addColumn(db, 'comment', 'picture', 'text');
  await addColumn(db, 'comment', 'revision', 'integer', zero);
  await addColumn(db, 'comment', 'edited_at', 'text');
  await addColumn(db, 'comment', 'asked_at', 'text');
  await addColumn(db, 'comment', 'signs', 'text');
  await addColumn(db, 'comment', 'cluster', 'text');
  await addColumn(db, 'comment', 'told_in', rowReference(engine));
  await addColumn(db, 'comment_event', 'batch', rowReference(engine));
  await addColumn(db, 'comment_event', 'before', 'text');
  await addColumn(db, 'comment_event', 'detail', 'text');
  await db.schema
    .createIndex('comment_number')
    .ifNotExists()
    .unique()
    .on('comment')
    .columns(['article', 'number'])
    .execute();
  await db.schema
    .createIndex('comment_cluster')
    .ifNotExists()
    .on('comment')
    .columns(['state', 'cluster'])
    .execute();
  await db.schema
    .createIndex('comment_told')
    .ifNotExists()
    .on('comment')
    .columns(['state', 'told_in'])
    .execute();
  // Who deletes a comment has to know what answers it, and what the filter was told of it.
  await db.schema.createIndex('comment_answers').ifNotExists().on('comment').column('parent_id').execute();
  await db.schema
    .createIndex('spam_feedback_of')
    .ifNotExists()
    .on('spam_feedback')
    .column('comment_id')
    .execute();
  // What one person has written lately: whether this stands there already.
  await db.schema
    .createIndex('comment_lately')
    .ifNotExists()
    .on('comment')
    .columns(['email_key', 'created_at'])
    .execute();
  // What is forgotten by its age; hardly any comment is left in these.
  for (const column of ['user_agent', 'checked_fields'])
    await db.schema
      .createIndex(`comment_${column}_kept`)
      .ifNotExists()
      .on('comment')
      .column('created_at')
      .where(sql.ref(column), 'is not', null)
      .execute();
  // Each by itself: what they have in common with others was not looked at then.
  await sql`update comment set cluster = cast(id as text) where cluster is null`.execute(db);
  await newTable(db, engine, 'comment_likeness')
    .addColumn('key', 'text', notNull)
    .addColumn('comment_id', rowReference(engine), (column) =>
      column.notNull().references('comment.id').onDelete('cascade'),
    )
    .addColumn('at', 'text', notNull)
    .addPrimaryKeyConstraint('comment_likeness_once', ['key', 'at', 'comment_id'])
    .execute();
  await db.schema
    .createIndex('comment_likeness_of')
    .ifNotExists()
    .on('comment_likeness')
    .column('comment_id')
    .execute();
}
