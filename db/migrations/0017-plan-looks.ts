import { sql } from 'kysely';
import { newTable, notNull } from '../columns.ts';
import type { Up } from '../migrate.ts';

/** Plans that are looked at before they are saved. */
export const up: Up = async (db, engine) => {
  await newTable(db, engine, 'plan_look')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('cadence', 'text', (column) =>
      column.notNull().check(sql`cadence in ('daily', 'weekly', 'monthly')`),
    )
    .addColumn('plan', 'text', notNull)
    .addColumn('version', 'text', notNull)
    .addColumn('created_at', 'text', notNull)
    .execute();
};
