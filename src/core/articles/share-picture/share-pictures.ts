import { createHash } from 'node:crypto';
import { wordsOf } from '../../platform/errors.ts';
import type { Parts } from '../../platform/parts.ts';
import type { Article } from '../article.ts';
import type { Library } from '../library.ts';
import type { KeptPicture } from '../pictures/kept-pictures.ts';
import type { Pictures } from '../pictures/pictures.ts';
import { type ShareSubject, shareSubjectOf, shareSubjectOfSite } from './share-subject.ts';

/** Raised with any change to how a share picture is drawn (share-picture.ts). */
const DRAWING_VERSION = 1;

type ShareParts = Pick<Parts, 'siteUrl' | 'log'> & { library: Library; pictures: Pictures };

/** The pictures that stand where links to this site are shared: drawn when first asked for, then kept. */
export class SharePictures {
  readonly #parts: ShareParts;

  constructor(parts: ShareParts) {
    this.#parts = parts;
  }

  /** What is to be drawn: of an article, or of the site where there is none. */
  subject(article?: Article): Promise<ShareSubject> {
    const { library, siteUrl } = this.#parts;
    return article
      ? shareSubjectOf(this.#parts, article)
      : Promise.resolve(shareSubjectOfSite(library.site, siteUrl));
  }

  /** @returns undefined where it cannot be drawn, which the log tells */
  async drawn(subject: ShareSubject): Promise<KeptPicture | undefined> {
    const name = `share-${shareKey(subject)}.png`;
    try {
      return await this.#parts.pictures.kept.get(name, () => this.#draw(subject));
    } catch {
      return undefined; // said where it was drawn, once
    }
  }

  async #draw(subject: ShareSubject): Promise<Uint8Array> {
    try {
      return await this.#parts.pictures.makers.make({ make: 'share-picture', subject });
    } catch (error) {
      this.#parts.log.error('share-picture.failed', { title: subject.title, message: wordsOf(error) });
      throw error;
    }
  }
}

/** The same for the same drawing, and only for that. */
export function shareKey({ cover, ...words }: ShareSubject): string {
  const drawn = JSON.stringify([DRAWING_VERSION, words, cover?.hash]);
  return createHash('sha256').update(drawn).digest('hex').slice(0, 32);
}
