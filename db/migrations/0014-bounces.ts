import { sql } from 'kysely';
import { newTable, notNull, primary, rowNumber, rowReference } from '../columns.ts';
import type { Up } from '../migrate.ts';

/** What came back: evidence, kept also when its subscriber is erased. */
export const up: Up = async (db, engine) => {
  await newTable(db, engine, 'bounce')
    .addColumn('id', rowNumber(engine), primary(engine))
    .addColumn('message_hash', 'text', notNull)
    .addColumn('at', 'text', notNull)
    .addColumn('kind', 'text', (column) =>
      column.notNull().check(sql`kind in ('hard', 'soft', 'complaint', 'opt-out')`),
    )
    .addColumn('subscriber_id', 'text', (column) => column.references('subscriber.id').onDelete('set null'))
    .addColumn('delivery_id', rowReference(engine)) // of evidence, also when the letter's row is gone
    .addColumn('edition_id', 'text', (column) => column.references('edition.id').onDelete('set null'))
    .addColumn('status', 'text', notNull)
    .addColumn('reason', 'text', notNull)
    .addUniqueConstraint('bounce_once', ['message_hash', 'subscriber_id'])
    .execute();
  for (const column of ['subscriber_id', 'edition_id', 'delivery_id'])
    await db.schema.createIndex(`bounce_${column}`).ifNotExists().on('bounce').column(column).execute();
};
