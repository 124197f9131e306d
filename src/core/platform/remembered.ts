import { SECOND } from './clock.ts';

/** What is remembered is asked for anew at most so often that the asking takes a twentieth of the time, if not said otherwise. */
const REST_SHARE = 20;

interface Known<T> {
  answer: Promise<T>;
  /** Milliseconds (performance.now) up to which it is given again. */
  until: number;
}

/** How soon what is remembered may be asked for anew, and how many answers are kept. */
export interface RememberedTimes {
  leastMs?: number;
  /** How many times as long as its making took an answer is kept, at least. */
  restShare?: number;
  most?: number;
}

/**
 * Answers that cost much and are wanted often, such as counts of a million rows: kept for a second at least, and the
 * longer the longer they took. Who asks while one is made waits for that one; a failure is not remembered.
 */
export class Remembered<T> {
  readonly #leastMs: number;
  readonly #restShare: number;
  readonly #most: number;
  readonly #known = new Map<string, Known<T>>();

  constructor({ leastMs = SECOND, restShare = REST_SHARE, most = 100 }: RememberedTimes = {}) {
    this.#restShare = restShare;
    this.#leastMs = leastMs;
    this.#most = most;
  }

  async of(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#known.get(key);
    if (known && performance.now() < known.until) return known.answer;
    const began = performance.now();
    const made: Known<T> = { answer: ask(), until: Number.POSITIVE_INFINITY };
    this.#known.delete(key);
    this.#known.set(key, made);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= this.#most) break;
      this.#known.delete(oldest);
    }
    try {
      await made.answer;
    } catch (error) {
      if (this.#known.get(key) === made) this.#known.delete(key);
      throw error;
    }
    const now = performance.now();
    made.until = now + Math.max(this.#leastMs, this.#restShare * (now - began));
    return made.answer;
  }

  /** The next who asks hears what is so then. */
  forget(key: string): void {
    this.#known.delete(key);
  }
}
