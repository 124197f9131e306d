import { chmodSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';

/** Raised whenever what stands in the file, or how words are made of text, changes: older files are built anew. */
const FORMAT = 1;
/** How many pages of the index are put in order at a time: a few milliseconds. */
const MERGE_PAGES = 32;
/** How long a statement may wait for another process, which holds up every request meanwhile. */
const BUSY_MS = 20;

/** An article as the index takes it; all but `shown` in the form of words.ts. */
export interface IndexedArticle {
  slug: string;
  /** Changes whenever anything of it does. */
  stamp: string;
  published: Date;
  title: string;
  dek: string;
  /** Topics, series and author. */
  subjects: string;
  body: string;
  /** The text of which results show a part. */
  shown: string;
}

/** An article that fits, the better the lower its rank. */
export interface Candidate {
  slug: string;
  rank: number;
}

/**
 * The words of every article in a file of its own, beside the database and whatever that is.
 * It can always be made again from content/, so it may be thrown away; see `isDamage`.
 */
export class SearchIndex {
  readonly #db: Database.Database;
  readonly #statements: ReturnType<typeof statementsOf>;

  /** @throws SqliteError where the file cannot be opened or made, or is of another format (`isDamage`) */
  constructor(file: string) {
    this.#db = new Database(file, { timeout: BUSY_MS });
    try {
      chmodSync(file, 0o600);
      this.#db.pragma('journal_mode = WAL');
      this.#db.pragma('synchronous = NORMAL'); // after a power failure it is older, but whole
      this.#db.pragma('cache_size = -4000');
      this.#db.transaction(() => prepareTables(this.#db)).immediate();
      this.#statements = statementsOf(this.#db);
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  /** How many articles are in it. */
  get size(): number {
    return this.#statements.size.get() as number;
  }

  get slugs(): string[] {
    return this.#statements.slugs.all() as string[];
  }

  stampOf(slug: string): string | undefined {
    return this.#statements.stamp.get(slug) as string | undefined;
  }

  /** The text of an article as `put` was given it to show. */
  shownOf(slug: string): string {
    return (this.#statements.shown.get(slug) as string | undefined) ?? '';
  }

  /** Takes in articles, new or changed, and drops others, all or none. */
  change(put: readonly IndexedArticle[], drop: readonly string[]): void {
    this.#db
      .transaction(() => {
        for (const slug of drop) this.#drop(slug);
        for (const article of put) this.#put(article);
      })
      .immediate();
  }

  /** Does a small part of what keeps the index fast; false where nothing is left to do. */
  tidy(): boolean {
    const { changes, merge } = this.#statements;
    const before = changes.get() as number;
    merge.run(MERGE_PAGES);
    return (changes.get() as number) - before >= 2; // one for the request itself
  }

  /** The newest articles that an FTS5 expression finds, each with its rank. */
  newest(expression: string, most: number): Candidate[] {
    return this.#statements.newest.all(expression, most) as Candidate[];
  }

  close(): void {
    this.#db.close();
  }

  #put({ slug, stamp, published, title, dek, subjects, body, shown }: IndexedArticle): void {
    this.#drop(slug);
    const at = Math.max(0, Math.floor(published.getTime() / 1000)) * 1024;
    const id = this.#statements.freeId.get({ at }) as number;
    this.#statements.insertArticle.run(id, slug, stamp, shown);
    this.#statements.insertWords.run(id, title, dek, subjects, body);
  }

  #drop(slug: string): void {
    const id = this.#statements.deleteArticle.get(slug) as number | undefined;
    if (id !== undefined) this.#statements.deleteWords.run(id);
  }
}

/** Opens the index; one that is damaged or of another format is thrown away first. */
export function openSearchIndex(file: string): SearchIndex {
  try {
    return new SearchIndex(file);
  } catch (error) {
    if (!isDamage(error)) throw error;
    removeSearchIndex(file);
    return new SearchIndex(file);
  }
}

export function removeSearchIndex(file: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
}

/** Whether an error is the index's own, and no fault of who asked it. */
export function isIndexError(error: unknown): error is Error & { code: string } {
  return error instanceof Database.SqliteError;
}

/** Whether an error says that the file is not what it should be, so that only a new one helps. */
export function isDamage(error: unknown): boolean {
  return (
    isIndexError(error) &&
    /^SQLITE_(?:CORRUPT|NOTADB|SCHEMA|IOERR_SHORT_READ|READONLY_DBMOVED)/.test(error.code)
  );
}

/** Whether another process is writing just now. */
export function isBusy(error: unknown): boolean {
  return isIndexError(error) && error.code.startsWith('SQLITE_BUSY');
}

function prepareTables(db: Database.Database): void {
  const format = db.pragma('user_version', { simple: true });
  if (format === FORMAT) return;
  const isEmpty = db.prepare('select 1 from sqlite_schema').get() === undefined;
  if (!isEmpty) throw new Database.SqliteError(`its format is ${format}, not ${FORMAT}`, 'SQLITE_SCHEMA');
  // The number of a row begins with the second of publication, so that the newest are found first.
  db.exec(`
    create table article (id integer primary key, slug text not null unique, stamp text not null, shown text not null) strict;
    create virtual table words using fts5(
      title, dek, subjects, body, content = '', contentless_delete = 1,
      tokenize = "unicode61 remove_diacritics 2 categories 'L* N* M* Co'", prefix = '1 2 3'
    );
    insert into words (words, rank) values ('automerge', 0), ('usermerge', 16), ('crisismerge', 1000);
    pragma user_version = ${FORMAT};
  `);
}

function statementsOf(db: Database.Database) {
  return {
    size: db.prepare('select count(*) from article').pluck(),
    slugs: db.prepare('select slug from article').pluck(),
    stamp: db.prepare('select stamp from article where slug = ?').pluck(),
    shown: db.prepare('select shown from article where slug = ?').pluck(),
    changes: db.prepare('select total_changes()').pluck(),
    merge: db.prepare("insert into words (words, rank) values ('merge', ?)"),
    newest: db.prepare(`
      select article.slug, bm25(words, 10, 4, 4, 1) as rank
      from words join article on article.id = words.rowid
      where words match ? order by words.rowid desc limit ?
    `),
    freeId: db
      .prepare(`
        select case when exists (select 1 from article where id = @at)
          then (select max(id) + 1 from article where id >= @at and id < @at + 1048576) else @at end
      `)
      .pluck(),
    insertArticle: db.prepare('insert into article (id, slug, stamp, shown) values (?, ?, ?, ?)'),
    insertWords: db.prepare('insert into words (rowid, title, dek, subjects, body) values (?, ?, ?, ?, ?)'),
    deleteArticle: db.prepare('delete from article where slug = ? returning id').pluck(),
    deleteWords: db.prepare('delete from words where rowid = ?'),
  };
}
