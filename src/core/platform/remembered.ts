import { SECOND } from './clock.ts';

/** What is remembered is asked for anew at most so often that the asking takes a twentieth of the time, if not said otherwise. */
const REST_SHARE = 20;

/** An answer that took so long is given once more, if it is not much too old, and made anew behind whoever asked. */
const SLOW_MS = 50;
const AFTERWARDS_MS = 20;

interface Known<T> {
  answer: Promise<T>;
  /** Milliseconds (performance.now) up to which it is given again. */
  until: number;
  tookMs: number;
}

/** How soon what is remembered may be asked for anew, and how many answers are kept. */
export interface RememberedTimes {
  leastMs?: number;
  /** How many times as long as its making took an answer is kept, at least. */
  restShare?: number;
  /** How old an answer that takes long may be, beyond that, to be given once more while a new one is made. */
  staleMs?: number;
  most?: number;
  /** What is made within so long is not remembered at all. */
  quickMs?: number;
}

/**
 * Answers that cost much and are wanted often, such as counts of a million rows: kept for a second at least, and the
 * longer the longer they took; slow ones are made anew afterwards. Who asks while one is made waits for that one; a failure is not remembered.
 */
export class Remembered<T> {
  readonly #leastMs: number;
  readonly #restShare: number;
  readonly #staleMs: number;
  readonly #most: number;
  readonly #quickMs: number;
  readonly #known = new Map<string, Known<T>>();

  constructor({
    leastMs = SECOND,
    restShare = REST_SHARE,
    staleMs = 30 * SECOND,
    most = 100,
    quickMs = 0,
  }: RememberedTimes = {}) {
    this.#restShare = restShare;
    this.#staleMs = staleMs;
    this.#leastMs = leastMs;
    this.#most = most;
    this.#quickMs = quickMs;
  }

  async of(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#known.get(key);
    const now = performance.now();
    if (known && now < known.until) return known.answer;
    if (!known || known.tookMs < SLOW_MS || now > known.until + this.#staleMs) return this.#make(key, ask);
    known.until = Number.POSITIVE_INFINITY;
    // Who asked has an answer by then; where it fails, it is forgotten, and the next who asks waits for one.
    setTimeout(() => void this.#make(key, ask).catch(() => {}), AFTERWARDS_MS).unref();
    return known.answer;
  }

  async #make(key: string, ask: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const made: Known<T> = { answer: ask(), until: Number.POSITIVE_INFINITY, tookMs: 0 };
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
    made.tookMs = now - began;
    const isQuick = made.tookMs < this.#quickMs;
    made.until = isQuick ? now : now + Math.max(this.#leastMs, this.#restShare * made.tookMs);
    return made.answer;
  }

  /** The next who asks hears what is so then. */
  forget(key: string): void {
    this.#known.delete(key);
  }
}
