import { asSafeHtml, escapeHtml, type SafeHtml, unescapedHtml } from '../../platform/safe-html.ts';
import { fallbackOf, heightAt, type Picture, sourceFormats, variantAddress, widthsOf } from './picture.ts';
import type { Pictures } from './pictures.ts';

/** How wide a picture in the text is shown: the column, or a phone with its margins. */
const IN_TEXT = '(min-width:44rem) 40rem,92vw';

/** What a page knows of a picture that its file does not say. */
export interface ShownAs {
  alt: string;
  /** As in HTML: how wide it is shown, so that the browser takes no larger one than it needs. */
  sizes: string;
  /** The one large picture at the top of its page: fetched before others. */
  isFirst?: boolean;
}

/** A picture as a page shows it: `<picture>` with modern formats, or one `<img>` for a drawing or an animation. */
export function pictureHtml(picture: Picture, { alt, sizes, isFirst = false }: ShownAs): SafeHtml {
  const rest = `alt="${escapeHtml(alt)}"${isFirst ? ' fetchpriority="high"' : ''}`;
  return asSafeHtml(element(picture, rest, sizes));
}

/** A rendered document with its local pictures in every size; what cannot be read stays as it was written. */
export async function withPictures(pictures: Pictures, html: SafeHtml, page: string): Promise<SafeHtml> {
  const lazily = (picture: Picture, rest: string) => element(picture, `${rest} loading="lazy"`, IN_TEXT);
  return asSafeHtml(await replaced(pictures, html, page, lazily));
}

/** The address of a picture in a format that every reader of mail shows; as it was written where there is none. */
export async function plainAddress(pictures: Pictures, page: string, src: string): Promise<string> {
  const picture = await pictures.picture(page, src);
  return picture ? variantAddress(picture, fallbackOf(picture)) : src;
}

/** HTML for feeds and letters, yet to be sanitized: each local picture in such a format, in one size. */
export function withPlainPictures(pictures: Pictures, html: string, page: string): Promise<string> {
  return replaced(pictures, html, page, (picture, rest) => {
    const fallback = fallbackOf(picture);
    return img(variantAddress(picture, fallback), fallback.width, heightAt(picture, fallback.width), rest);
  });
}

function element(picture: Picture, rest: string, sizes: string): string {
  const { address, format, width, height } = picture;
  if (format === 'svg') return img(address, width, height, rest);
  const plain = img(variantAddress(picture, fallbackOf(picture)), width, height, rest);
  const sources = sourceFormats(picture).map((one) => {
    const srcset = widthsOf(picture).map(
      (w) => `${variantAddress(picture, { width: w, format: one })} ${w}w`,
    );
    return `<source type="image/${one}" sizes="${sizes}" srcset="${escapeHtml(srcset.join(','))}">`;
  });
  return sources.length > 0 ? `<picture>${sources.join('')}${plain}</picture>` : plain;
}

function img(address: string, width: number, height: number, rest: string): string {
  return `<img src="${escapeHtml(address)}" width="${width}" height="${height}" ${rest}>`;
}

const IMG = /<img\b[^>]*>/g;

async function replaced(
  pictures: Pictures,
  html: string,
  page: string,
  replacement: (picture: Picture, rest: string) => string,
): Promise<string> {
  const tags = [...html.matchAll(IMG)];
  const found = await Promise.all(
    tags.map(([tag]) => pictures.picture(page, unescapedHtml(/\ssrc="([^"]*)"/.exec(tag)?.[1] ?? ''))),
  );
  let at = 0;
  return html.replace(IMG, (tag) => {
    const picture = found[at++];
    return picture ? replacement(picture, restOf(tag)) : tag;
  });
}

/** The writer's attributes, escaped as the sanitizer left them. */
function restOf(tag: string): string {
  return tag
    .slice('<img'.length, -1)
    .replace(/\s(?:src|width|height)="[^"]*"/g, '')
    .replace(/\/$/, '')
    .trim();
}
