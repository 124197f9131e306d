import { isAscii } from 'node:buffer';
import type { RelayOutcome } from '../relay.ts';
import type { Peer } from './connect.ts';
import { dotStuffed } from './dots.ts';
import { BrokenLine, Line } from './line.ts';
import type { Reply } from './replies.ts';
import type { SmtpTimes } from './settings.ts';

/** A letter as it goes over the line: CRLF at the end of every line. */
export interface Outgoing {
  from: string;
  to: string;
  bytes: Buffer;
  /** Asked at the last moment before it counts as handed over; false: it is not ours any more. */
  atTheDot: () => Promise<boolean>;
}

const COMMANDS = ['MAIL', 'RCPT', 'DATA'] as const;
type Command = (typeof COMMANDS)[number];

/** The connection was closed by the relay while it was kept: no letter's doing. */
export type Stale = { state: 'stale'; reply: string };

/** What became of a letter, and the letter that was offered to the relay with the end of it. */
interface Sent<L> {
  outcome: RelayOutcome | Stale;
  next: L | undefined;
}

/** How far a letter came. */
interface Way {
  answered: number;
  isHandedOver: boolean;
}

/** One connection to a relay, and the letters that go over it, one after another. */
export class Session {
  readonly #line: Line;
  readonly #peer: Peer;
  readonly #times: SmtpTimes;
  #letters = 0;
  /** A recipient was refused: what MAIL has begun is still open. */
  #isUnfinished = false;
  /** Its envelope is on the way already. */
  #offered: Outgoing | undefined;

  constructor(peer: Peer, times: SmtpTimes) {
    this.#peer = peer;
    this.#times = times;
    this.#line = new Line(peer.socket);
  }

  get isUsable(): boolean {
    return !this.#line.isBroken && !this.#line.hasUnasked;
  }

  close(): void {
    this.#line.quit();
  }

  cut(): void {
    this.#line.cut('it was let go');
  }

  /**
   * Sends a letter. Where the relay takes commands in groups, the next letter's envelope goes out with the final dot
   * (RFC 2920 section 3.1): one round trip a letter instead of two. The next one is then to be sent next.
   *
   * @throws whatever `atTheDot` throws; the letter was not handed over then
   */
  async send<L extends Outgoing>(letter: L, takeNext: () => L | undefined): Promise<Sent<L>> {
    const tooLarge = this.#refusalOfSize(letter);
    if (tooLarge) return { outcome: tooLarge, next: undefined };
    const isFirst = this.#letters++ === 0;
    const way: Way = { answered: 0, isHandedOver: false };
    let next: L | undefined;
    try {
      const refusal = await this.#offer(letter, way);
      if (refusal) return { outcome: this.#refused(refusal.command, refusal.reply, isFirst), next };
      if (!(await this.#handOver(letter))) return { outcome: { state: 'lost' }, next };
      next = this.#isPipelined ? takeNext() : undefined;
      way.isHandedOver = true;
      this.#end(next);
      return { outcome: await this.#verdict(), next };
    } catch (error) {
      this.#line.cut('it was let go');
      if (!(error instanceof BrokenLine)) throw error;
      return { outcome: broken(error.message, way, isFirst), next };
    }
  }

  get #isPipelined(): boolean {
    return this.#peer.extensions.has('PIPELINING');
  }

  /** Envelope and DATA; what was refused first, or undefined where the relay waits for the letter. */
  async #offer(letter: Outgoing, way: Way): Promise<{ command: Command; reply: Reply } | undefined> {
    if (this.#offered !== letter) await this.#begin(letter);
    this.#offered = undefined;
    let refusal: { command: Command; reply: Reply } | undefined;
    for (const command of COMMANDS) {
      if (refusal && !this.#isPipelined) break;
      if (!this.#isPipelined) this.#line.write(this.#text(command, letter));
      const reply = await this.#line.reply(this.#times.command);
      way.answered++;
      if (command === 'DATA' ? reply.code !== 354 : reply.code >= 300) refusal ??= { command, reply };
      // It would take a letter to nobody; nothing but the end of the line tells it otherwise.
      else if (command === 'DATA' && refusal) this.#line.cut('it was let go');
      if (reply.code === 421) {
        this.#line.quit();
        break;
      }
    }
    return refusal;
  }

  async #begin(letter: Outgoing): Promise<void> {
    const reset = this.#isUnfinished ? 'RSET\r\n' : '';
    this.#isUnfinished = false;
    const group = this.#isPipelined ? this.#group(letter) : '';
    if (reset + group !== '') this.#line.write(reset + group);
    if (reset) await this.#line.reply(this.#times.command);
  }

  #group(letter: Outgoing): string {
    return COMMANDS.map((command) => this.#text(command, letter)).join('');
  }

  #text(command: Command, { from, to, bytes }: Outgoing): string {
    if (command === 'MAIL') return `MAIL FROM:<${from}>${this.#sizeOf(bytes)}\r\n`;
    return command === 'RCPT' ? `RCPT TO:<${to}>\r\n` : 'DATA\r\n';
  }

  /** The letter but for its end, and its mark; false where it is not ours any more. */
  async #handOver({ bytes, atTheDot }: Outgoing): Promise<boolean> {
    this.#line.write(dotStuffed(bytes));
    const [isOurs] = await Promise.all([atTheDot(), this.#line.written(this.#times.body)]);
    this.#line.mustStand();
    if (!isOurs) this.#line.cut('it was let go'); // nothing but the end of the line ends a letter without the dot
    return isOurs;
  }

  #end(next: Outgoing | undefined): void {
    const isOffered = next && !this.#refusalOfSize(next);
    if (isOffered) this.#offered = next;
    this.#line.write(isOffered ? `.\r\n${this.#group(next)}` : '.\r\n');
  }

  async #verdict(): Promise<RelayOutcome> {
    const { code, text } = await this.#line.reply(this.#times.dot);
    if (code === 421) this.#line.quit();
    if (code >= 200 && code < 300) return { state: 'sent', reply: text };
    return code >= 500
      ? { state: 'bounced', reply: text }
      : { state: 'deferred', reply: text, everyone: false };
  }

  /**
   * RFC 5321 section 4.2.1: a 5xx to RCPT or to the letter itself is for good; all else may pass. MAIL speaks of the
   * site alone, so that what is said to it holds for every letter; but for the size, which it is told there.
   */
  #refused(command: Command, { code, text }: Reply, isFirst: boolean): RelayOutcome | Stale {
    this.#isUnfinished = true;
    if (command === 'MAIL') {
      if (code === 552) return { state: 'bounced', reply: text };
      if (code === 421 && !isFirst) return { state: 'stale', reply: text };
      return { state: 'deferred', reply: text, everyone: true };
    }
    return code >= 500
      ? { state: 'bounced', reply: text }
      : { state: 'deferred', reply: text, everyone: false };
  }

  #refusalOfSize({ bytes }: Outgoing): RelayOutcome | undefined {
    const { largest } = this.#peer;
    if (largest === 0 || bytes.length <= largest) return undefined;
    return {
      state: 'bounced',
      reply: `552 5.3.4 The letter has ${bytes.length} octets; the relay takes ${largest}.`,
    };
  }

  #sizeOf(bytes: Buffer): string {
    const size = this.#peer.extensions.has('SIZE') ? ` SIZE=${bytes.length}` : '';
    return size + (this.#peer.extensions.has('8BITMIME') && !isAscii(bytes) ? ' BODY=8BITMIME' : '');
  }
}

/** The line broke: nobody knows of a letter that was handed over; a kept line may have been dead before. */
function broken(reply: string, { isHandedOver, answered }: Way, isFirst: boolean): RelayOutcome | Stale {
  if (isHandedOver) return { state: 'uncertain', reply };
  if (answered === 0 && !isFirst) return { state: 'stale', reply };
  return { state: 'deferred', reply, everyone: false };
}
