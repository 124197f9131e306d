import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { type Clock, systemClock } from '#core/platform/clock.ts';
import { isKnown, type Version, Versions, versionHeaders } from './versions.ts';

const brotli = promisify(zlib.brotliCompress);
const gzip = promisify(zlib.gzip);

type Encoding = 'br' | 'gzip' | 'identity';
interface Variant {
  body: Buffer;
  /** Flat name, value list, as `writeHead` takes it. */
  headers: string[];
}
interface Page {
  version: Version;
  tags: readonly string[];
  variants: { identity: Variant; br?: Variant; gzip?: Variant };
  notModified: string[];
  bytes: number;
  used: boolean;
}

/** A rendered page on its way into the cache. */
export interface RenderedPage {
  headers: Headers;
  body: Buffer;
  /** What it shows: when one of these changes, the page is forgotten. */
  tags: readonly string[];
  /** When what it shows last changed, where the page itself can say so. */
  lastModified?: Date | undefined;
}

/** Headers that the cache or the server sets itself. */
const OWN_HEADERS =
  /^(?:set-cookie|content-length|cache-control|etag|vary|last-modified|connection|keep-alive|date)$/;
/** How many invalidations are remembered for renders that were under way meanwhile. */
const REMEMBERED = 1000;

/**
 * Rendered pages in memory, compressed, until a tag says that they changed.
 * Holds only what is the same for everyone; who may be answered from it is the front door's to decide.
 */
export class PageCache {
  readonly #pages = new Map<string, Page>();
  readonly #rendering = new Map<string, Promise<void>>();
  readonly #invalidations: { at: number; tags: readonly string[] }[] = [];
  readonly #versions: Versions;
  readonly #maxBytes: number;
  readonly #extraHeaders: readonly string[];
  #bytes = 0;
  #epoch = 0;

  /** @param extraHeaders flat list added to every answer, such as the security headers */
  constructor({
    maxBytes,
    extraHeaders,
    clock = systemClock,
  }: {
    maxBytes: number;
    extraHeaders: readonly string[];
    clock?: Clock;
  }) {
    this.#versions = new Versions(clock);
    this.#maxBytes = maxBytes;
    this.#extraHeaders = extraHeaders;
  }

  has(key: string): boolean {
    return this.#pages.has(key);
  }

  /** The version of a page that is kept. */
  version(key: string): Version | undefined {
    return this.#pages.get(key)?.version;
  }

  /** Answers from memory; false where the page has to be rendered. */
  serve(key: string, req: IncomingMessage, res: ServerResponse): boolean {
    const page = this.#pages.get(key);
    if (!page) return false;
    page.used = true;
    if (isKnown(req.headers, page.version)) {
      res.writeHead(304, page.notModified).end();
      return true;
    }
    const variant = page.variants[bestEncoding(req, page)] ?? page.variants.identity;
    res.writeHead(200, variant.headers);
    res.end(req.method === 'HEAD' ? undefined : variant.body);
    return true;
  }

  /**
   * Lets one request render a page while the others wait for it.
   *
   * @returns where this request is to render: the function to call when it is done; undefined after waiting
   */
  async turn(key: string): Promise<(() => void) | undefined> {
    const running = this.#rendering.get(key);
    if (running) {
      await running;
      return undefined;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#rendering.set(key, promise);
    return () => {
      this.#rendering.delete(key);
      resolve();
    };
  }

  /** Marks when a render began, so that a change during it is not lost. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Keeps a page, unless one of its tags changed since `epoch`: it would show the old state for ever. */
  async keep(key: string, page: RenderedPage, epoch: number): Promise<void> {
    const changed = this.#invalidations.some(({ at, tags }) => at > epoch && concerns(tags, page));
    if (changed || this.#epoch - epoch > REMEMBERED) return;
    const kept = this.#plain(key, page);
    this.#drop(key);
    this.#pages.set(key, kept);
    this.#bytes += kept.bytes;
    this.#evict();
    await this.#compress(key, kept);
  }

  /** Forgets every page that shows one of these. */
  invalidate(tags: readonly string[]): void {
    this.#invalidations.push({ at: ++this.#epoch, tags });
    if (this.#invalidations.length > REMEMBERED) this.#invalidations.shift();
    for (const [key, page] of this.#pages) if (concerns(tags, page)) this.#drop(key);
  }

  #plain(key: string, { headers, body, tags, lastModified }: RenderedPage): Page {
    const version = this.#versions.of(key, body, lastModified);
    const own = [...headers].filter(([name]) => !OWN_HEADERS.test(name));
    const caching = { ...versionHeaders(version), vary: 'accept-encoding', 'cache-control': 'no-cache' };
    const always = [...this.#extraHeaders, ...Object.entries(caching).flat()];
    const identity = { body, headers: [...always, ...own.flat(), 'content-length', String(body.length)] };
    return {
      version,
      tags,
      variants: { identity },
      notModified: [...always, ...own.filter(([name]) => !name.startsWith('content-')).flat()],
      bytes: body.length,
      used: false,
    };
  }

  async #compress(key: string, page: Page): Promise<void> {
    const { body, headers } = page.variants.identity;
    const quality = {
      [zlib.constants.BROTLI_PARAM_QUALITY]: 6,
      [zlib.constants.BROTLI_PARAM_SIZE_HINT]: body.length,
    };
    const [br, gz] = await Promise.all([brotli(body, { params: quality }), gzip(body, { level: 6 })]);
    const variant = (encoding: string, data: Buffer): Variant => ({
      body: data,
      headers: [...headers.slice(0, -1), String(data.length), 'content-encoding', encoding],
    });
    if (this.#pages.get(key) !== page) return; // it changed meanwhile
    page.variants = { ...page.variants, br: variant('br', br), gzip: variant('gzip', gz) };
    page.bytes += br.length + gz.length;
    this.#bytes += br.length + gz.length;
    this.#evict();
  }

  /** Oldest first, but a page that was asked for since its last chance gets another. */
  #evict(): void {
    for (const [key, page] of this.#pages) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#drop(key);
      if (!page.used) continue;
      page.used = false;
      this.#pages.set(key, page);
      this.#bytes += page.bytes;
    }
  }

  #drop(key: string): void {
    const page = this.#pages.get(key);
    if (!page) return;
    this.#pages.delete(key);
    this.#bytes -= page.bytes;
  }
}

/** Whether a page shows one of the things that changed; what the site says of itself stands on every page. */
function concerns(changed: readonly string[], page: { tags: readonly string[] }): boolean {
  return changed.includes('site') || page.tags.some((tag) => changed.includes(tag));
}

function bestEncoding(req: IncomingMessage, page: Page): Encoding {
  const accepted = acceptedEncodings(req);
  if (accepted.br && page.variants.br) return 'br';
  return accepted.gzip && page.variants.gzip ? 'gzip' : 'identity';
}

/** Which of our encodings the client takes; `q=0` is a refusal. */
export function acceptedEncodings(req: IncomingMessage): { br: boolean; gzip: boolean } {
  const header = String(req.headers['accept-encoding'] ?? '');
  const takes = (name: string) =>
    header.includes(name) && !new RegExp(`\\b${name}\\s*;\\s*q=0(?:\\.0*)?\\s*(?:,|$)`).test(header);
  return { br: takes('br'), gzip: takes('gzip') };
}
