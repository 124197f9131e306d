import Database from 'better-sqlite3';

/** 4 MB at a time of pages of 4 kB, then other work of this process has its turn. */
const PAGES_AT_ONCE = 1000;

export interface Copying {
  signal?: AbortSignal | undefined;
  /** Told how much of the database, or of the files, is done, from 0 to 1. */
  progress?: ((share: number, of: 'database' | 'files') => void) | undefined;
}

/**
 * Copies a database that others write meanwhile: what is copied is the database of one moment, in one file. Its readers
 * and writers wait for nothing. The caller flushes the copy to disk.
 *
 * @throws where it cannot be written, where the signal comes, and where the copy is not sound
 */
export async function copySqlite(
  file: string,
  to: string,
  { signal, progress }: Copying = {},
): Promise<void> {
  const source = new Database(file, { fileMustExist: true });
  try {
    // An open read transaction: else SQLite begins anew at each write of another process, and may never end.
    source.exec('begin');
    source.prepare('select count(*) from sqlite_schema').get();
    await source.backup(to, {
      progress({ totalPages, remainingPages }) {
        signal?.throwIfAborted();
        progress?.(1 - remainingPages / totalPages, 'database');
        return PAGES_AT_ONCE;
      },
    });
  } finally {
    source.close();
  }
  makeWhole(to);
}

/** One file without a log beside it, and every page of it sound. */
function makeWhole(file: string): void {
  const copy = new Database(file, { fileMustExist: true });
  try {
    copy.pragma('journal_mode = delete');
    const found = copy.pragma('integrity_check(1)', { simple: true });
    if (found !== 'ok') throw new Error(`The copy of the database is not sound: ${String(found)}`);
  } finally {
    copy.close();
  }
}

/** Nobody else can open the file before `release`. */
export interface HeldSqlite {
  release(): void;
}

/**
 * Takes a database file for this process alone, with what lies in the log beside it brought in; undefined where another
 * process has it open. A file that is no sound database is nobody's.
 */
export function holdSqlite(file: string): HeldSqlite | undefined {
  const database = new Database(file, { fileMustExist: true, timeout: 0 });
  try {
    database.pragma('journal_mode = delete'); // refused while another has it open
    database.exec('begin exclusive');
  } catch (error) {
    const code = error instanceof Database.SqliteError ? error.code : '';
    if (/^SQLITE_(?:BUSY|LOCKED)/.test(code)) {
      database.close();
      return undefined;
    }
    if (!/^SQLITE_(?:CORRUPT|NOTADB)/.test(code)) {
      database.close();
      throw error;
    }
  }
  return { release: () => void database.close() };
}
