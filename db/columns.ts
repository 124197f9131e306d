import { type ColumnDefinitionBuilder, type CreateTableBuilder, type Kysely, sql } from 'kysely';
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

/** Whether an earlier, half-done run has added a column already: SQLite knows no `add column if not exists`. */
export async function hasColumn(db: Kysely<unknown>, table: string, column: string): Promise<boolean> {
  const tables = await db.introspection.getTables();
  return tables.some(({ name, columns }) => name === table && columns.some((known) => known.name === column));
}
