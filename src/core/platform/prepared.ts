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

type Values = Record<string, string | number | null | readonly (string | number)[]>;

/**
 * A statement compiled once and run often with other values: compiling takes Kysely several times as long as SQLite
 * takes to carry out a small one. A list that is shorter than its places is filled up with its last value.
 */
export class Prepared<R> {
  readonly #compiled: CompiledQuery<R>;

  constructor(statement: Compilable<R>) {
    this.#compiled = statement.compile();
  }

  run(db: Pick<Kysely<never>, 'executeQuery'>, values: Values): Promise<QueryResult<R>> {
    const parameters = this.#compiled.parameters.map((given) => {
      if (!(given instanceof Place)) return given;
      const value = values[given.name];
      return Array.isArray(value) ? (value[given.index] ?? value.at(-1)) : value;
    });
    return db.executeQuery<R>({ ...this.#compiled, parameters });
  }
}
