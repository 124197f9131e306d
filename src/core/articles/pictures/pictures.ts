import { stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError, wordsOf } from '../../platform/errors.ts';
import type { Parts } from '../../platform/parts.ts';
import type { Library } from '../library.ts';
import { previewedArticle } from '../preview.ts';
import { type KeptPicture, KeptPictures } from './kept-pictures.ts';
import { Makers } from './makers.ts';
import { measure } from './measure.ts';
import {
  type Format,
  fallbackOf,
  isServed,
  type Picture,
  type PictureFacts,
  readVariantName,
  SETTINGS_VERSION,
  type Variant,
  wholeOf,
} from './picture.ts';

/** What an address of a picture leads to. */
export type Found =
  | { state: 'none' }
  /** Served as the file is: a drawing says nothing of a place or a camera. */
  | { state: 'drawing'; file: string }
  /** `isLasting`: the address names exactly these bytes. */
  | { state: 'variant'; picture: Picture; variant: Variant; isLasting: boolean };

/** A picture in the form asked for or, where that cannot be made, in the one that everything shows. */
export interface Made extends KeptPicture {
  format: Format;
  isAsked: boolean;
}

/** `/articles/<slug>/photo.jpg`, `/authors/<id>/…`, `/preview/<slug>/<token>/…` */
const ADDRESS =
  /^\/(?<kind>articles|authors|preview)\/(?<id>[a-z0-9-]+)\/(?:(?<token>[\w-]{43})\/)?(?<last>[^/]+)$/;
const FILE_NAME = /^[^./\\][^/\\]*\.(?:avif|gif|jpe?g|png|svg|webp)$/i;
const MEASURED_MAX = 20_000;

type PictureParts = Pick<Parts, 'config' | 'secret' | 'log'> & { library: Library };

/** The pictures that lie beside articles and authors: measured, made smaller and cleaner, kept. */
export class Pictures {
  readonly #parts: PictureParts;
  /** What was made of them, and of others. */
  readonly kept: KeptPictures;
  readonly makers = new Makers();
  readonly #measured = new Map<string, { stamp: string; facts: Promise<PictureFacts | undefined> }>();

  constructor(parts: PictureParts) {
    this.#parts = parts;
    this.kept = new KeptPictures(path.join(parts.config.dataDir, 'pictures'), parts.log);
  }

  /**
   * A picture of content/ by what a page says of it: `./photo.jpg` on `/articles/<slug>/`.
   *
   * @returns undefined where it is elsewhere, not there, or cannot be read
   */
  async picture(page: string, src: string): Promise<Picture | undefined> {
    const url = URL.canParse(src, `http://here${page}`) ? new URL(src, `http://here${page}`) : undefined;
    const file = url?.host === 'here' ? this.#fileAt(url.pathname) : undefined;
    return file && url ? this.#measure(file, url.pathname) : undefined;
  }

  /** What is to be seen at an address; nothing beside an article that is not. */
  async at(pathname: string): Promise<Found> {
    const file = this.#isSeen(pathname) ? this.#fileAt(pathname) : undefined;
    if (file === undefined) return { state: 'none' };
    const isFile = (await stat(file).catch(() => undefined))?.isFile() ?? false;
    if (isFile && /\.svg$/i.test(file)) return { state: 'drawing', file };
    return isFile ? this.#wholeAt(file, pathname) : this.#variantAt(pathname);
  }

  async #wholeAt(file: string, pathname: string): Promise<Found> {
    const picture = await this.#measure(file, pathname);
    return picture
      ? { state: 'variant', picture, variant: wholeOf(picture), isLasting: false }
      : { state: 'none' };
  }

  async #variantAt(pathname: string): Promise<Found> {
    const asked = readVariantName(pathname);
    const file = asked && this.#fileAt(asked.name);
    const picture = file && (await this.#measure(file, asked.name));
    if (!picture || !isServed(picture, asked.variant)) return { state: 'none' };
    const isLasting = picture.hash.startsWith(asked.hash); // else the page that said so is an old one
    return { state: 'variant', picture, variant: asked.variant, isLasting };
  }

  /**
   * The bytes of a variant, made now where there are none yet.
   *
   * @returns undefined where the file is damaged: it is never served as it is, for it may tell where it was taken
   * @throws AppError `unavailable` where too many wait for theirs
   */
  async make(picture: Picture, variant: Variant): Promise<Made | undefined> {
    const fallback = fallbackOf(picture);
    for (const one of [variant, fallback]) {
      try {
        const name = `${picture.hash.slice(0, 32)}-${one.width}-v${SETTINGS_VERSION}.${one.format}`;
        const kept = await this.kept.get(name, () => this.#makeNow(picture, one));
        return { ...kept, format: one.format, isAsked: one === variant };
      } catch (error) {
        if (error instanceof AppError) throw error;
      }
    }
    return undefined;
  }

  async #makeNow(picture: Picture, variant: Variant): Promise<Uint8Array> {
    const { log } = this.#parts;
    const named = { picture: this.#nameOf(picture.file), ...variant };
    try {
      const began = performance.now();
      const bytes = await this.makers.make({ make: 'variant', picture, variant });
      log.debug('picture.made', { ...named, ms: Math.round(performance.now() - began) });
      return bytes;
    } catch (error) {
      log.error('picture.failed', { ...named, message: wordsOf(error) });
      throw error;
    }
  }

  async #measure(file: string, address: string): Promise<Picture | undefined> {
    const info = await stat(file).catch(() => undefined);
    if (!info?.isFile()) return undefined;
    const stamp = `${info.ino}:${info.size}:${info.mtimeMs}`;
    const known = this.#measured.get(file);
    const facts = known?.stamp === stamp ? known.facts : this.#measureNow(file);
    if (this.#measured.size >= MEASURED_MAX) this.#measured.clear();
    this.#measured.set(file, { stamp, facts });
    const measured = await facts;
    return measured && { ...measured, address };
  }

  async #measureNow(file: string): Promise<PictureFacts | undefined> {
    try {
      return await measure(file);
    } catch (error) {
      const facts = { picture: this.#nameOf(file), message: wordsOf(error) };
      this.#parts.log.error('picture.unreadable', facts);
      return undefined;
    }
  }

  #isSeen(pathname: string): boolean {
    const { kind, id = '', token } = ADDRESS.exec(pathname)?.groups ?? {};
    if (kind === 'preview') return previewedArticle(this.#parts, id, token ?? '') !== undefined;
    return token === undefined && (kind === 'authors' || this.#parts.library.article(id) !== undefined);
  }

  #fileAt(pathname: string): string | undefined {
    const { kind, id, last = '' } = ADDRESS.exec(pathname)?.groups ?? {};
    const name = decoded(last);
    if (!FILE_NAME.test(name) || name.includes('\0')) return undefined;
    const folder = this.#parts.library.folderOf(`/${kind}/${id}/`);
    return folder && path.join(folder, name);
  }

  /** As its writer knows it: an address may hold a preview's token. */
  #nameOf(file: string): string {
    return path.relative(this.#parts.config.contentDir, file).split(path.sep).join('/');
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
