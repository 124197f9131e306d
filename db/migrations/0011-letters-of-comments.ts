import { type Kysely, sql } from 'kysely';
import type { Engine } from '../../src/core/platform/db.ts';
import { hasColumn, inTransaction, newTable, notNull, primary, rowNumber } from '../columns.ts';
import type { Up } from '../migrate.ts';

const KINDS = sql`('confirm', 'digest', 'moderation', 'reply-confirm', 'replies')`;
const STATES = sql`('queued', 'claimed', 'at-the-dot', 'sent', 'deferred', 'bounced', 'uncertain', 'skipped')`;
const COLUMNS = [
  'id',
  'kind',
  'edition_id',
  'subscriber_id',
  'recipient',
  'message_id',
  'state',
  'attempts',
  'due_at',
  'lease_owner',
  'lease_until',
  'reply',
  'created_at',
  'sent_at',
] as const;

interface Before {
  delivery: Record<(typeof COLUMNS)[number], never>;
  delivery_new: Record<(typeof COLUMNS)[number], never>;
}

/** Letters that go to no subscriber: to moderators, and to commenters. */
export const up: Up = (db, engine) =>
  inTransaction(db, async (trx) => {
    if (await hasColumn(trx, 'delivery', 'commenter_id')) return;
    await (engine === 'postgres' ? change(trx) : rebuild(trx as Kysely<Before>, engine));
    await trx.schema
      .createIndex('delivery_commenter')
      .on('delivery')
      .column('commenter_id')
      .where(sql.ref('commenter_id'), 'is not', null)
      .execute();
  });

async function change(trx: Kysely<unknown>): Promise<void> {
  const table = () => trx.schema.alterTable('delivery');
  await table().dropConstraint('delivery_kind_check').ifExists().execute();
  await table().addCheckConstraint('delivery_kind_check', sql`kind in ${KINDS}`).execute();
  await table()
    .alterColumn('subscriber_id', (column) => column.dropNotNull())
    .execute();
  await table()
    .addColumn('commenter_id', 'text', (column) => column.references('commenter.id').onDelete('cascade'))
    .execute();
}

/** SQLite changes no constraint in place. */
async function rebuild(trx: Kysely<Before>, engine: Engine): Promise<void> {
  await newTable(trx as Kysely<unknown>, engine, 'delivery_new')
    .addColumn('id', rowNumber(engine), primary(engine))
    .addColumn('kind', 'text', (column) => column.notNull().check(sql`kind in ${KINDS}`))
    .addColumn('edition_id', 'text', (column) => column.references('edition.id'))
    .addColumn('subscriber_id', 'text', (column) => column.references('subscriber.id').onDelete('cascade'))
    .addColumn('commenter_id', 'text', (column) => column.references('commenter.id').onDelete('cascade'))
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
  await trx
    .insertInto('delivery_new')
    .columns(COLUMNS)
    .expression(trx.selectFrom('delivery').select(COLUMNS))
    .execute();
  await trx.schema.dropTable('delivery').execute();
  await trx.schema.alterTable('delivery_new').renameTo('delivery').execute();
  await trx.schema.createIndex('delivery_due').on('delivery').columns(['state', 'due_at']).execute();
}
