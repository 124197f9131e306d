import type { Relay, RelayOutcome } from '../relay.ts';
import { connect, NoRelay } from './connect.ts';
import { ConnectionLimit } from './connection-limit.ts';
import { type Outgoing, Session } from './session.ts';
import { type SmtpSettings, type SmtpTimes, smtpSettings } from './settings.ts';

/** A relay over SMTP. @param times shorter ones, for tests */
export function smtpRelay(url: string, times?: Partial<SmtpTimes>): Relay {
  return new SmtpRelay(smtpSettings(url, times));
}

/** Keeps connections to a relay for the next letters, as many as are good for both. */
class SmtpRelay implements Relay {
  readonly #settings: SmtpSettings;
  readonly #limit: ConnectionLimit;
  /** The newest last: it is taken first, so that those that are not needed grow old. */
  #idle: { session: Session; since: number }[] = [];
  /** Sessions that there are, and those that are being made. */
  #open = 0;
  readonly #busy = new Set<Session>();
  #waiting: PromiseWithResolvers<void>[] = [];
  #tidying: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(settings: SmtpSettings) {
    this.#settings = settings;
    this.#limit = new ConnectionLimit(settings.most);
  }

  get room(): number {
    return this.#limit.now;
  }

  async send(
    { from, to }: { from: string; to: string },
    _messageId: string,
    bytes: Buffer,
    atTheDot: () => Promise<boolean>,
  ): Promise<RelayOutcome> {
    try {
      return await this.#deliver({ from, to, bytes, atTheDot });
    } catch (error) {
      if (!(error instanceof NoRelay)) throw error;
      this.#limit.relayAway();
      return { state: 'deferred', reply: error.message, everyone: true };
    }
  }

  cut(): void {
    this.close();
    for (const session of this.#busy) session.cut();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#tidying);
    for (const { session } of this.#idle.splice(0)) session.close();
  }

  async #deliver(letter: Outgoing): Promise<RelayOutcome> {
    let session = await this.#session();
    let begunAt = this.#limit.time;
    let outcome = await this.#sendOver(session, letter);
    while (outcome.state === 'stale') {
      session = await this.#session('fresh');
      begunAt = this.#limit.time;
      outcome = await this.#sendOver(session, letter);
    }
    if (outcome.state === 'sent') this.#limit.letterTaken(begunAt);
    if (outcome.state === 'deferred' && outcome.everyone) this.#limit.relayAway();
    return outcome;
  }

  async #sendOver(session: Session, letter: Outgoing) {
    this.#busy.add(session);
    try {
      return await session.send(letter);
    } finally {
      this.#busy.delete(session);
      this.#release(session);
    }
  }

  /** @throws NoRelay where there is none and none can be made */
  async #session(which?: 'fresh'): Promise<Session> {
    for (;;) {
      for (let kept = this.#idle.pop(); kept; kept = this.#idle.pop()) {
        if (which !== 'fresh' && kept.session.isUsable) return kept.session;
        kept.session.close();
      }
      if (this.#open < Math.max(1, this.#limit.now)) {
        const session = await this.#connect();
        if (session) return session;
      }
      const turn = Promise.withResolvers<void>();
      this.#waiting.push(turn);
      await turn.promise;
    }
  }

  /** Undefined where the relay takes no more connections than it has. */
  async #connect(): Promise<Session | undefined> {
    this.#open++;
    try {
      const peer = await connect(this.#settings);
      return new Session(peer, this.#settings.times, () => this.#ended());
    } catch (error) {
      this.#open--;
      if (this.#open > 0 && error instanceof NoRelay) {
        this.#limit.refused();
        return undefined;
      }
      for (const turn of this.#waiting.splice(0)) turn.reject(error);
      throw error;
    }
  }

  #ended(): void {
    this.#open--;
    this.#waiting.shift()?.resolve();
  }

  #release(session: Session): void {
    if (!session.isUsable || this.#isClosed) {
      session.close();
      return;
    }
    this.#idle.push({ session, since: performance.now() });
    this.#waiting.shift()?.resolve();
    const { idle } = this.#settings.times;
    this.#tidying ??= setInterval(() => this.#tidy(performance.now() - idle), idle / 2).unref();
  }

  /** Lets go of what has been idle since before that time. */
  #tidy(before: number): void {
    const old = this.#idle.filter(({ since }) => since < before);
    this.#idle = this.#idle.filter(({ since }) => since >= before);
    for (const { session } of old) session.close();
    if (this.#open > 0) return;
    clearInterval(this.#tidying);
    this.#tidying = undefined;
  }
}
