import type { Envelope, Relay, RelayOutcome } from '../relay.ts';
import { connect, NoRelay } from './connect.ts';
import { ConnectionLimit } from './connection-limit.ts';
import { type Outgoing, Session } from './session.ts';
import { type SmtpSettings, type SmtpTimes, smtpSettings } from './settings.ts';

/** A relay over SMTP. @param times shorter ones, for tests */
export function smtpRelay(url: string, times?: Partial<SmtpTimes>): Relay {
  return new SmtpRelay(smtpSettings(url, times));
}

/** A letter that waits for a connection; whoever gave it waits for what becomes of it. */
interface Waiting extends Outgoing, Pick<PromiseWithResolvers<RelayOutcome>, 'resolve' | 'reject'> {
  /** The last connection was stale: only a new one will do. */
  needsNew: boolean;
}

/** Keeps connections to a relay for the next letters, as many as are good for both. */
class SmtpRelay implements Relay {
  readonly #settings: SmtpSettings;
  readonly #limit: ConnectionLimit;
  #queue: Waiting[] = [];
  /** The newest last: it is taken first, so that those that are not needed grow old. */
  #idle: { session: Session; since: number }[] = [];
  readonly #busy = new Set<Session>();
  #connecting = 0;
  #isPipelining = false;
  #tidying: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(settings: SmtpSettings) {
    this.#settings = settings;
    this.#limit = new ConnectionLimit(settings.most);
  }

  /** Where the next letter can be offered with the end of the one before, it has to be there by then. */
  get room(): number {
    return this.#limit.now * (this.#isPipelining ? 2 : 1);
  }

  get inUse(): number {
    return this.#busy.size;
  }

  send(
    envelope: Envelope,
    _messageId: string,
    bytes: Buffer,
    atTheDot: () => Promise<boolean>,
  ): Promise<RelayOutcome> {
    const { promise, ...answer } = Promise.withResolvers<RelayOutcome>();
    this.#queue.push({ ...envelope, bytes, atTheDot, needsNew: false, ...answer });
    this.#go();
    return promise;
  }

  cut(): void {
    this.close();
    this.#turnAway('it is let go');
    for (const session of this.#busy) session.cut();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#tidying);
    this.#letGo(this.#idle.splice(0));
  }

  #go(): void {
    while (this.#queue.some(({ needsNew }) => !needsNew)) {
      const kept = this.#kept();
      if (!kept) break;
      void this.#serve(kept, this.#next() as Waiting);
    }
    if (this.#queue.length === 0) return;
    this.#letGo(this.#idle.splice(0)); // those that are left were kept as long as one that was found dead
    const most = Math.max(1, this.#limit.now) - this.#busy.size;
    while (this.#connecting < Math.min(most, this.#queue.length)) void this.#connect();
  }

  #letGo(kept: readonly { session: Session }[]): void {
    for (const { session } of kept) session.close();
  }

  #kept(): Session | undefined {
    for (let kept = this.#idle.pop(); kept; kept = this.#idle.pop()) {
      if (kept.session.isUsable) return kept.session;
      kept.session.close();
    }
    return undefined;
  }

  /** The next letter for a connection that was used before. */
  #next(): Waiting | undefined {
    const index = this.#queue.findIndex(({ needsNew }) => !needsNew);
    return index < 0 ? undefined : this.#queue.splice(index, 1)[0];
  }

  async #connect(): Promise<void> {
    this.#connecting++;
    try {
      const peer = await connect(this.#settings);
      this.#connecting--;
      this.#isPipelining = peer.extensions.has('PIPELINING');
      const session = new Session(peer, this.#settings.times);
      const letter = this.#queue.shift();
      if (letter) void this.#serve(session, letter);
      else this.#keep(session);
    } catch (error) {
      this.#connecting--;
      if (!(error instanceof NoRelay)) throw error;
      if (this.#busy.size > 0) this.#limit.refused();
      else if (this.#connecting === 0) this.#turnAway(error.message);
    }
  }

  /** Sends a letter, and those that follow it over the same connection. */
  async #serve(session: Session, first: Waiting): Promise<void> {
    this.#busy.add(session);
    let letter: Waiting | undefined = first;
    while (letter) {
      const begunAt = this.#limit.time;
      const current: Waiting = letter;
      try {
        const { outcome, next } = await session.send(current, () => this.#next());
        letter = next;
        if (outcome.state === 'stale') this.#queue.unshift({ ...current, needsNew: true });
        else this.#answer(current, outcome, begunAt);
      } catch (error) {
        letter = undefined;
        current.reject(error);
      }
    }
    this.#busy.delete(session);
    this.#keep(session);
    this.#go();
  }

  #answer(letter: Waiting, outcome: RelayOutcome, begunAt: number): void {
    if (outcome.state === 'sent') this.#limit.letterTaken(begunAt);
    if (outcome.state === 'deferred' && outcome.everyone) this.#limit.relayAway();
    letter.resolve(outcome);
  }

  /** There is no relay: nobody waits for it here. */
  #turnAway(reply: string): void {
    this.#limit.relayAway();
    for (const letter of this.#queue.splice(0)) letter.resolve({ state: 'deferred', reply, everyone: true });
  }

  #keep(session: Session): void {
    if (!session.isUsable || this.#isClosed) {
      session.close();
      return;
    }
    this.#idle.push({ session, since: performance.now() });
    const { idle } = this.#settings.times;
    this.#tidying ??= setInterval(() => this.#tidy(performance.now() - idle), idle / 2).unref();
  }

  /** Lets go of what has been idle since before that time. */
  #tidy(before: number): void {
    const old = this.#idle.filter(({ since }) => since < before);
    this.#idle = this.#idle.filter(({ since }) => since >= before);
    this.#letGo(old);
    if (this.#idle.length + this.#busy.size > 0) return;
    clearInterval(this.#tidying);
    this.#tidying = undefined;
  }
}
