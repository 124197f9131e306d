import { sql } from 'kysely';
import { newTable, notNull } from '../columns.ts';
import type { Up } from '../migrate.ts';

/** What an editor has in mind for the next digest of a cadence. */
export const up: Up = async (db, engine) => {
  await newTable(db, engine, 'edition_plan')
    .addColumn('cadence', 'text', (column) =>
      column.primaryKey().check(sql`cadence in ('daily', 'weekly', 'monthly')`),
    )
    .addColumn('introduction', 'text', notNull)
    .addColumn('lead', 'text')
    .addColumn('in_order', 'text', notNull)
    .addColumn('omitted', 'text', notNull)
    .addColumn('due_at', 'text')
    .addColumn('updated_at', 'text', notNull)
    .execute();
};
