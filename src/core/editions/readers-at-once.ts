import type { Db } from '../platform/db.ts';
import { type Reader, readersById } from './reader-rows.ts';

/** The most that are asked about in one statement. */
const AT_ONCE = 200;

/** Reads who the letters under way are for: all that are asked about in the same moment by one statement. */
export class ReadersAtOnce {
  readonly #db: Db;
  #waiting: { ids: Set<string>; found: Promise<Map<string, Reader>> } | undefined;

  constructor(db: Db) {
    this.#db = db;
  }

  async of(id: string): Promise<Reader | undefined> {
    if (!this.#waiting || this.#waiting.ids.size >= AT_ONCE) this.#waiting = this.#begin();
    this.#waiting.ids.add(id);
    return (await this.#waiting.found).get(id);
  }

  #begin(): { ids: Set<string>; found: Promise<Map<string, Reader>> } {
    const ids = new Set<string>();
    const found = new Promise<void>((resolve) => setImmediate(resolve)).then(async () => {
      if (this.#waiting?.ids === ids) this.#waiting = undefined;
      const readers = await readersById(this.#db, [...ids]);
      return new Map(readers.map((reader) => [reader.id, reader]));
    });
    return { ids, found };
  }
}
