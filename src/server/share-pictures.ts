import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { App } from '#core/app.ts';
import { shareKey } from '#core/articles/share-picture/share-pictures.ts';

import type { StaticFiles } from './static-files.ts';
import { isKnown } from './versions.ts';

/** Where nothing can be drawn; lies in public/. */
const PLAIN = '/share-plain.png';
const SHARED = /^\/(?:articles\/([a-z0-9-]+)\/)?share\.png$/;

/** Answers with the picture of a page for where its link is shared; false at other addresses and for no article. */
export async function serveSharePicture(
  { library, sharePictures }: Pick<App, 'library' | 'sharePictures'>,
  files: StaticFiles,
  pathname: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<boolean> {
  const match = SHARED.exec(pathname);
  if (!match) return false;
  const article = match[1] === undefined ? undefined : library.article(match[1]);
  if (match[1] !== undefined && !article) return false;
  res.setHeader('cross-origin-resource-policy', 'cross-origin');
  const subject = await sharePictures.subject(article);
  const headers = { etag: `"${shareKey(subject)}"`, 'cache-control': 'public, max-age=3600' };
  if (isKnown(req.headers, headers)) {
    res.writeHead(304, headers).end();
    return true;
  }
  const drawn = await sharePictures.drawn(subject);
  if (!drawn) return files.serve(PLAIN, req, res);
  res.writeHead(200, { ...headers, 'content-type': 'image/png', 'content-length': drawn.size });
  if (req.method === 'HEAD') res.end();
  else pipeline(drawn.stream(), res, () => {}); // who goes away in the middle is no fault
  return true;
}
