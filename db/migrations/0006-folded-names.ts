import type { Kysely } from 'kysely';
import { hasColumn } from '../columns.ts';
import type { Up } from '../migrate.ts';

interface Before {
  comment: { id: number; name: string; name_key: string };
}

/** How many comments one transaction changes: a flush to disk for each of many would take minutes. */
const AT_ONCE = 500;

/** The name in lower case, made here: `lower()` of SQLite knows ASCII alone, so that the engines would differ. */
export const up: Up = async (db) => {
  if (!(await hasColumn(db, 'comment', 'name_key')))
    await db.schema
      .alterTable('comment')
      .addColumn('name_key', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
  const comments = db as Kysely<Before>;
  while ((await foldSome(comments)) > 0);
};

async function foldSome(db: Kysely<Before>): Promise<number> {
  const rows = await db
    .selectFrom('comment')
    .select(['id', 'name'])
    .where('name_key', '=', '')
    .where('name', '<>', '')
    .limit(AT_ONCE)
    .execute();
  const fold = async (trx: Kysely<Before>) => {
    for (const { id, name } of rows)
      await trx.updateTable('comment').set({ name_key: name.toLowerCase() }).where('id', '=', id).execute();
  };
  await (db.isTransaction ? fold(db) : db.transaction().execute(fold));
  return rows.length;
}
