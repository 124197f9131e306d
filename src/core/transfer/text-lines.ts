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
    const lines = done ? [rest] : (rest + value).split('\n');
    this.#rest = done ? undefined : lines.pop();
    if ((this.#rest?.length ?? 0) > LONGEST)
      throw new AppError('invalid', 'This is no CSV file: it has a line of more than a million characters.');
    this.#ready = lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line)).toReversed();
  }
}
