import { SECOND } from '../../platform/clock.ts';

/** With how many connections a relay is first met; from then on they double while that makes it faster. */
const FIRST = 4;
/** How much faster twice as many have to be, to stay. */
const WORTH = 1.15;
/** One number of connections is watched for so many letters over each. */
const WATCH_LETTERS = 4;
/** Where they are busy for less of the time than that, it is not connections that are short. */
const BUSY = 1 / 2;
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
  /** Letters that began and ended since then, and how long they took in all. */
  #watched = { since: 0, letters: 0, ms: 0 };
  /** The speed with fewer connections, where more are on trial. */
  #before: { connections: number; speed: number } | undefined;
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

  get time(): number {
    return this.#time();
  }

  /** A letter went through that had begun at that time. */
  letterTaken(begunAt: number): void {
    const watched = this.#watched;
    if (this.#now < this.#ramp) this.#set(this.#now + 1);
    else if (begunAt >= watched.since) {
      watched.letters++;
      watched.ms += this.#time() - begunAt;
      if (watched.letters >= WATCH_LETTERS * this.#now) this.#judge();
    }
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

  /** As many letters a second as connections have, each divided by how long one takes. */
  #judge(): void {
    const { since, letters, ms } = this.#watched;
    const speed = this.#now / (ms / letters);
    const before = this.#before;
    if (ms < BUSY * this.#now * (this.#time() - since)) {
      this.#watchAnew();
    } else if (before && speed < before.speed * WORTH) {
      this.#keptUntil = this.#time() + KEEP_MS;
      this.#before = undefined;
      this.#ramp = before.connections;
      this.#set(before.connections);
    } else if (this.#now === this.#most || this.#time() < this.#keptUntil) {
      this.#watchAnew();
    } else {
      this.#before = { connections: this.#now, speed };
      this.#ramp = Math.min(this.#most, this.#now * 2);
      this.#set(this.#ramp);
    }
  }

  #set(connections: number): void {
    this.#now = connections;
    this.#watchAnew();
  }

  #watchAnew(): void {
    this.#watched = { since: this.#time(), letters: 0, ms: 0 };
  }
}
