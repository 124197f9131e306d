import { SECOND } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Delivery } from './outbox-rows.ts';

/** What became of an edition's letters in this process. */
export interface Tally {
  sent: number;
  deferred: number;
  bounced: number;
  uncertain: number;
  skipped: number;
}

const LOG_EVERY_MS = 10 * SECOND;

/** Counts what becomes of editions' letters, and logs it now and then: a line for each would be a million lines. */
export class Progress {
  readonly #log: Log;
  readonly #editions = new Map<string, { tally: Tally; loggedAt: number; isNew: boolean }>();

  constructor(log: Log) {
    this.#log = log;
  }

  note({ edition_id: id }: Delivery, state: keyof Tally): void {
    if (id === null) return;
    const time = performance.now();
    const edition = this.#editions.get(id) ?? {
      tally: { sent: 0, deferred: 0, bounced: 0, uncertain: 0, skipped: 0 },
      ...{ loggedAt: time, isNew: false },
    };
    this.#editions.set(id, edition);
    edition.tally[state]++;
    edition.isNew = true;
    if (time - edition.loggedAt > LOG_EVERY_MS) this.#logOf(id, edition, time);
  }

  /** Nothing is due now: what was not logged yet is. */
  rest(): void {
    const time = performance.now();
    for (const [id, edition] of this.#editions) {
      if (!edition.isNew) continue;
      this.#logOf(id, edition, time);
      edition.isNew = false;
    }
  }

  #logOf(id: string, edition: { tally: Tally; loggedAt: number }, time: number): void {
    edition.loggedAt = time;
    this.#log.info('edition.progress', { edition: id, ...edition.tally });
  }
}
