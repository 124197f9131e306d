import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  type QueryResult,
  type SelectModifierNode,
  SqliteAdapter,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  SqliteQueryCompiler,
} from 'kysely';
import { AppError } from './errors.ts';
import { isNoRoom, NoRoom } from './reserve.ts';

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
 * Transactions that come in the same moment share one flush to disk.
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

  override createQueryCompiler(): SqliteQueryCompiler {
    return new OneWriterCompiler();
  }
}

/** SQLite has one writer at a time: no row is ever locked by another, so that what says how to meet one is left out. */
class OneWriterCompiler extends SqliteQueryCompiler {
  protected override visitSelectModifier(node: SelectModifierNode): void {
    if (node.modifier !== 'ForUpdate' && node.modifier !== 'SkipLocked') super.visitSelectModifier(node);
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
  #flush: SharedFlush | undefined;

  constructor(settings: Settings) {
    super(settings);
    this.#settings = settings;
  }

  override async acquireConnection(): Promise<Session> {
    const connection = await super.acquireConnection();
    this.#flush ??= new SharedFlush(connection, this.#settings.file);
    return new Session(connection, this.#turns, this.#flush, this.#settings.patienceMs);
  }

  override async beginTransaction(session: Session): Promise<void> {
    await session.begin();
  }

  override async commitTransaction(session: Session): Promise<void> {
    await session.commit();
  }

  override async rollbackTransaction(session: Session): Promise<void> {
    await session.rollback();
  }
}

/** Uses the one connection, a statement or a transaction at a time. */
class Session implements DatabaseConnection {
  readonly #connection: DatabaseConnection;
  readonly #turns: Turns;
  readonly #flush: SharedFlush;
  readonly #patienceMs: number;
  /** There during a transaction. */
  #endTurn: (() => void) | undefined;

  constructor(connection: DatabaseConnection, turns: Turns, flush: SharedFlush, patienceMs: number) {
    this.#connection = connection;
    this.#turns = turns;
    this.#flush = flush;
    this.#patienceMs = patienceMs;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#endTurn) return this.#connection.executeQuery<R>(query).catch(rethrown);
    const { result, endTurn } = await this.#inTurn<QueryResult<R>>(async () => {
      await this.#flush.end(); // what nobody has been told yet is seen by nobody
      return this.#connection.executeQuery<R>(query);
    });
    endTurn();
    return result;
  }

  async begin(): Promise<void> {
    const { endTurn } = await this.#inTurn(() => this.#flush.begin());
    this.#endTurn = endTurn;
  }

  /** Resolves once it is on disk, together with those that come in the same moment. */
  async commit(): Promise<void> {
    const { done, isFull } = await this.#flush.join();
    if (isFull) await this.#flush.end();
    else this.#flush.endSoon(this.#turns);
    this.#giveTurn();
    await done;
  }

  /** Waits for those before it: whoever lost to one of them must not hear of it before that one is on disk. */
  async rollback(): Promise<void> {
    if (!this.#endTurn) return; // the flush failed: everything in it is undone already
    let others: Promise<unknown> = Promise.resolve();
    try {
      ({ others } = await this.#flush.leave());
      this.#flush.endSoon(this.#turns);
    } finally {
      this.#giveTurn();
    }
    await others;
  }

  streamQuery(): never {
    throw new Error('Rows are read at once: a statement that stays open would hold up all others.');
  }

  #giveTurn(): void {
    this.#endTurn?.();
    this.#endTurn = undefined;
  }

  async #inTurn<T>(act: () => Promise<T>): Promise<{ result: T; endTurn: () => void }> {
    const deadline = performance.now() + this.#patienceMs;
    for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs + 2, LONGEST_PAUSE_MS)) {
      const endTurn = await this.#turns.next();
      try {
        return { result: await act(), endTurn };
      } catch (error) {
        endTurn();
        if (!isBusy(error)) return rethrown(error);
        if (performance.now() > deadline) throw new AppError('unavailable', BUSY);
      }
      await sleep(pauseMs);
    }
  }
}

/** So many transactions share a flush at most: the first of them waits for the last. */
const MOST_TOGETHER = 64;
/** A process that writes without pause rests so often, so long: another one gets the lock meanwhile. */
const REST_EVERY_MS = 50;
const REST_MS = 2;

/**
 * One transaction of SQLite's for several of ours, each in a savepoint of its own: the flush to disk takes longer than
 * all else that a small one does. Nobody hears of success before the flush, and where it fails everybody hears of that.
 */
class SharedFlush {
  readonly #connection: DatabaseConnection;
  /** Knows whether a transaction is open: SQLite may have ended it by itself. */
  readonly #file: Settings['file'];
  #members: PromiseWithResolvers<void>[] = [];
  #isEnding = false;
  #endedAt = 0;
  #restedAt = 0;

  constructor(connection: DatabaseConnection, file: Settings['file']) {
    this.#connection = connection;
    this.#file = file;
  }

  /**
   * Takes the write lock when a transaction begins: one that first reads and then writes would otherwise fail with
   * SQLITE_BUSY_SNAPSHOT whenever another process wrote in between, however long one waits.
   */
  async begin(): Promise<void> {
    if (!this.#file.inTransaction) {
      await this.end(); // whoever SQLite has undone hears of it
      await this.#rest();
      await this.#run('begin immediate');
    }
    await this.#run('savepoint member');
  }

  /** A transaction is through: `done` resolves once it is on disk. */
  async join(): Promise<{ done: Promise<void>; isFull: boolean }> {
    await this.#run('release member');
    const member = Promise.withResolvers<void>();
    member.promise.catch(() => {}); // whoever waits for it hears of it
    this.#members.push(member);
    return { done: member.promise, isFull: this.#members.length >= MOST_TOGETHER };
  }

  /**
   * A transaction takes back what it did; those before it stay, unless SQLite has undone everything (a full disk).
   *
   * @returns `others` resolves when it is known what became of those before it
   */
  async leave(): Promise<{ others: Promise<unknown> }> {
    const others = Promise.allSettled(this.#members.map(({ promise }) => promise));
    try {
      if (!this.#file.inTransaction) throw new AppError('unavailable', UNDONE);
      await this.#run('rollback to member');
      await this.#run('release member');
    } catch (error) {
      await this.#undo(error);
    }
    return { others };
  }

  /** Ends it as soon as what has arrived at this process is looked at: each request is a turn of the event loop. */
  endSoon(turns: Turns): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    setImmediate(async () => {
      const endTurn = await turns.next();
      this.#isEnding = false;
      await this.end().finally(endTurn);
    });
  }

  /** Writes to disk what has joined. */
  async end(): Promise<void> {
    if (!this.#file.inTransaction && this.#members.length === 0) return;
    try {
      if (!this.#file.inTransaction) throw new AppError('unavailable', UNDONE);
      await this.#run('commit');
      this.#tell((member) => member.resolve());
    } catch (error) {
      await this.#undo(error);
    }
  }

  async #undo(error: unknown): Promise<void> {
    if (this.#file.inTransaction) await this.#run('rollback');
    const reason = isNoRoom(error) ? new NoRoom() : error;
    this.#tell((member) => member.reject(reason));
  }

  #tell(tell: (member: PromiseWithResolvers<void>) => void): void {
    const members = this.#members;
    this.#members = [];
    this.#endedAt = performance.now();
    for (const member of members) tell(member);
  }

  async #rest(): Promise<void> {
    const now = performance.now();
    if (now - this.#endedAt >= REST_MS) {
      this.#restedAt = now; // there was time already
    } else if (now - this.#restedAt > REST_EVERY_MS) {
      await sleep(REST_MS);
      this.#restedAt = performance.now();
    }
  }

  async #run(statement: string): Promise<void> {
    await this.#connection.executeQuery(CompiledQuery.raw(statement));
  }
}

const LONGEST_PAUSE_MS = 25;
const BUSY = 'The database is busy with something long, so nothing was changed. Try again in a minute.';
const UNDONE = 'The database could not save this, so nothing was changed. Try again in a minute.';

function isBusy(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');
}

/** A full disk is nobody's bug: it is said in words, and pages can show their form again. */
function rethrown(error: unknown): never {
  throw isNoRoom(error) ? new NoRoom() : error;
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
