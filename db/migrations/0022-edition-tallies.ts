import { newTable, notNull } from '../columns.ts';
import type { Up } from '../migrate.ts';

/** How the letters of an edition that has ended stand: a list of past editions would count millions of rows each time. */
export const up: Up = async (db, engine) => {
  await newTable(db, engine, 'edition_tally')
    .addColumn('edition_id', 'text', (column) =>
      column.primaryKey().references('edition.id').onDelete('cascade'),
    )
    .addColumn('counts', 'text', notNull)
    .execute();
};
