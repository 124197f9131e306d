import { newTable, notNull } from '../columns.ts';
import type { Up } from '../migrate.ts';

export const up: Up = async (db, engine) => {
  await newTable(db, engine, 'article_view')
    .addColumn('day', 'text', notNull)
    .addColumn('slug', 'text', notNull)
    .addColumn('views', 'integer', notNull)
    .addPrimaryKeyConstraint('article_view_once', ['day', 'slug'])
    .execute();
  await newTable(db, engine, 'article_view_total')
    .addColumn('slug', 'text', (column) => column.primaryKey())
    .addColumn('views', 'integer', notNull)
    .execute();
};
