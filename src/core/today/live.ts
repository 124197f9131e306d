import type { ProgressWatch } from '../editions/progress.ts';
import { HOUR, isoAfter, isoTime, SECOND } from '../platform/clock.ts';
import type { Parts } from '../platform/parts.ts';
import { type LiveState, liveState, MOST_COUNTED, type Moving } from './live-state.ts';
import { commentsIn, editionsToDecide, standingSessions } from './today-rows.ts';

/** Somebody who looks on: told what is new, or (undefined) that there is nothing, so that the line does not go dead. */
export interface Onlooker {
  /** The hash of the session that lets them look. */
  session: string;
  tell(state: LiveState | undefined): void;
  /** Nothing more will come. */
  end(): void;
}

/** How often it is looked, and that nothing is new is said; how often whether sessions still stand. */
export interface LiveTimes {
  lookMs: number;
  quietMs: number;
  sessionMs: number;
}

const TIMES: LiveTimes = { lookMs: SECOND, quietMs: 15 * SECOND, sessionMs: 5 * SECOND };
/** A browser has six connections to a site; what is left must do for its pages. */
const MOST_OF_SESSION = 3;
const MOST = 64;
/** A session ends when it was not used for so long; to look on is no use. */
const IDLE_MS = 8 * HOUR;

/** Tells those who look on at the desk what moves; while nobody does, nothing is asked. */
export class Live {
  readonly #parts: Pick<Parts, 'db' | 'clock' | 'log'>;
  readonly #progress: ProgressWatch;
  readonly #times: LiveTimes;
  readonly #onlookers = new Map<Onlooker, { told: string; at: number }>();
  #timer: NodeJS.Timeout | undefined;
  #sessionsAt = 0;
  #isLooking = false;
  #isClosed = false;

  constructor(
    parts: Pick<Parts, 'db' | 'clock' | 'log'>,
    progress: ProgressWatch,
    times: Partial<LiveTimes> = {},
  ) {
    this.#parts = parts;
    this.#progress = progress;
    this.#times = { ...TIMES, ...times };
  }

  /** What moves now. */
  async moving(): Promise<Moving> {
    const { db } = this.#parts;
    return {
      held: (await commentsIn(db, 'held', MOST_COUNTED)).count,
      unchecked: (await commentsIn(db, 'unchecked', MOST_COUNTED)).count,
      editions: await this.#progress.running(),
      toDecide: await editionsToDecide(db),
    };
  }

  /**
   * Lets somebody look on, who is told at once how it is.
   *
   * @returns what ends it; undefined where this session, or all together, have as many lines as they may, or the server stops
   */
  join(onlooker: Onlooker): (() => void) | undefined {
    const ofSession = [...this.#onlookers.keys()].filter(({ session }) => session === onlooker.session);
    if (this.#isClosed || this.#onlookers.size >= MOST || ofSession.length >= MOST_OF_SESSION)
      return undefined;
    this.#onlookers.set(onlooker, { told: '', at: performance.now() });
    this.#timer ??= setInterval(() => void this.#look(), this.#times.lookMs);
    void this.#look();
    return () => this.#leave(onlooker);
  }

  /** Ends every line, and takes no further one. */
  close(): void {
    this.#isClosed = true;
    for (const onlooker of [...this.#onlookers.keys()]) this.#dismiss(onlooker);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      await this.#dismissSignedOut();
      const state = liveState(await this.moving());
      this.#tellAll(state, JSON.stringify(state));
    } catch (error) {
      this.#parts.log.warn('desk.live-failed', { error }); // the next look is a second away
    } finally {
      this.#isLooking = false;
    }
  }

  #tellAll(state: LiveState, words: string): void {
    const now = performance.now();
    for (const [onlooker, last] of this.#onlookers) {
      const isNew = last.told !== words;
      if (!isNew && now - last.at < this.#times.quietMs) continue;
      this.#onlookers.set(onlooker, { told: words, at: now });
      try {
        onlooker.tell(isNew ? state : undefined);
      } catch {
        this.#leave(onlooker); // its line is gone, and the others go on
      }
    }
  }

  async #dismissSignedOut(): Promise<void> {
    if (performance.now() - this.#sessionsAt < this.#times.sessionMs) return;
    this.#sessionsAt = performance.now();
    const { db, clock } = this.#parts;
    const now = clock.now();
    const hashes = new Set([...this.#onlookers.keys()].map(({ session }) => session));
    const times = { now: isoTime(now), usedSince: isoAfter(now, -IDLE_MS) };
    const standing = await standingSessions(db, [...hashes], times);
    for (const onlooker of [...this.#onlookers.keys()])
      if (hashes.has(onlooker.session) && !standing.has(onlooker.session)) this.#dismiss(onlooker);
  }

  #dismiss(onlooker: Onlooker): void {
    this.#leave(onlooker);
    onlooker.end();
  }

  #leave(onlooker: Onlooker): void {
    this.#onlookers.delete(onlooker);
    if (this.#onlookers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
