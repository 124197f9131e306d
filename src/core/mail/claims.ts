import { type Clock, isoAfter, isoTime, MINUTE } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import {
  type Claim,
  claimDeferred,
  claimQueued,
  claimQueuedOf,
  HeldRows,
  hasDueRows,
  type Scope,
  sendingEditions,
} from './claim-rows.ts';
import type { Hand } from './hand.ts';
import type { Lanes } from './lanes.ts';
import type { Delivery } from './outbox-rows.ts';

/** Which letters: those of no edition, those of editions, those of one edition; else all. */
export type Which = 'single' | 'editions' | { edition: string };

/** How long a row is kept for whoever has taken it; renewed while they live. */
const LEASE_MS = 5 * MINUTE;
/** A claim reads so many stretches of the list, so that a domain with very many readers is not all that is at hand. */
const STRETCHES = 4;

/** Takes rows from the outbox for one sender, and gives them back. */
export class Claims {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #owner: string;
  readonly #lanes: Lanes;
  readonly #held: HeldRows;
  /** Editions with a fault, until the process ends or they are paused and resumed. */
  readonly #refused = new Set<string>();

  readonly #maySendEditions: (() => Promise<boolean>) | undefined;

  constructor(
    { db, clock }: { db: Db; clock: Clock },
    owner: string,
    lanes: Lanes,
    maySendEditions?: () => Promise<boolean>,
  ) {
    this.#maySendEditions = maySendEditions;
    this.#db = db;
    this.#clock = clock;
    this.#owner = owner;
    this.#lanes = lanes;
    this.#held = new HeldRows(db);
  }

  /** The scopes of which anything may be sent now. */
  async scopes(which: Which | undefined): Promise<Scope[]> {
    if (which === 'single') return [null];
    const editions = await this.#editions();
    if (which === 'editions') return editions;
    return which ? editions.filter((id) => id === which.edition) : [null, ...editions];
  }

  async #editions(): Promise<string[]> {
    const sending = await sendingEditions(this.#db);
    for (const id of this.#refused) if (!sending.includes(id)) this.#refused.delete(id);
    if (sending.length === 0 || (await this.#maySendEditions?.()) === false) return [];
    return sending.filter((id) => !this.#refused.has(id));
  }

  async hasDue(which: Which | undefined): Promise<boolean> {
    const now = isoTime(this.#clock.now());
    for (const scope of await this.scopes(which)) if (await hasDueRows(this.#db, scope, now)) return true;
    return false;
  }

  /** Takes nothing of an edition until it was paused and is resumed; false where that is so already. */
  refuse(edition: string): boolean {
    const isNew = !this.#refused.has(edition);
    this.#refused.add(edition);
    return isNew;
  }

  /**
   * Takes up to `most` rows that may be sent now, more or less evenly of each scope.
   *
   * @param taken gets them as they are taken: where it fails midway, those are ours all the same
   */
  async take(scopes: readonly Scope[], most: number, hand: Hand, taken: Delivery[]): Promise<void> {
    for (const [index, scope] of scopes.entries()) {
      const share = Math.ceil((most - taken.length) / (scopes.length - index));
      if (share > 0) await this.#takeOf(scope, taken.length + share, hand, taken);
    }
  }

  async release(deliveries: readonly Delivery[]): Promise<void> {
    await this.#held.release(this.#db, this.#owner, idsOf(deliveries));
  }

  async renew(deliveries: readonly Delivery[]): Promise<void> {
    await this.#held.renew(this.#db, this.#owner, idsOf(deliveries), this.#lease());
  }

  /** Until so many are taken in all. */
  async #takeOf(scope: Scope, until: number, hand: Hand, taken: Delivery[]): Promise<void> {
    const claim = (): Claim => ({
      ...{ scope, owner: this.#owner, lease: this.#lease() },
      most: until - taken.length,
    });
    taken.push(...(await this.#takeDeferred(claim())));
    const limited = this.#lanes.limited((domain) => hand.of(domain));
    for (const { domain, worthHaving } of limited) {
      const room = Math.min(worthHaving - hand.of(domain), until - taken.length);
      if (room > 0) taken.push(...(await claimQueuedOf(this.#db, { ...claim(), most: room }, domain)));
    }
    const borders = [undefined, ...limited.map(({ domain }) => domain), undefined];
    for (let n = 1; n < borders.length && taken.length < until; n++)
      await this.#takeBetween(claim(), borders[n - 1], borders[n], taken);
  }

  async #takeBetween(
    claim: Claim,
    from: string | undefined,
    before: string | undefined,
    taken: Delivery[],
  ): Promise<void> {
    let rest = claim.most;
    let after = from;
    for (let stretch = 1; stretch <= STRETCHES && rest > 0; stretch++) {
      const most = stretch < STRETCHES ? Math.ceil(rest / 2) : rest;
      const rows = await claimQueued(this.#db, { ...claim, most }, { after, before });
      taken.push(...rows);
      rest -= rows.length;
      if (rows.length < most) break;
      after = rows
        .map(({ domain }) => domain)
        .sort()
        .at(-1);
    }
  }

  /** Rows of domains that rest are put off until they do not. */
  async #takeDeferred(claim: Claim): Promise<Delivery[]> {
    const rows = await claimDeferred(this.#db, claim, isoTime(this.#clock.now()));
    const resting = Map.groupBy(rows, ({ domain }) => this.#lanes.restsUntil(domain)?.getTime());
    const awake = resting.get(undefined) ?? [];
    resting.delete(undefined);
    for (const [until, asleep] of resting)
      await this.#held.postpone(this.#db, this.#owner, idsOf(asleep), isoTime(new Date(until ?? 0)));
    return awake;
  }

  #lease(): string {
    return isoAfter(this.#clock.now(), LEASE_MS);
  }
}

function idsOf(deliveries: readonly Delivery[]): number[] {
  return deliveries.map(({ id }) => id);
}
