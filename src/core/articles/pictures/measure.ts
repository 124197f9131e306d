import { readFile, stat } from 'node:fs/promises';
import type { PictureFacts } from './picture.ts';
import { openPicture } from './sharp.ts';

const BYTES_MAX = 64 * 1024 * 1024;

const FORMATS: Partial<Record<string, PictureFacts['format']>> = {
  'image/avif': 'avif',
  'image/gif': 'gif',
  'image/jpeg': 'jpeg',
  'image/png': 'png',
  'image/svg+xml': 'svg',
  'image/webp': 'webp',
};

/**
 * Reads what a picture's file says of itself; its pixels are left alone.
 *
 * @throws where it is no picture that can be shown, or is or claims to be larger than one may be
 */
export async function measure(file: string): Promise<PictureFacts> {
  const { bytes, hash } = await readHashed(file);
  const { mediaType = '', autoOrient, hasAlpha, pages = 1 } = await (await openPicture(bytes)).metadata();
  const format = FORMATS[mediaType];
  if (!format) throw new Error('is not a JPEG, PNG, WebP, AVIF, GIF or SVG picture');
  const isAnimated = pages > 1 && (format === 'gif' || format === 'webp');
  return { file, hash, ...autoOrient, format, hasAlpha, isAnimated };
}

/** The bytes of a picture's file, and their SHA-256 in hex, computed off the event loop. */
export async function readHashed(file: string): Promise<{ bytes: Buffer; hash: string }> {
  if ((await stat(file)).size > BYTES_MAX) throw new Error('is larger than 64 MB');
  const bytes = await readFile(file);
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return { bytes, hash: Buffer.from(digest).toString('hex') };
}
