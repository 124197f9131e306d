import type { Socket } from 'node:net';
import { SECOND } from '../../platform/clock.ts';
import { NoReply, type Reply, ReplyReader } from './replies.ts';

/** The line to a relay is no more, or what comes over it makes no sense; it can only be let go. */
export class BrokenLine extends Error {}

/** Commands out, replies in, each awaited for so long at most: the time holds for a whole reply, not for silence. */
export class Line {
  readonly #socket: Socket;
  readonly #reader = new ReplyReader();
  readonly #replies: Reply[] = [];
  #waiting: PromiseWithResolvers<Reply> | undefined;
  #broken: BrokenLine | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (piece: Buffer) => this.#hear(piece));
    socket.once('end', () => this.cut('ECONNRESET'));
    socket.once('close', () => this.cut('ECONNRESET'));
    socket.once('error', (error: NodeJS.ErrnoException) => this.cut(error.code ?? 'unknown'));
    if (socket.destroyed || socket.readableEnded) this.cut('ECONNRESET');
    else socket.resume();
  }

  get isBroken(): boolean {
    return this.#broken !== undefined;
  }

  /** Replies that nobody asked for: the relay says farewell. */
  get hasUnasked(): boolean {
    return this.#replies.length > 0;
  }

  write(bytes: Buffer | string): void {
    this.#socket.write(bytes);
  }

  /** The next reply. @throws BrokenLine */
  async reply(withinMs: number): Promise<Reply> {
    const come = this.#replies.shift();
    if (come) return come;
    this.mustStand();
    this.#waiting = Promise.withResolvers<Reply>();
    const limit = setTimeout(() => this.cut('ETIMEDOUT'), withinMs);
    try {
      return await this.#waiting.promise;
    } finally {
      clearTimeout(limit);
    }
  }

  /** Resolves once everything written has left this process. @throws BrokenLine */
  async written(withinMs: number): Promise<void> {
    if (this.#socket.writableLength === 0 && !this.#broken) return;
    const limit = setTimeout(() => this.cut('ETIMEDOUT'), withinMs);
    // An empty write comes back after all before it, or when the line breaks.
    await new Promise<void>((resolve) => this.#socket.write('', () => resolve()));
    clearTimeout(limit);
    this.mustStand();
  }

  /** @throws BrokenLine where it is no more */
  mustStand(): void {
    if (this.#broken) throw this.#broken;
  }

  /** Lets it go at once. */
  cut(why: string): void {
    if (this.#broken) return;
    this.#broken = new BrokenLine(`no answer (${why})`);
    this.#waiting?.reject(this.#broken);
    this.#socket.destroy();
  }

  /** Says farewell and lets it go; nothing is waited for. */
  quit(): void {
    if (this.#broken) return;
    this.#socket.end('QUIT\r\n');
    this.#socket.setTimeout(SECOND, () => this.#socket.destroy()).unref();
    this.#broken = new BrokenLine('no answer (it is closed)');
  }

  #hear(piece: Buffer): void {
    if (this.#broken) return;
    try {
      this.#replies.push(...this.#reader.read(piece));
    } catch (error) {
      if (!(error instanceof NoReply)) throw error;
      this.cut(`EPROTOCOL: ${error.message}`);
    }
    const waiting = this.#waiting;
    if (!waiting || this.#replies.length === 0) return;
    this.#waiting = undefined;
    waiting.resolve(this.#replies.shift() as Reply);
  }
}
