import type { Lanes } from './lanes.ts';
import type { Delivery } from './outbox-rows.ts';

/** So many letters of a domain follow each other: their rows lie together, and are written to disk as one page. */
const TURN = 8;

/** Rows that are claimed and wait for a connection, by domain: the domains take turns of a few letters. */
export class Hand {
  readonly #byDomain = new Map<string, Delivery[]>();
  /** How many letters of its turn a domain has had. */
  readonly #had = new Map<string, number>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  all(): Delivery[] {
    return [...this.#byDomain.values()].flat();
  }

  of(domain: string): number {
    return this.#byDomain.get(domain)?.length ?? 0;
  }

  put(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      const waiting = this.#byDomain.get(delivery.domain);
      if (waiting) waiting.push(delivery);
      else this.#byDomain.set(delivery.domain, [delivery]);
    }
    this.#size += deliveries.length;
  }

  /** The next row that may be sent now; else how many milliseconds until one may, infinite where others have to end. */
  next(lanes: Lanes, room: number): Delivery | number {
    let shortest = Number.POSITIVE_INFINITY;
    let second: string | undefined;
    for (const domain of this.#byDomain.keys()) {
      const waitMs = lanes.waitMs(domain);
      if (waitMs > 0) {
        shortest = Math.min(shortest, waitMs);
      } else if (lanes.hasItsShare(domain, room)) {
        second ??= domain;
      } else return this.#take(domain);
    }
    return second === undefined ? shortest : this.#take(second);
  }

  /** Takes out all rows for which this holds. */
  takeAll(fits: (delivery: Delivery) => boolean): Delivery[] {
    const taken: Delivery[] = [];
    for (const [domain, waiting] of this.#byDomain) {
      const [out, kept] = [waiting.filter(fits), waiting.filter((delivery) => !fits(delivery))];
      taken.push(...out);
      if (kept.length === 0) this.#byDomain.delete(domain);
      else if (out.length > 0) this.#byDomain.set(domain, kept);
    }
    this.#size -= taken.length;
    return taken;
  }

  #take(domain: string): Delivery {
    const waiting = this.#byDomain.get(domain) ?? [];
    const delivery = waiting.shift();
    const had = (this.#had.get(domain) ?? 0) + 1;
    if (had < TURN && waiting.length > 0) this.#had.set(domain, had);
    else {
      this.#had.delete(domain);
      this.#byDomain.delete(domain);
      if (waiting.length > 0) this.#byDomain.set(domain, waiting); // it is at the end of the line again
    }
    this.#size--;
    return delivery as Delivery;
  }
}
