import { newTable, notNull, primary, rowNumber } from '../columns.ts';
import type { Up } from '../migrate.ts';

export const up: Up = async (db, engine) => {
  await newTable(db, engine, 'setting')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', notNull)
    .execute();
  await newTable(db, engine, 'page_change')
    .addColumn('id', rowNumber(engine), primary(engine))
    .addColumn('tag', 'text', notNull)
    .addColumn('at', 'text', notNull)
    .execute();
};
