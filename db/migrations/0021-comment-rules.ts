import { sql } from 'kysely';
import { newTable, notNull, primary, rowNumber } from '../columns.ts';
import type { Up } from '../migrate.ts';

/** Entries of the lists that are kept at the desk, and an index by which a long queue is read in parts. */
export const up: Up = async (db, engine) => {
  await newTable(db, engine, 'comment_rule')
    .addColumn('id', rowNumber(engine), primary(engine))
    .addColumn('list', 'text', (column) => column.notNull().check(sql`list in ('hold', 'block')`))
    .addColumn('kind', 'text', (column) =>
      column.notNull().check(sql`kind in ('words', 'domains', 'addresses', 'networks')`),
    )
    .addColumn('entry', 'text', notNull)
    .addColumn('added_at', 'text', notNull)
    .addColumn('added_by', 'text', notNull)
    .addColumn('removed_at', 'text')
    .addColumn('removed_by', 'text')
    .execute();
  await db.schema
    .createIndex('comment_rule_once')
    .ifNotExists()
    .unique()
    .on('comment_rule')
    .columns(['list', 'kind', 'entry'])
    .where(sql.ref('removed_at'), 'is', null)
    .execute();
  // Of a cluster with thousands only the newest are read; it does what comment_cluster did too.
  await db.schema
    .createIndex('comment_cluster_newest')
    .ifNotExists()
    .on('comment')
    .columns(['state', 'cluster', 'id'])
    .execute();
  await db.schema.dropIndex('comment_cluster').ifExists().execute();
};
