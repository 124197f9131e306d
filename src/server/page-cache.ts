import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, systemClock } from '#core/platform/clock.ts';
import { KeptPage, type RenderedPage } from './kept-page.ts';
import type { ReadyAnswer } from './ready-answer.ts';
import { Versions } from './versions.ts';

/** How many invalidations are remembered for renders that were under way meanwhile. */
const REMEMBERED = 1000;
/** How much longer than it worked the better compression rests before the next page. */
const IDLE_SHARE = 3;

/**
 * Rendered pages in memory, compressed, until a tag says that they changed.
 * Holds only what is the same for everyone; who may be answered from it is the front door's to decide.
 */
export class PageCache {
  readonly #pages = new Map<string, KeptPage>();
  readonly #rendering = new Map<string, Promise<void>>();
  readonly #invalidations: { at: number; tags: readonly string[] }[] = [];
  readonly #clock: Clock;
  readonly #versions: Versions;
  readonly #maxBytes: number;
  readonly #extraHeaders: readonly string[];
  /** Pages to be compressed better: those asked for again, and any while there is nothing else to do. */
  readonly #wanted = new Map<string, KeptPage>();
  #isImproving = false;
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
    this.#clock = clock;
    this.#versions = new Versions(clock);
    this.#maxBytes = maxBytes;
    this.#extraHeaders = extraHeaders;
  }

  has(key: string): boolean {
    return this.#pages.has(key);
  }

  /** What a GET is answered from memory; undefined where the page has to be rendered. */
  answerTo(key: string, headers: IncomingHttpHeaders): ReadyAnswer | undefined {
    const page = this.#pages.get(key);
    if (!page) return undefined;
    if (page.expires !== Number.POSITIVE_INFINITY && page.expires <= this.#clock.now().getTime()) {
      this.#drop(key);
      return undefined;
    }
    if (!page.used) this.#want(key, page);
    page.used = true;
    return page.answerTo(headers);
  }

  /** Answers from memory; false where the page has to be rendered. */
  serve(key: string, req: IncomingMessage, res: ServerResponse): boolean {
    const answer = this.answerTo(key, req.headers);
    if (!answer) return false;
    res.writeHead(answer.status, answer.headers as string[]);
    res.end(req.method === 'HEAD' || answer.status === 304 ? undefined : answer.body);
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

  /**
   * Keeps a page, and gives it back in every form, unless one of its tags changed since `epoch`: it would show the
   * old state for ever.
   */
  async keep(key: string, rendered: RenderedPage, epoch: number): Promise<KeptPage | undefined> {
    const changed = this.#invalidations.some(({ at, tags }) => at > epoch && concerns(tags, rendered));
    if (changed || this.#epoch - epoch > REMEMBERED) return undefined;
    const version = this.#versions.of(key, rendered.body, rendered.lastModified);
    const page = new KeptPage(rendered, version, this.#extraHeaders, this.#clock.now());
    this.#drop(key);
    this.#pages.set(key, page);
    this.#count(key, page);
    await page.compress();
    this.#count(key, page);
    if (!this.#isImproving) this.#want(key, page);
    return page;
  }

  /** Forgets every page that shows one of these. */
  invalidate(tags: readonly string[]): void {
    this.#invalidations.push({ at: ++this.#epoch, tags });
    if (this.#invalidations.length > REMEMBERED) this.#invalidations.shift();
    for (const [key, page] of this.#pages) if (concerns(tags, page)) this.#drop(key);
  }

  #want(key: string, page: KeptPage): void {
    this.#wanted.set(key, page);
    if (!this.#isImproving) void this.#improve();
  }

  /** One page at a time, and idle for three times as long: that the whole site changed must not slow down anyone. */
  async #improve(): Promise<void> {
    this.#isImproving = true;
    for (const [key, page] of this.#wanted) {
      this.#wanted.delete(key);
      if (this.#pages.get(key) !== page) continue;
      const began = performance.now();
      await page.compressWell();
      this.#count(key, page);
      await sleep(IDLE_SHARE * (performance.now() - began), undefined, { ref: false });
    }
    this.#isImproving = false;
  }

  /** Counts what a page takes now; nothing for one that was dropped meanwhile. */
  #count(key: string, page: KeptPage): void {
    if (this.#pages.get(key) !== page) return;
    this.#bytes += page.bytes - page.counted;
    page.counted = page.bytes;
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
      this.#bytes += page.counted;
    }
  }

  #drop(key: string): void {
    const page = this.#pages.get(key);
    if (!page) return;
    this.#pages.delete(key);
    this.#bytes -= page.counted;
  }
}

/** Whether a page shows one of the things that changed; what the site says of itself stands on every page. */
function concerns(changed: readonly string[], page: { tags: readonly string[] }): boolean {
  return changed.includes('site') || page.tags.some((tag) => changed.includes(tag));
}
