import path from 'node:path';
import { setImmediate as otherWork } from 'node:timers/promises';
import { MINUTE } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { PageTag } from '../../platform/page-changes.ts';
import type { Library } from '../library.ts';
import { indexedArticles, type Stamped, stampOf } from './indexed-article.ts';
import {
  isBusy,
  isDamage,
  isIndexError,
  openSearchIndex,
  removeSearchIndex,
  type SearchIndex,
} from './search-index.ts';

/** How long requests may wait while articles are looked at, and for how many that are taken in: about ten milliseconds. */
const SLICE_MS = 4;
const SLICE_LENGTH = 6;
const BUSY_PAUSE_MS = 200;

/**
 * Keeps the index of words in step with the library, a slice at a time between requests.
 * Whatever becomes of its file, the site goes on: a damaged one is made anew, on a full disk it is tried again.
 */
export class LibraryIndex {
  readonly #file: string;
  readonly #library: Library;
  readonly #log: Log;
  readonly #waiting = new Set<string>();
  #isAllWaiting = true;
  #index: SearchIndex | undefined;
  #state: 'new' | 'following' | 'closed' = 'new';
  #running: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isDamaged = false;
  /** What has failed since the last success is logged once, and mended at once only once. */
  #isFailing = false;

  constructor({ dataDir, library, log }: { dataDir: string; library: Library; log: Log }) {
    this.#file = path.join(dataDir, 'search.db');
    this.#library = library;
    this.#log = log;
  }

  /** Asks the index, as far as it has come; undefined while there is none that answers. */
  ask<T>(question: (index: SearchIndex) => T): T | undefined {
    if (!this.#index) return undefined;
    try {
      return question(this.#index);
    } catch (error) {
      if (!isIndexError(error)) throw error;
      this.#recover(error);
      return undefined;
    }
  }

  /** Follows the library until `close`: only a process that serves readers does. */
  follow(): void {
    this.#state = 'following';
    this.#begin();
  }

  /** Takes note of what changed in the library. */
  hear(tags: readonly PageTag[]): void {
    if (tags.includes('site')) this.#isAllWaiting = true; // topics and authors are known by their names
    for (const tag of tags) if (tag.startsWith('article:')) this.#waiting.add(tag.slice('article:'.length));
    this.#begin();
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    clearTimeout(this.#retry);
    await this.#running;
    this.#forget();
  }

  #begin(): void {
    if (this.#state !== 'following' || this.#running || this.#retry) return;
    this.#running = this.#catchUp()
      .catch((error: unknown) => this.#recover(error))
      .finally(() => {
        this.#running = undefined;
        if (this.#hasWork) this.#begin();
      });
  }

  get #hasWork(): boolean {
    return this.#isAllWaiting || this.#waiting.size > 0;
  }

  async #catchUp(): Promise<void> {
    while (this.#state === 'following' && this.#hasWork) {
      await otherWork();
      if (this.#isDamaged) removeSearchIndex(this.#file);
      this.#isDamaged = false;
      this.#index ??= openSearchIndex(this.#file);
      if (this.#isAllWaiting) this.#awaitAll(this.#index);
      this.#takeSome(this.#index);
      while (this.#state === 'following' && this.#index?.tidy()) await otherWork();
    }
    this.#isFailing = false;
  }

  /** Newest first; at the end what is not in the library any more. */
  #awaitAll(index: SearchIndex): void {
    for (const { slug } of this.#library.articles()) this.#waiting.add(slug);
    for (const slug of index.slugs) this.#waiting.add(slug);
    this.#isAllWaiting = false;
  }

  #takeSome(index: SearchIndex): void {
    const put: Stamped[] = [];
    const drop: string[] = [];
    const taken: string[] = [];
    const end = performance.now() + SLICE_MS;
    for (const slug of this.#waiting) {
      const article = this.#library.article(slug);
      const stamp = article && stampOf(this.#library, article);
      const known = index.stampOf(slug);
      if (article && stamp !== undefined && stamp !== known) put.push({ article, stamp });
      if (!article && known !== undefined) drop.push(slug);
      taken.push(slug);
      if (put.length === SLICE_LENGTH || performance.now() >= end) break;
    }
    if (put.length + drop.length > 0) index.change(indexedArticles(this.#library, put), drop);
    for (const slug of taken) this.#waiting.delete(slug);
  }

  #recover(error: unknown): void {
    if (this.#state !== 'following') return;
    if (isBusy(error)) {
      this.#tryAgainIn(BUSY_PAUSE_MS);
      return;
    }
    if (!this.#isFailing) this.#note(error);
    this.#tryAgainIn(isDamage(error) && !this.#isFailing ? 0 : MINUTE);
    this.#isFailing = true;
    if (!isDamage(error)) return;
    this.#forget();
    this.#isDamaged = true;
    this.#isAllWaiting = true;
  }

  #note(error: unknown): void {
    if (isIndexError(error)) this.#log.warn('search.failed', { code: error.code, message: error.message });
    else this.#log.error('bug.search', { error });
  }

  #tryAgainIn(ms: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#begin();
    }, ms).unref();
  }

  #forget(): void {
    this.#index?.close();
    this.#index = undefined;
  }
}
