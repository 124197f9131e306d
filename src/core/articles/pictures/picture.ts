/** What a picture's file says of it. */
export interface PictureFacts {
  /** Absolute path. */
  file: string;
  /** SHA-256 of the file, hex: other bytes are another picture. */
  hash: string;
  /** As shown, after the camera's orientation. */
  width: number;
  height: number;
  format: 'avif' | 'gif' | 'jpeg' | 'png' | 'svg' | 'webp';
  hasAlpha: boolean;
  /** Several frames: served as it is, in one size. */
  isAnimated: boolean;
}

/** A picture of content/ where readers find it. */
export interface Picture extends PictureFacts {
  /** `/articles/<slug>/photo.jpg`, each part escaped as it stands in an address. */
  address: string;
}

/** What a picture can be made into; named as the file's ending is. */
export type Format = 'avif' | 'gif' | 'jpg' | 'png' | 'webp';

/** One of the few forms in which a picture is served. */
export interface Variant {
  width: number;
  format: Format;
}

/** Raised with any change to how a variant is made (make-variant.ts): what was kept is then made anew. */
export const SETTINGS_VERSION = 1;

/** Enough for a phone, a column, and both on screens of twice the density. */
const WIDTHS = [480, 960, 1440, 1920];
/** An author's picture stands beside a name. */
const PORTRAIT_WIDTHS = [128, 256, 480];
/** The widest for who takes no modern format: old browsers, feed readers, mail. */
const FALLBACK_WIDTH = 960;
/** The widest that the file itself is served. */
const WHOLE_WIDTH = 3840;

/** The widths in which a picture is made, never wider than it is. */
export function widthsOf({ address, width }: Picture): number[] {
  const wanted = address.startsWith('/authors/') ? PORTRAIT_WIDTHS : WIDTHS;
  const widest = Math.min(width, wanted.at(-1) ?? width);
  return [...wanted.filter((one) => one < widest), widest];
}

/** The formats a browser may choose from, best first; none where there is only one form. */
export function sourceFormats({ format, isAnimated }: PictureFacts): Format[] {
  return format === 'svg' || isAnimated ? [] : ['avif', 'webp'];
}

/** What everything shows, also a letter: JPEG, or PNG where that would lose something; an animation as it is. */
export function fallbackOf(picture: Picture): Variant {
  const { format, hasAlpha, isAnimated, width } = picture;
  if (isAnimated) return { width: Math.min(width, WHOLE_WIDTH), format: format as Format };
  if (format === 'svg') return { width: FALLBACK_WIDTH, format: 'png' };
  const widths = widthsOf(picture).filter((one) => one <= FALLBACK_WIDTH);
  const isDrawn = format === 'png' || format === 'gif';
  return { width: widths.at(-1) ?? width, format: isDrawn || hasAlpha ? 'png' : 'jpg' };
}

/** The file itself, made anew so that it says nothing of where and with what it was taken. */
export function wholeOf({ format, width }: PictureFacts): Variant {
  return {
    width: Math.min(width, WHOLE_WIDTH),
    format: format === 'jpeg' ? 'jpg' : format === 'svg' ? 'png' : format,
  };
}

/** Whether a picture is served in this form: there are a handful, so that nobody can have others made. */
export function isServed(picture: Picture, { width, format }: Variant): boolean {
  const fallback = fallbackOf(picture);
  return (
    (fallback.width === width && fallback.format === format) ||
    (sourceFormats(picture).includes(format) && widthsOf(picture).includes(width))
  );
}

export function heightAt({ width, height }: PictureFacts, shown: number): number {
  return Math.max(1, Math.round((height * shown) / width));
}

/** `/articles/<slug>/photo.jpg.960.1f3c9a02.avif`: other bytes have another address, so it may be kept for ever. */
export function variantAddress({ address, hash }: Picture, { width, format }: Variant): string {
  return `${address}.${width}.${hash.slice(0, 8)}.${format}`;
}

const VARIANT =
  /^(?<name>.+)\.(?<width>[1-9]\d{0,3})\.(?<hash>[0-9a-f]{8})\.(?<format>avif|gif|jpg|png|webp)$/;

/** The parts of the last piece of such an address; undefined for any other. */
export function readVariantName(text: string): { name: string; hash: string; variant: Variant } | undefined {
  const { name, width, hash, format } = VARIANT.exec(text)?.groups ?? {};
  if (name === undefined || hash === undefined) return undefined;
  return { name, hash, variant: { width: Number(width), format: format as Format } };
}
