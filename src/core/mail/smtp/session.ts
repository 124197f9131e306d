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

type Command = 'MAIL' | 'RCPT' | 'DATA';

/** The connection was closed by the relay while it was kept: no letter's doing. */
export type Stale = { state: 'stale'; reply: string };

const DOT = Buffer.from('.\r\n');

/** One connection to a relay, and the letters that go over it, one after another. */
export class Session {
  readonly #line: Line;
  readonly #peer: Peer;
  readonly #times: SmtpTimes;
  /** How many letters it has settled with the relay. */
  #letters = 0;
  /** A recipient was refused: what MAIL has begun is still open. */
  #isUnfinished = false;

  constructor(peer: Peer, times: SmtpTimes, onEnd: () => void) {
    this.#peer = peer;
    this.#times = times;
    this.#line = new Line(peer.socket, onEnd);
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
   * @throws whatever `atTheDot` throws; the letter was not handed over then
   */
  async send(letter: Outgoing): Promise<RelayOutcome | Stale> {
    const tooLarge = this.#refusalOfSize(letter);
    if (tooLarge) return tooLarge;
    const way = { answered: 0, isHandedOver: false };
    try {
      const outcome = await this.#converse(letter, way);
      this.#letters++;
      return outcome;
    } catch (error) {
      this.#line.cut('it was let go');
      if (!(error instanceof BrokenLine)) throw error;
      const reply = error.message;
      if (way.isHandedOver) return { state: 'uncertain', reply };
      if (way.answered === 0 && this.#letters > 0) return { state: 'stale', reply };
      return { state: 'deferred', reply, everyone: false };
    }
  }

  async #converse(
    letter: Outgoing,
    way: { answered: number; isHandedOver: boolean },
  ): Promise<RelayOutcome | Stale> {
    const refusal = await this.#offer(letter, way);
    if (refusal) return this.#refused(refusal.command, refusal.reply);
    this.#line.write(dotStuffed(letter.bytes));
    const [isOurs] = await Promise.all([letter.atTheDot(), this.#line.written(this.#times.body)]);
    if (!isOurs) {
      this.#line.cut('the letter was lost'); // nothing but the end of the line ends a letter without the dot
      return { state: 'lost' };
    }
    this.#line.mustStand();
    way.isHandedOver = true;
    this.#line.write(DOT);
    const reply = await this.#line.reply(this.#times.dot);
    if (reply.code === 421) this.#line.quit();
    const { code, text } = reply;
    if (code >= 200 && code < 300) return { state: 'sent', reply: text };
    return code >= 500
      ? { state: 'bounced', reply: text }
      : { state: 'deferred', reply: text, everyone: false };
  }

  /** Envelope and DATA; what was refused first, or undefined where the relay waits for the letter. */
  async #offer(
    { from, to, bytes }: Outgoing,
    way: { answered: number },
  ): Promise<{ command: Command; reply: Reply } | undefined> {
    const commands: [Command, string][] = [
      ['MAIL', `MAIL FROM:<${from}>${this.#sizeOf(bytes)}\r\n`],
      ['RCPT', `RCPT TO:<${to}>\r\n`],
      ['DATA', 'DATA\r\n'],
    ];
    const isPipelined = this.#peer.extensions.has('PIPELINING');
    const reset = this.#isUnfinished ? 'RSET\r\n' : '';
    if (isPipelined) this.#line.write(reset + commands.map(([, text]) => text).join(''));
    else if (reset) this.#line.write(reset);
    if (reset) await this.#line.reply(this.#times.command);
    this.#isUnfinished = false;
    let refusal: { command: Command; reply: Reply } | undefined;
    for (const [command, text] of commands) {
      if (refusal && !isPipelined) break;
      if (!isPipelined) this.#line.write(text);
      const reply = await this.#line.reply(this.#times.command);
      way.answered++;
      if (refusal && command === 'DATA' && reply.code === 354) this.#line.cut('it takes a letter to nobody');
      if (command === 'DATA' ? reply.code !== 354 : reply.code >= 300) refusal ??= { command, reply };
      if (reply.code === 421) {
        this.#line.quit();
        break;
      }
    }
    return refusal;
  }

  /**
   * RFC 5321 section 4.2.1: a 5xx to RCPT or to the letter itself is for good; all else may pass. MAIL speaks of the
   * site alone, so that what is said to it holds for every letter; but for the size, which it is told there.
   */
  #refused(command: Command, { code, text }: Reply): RelayOutcome | Stale {
    this.#isUnfinished = true;
    if (command === 'MAIL') {
      if (code === 552) return { state: 'bounced', reply: text };
      if (code === 421 && this.#letters > 0) return { state: 'stale', reply: text };
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
