import { SECOND } from '../../platform/clock.ts';

/** With how many connections a relay is first met; from then on they double while that makes it faster. */
const FIRST = 4;
/** How much faster twice as many have to be, to stay. */
const WORTH = 1.15;
/** How long one number of connections is watched, at least: so long, and so many letters over each. */
const WATCH_MS = SECOND / 5;
const WATCH_LETTERS = 3;
/** Where more of the letters than that found others idle, it is not the connections that are short. */
const MOST_IDLE = 1 / 4;
/** How long a number that was found is kept before more is tried again. */
const KEEP_MS = 30 * SECOND;

/**
 * How many connections to a relay are best: learned, as nobody tells. Few make a distant relay slow, many make a
 * small one refuse. After the relay was away it begins with one, and one more with each letter taken.
 */
export class ConnectionLimit {
  readonly #most: number;
  readonly #time: () => number;
  #now = 1;
  /** Up to here it grows with each letter. */
  #ramp: number;
  /** Letters taken since then, with `#now` connections; and those that found some of these idle. */
  #watched = { since: 0, letters: 0, idle: 0 };
  /** The speed with fewer connections, where more are on trial. */
  #before: { connections: number; rate: number } | undefined;
  #keptUntil = 0;

  /** @param time in milliseconds, never back */
  constructor(most: number, time: () => number = () => performance.now()) {
    this.#most = most;
    this.#time = time;
    this.#ramp = Math.min(FIRST, most);
  }

  get now(): number {
    return this.#now;
  }

  /** A letter went through, while so many were under way. */
  letterTaken(underWay: number): void {
    const isIdle = underWay < Math.floor(this.#now * (1 - MOST_IDLE));
    if (!isIdle && this.#now < this.#ramp) {
      this.#set(this.#now + 1);
      return;
    }
    const watched = this.#watched;
    watched.letters++;
    if (isIdle) watched.idle++;
    const time = this.#time();
    const passed = time - watched.since;
    if (passed < WATCH_MS || watched.letters < WATCH_LETTERS * this.#now) return;
    if (watched.idle > watched.letters * MOST_IDLE) this.#watchAnew();
    else this.#judge(watched.letters / passed, time);
  }

  /** The relay takes no further connection, while it serves those that there are. */
  refused(): void {
    this.#keptUntil = this.#time() + KEEP_MS;
    this.#before = undefined;
    this.#ramp = Math.max(1, Math.floor(this.#now / 2));
    this.#set(this.#ramp);
  }

  /** The relay is away. */
  relayAway(): void {
    this.#ramp = Math.max(this.#ramp, this.#now);
    this.#before = undefined;
    this.#set(1);
  }

  #judge(rate: number, time: number): void {
    const before = this.#before;
    if (before && rate < before.rate * WORTH) {
      this.#keptUntil = time + KEEP_MS;
      this.#before = undefined;
      this.#ramp = before.connections;
      this.#set(before.connections);
    } else if (this.#now === this.#most || time < this.#keptUntil) {
      this.#watchAnew();
    } else {
      this.#before = { connections: this.#now, rate };
      this.#ramp = Math.min(this.#most, this.#now * 2);
      this.#set(this.#ramp);
    }
  }

  #set(connections: number): void {
    this.#now = connections;
    this.#watchAnew();
  }

  #watchAnew(): void {
    this.#watched = { since: this.#time(), letters: 0, idle: 0 };
  }
}
