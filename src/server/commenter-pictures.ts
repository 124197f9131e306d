import type { IncomingMessage, ServerResponse } from 'node:http';
import { pictureSvg } from '#core/comments/commenter-picture.ts';
import { MEDIA_POLICY } from './headers.ts';

const PICTURE = /^\/comments\/pictures\/([0-9a-f]{6})\.svg$/;

/** Answers for the picture drawn for a commenter's address; false for any other path. It never changes. */
export function serveCommenterPicture(pathname: string, req: IncomingMessage, res: ServerResponse): boolean {
  const svg = pictureSvg(PICTURE.exec(pathname)?.[1] ?? '');
  if (svg === undefined) return false;
  res.writeHead(200, {
    'content-type': 'image/svg+xml',
    'content-length': Buffer.byteLength(svg),
    'cache-control': 'public, max-age=31536000, immutable',
    'content-security-policy': MEDIA_POLICY,
  });
  res.end(req.method === 'HEAD' ? undefined : svg);
  return true;
}
