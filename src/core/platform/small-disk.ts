import { statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { type Db, openSqliteFile, sqliteStore } from './db.ts';

/** As many pages as SQLite allows. */
const ANY_SIZE = 4_294_967_294;
/** More than a page: room for it is never found in one that is there already. */
const ADDED_BYTES = 8192;

/**
 * A SQLite file on a disk that can be full, for drills. SQLite's own limit of pages answers as a full disk does, but only
 * what needs a new page; on a disk that is full nothing can be added to the log of changes either. So while it is full,
 * each change first needs new pages, and SQLite itself says that there are none.
 */
export class SmallDisk {
  readonly db: Db;
  readonly #database: Database.Database;
  readonly #reserve: string;
  readonly #add: Database.Statement;
  #isFull = false;
  /** What giving up the reserve would free. */
  #reserved = 0;

  /** @param reserve a file that lies on the same disk */
  constructor(file: string, reserve: string) {
    this.#reserve = reserve;
    this.#database = openSqliteFile(file);
    this.#database.exec('create table if not exists ballast (bytes blob)');
    this.#add = this.#database.prepare('insert into ballast values (zeroblob(?))');
    const close = () => void this.#database.close();
    this.db = sqliteStore(this.#database, { prepare: (text: string) => this.#prepare(text), close });
  }

  /** From now on nothing can be written, but for what is deleted meanwhile. */
  fill(): void {
    this.#limitTo(Number(this.#database.pragma('page_count', { simple: true })));
    this.#reserved = sizeOf(this.#reserve);
    this.#isFull = true;
    while (this.#hasAdded()); // pages that were let go of are taken up again
  }

  makeRoom(): void {
    this.#isFull = false;
    this.#limitTo(ANY_SIZE);
  }

  #prepare(text: string) {
    const statement = this.#database.prepare(text);
    const isChange = /^\s*(?:insert|update|delete|with)\b/i.test(text) && !statement.readonly;
    if (!isChange) return statement;
    const needed = <T>(act: () => T): T => {
      if (this.#isFull) this.#need();
      return act();
    };
    return {
      reader: statement.reader,
      all: (values: readonly unknown[]) => needed(() => statement.all(values)),
      run: (values: readonly unknown[]) => needed(() => statement.run(values)),
      iterate: (values: readonly unknown[]) => needed(() => statement.iterate(values)),
    };
  }

  /** @throws SqliteError SQLITE_FULL */
  #need(): void {
    if (this.#reserved > 0 && sizeOf(this.#reserve) === 0) {
      const pageBytes = Number(this.#database.pragma('page_size', { simple: true }));
      const pages = Number(this.#database.pragma('max_page_count', { simple: true }));
      this.#limitTo(pages + Math.floor(this.#reserved / pageBytes));
      this.#reserved = 0;
    }
    this.#add.run(ADDED_BYTES);
  }

  #hasAdded(): boolean {
    try {
      this.#add.run(ADDED_BYTES);
      return true;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'SQLITE_FULL') throw error;
      return false;
    }
  }

  #limitTo(pages: number): void {
    this.#database.pragma(`max_page_count = ${pages}`);
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
