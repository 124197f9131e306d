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
const TELL_EVERY_MS = SECOND;
/** Bounces among the letters of an edition from which on something is wrong with the list, not with its readers. */
const MOST_BOUNCED = 0.05;
const LEAST_SETTLED = 100;

/** Why an edition should pause; undefined where so many bounces are no reason. */
export function tooManyBounces({ sent, bounced }: Pick<Tally, 'sent' | 'bounced'>): string | undefined {
  const settled = sent + bounced;
  if (settled < LEAST_SETTLED || bounced < settled * MOST_BOUNCED) return undefined;
  return `${bounced} of ${settled} letters were refused for good, ${Math.round((100 * bounced) / settled)} %.`;
}

/** Counts what becomes of editions' letters, and tells of it now and then: a line for each would be a million lines. */
export class Progress {
  readonly #log: Log;
  readonly #tell: (edition: string, tally: Tally) => void;
  readonly #editions = new Map<string, { tally: Tally; loggedAt: number; toldAt: number; isNew: boolean }>();

  constructor(log: Log, tell: (edition: string, tally: Tally) => void) {
    this.#log = log;
    this.#tell = tell;
  }

  note({ edition_id: id }: Delivery, state: keyof Tally): void {
    if (id === null) return;
    const time = performance.now();
    const edition = this.#editions.get(id) ?? {
      tally: { sent: 0, deferred: 0, bounced: 0, uncertain: 0, skipped: 0 },
      ...{ loggedAt: time, toldAt: time, isNew: false },
    };
    this.#editions.set(id, edition);
    edition.tally[state]++;
    edition.isNew = true;
    if (time - edition.toldAt > TELL_EVERY_MS) this.#tellOf(id, edition, time);
    if (time - edition.loggedAt > LOG_EVERY_MS) this.#logOf(id, edition, time);
  }

  /** Nothing is due now: what was not told yet is. */
  rest(): void {
    const time = performance.now();
    for (const [id, edition] of this.#editions) {
      if (!edition.isNew) continue;
      this.#tellOf(id, edition, time);
      this.#logOf(id, edition, time);
      edition.isNew = false;
    }
  }

  #tellOf(id: string, edition: { tally: Tally; toldAt: number }, time: number): void {
    edition.toldAt = time;
    this.#tell(id, { ...edition.tally });
  }

  #logOf(id: string, edition: { tally: Tally; loggedAt: number }, time: number): void {
    edition.loggedAt = time;
    this.#log.info('edition.progress', { edition: id, ...edition.tally });
  }
}
