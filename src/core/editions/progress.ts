import { isoAfter, MINUTE, SECOND } from '../platform/clock.ts';
import type { Parts } from '../platform/parts.ts';
import { Remembered, type RememberedTimes } from '../platform/remembered.ts';
import { sumOf } from './deliveries.ts';
import { countsOf, type DeliveryCounts } from './deliveries-rows.ts';
import { type DetailedBooks, detailedBooks } from './detailed-books.ts';
import { type RunningEdition, runningEditions } from './running-rows.ts';
import { keptTallies } from './tally-rows.ts';

/** How far an edition is. */
export interface EditionProgress extends RunningEdition {
  counts: DeliveryCounts;
  /** How many readers it was made for. */
  total: number;
  /** How many letters are done with, whatever became of them. */
  settled: number;
  /** Letters a second of late; undefined where it has not been seen for long enough, or is not being sent. */
  perSecond: number | undefined;
  /** Until what waits is sent, if it goes on like that; what is put off is not counted. */
  secondsLeft: number | undefined;
}

/** An edition that has ended is told of for so long, so that who looks on sees that it did. */
const ENDED_MS = 2 * MINUTE;
/** The rate is reckoned from what it was so long ago, at least, and at most where there are looks in between. */
const SHORTEST_MS = SECOND / 2;
const LONGEST_MS = 15 * SECOND;

interface Counted {
  counts: DeliveryCounts;
  /** When they were counted, in milliseconds (performance.now). */
  at: number;
}

interface Look {
  at: number;
  settled: number;
}

/**
 * How far editions are, for many who look on at once. The counts come from an index, whoever sends and in whichever
 * process; they are made anew once a second at most, and less often the longer they take.
 */
export class ProgressWatch {
  readonly #parts: Pick<Parts, 'db' | 'clock'>;
  readonly #counts: Remembered<Counted>;
  readonly #books: Remembered<DetailedBooks>;
  readonly #looks = new Map<string, { state: string; looks: Look[] }>();

  constructor(parts: Pick<Parts, 'db' | 'clock'>, times: RememberedTimes = {}) {
    this.#parts = parts;
    this.#counts = new Remembered(times);
    this.#books = new Remembered(times);
  }

  /**
   * Editions that are being sent or are paused, and those that have ended just now.
   *
   * @param only where just one is of interest: its id
   */
  async running(only?: string): Promise<EditionProgress[]> {
    const { db, clock } = this.#parts;
    const editions = await runningEditions(db, isoAfter(clock.now(), -ENDED_MS));
    const known = new Set(editions.map(({ id }) => id));
    for (const id of this.#looks.keys()) if (!known.has(id)) this.#looks.delete(id);
    const wanted = only === undefined ? editions : editions.filter(({ id }) => id === only);
    return Promise.all(wanted.map((edition) => this.#progressOf(edition)));
  }

  /** How the letters of one edition stand. */
  async countsOf(edition: Pick<RunningEdition, 'id' | 'state'>): Promise<DeliveryCounts> {
    return (await this.#countedOf(edition)).counts;
  }

  /**
   * The books of one edition by domain and reason, of some seconds ago where they are large.
   *
   * @throws AppError `not-found`
   */
  async booksOf(id: string): Promise<DetailedBooks> {
    return this.#books.of(id, () => detailedBooks(this.#parts.db, id));
  }

  /** Something was done with an edition here: who did it sees what came of it. */
  forget(id: string): void {
    this.#books.forget(id);
    for (const state of ['sending', 'paused', 'sent', 'cancelled']) this.#counts.forget(`${id} ${state}`);
  }

  async #countedOf({ id, state }: Pick<RunningEdition, 'id' | 'state'>): Promise<Counted> {
    const { db } = this.#parts;
    // By its state, too: that it was paused or has ended is seen with the letters as they are then.
    return this.#counts.of(`${id} ${state}`, async () => {
      const at = performance.now();
      const kept = (await keptTallies(db, [id])).get(id);
      return { counts: kept ?? (await countsOf(db, [id])).get(id) ?? {}, at };
    });
  }

  async #progressOf(edition: RunningEdition): Promise<EditionProgress> {
    const { counts, at } = await this.#countedOf(edition);
    const { queued = 0, claimed = 0, 'at-the-dot': atTheDot = 0, deferred = 0 } = counts;
    const waiting = queued + claimed + atTheDot;
    const total = sumOf(counts);
    const settled = total - waiting - deferred;
    const perSecond = this.#rateOf(edition, { at, settled });
    const secondsLeft = perSecond ? Math.ceil(waiting / perSecond) : undefined;
    return { ...edition, counts, total, settled, perSecond, secondsLeft };
  }

  #rateOf({ id, state }: RunningEdition, look: Look): number | undefined {
    const known = this.#looks.get(id);
    const looks = known?.state === state ? known.looks : [];
    this.#looks.set(id, { state, looks });
    if (look.at > (looks.at(-1)?.at ?? Number.NEGATIVE_INFINITY)) looks.push(look);
    while (looks.length > 2 && look.at - (looks[1] as Look).at >= LONGEST_MS) looks.shift();
    const [first, last] = [looks[0] as Look, looks.at(-1) as Look];
    if (state !== 'sending' || last.at - first.at < SHORTEST_MS) return undefined;
    return Math.max(0, last.settled - first.settled) / ((last.at - first.at) / SECOND);
  }
}
