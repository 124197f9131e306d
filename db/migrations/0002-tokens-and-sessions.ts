import { newTable, notNull } from '../columns.ts';
import type { Up } from '../migrate.ts';

export const up: Up = async (db, engine) => {
  await newTable(db, engine, 'token')
    .addColumn('hash', 'text', (column) => column.primaryKey())
    .addColumn('purpose', 'text', notNull)
    .addColumn('subject', 'text', notNull)
    .addColumn('created_at', 'text', notNull)
    .addColumn('expires_at', 'text')
    .addColumn('used_at', 'text')
    .execute();
  await db.schema.createIndex('token_expiry').ifNotExists().on('token').column('expires_at').execute();
  await newTable(db, engine, 'session')
    .addColumn('hash', 'text', (column) => column.primaryKey())
    .addColumn('moderator', 'text', notNull)
    .addColumn('created_at', 'text', notNull)
    .addColumn('seen_at', 'text', notNull)
    .addColumn('expires_at', 'text', notNull)
    .execute();
};
