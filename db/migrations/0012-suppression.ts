import { sql } from 'kysely';
import { addColumn, hasColumn, inTransaction, newTable, notNull } from '../columns.ts';
import type { Up } from '../migrate.ts';

/** A reader's phrase, the domain that their letters go to, what they have been told of; and who is never written to again. */
export const up: Up = (db, engine) =>
  inTransaction(db, async (trx) => {
    await newTable(trx, engine, 'suppression')
      .addColumn('hash', 'text', (column) => column.primaryKey())
      .addColumn('reason', 'text', (column) =>
        column.notNull().check(sql`reason in ('bounced', 'not-me', 'complaint', 'by-hand', 'left')`),
      )
      .addColumn('at', 'text', notNull)
      .execute();
    if (await hasColumn(trx, 'subscriber', 'told_edition')) return;
    await addColumn(trx, 'subscriber', 'phrase', 'text', (column) => column.notNull().defaultTo(''));
    await addColumn(trx, 'subscriber', 'domain', 'text', (column) => column.notNull().defaultTo(''));
    await addColumn(trx, 'subscriber', 'told_story', 'integer', (column) => column.notNull().defaultTo(0));
    await addColumn(trx, 'subscriber', 'told_edition', 'integer', (column) => column.notNull().defaultTo(0));
    const at = engine === 'sqlite' ? sql`instr(email, '@')` : sql`strpos(email, '@')`;
    await sql`update subscriber set domain = substr(email, ${at} + 1)`.execute(trx);
  });
