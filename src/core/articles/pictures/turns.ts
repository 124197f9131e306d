import { AppError } from '../../platform/errors.ts';

/** How many may wait in line; more than a site's own readers bring about. */
const WAITING_MAX = 200;

/** Lets few at a time do heavy work; the others wait in line. */
export class Turns {
  readonly #waiting: PromiseWithResolvers<void>[] = [];
  #free: number;
  #isClosed = false;

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** @throws AppError `unavailable` where the line is long, or the site is ending */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed || this.#waiting.length >= WAITING_MAX) throw tooBusy();
    if (this.#free > 0) this.#free--;
    else await this.#inLine();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next.resolve();
      else this.#free++;
    }
  }

  /** Who waits still is sent away. */
  close(): void {
    this.#isClosed = true;
    for (const one of this.#waiting.splice(0)) one.reject(tooBusy());
  }

  #inLine(): Promise<void> {
    const place = Promise.withResolvers<void>();
    this.#waiting.push(place);
    return place.promise;
  }
}

function tooBusy(): AppError {
  return new AppError('unavailable', 'Pictures are being made. Try again in a minute.');
}
