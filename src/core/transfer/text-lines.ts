import { AppError } from '../platform/errors.ts';

const LONGEST = 1024 * 1024;

/** The lines of a text that comes in pieces; what was read may be put back. */
export class TextLines {
  readonly #chunks: AsyncIterator<string>;
  /** Lines not read yet, the next one last. */
  #ready: string[] = [];
  #rest: string | undefined = '';
  /** Of the line read last, from 1. */
  number = 0;

  constructor(chunks: AsyncIterable<string>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Without its end; undefined after the last one. */
  async next(): Promise<string | undefined> {
    while (this.#ready.length === 0 && this.#rest !== undefined) await this.#read(this.#rest);
    const line = this.#ready.pop();
    if (line !== undefined) this.number++;
    return line;
  }

  putBack(lines: readonly string[]): void {
    this.#ready.push(...lines.toReversed());
    this.number -= lines.length;
  }

  async #read(rest: string): Promise<void> {
    const { value, done } = await this.#chunks.next();
    const text = done ? rest : rest + value;
    if (text.length > LONGEST && !text.slice(0, LONGEST).includes('\n'))
      throw new AppError('invalid', 'This is no CSV file: it has a line of more than a million characters.');
    if (!done && !value.includes('\n')) {
      this.#rest = text; // a long line in small pieces is not searched again with each
      return;
    }
    const lines = text.split('\n');
    this.#rest = done ? undefined : lines.pop();
    this.#ready = lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line)).toReversed();
  }
}
