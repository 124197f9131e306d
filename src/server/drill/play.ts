import type { Held, Seen } from '#core/desk/drills.ts';
import { type Answer, wordsOn } from './visitor.ts';

/** A page larger than this is not kept. */
const MOST_PAGE_BYTES = 96 * 1024;

/** The site lacks what a scene needs; said in words. */
export class NotPlayed extends Error {}

/** Writes down how one scene goes. */
export class Play {
  readonly done: string[] = [];
  readonly held: Held[] = [];
  readonly seen: Seen[] = [];
  readonly pages: Record<string, string> = {};
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  did(words: string): void {
    this.done.push(words);
  }

  /** Something that the house rule asks for. */
  must(words: string, isTrue: boolean): void {
    this.held.push({ words, isTrue });
  }

  saw(by: Seen['by'], did: string, { status, html }: Answer): void {
    const seen: Seen = { by, did, status, words: wordsOn(html) };
    if (html !== '' && Buffer.byteLength(html) <= MOST_PAGE_BYTES) {
      seen.page = `${this.#name}-${this.seen.length + 1}`;
      this.pages[seen.page] = html;
    }
    this.seen.push(seen);
  }
}
