import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  type QueryResult,
  SqliteAdapter,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
} from 'kysely';
import { AppError } from './errors.ts';

interface Settings {
  /** With `busy_timeout = 0`: SQLite itself would wait inside the call and hold up the whole process. */
  file: Pick<Database, 'inTransaction'>;
  database: Extract<SqliteDialectConfig['database'], object>;
  /** How long a statement waits in all for another process that writes. */
  patienceMs: number;
}

/**
 * SQLite for a process that has more to do than wait: while another process writes, what wants to write here asks
 * again and again, and what only reads is answered. Rejects with AppError `unavailable` at the end of its patience.
 */
export class PatientSqliteDialect extends SqliteDialect {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    super(settings);
    this.#settings = settings;
  }

  override createDriver(): SqliteDriver {
    return new PatientSqliteDriver(this.#settings);
  }

  override createAdapter(): SqliteAdapter {
    return new OwnTurnsAdapter();
  }
}

/** Keeps Kysely from taking turns itself: its turn would last as long as the wait for the other process. */
class OwnTurnsAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class PatientSqliteDriver extends SqliteDriver {
  readonly #settings: Settings;
  readonly #turns = new Turns();

  constructor(settings: Settings) {
    super(settings);
    this.#settings = settings;
  }

  override async acquireConnection(): Promise<Session> {
    return new Session(await super.acquireConnection(), this.#turns, this.#settings.patienceMs);
  }

  override async beginTransaction(session: Session): Promise<void> {
    await session.begin();
  }

  override async commitTransaction(session: Session): Promise<void> {
    await super.commitTransaction(session);
    session.end();
  }

  override async rollbackTransaction(session: Session): Promise<void> {
    try {
      if (this.#settings.file.inTransaction) await super.rollbackTransaction(session); // a full disk has done it already
    } finally {
      session.end();
    }
  }
}

/** Uses the one connection, a statement or a transaction at a time. */
class Session implements DatabaseConnection {
  readonly #connection: DatabaseConnection;
  readonly #turns: Turns;
  readonly #patienceMs: number;
  /** There during a transaction. */
  #endTurn: (() => void) | undefined;

  constructor(connection: DatabaseConnection, turns: Turns, patienceMs: number) {
    this.#connection = connection;
    this.#turns = turns;
    this.#patienceMs = patienceMs;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#endTurn) return this.#connection.executeQuery<R>(query);
    const { result, endTurn } = await this.#inTurn<R>(query);
    endTurn();
    return result;
  }

  /**
   * Takes the write lock when a transaction begins: one that first reads and then writes would otherwise fail with
   * SQLITE_BUSY_SNAPSHOT whenever another process wrote in between, however long one waits.
   */
  async begin(): Promise<void> {
    const { endTurn } = await this.#inTurn(CompiledQuery.raw('begin immediate'));
    this.#endTurn = endTurn;
  }

  end(): void {
    this.#endTurn?.();
    this.#endTurn = undefined;
  }

  streamQuery(): never {
    throw new Error('Rows are read at once: a statement that stays open would hold up all others.');
  }

  async #inTurn<R>(query: CompiledQuery): Promise<{ result: QueryResult<R>; endTurn: () => void }> {
    const deadline = performance.now() + this.#patienceMs;
    for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs + 2, LONGEST_PAUSE_MS)) {
      const endTurn = await this.#turns.next();
      try {
        return { result: await this.#connection.executeQuery<R>(query), endTurn };
      } catch (error) {
        endTurn();
        if (!isBusy(error)) throw error;
        if (performance.now() > deadline) throw new AppError('unavailable', BUSY);
      }
      await sleep(pauseMs);
    }
  }
}

const LONGEST_PAUSE_MS = 25;
const BUSY = 'The database is busy with something long, so nothing was changed. Try again in a minute.';

function isBusy(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');
}

/** Lets one after another have something, in the order in which they asked. */
class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Waits for a turn; the function ends it. */
  async next(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = this.#last;
    this.#last = promise;
    await before;
    return resolve;
  }
}
