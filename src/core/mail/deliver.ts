import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { DAY, HOUR, isoAfter, isoTime, MINUTE, SECOND } from '../platform/clock.ts';
import type { Parts } from '../platform/parts.ts';
import {
  claimDeliveries,
  type Delivery,
  isHarmlessTwice,
  leaseOwners,
  markAtTheDot,
  recoverFrom,
  type Settled,
  settleDelivery,
} from './outbox-rows.ts';
import type { ReadyLetter } from './ready-letter.ts';
import type { Relay, RelayOutcome } from './relay.ts';

/** Makes the letter of a row at the moment of sending, or says why it is no longer wanted. */
export type LetterFor = (delivery: Delivery) => Promise<ReadyLetter | { skip: string }>;

type Outcome = RelayOutcome | { state: 'skipped'; reply: string };

const LEASE_MS = 5 * MINUTE;
/** How long a letter that is put off is tried again before it counts as undeliverable. */
const GIVE_UP_MS = 2 * DAY;

/**
 * Sends what the outbox holds, several letters at a time. Every step is on disk before the next is taken, so that
 * a crash at any moment leaves each row in a state that says what is known.
 */
export class Sender {
  readonly #parts: Parts;
  readonly #relay: Relay;
  readonly #letterFor: LetterFor;
  /** Names this process, so that what it held can be taken back when it is gone. */
  readonly #owner = `${hostname()}:${process.pid}:${randomBytes(6).toString('hex')}`;
  #awayUntil = 0;
  #awayFor = 0;

  constructor(parts: Parts, { relay, letterFor }: { relay: Relay; letterFor: LetterFor }) {
    this.#parts = parts;
    this.#relay = relay;
    this.#letterFor = letterFor;
  }

  /** Sends what is due now, of one edition where it is named; the number of rows settled. */
  async sendDue(edition?: string): Promise<number> {
    const { db, clock } = this.#parts;
    const now = clock.now();
    if (now.getTime() < this.#awayUntil) return 0;
    const claim = {
      owner: this.#owner,
      now: isoTime(now),
      lease: isoAfter(now, LEASE_MS),
      most: this.#relay.lanes,
      edition,
    };
    const deliveries = await claimDeliveries(db, claim);
    await Promise.all(deliveries.map((delivery) => this.#send(delivery)));
    return deliveries.length;
  }

  /** Takes back what workers held that are no more, and what anyone has held for longer than a lease. */
  async recover(): Promise<void> {
    const { db, clock, log } = this.#parts;
    const now = isoTime(clock.now());
    for (const owner of await leaseOwners(db)) {
      const isGone = owner !== this.#owner && !isAlive(owner);
      const found = await recoverFrom(db, owner, now, isGone ? 'all' : 'overdue');
      if (found.again + found.uncertain > 0) log.warn('outbox.recovered', { ...found });
    }
  }

  close(): void {
    this.#relay.close();
  }

  async #send(delivery: Delivery): Promise<void> {
    const outcome = await this.#attempt(delivery);
    // What cannot be written down now is taken back when its lease is over, in the state that it has: nothing is doubled.
    await this.#settle(delivery, outcome).catch((error: unknown) =>
      this.#parts.log.error('letter.not-settled', { ...factsOf(delivery), outcome: outcome.state, error }),
    );
  }

  async #attempt(delivery: Delivery): Promise<Outcome> {
    const { db, log } = this.#parts;
    try {
      const letter = await this.#letterFor(delivery);
      if ('skip' in letter) return { state: 'skipped', reply: letter.skip };
      const atTheDot = () => markAtTheDot(db, delivery.id, this.#owner);
      return await this.#relay.send(letter.envelope, delivery.message_id, letter.bytes, atTheDot);
    } catch (error) {
      log.error('bug.delivery', { delivery: delivery.id, error });
      return { state: 'deferred', reply: 'it could not be made; the log says more', everyone: false };
    }
  }

  async #settle(delivery: Delivery, outcome: Outcome): Promise<void> {
    if (outcome.state === 'lost') {
      this.#parts.log.warn('letter.lost-lease', factsOf(delivery));
      return;
    }
    const now = this.#parts.clock.now();
    if (outcome.state === 'sent') {
      this.#awayFor = 0;
      await this.#write(delivery, { ...outcome, sentAt: isoTime(now) });
    } else if (outcome.state === 'deferred') {
      if (outcome.everyone) this.#waitForRelay(now);
      await this.#write(delivery, afterDeferral(delivery, outcome, now));
    } else if (outcome.state === 'uncertain' && isHarmlessTwice(delivery.kind)) {
      await this.#write(delivery, { state: 'deferred', reply: outcome.reply, dueAt: isoAfter(now, MINUTE) });
    } else {
      await this.#write(delivery, outcome);
    }
  }

  async #write(delivery: Delivery, settled: Settled): Promise<void> {
    const { db, log } = this.#parts;
    const facts = { ...factsOf(delivery), status: statusOf(settled.reply) };
    if (!(await settleDelivery(db, delivery.id, this.#owner, settled)))
      log.warn('letter.lost-lease', { ...facts, outcome: settled.state });
    else if (settled.state !== 'skipped')
      log[settled.state === 'sent' ? 'info' : 'warn'](`letter.${settled.state}`, facts);
  }

  /** 1, 2, 4 … 60 seconds between tries at a relay that is away. */
  #waitForRelay(now: Date): void {
    if (now.getTime() < this.#awayUntil) return;
    this.#awayFor = Math.min(Math.max(SECOND, this.#awayFor * 2), MINUTE);
    this.#awayUntil = now.getTime() + this.#awayFor;
    this.#parts.log.warn('relay.away', { nextTryInSeconds: this.#awayFor / SECOND });
  }
}

/** What becomes of a letter that the relay did not take now. */
function afterDeferral(
  { attempts, created_at }: Delivery,
  { reply, everyone }: Extract<RelayOutcome, { state: 'deferred' }>,
  now: Date,
): Settled {
  // The relay being away is no attempt at this letter; it is tried as soon as the relay is.
  if (everyone) return { state: 'deferred', reply, dueAt: isoTime(now), attempts: attempts - 1 };
  if (now.getTime() - Date.parse(created_at) > GIVE_UP_MS) return { state: 'bounced', reply };
  return { state: 'deferred', reply, dueAt: isoAfter(now, pauseAfter(attempts)) };
}

function factsOf({ id, kind, attempts }: Delivery): Record<string, unknown> {
  return { delivery: id, kind, attempts };
}

/** The codes of a reply, for the log: its words may hold the reader's address; they stand in the row. */
function statusOf(reply: string): string {
  return /^\d{3}(?:[ -]\d\.\d+\.\d+)?/.exec(reply)?.[0] ?? 'none';
}

/** 1, 5, 15 minutes, then hourly, each with a fifth of jitter. */
function pauseAfter(attempts: number): number {
  const pause = [MINUTE, 5 * MINUTE, 15 * MINUTE][attempts - 1] ?? HOUR;
  return pause * (0.8 + 0.4 * Math.random());
}

/** A worker on this machine is asked for by its process id; of one elsewhere only its lease is known. */
function isAlive(owner: string): boolean {
  const [host, pid] = owner.split(':');
  if (host !== hostname()) return true;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
