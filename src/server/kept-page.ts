import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { SECOND } from '#core/platform/clock.ts';
import { bestEncoding } from './encodings.ts';
import { ReadyAnswer } from './ready-answer.ts';
import { isKnown, type Version, versionHeaders } from './versions.ts';

const brotli = promisify(zlib.brotliCompress);
const gzip = promisify(zlib.gzip);

/** A rendered page on its way into the cache. */
export interface RenderedPage {
  headers: Headers;
  body: Buffer;
  /** What it shows: when one of these changes, the page is forgotten. */
  tags: readonly string[];
  /** When what it shows last changed, where the page itself can say so. */
  lastModified?: Date | undefined;
  /** After so many seconds it shows something else by itself; undefined for never. */
  maxAge?: number | undefined;
}

/** Headers that the cache or the server sets itself. */
const OWN_HEADERS =
  /^(?:set-cookie|content-length|cache-control|etag|vary|last-modified|connection|keep-alive|date)$/;

/** Brotli at once, and for a page that is asked for again: 15 % smaller, in twenty times the time. */
const QUICK = 5;
const SMALLEST = 11;

/** A page in memory, in every form in which it is sent. */
export class KeptPage {
  readonly tags: readonly string[];
  readonly version: Version;
  /** When it is to be forgotten by itself, in milliseconds since 1970. */
  readonly expires: number;
  /** Whether it was asked for since its last chance to stay. */
  used = false;
  /** What the cache has counted for it, in bytes. */
  counted = 0;
  readonly #headers: readonly string[];
  readonly #identity: ReadyAnswer;
  readonly #notModified: ReadyAnswer;
  #br: ReadyAnswer | undefined;
  #gzip: ReadyAnswer | undefined;
  #isSmallest = false;

  /** @param extraHeaders flat list added to every answer, such as the security headers */
  constructor(
    { headers, body, tags, maxAge = Number.POSITIVE_INFINITY }: RenderedPage,
    version: Version,
    extraHeaders: readonly string[],
    now: Date,
  ) {
    this.tags = tags;
    this.expires = now.getTime() + maxAge * SECOND;
    this.version = version;
    const caching = { ...versionHeaders(version), vary: 'accept-encoding', 'cache-control': 'no-cache' };
    const always = [...extraHeaders, ...Object.entries(caching).flat()];
    const own = [...headers].filter(([name]) => !OWN_HEADERS.test(name));
    this.#headers = [...always, ...own.flat()];
    this.#identity = this.#answer(body);
    const ofNothing = own.filter(([name]) => !name.startsWith('content-'));
    this.#notModified = new ReadyAnswer(304, [...always, ...ofNothing.flat()]);
  }

  get bytes(): number {
    return this.#identity.bytes + (this.#br?.bytes ?? 0) + (this.#gzip?.bytes ?? 0);
  }

  /** What a GET with these headers is answered. */
  answerTo(headers: IncomingHttpHeaders): ReadyAnswer {
    if (isKnown(headers, this.version)) return this.#notModified;
    const encoding = bestEncoding(headers, { br: this.#br, gzip: this.#gzip });
    return (encoding === 'br' ? this.#br : encoding === 'gzip' ? this.#gzip : undefined) ?? this.#identity;
  }

  /** Makes the forms for those who take them compressed, soon. */
  async compress(): Promise<void> {
    const { body } = this.#identity;
    const [br, gz] = await Promise.all([brotli(body, brotliOptions(QUICK, body)), gzip(body, { level: 6 })]);
    this.#br ??= this.#answer(br, 'br');
    this.#gzip = this.#answer(gz, 'gzip');
  }

  /** Makes the brotli form as small as can be. */
  async compressWell(): Promise<void> {
    if (this.#isSmallest) return;
    this.#isSmallest = true;
    const { body } = this.#identity;
    this.#br = this.#answer(await brotli(body, brotliOptions(SMALLEST, body)), 'br');
  }

  #answer(body: Buffer, encoding?: string): ReadyAnswer {
    const length = ['content-length', String(body.length)];
    return new ReadyAnswer(
      200,
      [...this.#headers, ...length, ...(encoding ? ['content-encoding', encoding] : [])],
      body,
    );
  }
}

function brotliOptions(quality: number, body: Buffer): zlib.BrotliOptions {
  return {
    params: {
      [zlib.constants.BROTLI_PARAM_QUALITY]: quality,
      [zlib.constants.BROTLI_PARAM_SIZE_HINT]: body.length,
    },
  };
}
