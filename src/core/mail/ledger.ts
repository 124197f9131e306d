import { type Clock, isoTime } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import { LedgerRows, type Settled } from './ledger-rows.ts';

type Entry<T> = PromiseWithResolvers<boolean> & { id: number } & T;

/** How long a settlement waits for company at most: the next mark takes it along. */
const LINGER_MS = 4;

/**
 * Writes down what the lanes do, that of many lanes in one transaction: a flush to disk costs as much as a letter.
 * Of one lane, what became of a letter is on disk no later than that the next one is at the dot, so that after a
 * crash no lane leaves more than one letter of which nobody knows.
 */
export class Ledger {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #rows: LedgerRows;
  #marks: Entry<object>[] = [];
  #settlements: Entry<{ settled: Settled }>[] = [];
  #flushing: Promise<void> | undefined;
  #lingering: NodeJS.Timeout | undefined;

  constructor({ db, clock }: { db: Db; clock: Clock }, owner: string) {
    this.#db = db;
    this.#clock = clock;
    this.#rows = new LedgerRows(db, owner);
  }

  /** Resolves once it is on disk that the letter is about to be handed over; false where it is not ours any more. */
  atTheDot(id: number): Promise<boolean> {
    const entry = { id, ...Promise.withResolvers<boolean>() };
    this.#marks.push(entry);
    this.#flushing ??= this.#flush();
    return entry.promise;
  }

  /** Resolves once it is on disk what became of a letter; false where it is not ours any more. */
  settle(id: number, settled: Settled): Promise<boolean> {
    const entry = { id, settled, ...Promise.withResolvers<boolean>() };
    this.#settlements.push(entry);
    if (!this.#flushing) this.#lingering ??= setTimeout(() => this.#flushLingering(), LINGER_MS);
    return entry.promise;
  }

  #flushLingering(): void {
    this.#lingering = undefined;
    if (this.#settlements.length > 0) this.#flushing ??= this.#flush();
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#lingering);
    this.#lingering = undefined;
    await new Promise(setImmediate); // what the other lanes have heard in the same moment comes along
    const marks = this.#marks;
    const settlements = this.#settlements;
    this.#marks = [];
    this.#settlements = [];
    try {
      const ours = await this.#write(marks, settlements);
      for (const entry of settlements) entry.resolve(ours.settled.has(entry.id));
      for (const entry of marks) entry.resolve(ours.marked.has(entry.id));
    } catch (error) {
      for (const entry of [...settlements, ...marks]) entry.reject(error);
    }
    this.#flushing = undefined;
    if (this.#marks.length > 0) this.#flushing ??= this.#flush();
    else if (this.#settlements.length > 0)
      this.#lingering ??= setTimeout(() => this.#flushLingering(), LINGER_MS);
  }

  #write(marks: readonly Entry<object>[], settlements: readonly Entry<{ settled: Settled }>[]) {
    const sent = settlements.filter(({ settled }) => settled.state === 'sent');
    const others = settlements.filter(({ settled }) => settled.state !== 'sent');
    return this.#db.transaction().execute(async (trx) => {
      const settled =
        sent.length === 0
          ? new Set<number>()
          : await this.#rows.settleSent(
              trx,
              sent.map(({ id, settled: { reply } }) => ({ id, reply })),
              isoTime(this.#clock.now()),
            );
      for (const { id, settled: how } of others) if (await this.#rows.settle(trx, id, how)) settled.add(id);
      const ids = marks.map(({ id }) => id);
      const marked = ids.length === 0 ? new Set<number>() : await this.#rows.markAtTheDot(trx, ids);
      return { settled, marked };
    });
  }
}
