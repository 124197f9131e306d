import { HOUR, MINUTE, SECOND } from '../platform/clock.ts';

/** How an attempt ended, as far as the whole domain is concerned. */
export type LaneNews = 'taken' | 'refused' | 'put-off';

/** After so many failures in a row nothing is tried for a while. */
const FAILURES = 5;
const SHORTEST_REST_MS = MINUTE;
const LONGEST_REST_MS = HOUR;
const LONGEST_GAP_MS = MINUTE;
/** A lane that may have so many letters under way is as good as free. */
const MANY = 64;

/**
 * What a domain lets us do: so many letters at once, so long between two. It is free until the domain complains
 * (421, 45x); then half of what was is left, and more with each letter that it takes.
 */
export class Lane {
  underWay = 0;
  #limit = Number.POSITIVE_INFINITY;
  #takenSince = 0;
  #gapMs = 0;
  lastStart = Number.NEGATIVE_INFINITY;
  /** Milliseconds between two letters that were taken, smoothed. */
  #pace = 0;
  #lastTaken = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #restMs = 0;
  #restsUntil = 0;

  /** Nothing was learned: it need not be remembered. */
  get isFree(): boolean {
    return this.#limit === Number.POSITIVE_INFINITY && this.#gapMs === 0 && this.#failures === 0;
  }

  /** Until when nothing is to be tried (milliseconds since 1970); in the past where it may. */
  get restsUntil(): number {
    return this.#restsUntil;
  }

  /** How many rows are worth having at hand for it. */
  worthHaving(now: number): number {
    if (now < this.#restsUntil) return 0;
    if (this.isOnTrial) return 1;
    const soon = this.#gapMs === 0 ? Number.POSITIVE_INFINITY : Math.ceil((2 * SECOND) / this.#gapMs);
    return Math.max(1, Math.min(2 * this.#limit, soon));
  }

  /** Milliseconds until another letter may start; infinite where one under way has to end first. */
  waitMs(now: number, time: number): number {
    if (now < this.#restsUntil || this.underWay >= (this.isOnTrial ? 1 : this.#limit))
      return Number.POSITIVE_INFINITY;
    return Math.max(0, this.lastStart + this.#gapMs - time);
  }

  started(time: number): void {
    this.underWay++;
    this.lastStart = time;
  }

  /**
   * @param now milliseconds since 1970
   * @param time milliseconds, never back
   */
  ended(news: LaneNews, now: number, time: number): void {
    const underWay = this.underWay--;
    if (news === 'put-off') this.#putOff(underWay, now);
    else {
      this.#failures = 0;
      this.#restMs = 0;
      if (news === 'taken') this.#taken(time);
    }
  }

  /** It was not an attempt after all. */
  dropped(): void {
    this.underWay--;
  }

  /** After a rest one letter shows whether the others may follow. */
  get isOnTrial(): boolean {
    return this.#failures >= FAILURES;
  }

  #taken(time: number): void {
    const since = time - this.#lastTaken;
    this.#lastTaken = time;
    if (Number.isFinite(since)) this.#pace = this.#pace === 0 ? since : 0.9 * this.#pace + 0.1 * since;
    if (this.#gapMs > 0) this.#gapMs = this.#gapMs < 1 ? 0 : this.#gapMs * 0.9;
    if (++this.#takenSince < this.#limit) return;
    this.#takenSince = 0;
    this.#limit = this.#limit + 1 > MANY ? Number.POSITIVE_INFINITY : this.#limit + 1;
  }

  #putOff(underWay: number, now: number): void {
    this.#failures++;
    this.#takenSince = 0;
    this.#limit = Math.max(1, Math.floor(Math.min(underWay, this.#limit) / 2));
    this.#gapMs = Math.min(LONGEST_GAP_MS, Math.max(1, 2 * Math.max(this.#gapMs, this.#pace)));
    if (!this.isOnTrial || now < this.#restsUntil) return;
    this.#restMs = Math.min(Math.max(SHORTEST_REST_MS, this.#restMs * 2), LONGEST_REST_MS);
    this.#restsUntil = now + this.#restMs;
  }
}
