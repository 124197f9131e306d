import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import zlib from 'node:zlib';
import { bestEncoding } from './encodings.ts';
import { isKnown } from './versions.ts';

const TYPES: Record<string, string> = {
  '.avif': 'image/avif',
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.ico': 'image/x-icon',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};
/** Files that carry the fingerprint of what they hold in their name: one of that name never changes. */
const IMMUTABLE = /^\/(?:_astro\/|fonts\/.*\.[0-9a-f]{8}\.woff2$)/;
const COMPRESSIBLE = /^(?:text\/|image\/svg|application\/manifest)/;

interface Asset {
  identity: Buffer;
  br?: Buffer;
  gzip?: Buffer;
  etag: string;
  type: string;
  caching: string;
}

/** The files that the build made and those of public/, read once at the start, compressed as well as can be. */
export class StaticFiles {
  readonly #assets: Map<string, Asset>;

  constructor(clientDir: string) {
    const files = readdirSync(clientDir, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    this.#assets = new Map(
      files.map((entry) => {
        const file = path.join(entry.parentPath, entry.name);
        const route = `/${path.relative(clientDir, file).split(path.sep).join('/')}`;
        return [route, assetOf(file, route)];
      }),
    );
  }

  /** Answers a GET or HEAD for a file; false where there is none of that name. */
  serve(pathname: string, req: IncomingMessage, res: ServerResponse): boolean {
    const asset = this.#assets.get(pathname);
    if (!asset) return false;
    const headers = { etag: asset.etag, 'cache-control': asset.caching, vary: 'accept-encoding' };
    if (isKnown(req.headers, asset)) {
      res.writeHead(304, headers).end();
      return true;
    }
    const encoding = bestEncoding(req.headers, asset);
    const body = asset[encoding] ?? asset.identity;
    if (encoding !== 'identity') res.setHeader('content-encoding', encoding);
    res.writeHead(200, { ...headers, 'content-type': asset.type, 'content-length': body.length });
    res.end(req.method === 'HEAD' ? undefined : body);
    return true;
  }
}

function assetOf(file: string, route: string): Asset {
  const identity = readFileSync(file);
  const type = TYPES[path.extname(file)] ?? 'application/octet-stream';
  return {
    identity,
    type,
    etag: `W/"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`,
    caching: IMMUTABLE.test(route) ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
    ...(COMPRESSIBLE.test(type)
      ? { br: zlib.brotliCompressSync(identity), gzip: zlib.gzipSync(identity, { level: 9 }) }
      : {}),
  };
}
