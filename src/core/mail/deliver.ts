import { isoAfter, isoTime, MINUTE, SECOND } from '../platform/clock.ts';
import type { Parts } from '../platform/parts.ts';
import { afterDeferral, factsOf, levelOf, newsOf, type Outcome, statusOf } from './attempt.ts';
import { Claims, type Which } from './claims.ts';
import { EditionFault } from './edition-fault.ts';
import { Lanes } from './lanes.ts';
import { Ledger } from './ledger.ts';
import type { Settled } from './ledger-rows.ts';
import { type Delivery, isHarmlessTwice, leaseOwners, recoverFrom } from './outbox-rows.ts';
import { isAlive, newOwner } from './owner.ts';
import { Progress, type Tally } from './progress.ts';
import type { ReadyLetter } from './ready-letter.ts';
import type { Relay } from './relay.ts';
import type { RelayNews } from './relay-health.ts';
import { Sending } from './sending.ts';

/**
 * Makes the letter of a row at the moment of sending, or says why it is no longer wanted.
 * Throws EditionFault where no letter of its edition can go out.
 */
export type LetterFor = (delivery: Delivery) => Promise<ReadyLetter | { skip: string }>;

/** What a sender asks and tells of; nothing waits for what is told. */
export interface SenderHooks {
  /** Whether letters of editions may be taken: not where this is a copy of the site. Asked about twice a second. */
  maySendEditions?(): Promise<boolean>;
  /** The relay refused an address or a letter for good. */
  onBounce?(delivery: Delivery, reply: string): Promise<void>;
  /** No letter of the edition can go out: it should pause, for this reason. */
  onFault?(edition: string, reason: string): Promise<void>;
  /** The relay was found to be away, or to take letters: at first, and after it was away. */
  onRelay?(news: RelayNews): Promise<void>;
}

/**
 * Sends what the outbox holds, many letters at a time. Every step is on disk before the next is taken, so that
 * a crash at any moment leaves each row in a state that says what is known.
 */
export class Sender {
  readonly #parts: Parts;
  readonly #relay: Relay;
  readonly #letterFor: LetterFor;
  readonly #hooks: SenderHooks;
  readonly #owner: string;
  readonly #ledger: Ledger;
  readonly #lanes: Lanes;
  readonly #claims: Claims;
  readonly #progress: Progress;
  #awayUntil = 0;
  #awayFor = 0;
  #isRelayKnownHere = false;

  constructor(
    parts: Parts,
    {
      relay,
      letterFor,
      hooks = {},
      owner = newOwner(),
    }: { relay: Relay; letterFor: LetterFor; hooks?: SenderHooks; owner?: string },
  ) {
    this.#owner = owner;
    this.#parts = parts;
    this.#relay = relay;
    this.#letterFor = letterFor;
    this.#hooks = hooks;
    this.#ledger = new Ledger(parts, this.#owner, () => this.#relay.inUse);
    this.#lanes = new Lanes(parts.clock);
    this.#claims = new Claims(parts, this.#owner, this.#lanes, hooks.maySendEditions);
    this.#progress = new Progress(parts.log);
  }

  /** Sends until nothing is due that can be sent now, or the signal comes; the number of rows settled. */
  async sendDue(which?: Which, signal?: AbortSignal): Promise<number> {
    if (this.#isRelayAway()) return 0;
    const carrier = {
      room: () => this.#relay.room,
      carry: (delivery: Delivery) => this.#carry(delivery),
      isHalted: () => this.#isRelayAway(),
      cut: () => this.#relay.cut(),
    };
    const sending = new Sending({ claims: this.#claims, lanes: this.#lanes, carrier }, which, signal);
    try {
      return await sending.run();
    } finally {
      this.#progress.rest();
    }
  }

  /** Whether anything waits that may be sent now; it may have to wait for the relay all the same. */
  async hasDue(which?: Which): Promise<boolean> {
    return this.#claims.hasDue(which);
  }

  /**
   * Takes back what senders held that are no more, and what anyone has held for longer than a lease.
   *
   * @param gone a sender in this process that is no more
   */
  async recover(gone?: string): Promise<void> {
    const { db, clock, log } = this.#parts;
    const now = isoTime(clock.now());
    for (const owner of await leaseOwners(db)) {
      const isGone = owner !== this.#owner && (owner === gone || !isAlive(owner));
      const found = await recoverFrom(db, owner, now, isGone ? 'all' : 'overdue');
      if (found.again + found.uncertain > 0) log.warn('outbox.recovered', { ...found });
    }
  }

  close(): void {
    this.#relay.close();
  }

  async #carry(delivery: Delivery): Promise<void> {
    const outcome = await this.#attempt(delivery);
    this.#lanes.ended(delivery.domain, newsOf(outcome));
    // What cannot be written down now is taken back when its lease is over, in the state that it has: nothing is doubled.
    await this.#settle(delivery, outcome).catch((error: unknown) =>
      this.#parts.log.error('letter.not-settled', { ...factsOf(delivery), outcome: outcome.state, error }),
    );
  }

  async #attempt(delivery: Delivery): Promise<Outcome> {
    try {
      const letter = await this.#letterFor(delivery);
      if ('skip' in letter) return { state: 'skipped', reply: letter.skip };
      const atTheDot = () => this.#ledger.atTheDot(delivery.id);
      return await this.#relay.send(letter.envelope, delivery.message_id, letter.bytes, atTheDot);
    } catch (error) {
      if (error instanceof EditionFault) return { state: 'fault', reply: error.message };
      this.#parts.log.error('bug.delivery', { delivery: delivery.id, error });
      return { state: 'failed', reply: 'it could not be made; the log says more' };
    }
  }

  async #settle(delivery: Delivery, outcome: Outcome): Promise<void> {
    const now = this.#parts.clock.now();
    switch (outcome.state) {
      case 'lost':
        return this.#parts.log.warn('letter.lost-lease', factsOf(delivery));
      case 'sent':
        this.#relayIsHere();
        return this.#write(delivery, { ...outcome, sentAt: isoTime(now) });
      case 'deferred':
        if (outcome.everyone) this.#waitForRelay(now, outcome.reply);
        return this.#write(delivery, afterDeferral(delivery, outcome, now));
      case 'failed':
        return this.#write(delivery, afterDeferral(delivery, { ...outcome, everyone: false }, now));
      case 'uncertain':
        if (!isHarmlessTwice(delivery.kind)) return this.#write(delivery, outcome);
        return this.#write(delivery, {
          ...{ state: 'deferred', reply: outcome.reply, dueAt: isoAfter(now, MINUTE) },
        });
      case 'fault':
        return this.#stopEdition(delivery, outcome.reply);
      default:
        return this.#write(delivery, outcome);
    }
  }

  async #write(delivery: Delivery, settled: Settled): Promise<void> {
    const { log } = this.#parts;
    const facts = { ...factsOf(delivery), status: statusOf(settled.reply) };
    const { state } = settled;
    if (!(await this.#ledger.settle(delivery.id, settled)))
      return log.warn('letter.lost-lease', { ...facts, outcome: state });
    if (state !== 'skipped') log[levelOf(delivery, state)](`letter.${state}`, facts);
    this.#progress.note(delivery, state as keyof Tally);
    if (state === 'bounced') this.#tell(this.#hooks.onBounce?.(delivery, settled.reply));
  }

  /** What cannot be signed, say, is not sent at all; a letter of no edition is tried again later. */
  async #stopEdition(delivery: Delivery, reason: string): Promise<void> {
    const { log, clock } = this.#parts;
    const { edition_id: edition } = delivery;
    if (edition === null) {
      log.error('letter.fault', { ...factsOf(delivery), reason });
      await this.#write(delivery, afterDeferral(delivery, { reply: reason, everyone: false }, clock.now()));
      return;
    }
    if (this.#claims.refuse(edition)) {
      log.error('edition.fault', { edition, reason });
      this.#tell(this.#hooks.onFault?.(edition, reason));
    }
    await this.#claims.release([delivery]);
  }

  #tell(told: Promise<void> | undefined): void {
    told?.catch((error: unknown) => this.#parts.log.error('bug.sender-hook', { error }));
  }

  #isRelayAway(): boolean {
    return this.#parts.clock.now().getTime() < this.#awayUntil;
  }

  /** 1, 2, 4 … 60 seconds between tries at a relay that is away. */
  #waitForRelay(now: Date, reply: string): void {
    if (now.getTime() < this.#awayUntil) return;
    this.#awayFor = Math.min(Math.max(SECOND, this.#awayFor * 2), MINUTE);
    this.#awayUntil = now.getTime() + this.#awayFor;
    this.#parts.log.warn('relay.away', { nextTryInSeconds: this.#awayFor / SECOND, status: statusOf(reply) });
    this.#isRelayKnownHere = false;
    const nextTry = new Date(this.#awayUntil);
    this.#tell(this.#hooks.onRelay?.({ state: 'away', reply, nextTry }));
  }

  #relayIsHere(): void {
    this.#awayFor = 0;
    if (this.#isRelayKnownHere) return;
    this.#isRelayKnownHere = true;
    this.#tell(this.#hooks.onRelay?.({ state: 'here' }));
  }
}
