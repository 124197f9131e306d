import { type Clock, isoTime } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import { LedgerRows, type Settled } from './ledger-rows.ts';

type Entry<T> = PromiseWithResolvers<boolean> & { id: number } & T;

/** How long a mark waits for others that are about to come, and a settlement for the next mark. */
const MARK_LINGERS_MS = 1;
const SETTLEMENT_LINGERS_MS = 4;

/**
 * Writes down what the lanes do, that of many lanes in one transaction: a flush to disk takes as long as all else that
 * a letter needs. Of one lane, what became of a letter is on disk no later than that the next one is at the dot, so
 * that after a crash no lane leaves more than one letter of which nobody knows.
 */
export class Ledger {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #rows: LedgerRows;
  /** How many letters are being handed over. */
  readonly #inUse: () => number;
  readonly #atTheDot = new Set<number>();
  #marks: Entry<object>[] = [];
  #settlements: Entry<{ settled: Settled }>[] = [];
  #isFlushing = false;
  #timer: NodeJS.Timeout | undefined;

  constructor({ db, clock }: { db: Db; clock: Clock }, owner: string, inUse: () => number) {
    this.#db = db;
    this.#clock = clock;
    this.#rows = new LedgerRows(db, owner);
    this.#inUse = inUse;
  }

  /** Resolves once it is on disk that the letter is about to be handed over; false where it is not ours any more. */
  atTheDot(id: number): Promise<boolean> {
    const entry = { id, ...Promise.withResolvers<boolean>() };
    this.#atTheDot.add(id);
    this.#marks.push(entry);
    this.#flushSoon();
    return entry.promise;
  }

  /** Resolves once it is on disk what became of a letter; false where it is not ours any more. */
  settle(id: number, settled: Settled): Promise<boolean> {
    const entry = { id, settled, ...Promise.withResolvers<boolean>() };
    this.#atTheDot.delete(id);
    this.#settlements.push(entry);
    this.#flushSoon();
    return entry.promise;
  }

  /** At once where nobody else is about to come; else after a moment at most. */
  #flushSoon(): void {
    if (this.#isFlushing || this.#marks.length + this.#settlements.length === 0) return;
    const isMark = this.#marks.length > 0;
    const approaching = this.#inUse() - this.#atTheDot.size;
    if (isMark && approaching <= 0) {
      this.#isFlushing = true;
      setImmediate(() => this.#flush());
    } else if (!this.#timer || isMark) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#flush(), isMark ? MARK_LINGERS_MS : SETTLEMENT_LINGERS_MS);
    }
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isFlushing = true;
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
    this.#isFlushing = false;
    this.#flushSoon();
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
