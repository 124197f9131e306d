import { createReadStream, statSync } from 'node:fs';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import zlib from 'node:zlib';
import type { App } from '#core/app.ts';
import type { Format } from '#core/articles/pictures/picture.ts';
import { AppError } from '#core/platform/errors.ts';
import { bestEncoding } from './encodings.ts';
import { MEDIA_POLICY } from './headers.ts';
import { refuse } from './refusals.ts';
import { isKnown } from './versions.ts';

const TYPES: Record<Format, string> = {
  avif: 'image/avif',
  gif: 'image/gif',
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
};
const MEDIA = /^\/(?:articles|authors|preview)\/.*\.(?:avif|gif|jpe?g|png|svg|webp)$/i;
const LASTING = 'public, max-age=31536000, immutable';
const CHANGING = 'public, max-age=300';
/** What is smaller comes no sooner for being compressed. */
const ONE_PACKET = 1400;
const BROTLI = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } };
const PREVIEW = 'private, no-cache';

/** Answers for a picture that lies beside an article or author; false where there is none to be seen. */
export async function serveMedia(
  { pictures }: Pick<App, 'pictures'>,
  pathname: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<boolean> {
  if (!MEDIA.test(pathname)) return false; // most requests: at once
  const found = await pictures.at(pathname);
  if (found.state === 'none') return false;
  const changing = pathname.startsWith('/preview/') ? PREVIEW : CHANGING;
  if (found.state === 'drawing') return serveDrawing(found.file, changing, req, res);
  const { picture, variant, isLasting } = found;
  const etag = `"${picture.hash.slice(0, 16)}-${variant.width}-${variant.format}"`;
  const caching = isLasting && changing !== PREVIEW ? LASTING : changing;
  if (isKnown(req.headers, { etag })) return notModified(res, { etag, 'cache-control': caching });
  try {
    const made = await pictures.make(picture, variant);
    if (!made) return false;
    const headers = {
      ...(made.isAsked ? { etag, 'cache-control': caching } : { 'cache-control': changing }),
      'content-type': TYPES[made.format],
      'content-length': made.size,
    };
    send(req, res, headers, () => [made.stream()]);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    refuse(res, 503, { 'retry-after': '60' });
  }
  return true;
}

function serveDrawing(file: string, caching: string, req: IncomingMessage, res: ServerResponse): boolean {
  const info = statSync(file, { throwIfNoEntry: false });
  if (!info) return false;
  const etag = `W/"${info.size.toString(36)}-${Math.round(info.mtimeMs).toString(36)}"`;
  const headers = { etag, 'cache-control': caching, vary: 'accept-encoding' };
  if (isKnown(req.headers, { etag })) return notModified(res, headers);
  const type = { ...headers, 'content-type': 'image/svg+xml' };
  if (info.size > ONE_PACKET && bestEncoding(req.headers, { br: true }) === 'br') {
    const compressed = () => [createReadStream(file), zlib.createBrotliCompress(BROTLI)];
    send(req, res, { ...type, 'content-encoding': 'br' }, compressed);
  } else send(req, res, { ...type, 'content-length': info.size }, () => [createReadStream(file)]);
  return true;
}

function notModified(res: ServerResponse, headers: OutgoingHttpHeaders): true {
  res.writeHead(304, headers).end();
  return true;
}

function send(
  req: IncomingMessage,
  res: ServerResponse,
  headers: OutgoingHttpHeaders,
  streams: () => (NodeJS.ReadableStream | NodeJS.ReadWriteStream)[],
): void {
  res.writeHead(200, {
    ...headers,
    'content-security-policy': MEDIA_POLICY,
    'cross-origin-resource-policy': 'cross-origin', // feed readers and mail show them on pages of their own
  });
  if (req.method === 'HEAD') res.end();
  else pipeline([...streams(), res], () => {}); // who goes away in the middle is no fault, and leaves no file open
}
