import type { Socket } from 'node:net';

/** What happens to a letter at its final dot: `cut-taken` is delivered, and the line goes dead before the 250. */
export type Ending = 'answer' | 'cut-taken' | 'cut-untaken';

/** Whom the sink tells of a letter; without it a letter is only read to its end. */
export interface Taker {
  /** The head has come; the queue id by which the letter is known from here on. */
  begins(messageId: string): string;
  ends(queueId: string, recipient: string): Ending;
}

export interface Manners {
  /** Each reply goes out so many milliseconds after what it answers, as from a relay far away. */
  delayMs: number;
  /** How long a letter waits before it is taken, and how long for its 250 then. */
  gapMs(): number;
  taker: Taker | undefined;
  /** A letter has been taken. */
  count(): void;
}

const DOT = Buffer.from('\r\n.\r\n');
const HEAD_END = Buffer.from('\r\n\r\n');
const MOST_HEAD = 16_384;
const HELLO =
  '250-sink.test\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n';
const REPLIES: Record<string, string> = {
  EHLO: HELLO,
  HELO: '250 sink.test\r\n',
  MAIL: '250 2.1.0 Ok\r\n',
  RCPT: '250 2.1.5 Ok\r\n',
  DATA: '354 End data with <CR><LF>.<CR><LF>\r\n',
  RSET: '250 2.0.0 Ok\r\n',
  NOOP: '250 2.0.0 Ok\r\n',
  QUIT: '221 2.0.0 Bye\r\n',
};

/** The relay's side of one connection: as little of SMTP as a good client needs, as fast as it comes. */
export class Conversation {
  readonly #socket: Socket;
  readonly #manners: Manners;
  #commands = '';
  #recipient = '';
  /** The last bytes of the letter under way, in which the final dot may begin; undefined between letters. */
  #tail: Buffer | undefined;
  /** The letter's head as far as it has come; undefined once it is whole, or where nobody asks. */
  #head: Buffer | undefined;
  #queueId = '';
  /** Replies that have yet to go out. */
  #owed = '';
  /** A letter waits to be taken or answered; what comes meanwhile is heard after that. */
  #isWaiting = false;
  readonly #unheard: Buffer[] = [];
  #isOver = false;

  constructor(socket: Socket, manners: Manners) {
    this.#socket = socket;
    this.#manners = manners;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    this.#reply('220 sink.test ESMTP\r\n');
    this.#flush();
  }

  #take(bytes: Buffer): void {
    let rest = bytes;
    while (rest.length > 0 && !this.#isWaiting && !this.#socket.destroyed)
      rest = this.#tail ? this.#takeLetter(rest, this.#tail) : this.#takeCommands(rest);
    if (this.#isWaiting) this.#unheard.push(rest);
    else this.#flush();
  }

  /** What lies behind the final dot; empty where that has not come. */
  #takeLetter(bytes: Buffer, tail: Buffer): Buffer {
    // The dot may begin in what came before; only a few bytes have to be joined to see that.
    const seam = Buffer.concat([tail, bytes.subarray(0, DOT.length - 1)]);
    const atSeam = seam.indexOf(DOT);
    const end = atSeam >= 0 ? atSeam - tail.length + DOT.length : endIn(bytes);
    this.#readHead(end < 0 ? bytes : bytes.subarray(0, end));
    if (end < 0) {
      const last = bytes.length >= DOT.length ? bytes : seam;
      this.#tail = Buffer.from(last.subarray(1 - DOT.length)); // a copy: it would keep the whole piece alive
      return bytes.subarray(bytes.length);
    }
    this.#tail = undefined;
    this.#endLetter();
    return bytes.subarray(end);
  }

  #readHead(bytes: Buffer): void {
    const { taker } = this.#manners;
    if (!this.#head || !taker) return;
    this.#head = Buffer.concat([this.#head, bytes.subarray(0, MOST_HEAD)]);
    if (this.#head.indexOf(HEAD_END) < 0 && this.#head.length < MOST_HEAD) return;
    const messageId = /^message-id:\s*<(.*?)>/im.exec(this.#head.toString('latin1'))?.[1] ?? '';
    this.#head = undefined;
    this.#queueId = taker.begins(messageId);
  }

  #endLetter(): void {
    this.#wait(() => {
      if (this.#socket.destroyed) return; // the sender is gone: nothing was promised
      this.#decide();
      this.#wait(() => this.#goOn());
    });
  }

  /** Does something after the next gap, at once where that is nothing. */
  #wait(then: () => void): void {
    const gap = this.#manners.gapMs();
    this.#isWaiting = gap > 0;
    if (gap > 0) setTimeout(then, gap);
    else then();
  }

  #decide(): void {
    const { taker, count } = this.#manners;
    const ending = taker?.ends(this.#queueId, this.#recipient) ?? 'answer';
    if (ending !== 'cut-untaken') count();
    if (ending !== 'answer') this.#socket.destroy();
    else this.#reply(`250 2.0.0 Ok: queued as ${this.#queueId || 'SINK'}\r\n`);
  }

  /** What came meanwhile is heard after the reply. */
  #goOn(): void {
    this.#isWaiting = false;
    this.#flush();
    for (const bytes of this.#unheard.splice(0)) this.#take(bytes);
  }

  #takeCommands(bytes: Buffer): Buffer {
    const text = this.#commands + bytes.toString('latin1');
    const before = this.#commands.length;
    let from = 0;
    for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n', from)) {
      const line = text.slice(from, end);
      from = end + 2;
      this.#command(line);
      if (this.#tail) {
        this.#commands = '';
        return bytes.subarray(from - before);
      }
    }
    this.#commands = text.slice(from);
    return bytes.subarray(bytes.length);
  }

  #command(line: string): void {
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === 'RCPT') this.#recipient = line.slice(line.indexOf('<') + 1, line.indexOf('>'));
    this.#reply(REPLIES[verb] ?? '502 5.5.2 Error: command not recognized\r\n');
    if (verb === 'QUIT') this.#isOver = true;
    if (verb !== 'DATA') return;
    this.#tail = Buffer.from('\r\n'); // so that a dot on the first line is one
    this.#head = this.#manners.taker ? Buffer.alloc(0) : undefined;
    this.#queueId = '';
  }

  #reply(text: string): void {
    this.#owed += text;
  }

  /** Replies to what came together go out together. */
  #flush(): void {
    if (this.#owed === '') return;
    const replies = this.#owed;
    this.#owed = '';
    const { delayMs } = this.#manners;
    if (delayMs === 0) this.#write(replies);
    else setTimeout(() => this.#write(replies), delayMs);
  }

  #write(replies: string): void {
    if (this.#socket.destroyed) return;
    if (this.#isOver) this.#socket.end(replies);
    else this.#socket.write(replies);
  }
}

/** Where the letter ends in these bytes, behind its dot; -1 where it goes on. */
function endIn(bytes: Buffer): number {
  const at = bytes.indexOf(DOT);
  return at < 0 ? -1 : at + DOT.length;
}
