import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely';

/** Stands in a statement for a value that is given when it is run. */
class Place {
  readonly name: string;
  readonly index: number;
  constructor(name: string, index: number) {
    this.name = name;
    this.index = index;
  }
}

/** A place for one value of the type that the statement wants there. */
export function place<T>(name: string): T {
  return new Place(name, 0) as T;
}

/** Places for a list of `size` values. */
export function places<T>(name: string, size: number): T[] {
  return Array.from({ length: size }, (_, index) => new Place(name, index) as T);
}

type Value = string | number | null;
type Values = Record<string, Value | readonly Value[]>;
/** What carries out statements: a database, or a transaction. */
type Executor = Pick<Kysely<never>, 'executeQuery'>;

/**
 * A statement compiled once and run often with other values: compiling takes Kysely several times as long as SQLite
 * takes to carry out a small one. A list that is shorter than its places is filled up with its last value.
 */
export class Prepared<R> {
  readonly #compiled: CompiledQuery<R>;

  constructor(statement: Compilable<R>) {
    this.#compiled = statement.compile();
  }

  run(db: Executor, values: Values): Promise<QueryResult<R>> {
    const parameters = this.#compiled.parameters.map((given) => {
      if (!(given instanceof Place)) return given;
      const value = values[given.name];
      return Array.isArray(value) ? value[Math.min(given.index, value.length - 1)] : value;
    });
    return db.executeQuery<R>({ ...this.#compiled, parameters });
  }
}

/** So many rows a statement: more are hardly faster, and each length is a statement that is kept prepared. */
const CHUNK = 100;

/**
 * Asks for any number of keys, some at a time, by one statement that is compiled once.
 *
 * @param statement asks for those of a list of keys
 */
export async function askForMany<R>(
  db: Executor,
  keys: readonly string[],
  statement: (keys: string[]) => Compilable<R>,
): Promise<R[]> {
  if (keys.length === 0) return [];
  const prepared = new Prepared(statement(places<string>('keys', CHUNK)));
  const found: R[] = [];
  for (const some of chunks(keys)) found.push(...(await prepared.run(db, { keys: some })).rows);
  return found;
}

/**
 * Inserts any number of rows of one form, some at a time; of full chunks the statement is compiled once.
 *
 * @param statement inserts a list of rows
 * @returns what the statement returns
 */
export async function insertMany<Row extends object, R>(
  db: Executor,
  rows: readonly Row[],
  statement: (rows: readonly Row[]) => Compilable<R>,
): Promise<R[]> {
  const columns = Object.keys(rows[0] ?? {}) as (keyof Row & string)[];
  const pattern = (_: unknown, index: number) =>
    Object.fromEntries(columns.map((column) => [column, new Place(column, index)])) as unknown as Row;
  const whole =
    rows.length < CHUNK ? undefined : new Prepared(statement(Array.from({ length: CHUNK }, pattern)));
  const returned: R[] = [];
  for (const some of chunks(rows)) {
    const values = () =>
      Object.fromEntries(columns.map((column) => [column, some.map((row) => row[column] as Value)]));
    const result =
      whole && some.length === CHUNK
        ? await whole.run(db, values())
        : await db.executeQuery<R>(statement(some).compile());
    returned.push(...result.rows);
  }
  return returned;
}

function chunks<T>(items: readonly T[]): T[][] {
  const count = Math.ceil(items.length / CHUNK);
  return Array.from({ length: count }, (_, place) => items.slice(place * CHUNK, (place + 1) * CHUNK));
}
