import { type Clock, HOUR } from '../platform/clock.ts';
import { Lane, type LaneNews } from './lane.ts';

/** While others wait, no domain has more of the connections than this. */
const MOST_OF_ROOM = 3 / 4;
const FORGET_MS = 2 * HOUR;

/** The lanes of a sender, one per recipient domain; kept in memory while there is something to remember of them. */
export class Lanes {
  readonly #clock: Clock;
  readonly #lanes = new Map<string, Lane>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds until a letter to this domain may start. */
  waitMs(domain: string): number {
    return this.#lanes.get(domain)?.waitMs(this.#now(), performance.now()) ?? 0;
  }

  /** Whether it has its share of the connections already. */
  hasItsShare(domain: string, room: number): boolean {
    return (this.#lanes.get(domain)?.underWay ?? 0) >= Math.max(1, Math.floor(room * MOST_OF_ROOM));
  }

  started(domain: string): void {
    const lane = this.#laneOf(domain);
    lane.started(performance.now());
    this.#lanes.delete(domain);
    this.#lanes.set(domain, lane);
  }

  /** @param news undefined where nothing was learned of the domain */
  ended(domain: string, news: LaneNews | undefined): void {
    const lane = this.#laneOf(domain);
    if (news) lane.ended(news, this.#now(), performance.now());
    else lane.dropped();
    if (lane.underWay === 0 && lane.isFree) this.#lanes.delete(domain);
  }

  /** When a domain that rests may be tried again; undefined where it may be now. */
  restsUntil(domain: string): Date | undefined {
    const until = this.#lanes.get(domain)?.restsUntil ?? 0;
    return until > this.#now() ? new Date(until) : undefined;
  }

  /**
   * Domains of which not everything that waits is to be claimed, in order, and how many rows are worth having at hand.
   * One that has failed now and then and has nothing at hand is not among them: of such there may be thousands.
   *
   * @param atHand how many rows of a domain are at hand already
   */
  limited(atHand: (domain: string) => number): { domain: string; worthHaving: number }[] {
    this.#forgetOld();
    const now = this.#now();
    return [...this.#lanes]
      .filter(([domain, lane]) => !lane.isFree && (lane.isOnTrial || atHand(domain) > 0))
      .map(([domain, lane]) => ({ domain, worthHaving: lane.worthHaving(now) }))
      .sort((a, b) => (a.domain < b.domain ? -1 : 1));
  }

  /** What was learned of a domain long ago is worth no memory. */
  #forgetOld(): void {
    const before = performance.now() - FORGET_MS;
    for (const [domain, lane] of this.#lanes) {
      if (lane.lastStart >= before) break; // they stand in the order in which they were begun with last
      if (lane.underWay === 0 && lane.restsUntil < this.#now()) this.#lanes.delete(domain);
    }
  }

  #laneOf(domain: string): Lane {
    const known = this.#lanes.get(domain);
    if (known) return known;
    const lane = new Lane();
    this.#lanes.set(domain, lane);
    return lane;
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}
