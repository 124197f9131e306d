import { MINUTE, SECOND } from '../platform/clock.ts';
import type { Claims, Which } from './claims.ts';
import { Hand } from './hand.ts';
import type { Lanes } from './lanes.ts';
import type { Delivery } from './outbox-rows.ts';

/** So much of what is measured to be sent is at hand: who leaves gets nothing that was not at hand by then. */
const AT_HAND_MS = 2 * SECOND;
const LEAST_AT_HAND = 64;
const MOST_AT_HAND = 8192;
/** One claim takes so many at most: SQLite works in this thread. */
const MOST_AT_ONCE = 1024;
/** How often it looks whether editions were paused, and whether more has come. */
const LOOK_MS = SECOND / 2;
const RENEW_MS = MINUTE;
/** How long letters under way have to come to an end when it is to stop. */
const STOP_MS = 20 * SECOND;

/** What sending needs of its sender. */
export interface Carrier {
  /** How many letters may be under way at once. */
  room(): number;
  /** Sends one letter and writes down what became of it; never rejects. */
  carry(delivery: Delivery): Promise<void>;
  /** Nothing can be sent now, whatever it is. */
  isHalted(): boolean;
  /** Lets go of what is under way. */
  cut(): void;
}

/** Sends what is due until nothing is, so many letters at once as the relay has room for. */
export class Sending {
  readonly #claims: Claims;
  readonly #lanes: Lanes;
  readonly #carrier: Carrier;
  readonly #which: Which | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #hand = new Hand();
  readonly #underWay = new Map<number, Delivery>();
  readonly #done = Promise.withResolvers<void>();
  #settled = 0;
  #claiming = false;
  #failure: unknown;
  /** The last claim found nothing; and it did so when all that was claimed before had ended. */
  #isDry = false;
  #isAll = false;
  #renewedAt = performance.now();
  #pace = { since: performance.now(), settled: 0, perMs: 0 };
  #pacing: NodeJS.Timeout | undefined;

  constructor(
    { claims, lanes, carrier }: { claims: Claims; lanes: Lanes; carrier: Carrier },
    which: Which | undefined,
    signal: AbortSignal | undefined,
  ) {
    this.#claims = claims;
    this.#lanes = lanes;
    this.#carrier = carrier;
    this.#which = which;
    this.#signal = signal;
  }

  /** The number of rows that were settled. */
  async run(): Promise<number> {
    const look = setInterval(() => this.#look(), LOOK_MS);
    let patience: NodeJS.Timeout | undefined;
    const stop = () => {
      patience = setTimeout(() => this.#carrier.cut(), STOP_MS);
      this.#go();
    };
    this.#signal?.addEventListener('abort', stop);
    try {
      await this.#refill();
      this.#go();
      await this.#done.promise;
      // What was sent is worth telling; a fault that lasts is met again at the next call.
      if (this.#failure !== undefined && this.#settled === 0) throw this.#failure;
      return this.#settled;
    } finally {
      this.#signal?.removeEventListener('abort', stop);
      clearInterval(look);
      clearTimeout(patience);
      clearTimeout(this.#pacing);
      await this.#claims.release(this.#hand.takeAll(() => true));
    }
  }

  get #isOver(): boolean {
    return this.#signal?.aborted === true || this.#failure !== undefined || this.#carrier.isHalted();
  }

  #go(): void {
    while (!this.#isOver && this.#underWay.size < this.#carrier.room()) {
      const next = this.#hand.next(this.#lanes, this.#carrier.room());
      if (typeof next === 'number') {
        if (Number.isFinite(next)) this.#goIn(next);
        break;
      }
      void this.#send(next);
    }
    if (!this.#isOver && !this.#isDry && this.#hand.size < this.#worthHaving() / 2) void this.#refill();
    if (this.#underWay.size > 0 || this.#claiming) return;
    if (this.#isOver || this.#isAll) this.#done.resolve();
    else if (this.#hand.size === 0) void this.#refill();
  }

  #goIn(waitMs: number): void {
    clearTimeout(this.#pacing);
    this.#pacing = setTimeout(() => this.#go(), waitMs);
  }

  async #send(delivery: Delivery): Promise<void> {
    this.#underWay.set(delivery.id, delivery);
    this.#lanes.started(delivery.domain);
    await this.#carrier.carry(delivery);
    this.#underWay.delete(delivery.id);
    this.#settled++;
    if (this.#rests(delivery.domain)) await this.#giveBack(({ domain }) => domain === delivery.domain);
    this.#go();
  }

  #rests(domain: string): boolean {
    return this.#lanes.restsUntil(domain) !== undefined;
  }

  async #refill(): Promise<void> {
    if (this.#claiming) return;
    this.#claiming = true;
    const isIdle = this.#hand.size === 0 && this.#underWay.size === 0;
    const taken: Delivery[] = [];
    try {
      const scopes = await this.#claims.scopes(this.#which);
      await this.#giveBack((one) => !scopes.includes(one.edition_id) || this.#rests(one.domain));
      const most = Math.min(MOST_AT_ONCE, this.#worthHaving() - this.#hand.size);
      if (most > 0 && !this.#isOver) await this.#claims.take(scopes, most, this.#hand, taken);
      this.#isDry = most > 0 && taken.length === 0;
      this.#isAll = isIdle && this.#isDry;
    } catch (error) {
      this.#failure = error ?? new Error('the outbox cannot be read');
    } finally {
      this.#hand.put(taken); // what was taken before a fault is given back at the end
      this.#claiming = false;
    }
    this.#go();
  }

  /** Now and then: more may have come, editions may be paused, and leases are renewed. */
  #look(): void {
    if (performance.now() - this.#renewedAt > RENEW_MS) {
      this.#renewedAt = performance.now();
      // Not renewed now, they are at the next look; for that a lease is long enough. A database that stays away ends it all.
      void this.#claims.renew([...this.#underWay.values(), ...this.#hand.all()]).catch(() => {});
    }
    void this.#refill();
  }

  async #giveBack(fits: (delivery: Delivery) => boolean): Promise<void> {
    const unwanted = this.#hand.takeAll(fits);
    if (unwanted.length > 0) await this.#claims.release(unwanted);
  }

  #worthHaving(): number {
    const passed = performance.now() - this.#pace.since;
    if (passed > LOOK_MS) {
      const perMs = (this.#settled - this.#pace.settled) / passed;
      this.#pace = { since: performance.now(), settled: this.#settled, perMs };
    }
    return Math.max(LEAST_AT_HAND, Math.min(MOST_AT_HAND, Math.ceil(this.#pace.perMs * AT_HAND_MS)));
  }
}
