import {
  type ColumnDataType,
  type ColumnDefinitionBuilder,
  type CreateTableBuilder,
  type Expression,
  type Kysely,
  sql,
} from 'kysely';
import type { Engine } from '../src/core/platform/db.ts';

/** A new table: `strict` on SQLite, so that both engines refuse a value of the wrong type. */
export function newTable(db: Kysely<unknown>, engine: Engine, name: string): CreateTableBuilder<string> {
  const table = db.schema.createTable(name).ifNotExists();
  return engine === 'sqlite' ? table.modifyEnd(sql`strict`) : table;
}

/** The type of a row number that is never given out twice. */
export function rowNumber(engine: Engine) {
  return engine === 'sqlite' ? sql`integer` : sql`bigint generated always as identity`;
}

/** For the column of a row number. */
export function primary(engine: Engine) {
  return (column: ColumnDefinitionBuilder) =>
    engine === 'sqlite' ? column.primaryKey().autoIncrement() : column.primaryKey();
}

/** The type of a column that refers to a row number. */
export function rowReference(engine: Engine) {
  return engine === 'sqlite' ? sql`integer` : sql`bigint`;
}

export const notNull = (column: ColumnDefinitionBuilder) => column.notNull();

/** On SQLite Kysely begins none: two starts at once would meet in the middle of a step that looks before it changes. */
export async function inTransaction<T>(
  db: Kysely<unknown>,
  step: (trx: Kysely<unknown>) => Promise<T>,
): Promise<T> {
  return db.isTransaction ? step(db) : db.transaction().execute(step);
}

/** A column more, unless an earlier, half-done run has added it. */
export async function addColumn(
  db: Kysely<unknown>,
  table: string,
  column: string,
  type: ColumnDataType | Expression<unknown>,
  build: (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder = (column) => column,
): Promise<void> {
  if (await hasColumn(db, table, column)) return;
  await db.schema.alterTable(table).addColumn(column, type, build).execute();
}

/** Whether an earlier, half-done run has added a column already: SQLite knows no `add column if not exists`. */
export async function hasColumn(db: Kysely<unknown>, table: string, column: string): Promise<boolean> {
  const tables = await db.introspection.getTables();
  return tables.some(({ name, columns }) => name === table && columns.some((known) => known.name === column));
}
